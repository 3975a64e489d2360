/** One request, as the kit saw it go by. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
  /** Method, path and kind of body, without ids: what two requests of one endpoint have in common. */
  readonly shape: string;
  /** By the bench's clock. */
  readonly sentAt: number;
  /** Whether it reached the server. */
  forwarded: boolean;
  /** What went back to the provider. */
  answer?: { readonly status: number; readonly text: string; readonly at: number } | undefined;
  /** By how many machines the cloud's account grew or shrank while the server worked on it; only while asked for. */
  machines?: number | undefined;
}

/** Ids hold digits; what else does in a path is its version. */
const versionLike = /^v\d+(\.\d+)*$/i;
const verbs = ["action", "method", "op", "operation", "operationname", "command"];

/**
 * What two requests of one endpoint have in common. Segments that are ids, or look like one, do not count; where one path
 * has many jobs, the member that names the job does.
 */
export function shapeOf(method: string, url: URL, body: string, ids: ReadonlySet<string>): string {
  const isId = (segment: string): boolean =>
    ids.has(decoded(segment)) || (/\d/.test(segment) && !versionLike.test(segment));
  const path = url.pathname
    .split("/")
    .map((segment) => (isId(segment) ? "*" : segment))
    .join("/");
  const jobs = [...url.searchParams].filter(([name]) => verbs.includes(name.toLowerCase()));
  const members = Object.entries(objectIn(body)).filter(
    ([name, value]) => verbs.includes(name.toLowerCase()) && typeof value === "string",
  );
  const job = [...jobs, ...members].map(([name, value]) => `${name}=${String(value)}`).join("&");
  return `${method} ${path}${job === "" ? "" : ` ${job}`}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a lone % is a letter like any other
  }
}

/** The JSON object in a text; empty when it is none. */
export function objectIn(text: string): Readonly<Record<string, unknown>> {
  const value = jsonIn(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The JSON in a text; `undefined` when it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
