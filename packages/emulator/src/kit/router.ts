import type { Endpoint } from "./types.ts";

interface Route<E extends Endpoint = Endpoint> {
  readonly endpoint: E;
  readonly params: Readonly<Record<string, string>>;
}

export type Router<E extends Endpoint = Endpoint> = (
  method: string,
  path: string,
  body: unknown,
) => Route<E> | undefined;

/** Finds the first endpoint with a request's method, path and, where it matters, body. */
export function createRouter<E extends Endpoint>(endpoints: readonly E[]): Router<E> {
  const compiled = endpoints.map((endpoint) => ({ endpoint, regex: toRegex(endpoint.pattern) }));
  return (method, path, body) => {
    for (const { endpoint, regex } of compiled) {
      if (endpoint.method !== method) continue;
      const match = regex.exec(path);
      if (match === null || endpoint.accepts?.(body) === false) continue;
      const params = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeSegment(value)]),
      );
      return { endpoint, params };
    }
    return undefined;
  };
}

function toRegex(pattern: string): RegExp {
  const source = pattern
    .replace(/\/$/, "")
    .split("/")
    .map((segment) =>
      segment.startsWith(":")
        ? `(?<${segment.slice(1)}>[^/]+)`
        : segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
    )
    .join("/");
  return new RegExp(`^${source}${pattern.endsWith("/") ? "/?" : ""}$`);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray percent sign is the caller's mistake; the cloud sees what was sent.
    return segment;
  }
}
