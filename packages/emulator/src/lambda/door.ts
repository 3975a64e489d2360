import type { Answer, Clock, CloudRequest } from "../kit/types.ts";
import type { LambdaAccount, LambdaSettings } from "./settings.ts";

/** Who is asking: by bearer, or as the user of basic with an empty password. */
export function accountOf(
  { headers, flags }: CloudRequest,
  { accounts }: LambdaSettings,
): LambdaAccount | undefined {
  if (flags.has("tokenExpired")) return undefined;
  const [scheme = "", value = ""] = (headers["authorization"] ?? "").split(/\s+/);
  const key = scheme.toLowerCase() === "basic" ? userOf(value) : value;
  if (scheme.toLowerCase() !== "basic" && scheme.toLowerCase() !== "bearer") return undefined;
  return accounts.find(({ apiKey }) => apiKey === key);
}

function userOf(encoded: string): string {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  return text.endsWith(":") ? text.slice(0, -1) : "";
}

const everyMs = 1000;
const launchMs = 12_000;

export type LambdaLimiter = (account: LambdaAccount, isLaunch: boolean) => Answer | undefined;

/** Counts what was let in, by account; a refused call does not count. */
export function createLambdaLimiter(clock: Clock, settings: LambdaSettings): LambdaLimiter {
  const lastCall = new Map<string, number>();
  const lastLaunch = new Map<string, number>();

  return ({ name }, isLaunch) => {
    if (!settings.enforceRateLimits) return undefined;
    const now = clock.now();
    const tooSoon = (last: ReadonlyMap<string, number>, ms: number) =>
      now - (last.get(name) ?? Number.NEGATIVE_INFINITY) < ms;
    if (tooSoon(lastCall, everyMs) || (isLaunch && tooSoon(lastLaunch, launchMs))) {
      return tooMany(settings.rateLimitForm);
    }
    lastCall.set(name, now);
    if (isLaunch) lastLaunch.set(name, now);
    return undefined;
  };
}

/** No Retry-After: none is documented. */
function tooMany(form: LambdaSettings["rateLimitForm"]): Answer {
  switch (form) {
    case "json":
      return {
        status: 429,
        json: { error: { code: "global/rate-limited", message: "Too many requests." } },
      };
    case "text":
      return { status: 429, text: "Too Many Requests" };
    case "cdn":
      return { status: 403, text: "error code: 1015" };
    default:
      return form satisfies never;
  }
}
