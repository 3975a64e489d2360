import type { Fetch } from "@gpuport/core";
import { objectIn, shapeOf } from "./exchange.ts";

/** One exchange as it is kept: without anything secret. */
export interface RecordedExchange {
  readonly method: string;
  /** Path and query, without the host. */
  readonly path: string;
  readonly requestBody: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

/** The exchanges of every case that was recorded, by the case's name. Plain JSON. */
export interface Recording {
  readonly version: 1;
  readonly adapter: string;
  /** ISO 8601. */
  readonly recordedAt: string;
  readonly cases: Readonly<Record<string, readonly RecordedExchange[]>>;
}

/**
 * Answers requests from a recording, in any order: by method, path and the members of the body. A request that was made
 * several times gets its answers one after the other, and the last one from then on.
 */
export function replay(exchanges: readonly RecordedExchange[]): Fetch {
  const lines = new Map<string, RecordedExchange[]>();
  for (const exchange of exchanges) {
    const url = new URL(exchange.path, "http://recorded.invalid");
    const key = matchOf(exchange.method, url, exchange.requestBody);
    lines.set(key, [...(lines.get(key) ?? []), exchange]);
  }
  return async (request) => {
    const url = new URL(request.url);
    const body = await request.text();
    const line = lines.get(matchOf(request.method, url, body)) ?? near(lines, request.method, url, body);
    const next = line !== undefined && line.length > 1 ? line.shift() : line?.[0];
    if (next === undefined) {
      throw new TypeError(`the recording has no ${shapeOf(request.method, url, body, new Set())}`);
    }
    const { status, headers, responseBody } = next;
    return new Response([204, 205, 304].includes(status) ? null : responseBody, { status, headers });
  };
}

/** Ids stand in the path: two machines are two lines. */
function matchOf(method: string, url: URL, body: string): string {
  return `${method} ${url.pathname} ${membersOf(body)}`;
}

function membersOf(body: string): string {
  return Object.keys(objectIn(body)).toSorted().join(",");
}

/** A machine that was made up for this run has no line of its own: the endpoint's is taken. */
function near(
  lines: ReadonlyMap<string, RecordedExchange[]>,
  method: string,
  url: URL,
  body: string,
): RecordedExchange[] | undefined {
  const shape = shapeOf(method, url, body, new Set());
  return [...lines.values()].find(([first]) => {
    if (first === undefined) return false;
    const recorded = new URL(first.path, "http://recorded.invalid");
    return shapeOf(first.method, recorded, first.requestBody, new Set()) === shape;
  });
}
