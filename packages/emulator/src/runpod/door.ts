import type { Answer, Clock, CloudRequest } from "../kit/types.ts";
import { RunpodRefusal, refuse, toProblem } from "./refusal.ts";
import type { KnownRunpodRoute } from "./routes.ts";
import type { RunpodSettings } from "./settings.ts";

/** The CDN in front turns away whoever does not say who it is, in plain text and before any key is looked at. */
export function refuseAgent(
  { headers }: CloudRequest,
  { refuseLibraryAgents }: RunpodSettings,
): Answer | undefined {
  const agent = headers["user-agent"] ?? "";
  if (!refuseLibraryAgents || (agent !== "" && agent !== "node" && agent !== "undici")) return undefined;
  return { status: 403, headers: { "content-type": "text/plain" }, text: "error code: 1010" };
}

/** Only the header counts. Flags: `badKey`, `permissionDenied`. */
export function checkKey(
  { headers, method, flags }: CloudRequest,
  route: KnownRunpodRoute | undefined,
  { apiKey, readOnlyKey }: RunpodSettings,
): void {
  const key = /^Bearer\s+(.+)$/i.exec(headers["authorization"] ?? "")?.[1];
  if (key === undefined && route?.open === true) return;
  if ((key !== apiKey && key !== readOnlyKey) || flags.has("badKey")) refuse(401, "Invalid API key.");
  if (flags.has("permissionDenied") || (key === readOnlyKey && method !== "GET")) {
    refuse(403, "Your API key does not have the required permissions.");
  }
}

const windows = [
  { name: "minute", seconds: 60 },
  { name: "hour", seconds: 3600 },
  { name: "day", seconds: 86_400 },
] as const;

export interface RunpodLimiter {
  /** Counts a call: the headers of its answer, or the refusal. */
  readonly count: () => { readonly headers: Readonly<Record<string, string>>; readonly refused?: Answer };
}

/** Three windows, each from the first call in it. Whoever is exempt gets no headers. */
export function createLimiter({ now }: Clock, settings: RunpodSettings): RunpodLimiter {
  const used = new Map<string, { calls: number; endsAt: number }>();

  return {
    count() {
      if (!settings.enforceRateLimits) return { headers: {} };
      const rows = windows.map(({ name, seconds }) => {
        let window = used.get(name);
        if (window === undefined || now() >= window.endsAt) {
          window = { calls: 0, endsAt: now() + seconds * 1000 };
          used.set(name, window);
        }
        return { name, seconds, window, quota: settings.rateLimits[name] };
      });
      const exhausted = rows.find(({ window, quota }) => window.calls >= quota);
      if (exhausted === undefined) for (const { window } of rows) window.calls += 1;
      const left = (endsAt: number) => Math.ceil((endsAt - now()) / 1000);
      const headers = {
        RateLimit: rows
          .map(({ name, window, quota }) => `"${name}";r=${quota - window.calls};t=${left(window.endsAt)}`)
          .join(", "),
        "RateLimit-Policy": rows
          .map(({ name, quota, seconds }) => `"${name}";q=${quota};w=${seconds}`)
          .join(", "),
      };
      if (exhausted === undefined) return { headers };
      // Covers only the window that refused, the shortest of them: a longer one may be used up as well.
      const refused = toProblem(
        new RunpodRefusal(429, `Rate limit exceeded for the ${exhausted.name} window.`),
      );
      return {
        headers,
        refused: {
          ...refused,
          headers: { ...refused.headers, "Retry-After": String(left(exhausted.window.endsAt)) },
        },
      };
    },
  };
}
