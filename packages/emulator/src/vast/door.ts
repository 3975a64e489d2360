import type { Answer, CloudRequest } from "../kit/types.ts";
import { fail } from "./answers.ts";
import type { VastRoute, World } from "./world.ts";

/**
 * Who is let in: the refusal, or undefined for a caller with the right key. Flag: `badKey` (true, or the status 401, 403
 * or 404) treats any key as wrong.
 */
export function refuseKey(
  { settings }: World,
  route: VastRoute,
  { headers, query, flags }: CloudRequest,
): Answer | undefined {
  if (route.auth === "none") return undefined;
  const key = keyOf(headers["authorization"], query);
  if (key === undefined && !flags.has("badKey")) {
    return route.auth === "optional" ? undefined : fail(403, "auth_error", "This action requires login.");
  }
  if (key === settings.apiKey && !flags.has("badKey")) return undefined;
  return fail(flags.number("badKey", settings.badKeyStatus), "auth_error", "Invalid user key");
}

function keyOf(authorization: string | undefined, query: URLSearchParams): string | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(authorization ?? "")?.[1];
  return bearer ?? query.get("api_key") ?? undefined;
}

type Form = "text" | "threshold" | "detail" | "json";

/** Counts calls per key, endpoint and method. */
export function createLimiter({ settings, context }: World) {
  const calls = new Map<string, number[]>();
  const barredUntil = new Map<string, number>();

  return (route: VastRoute, request: CloudRequest): Answer | undefined => {
    if (!settings.enforceRateLimits) return undefined;
    const now = context.clock.now();
    const who = `${keyOf(request.headers["authorization"], request.query) ?? ""} ${route.method} ${route.key}`;
    const windowMs = route.perMinute === undefined ? (route.threshold ?? 0) * 1000 : 60_000;
    const most = route.perMinute ?? 1;
    if (windowMs === 0) return undefined;
    const recent = (calls.get(who) ?? []).filter((at) => now - at < windowMs);
    const barred = now < (barredUntil.get(who) ?? 0);
    if (recent.length < most && !barred) {
      calls.set(who, [...recent, now]);
      return undefined;
    }
    if (route.penalty !== undefined && !barred) barredUntil.set(who, now + route.penalty * 1000);
    return tooMany(formFor(settings.rateLimitForm, route), route.threshold ?? 6);
  };
}

function formFor(form: World["settings"]["rateLimitForm"], { key, method }: VastRoute): Form {
  if (form !== "mixed") return form;
  if (key === "instance.destroy") return "json";
  if (method === "GET") return "detail";
  return key === "instance.create" ? "threshold" : "text";
}

/** No Retry-After: the real answers have none. */
function tooMany(form: Form, threshold: number): Answer {
  const seconds = threshold.toFixed(1);
  switch (form) {
    case "text":
      return { status: 429, text: "API requests too frequent" };
    case "threshold":
      return { status: 429, text: `API requests too frequent: endpoint threshold=${seconds}` };
    case "detail":
      return { status: 429, json: { detail: `API requests too frequent endpoint threshold=${seconds}` } };
    case "json":
      return fail(429, "rate_limit_exceeded", `API requests too frequent: endpoint threshold=${seconds}`);
    default:
      return form satisfies never;
  }
}
