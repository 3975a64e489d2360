import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import type { Fetch } from "@gpuport/core";
import { sentinelsIn } from "./sentinels.ts";

/** Everything that anybody could write into a log, as texts. */
export interface Overheard extends Disposable {
  /** Texts with secrets in them: where each came from, and what it says. */
  readonly leaks: () => readonly string[];
  /** Takes down a value in all the ways in which values are printed. */
  readonly hear: (from: string, value: unknown) => void;
  readonly count: () => number;
}

/** A trace is one object: what is in it at the end was in it before. */
const traces = ["start", "error", "asyncEnd"];
const channels = [
  ...traces.map((event) => `tracing:gpuport:operation:${event}`),
  ...traces.map((event) => `tracing:gpuport:request:${event}`),
  "gpuport:alarm",
];

/** @param given Secrets that a cloud has given out. */
export function eavesdrop(given: ReadonlySet<string>): Overheard {
  const leaks = new Set<string>();
  let count = 0;

  function hear(from: string, value: unknown): void {
    for (const text of textsOf(value)) {
      count += 1;
      const found = sentinelsIn(text, given);
      const at = found[0] === undefined ? 0 : text.indexOf(found[0]);
      if (found.length > 0)
        leaks.add(`${from}: ${found.join(", ")} in …${text.slice(Math.max(0, at - 150), at + 50)}…`);
    }
  }
  const listen = (message: unknown, name: string | symbol): void => hear(String(name), message);
  for (const channel of channels) subscribe(channel, listen);
  return {
    hear,
    leaks: () => [...leaks],
    count: () => count,
    [Symbol.dispose]() {
      for (const channel of channels) unsubscribe(channel, listen);
    },
  };
}

function textsOf(value: unknown): string[] {
  const all = [String(value), inspect(value), inspect(value, { depth: 20, showHidden: true, getters: true })];
  try {
    all.push(JSON.stringify(value) ?? "");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // a circle has no JSON
  }
  if (value instanceof Error) {
    const { message, stack = "", cause } = value;
    all.push(message, stack, ...(cause === undefined ? [] : textsOf(cause)));
    if (value instanceof AggregateError) all.push(...value.errors.flatMap(textsOf));
  }
  return all;
}

/** What is done to the answers of a cloud. */
export interface Answers {
  /** Instead of an answer: the request itself, headers and all, as a refusal with this status. */
  echo?: { readonly status: number; readonly as: "json" | "text" | "html" } | undefined;
  /** To which requests, as `POST /path`; to all when left out. */
  only?: RegExp | undefined;
}

/** What clouds give out, and nobody else may see: session tokens, and passwords of machines. */
const givenOut = /"(?:accessToken|password)"\s*:\s*"([^"]{4,})"/g;

/** A `fetch` that takes down where secrets go, and what a cloud gives out. */
export interface Wire {
  readonly fetch: Fetch;
  readonly answers: Answers;
  /** Each place of a request that held a secret, as `header authorization`, `body env`, `query passwd` or `path`. */
  readonly places: ReadonlySet<string>;
}

export function tappedWire(given: Set<string>): Wire {
  const answers: Answers = {};
  const places = new Set<string>();

  return {
    answers,
    places,
    async fetch(request, init) {
      const body = await request.clone().text();
      note(request, body);
      const { echo, only = /^/ } = answers;
      if (echo !== undefined && only.test(`${request.method} ${new URL(request.url).pathname}`)) {
        return echoOf(request, body, echo);
      }
      const response = await fetch(request, init);
      const text = await response
        .clone()
        .text()
        .catch(() => ""); // cut off, or reset
      for (const [, secret] of text.matchAll(givenOut)) if (secret !== undefined) given.add(secret);
      return response;
    },
  };

  function note({ url, headers }: Request, body: string): void {
    const { pathname, searchParams } = new URL(url);
    const holds = (text: string): boolean => sentinelsIn(text, given).length > 0;
    if (holds(decodeURIComponent(pathname))) places.add("path");
    for (const [name, value] of searchParams) if (holds(value)) places.add(`query ${name}`);
    for (const [name, value] of headers) if (holds(value)) places.add(`header ${name}`);
    if (!holds(body)) return;
    for (const [name, value] of Object.entries(JSON.parse(body) as object)) {
      if (holds(JSON.stringify(value))) places.add(`body ${name}`);
    }
  }
}

/** Clouds repeat what they refuse. */
function echoOf(request: Request, body: string, { status, as }: NonNullable<Answers["echo"]>): Response {
  const headers = JSON.stringify(Object.fromEntries(request.headers));
  // A long message is cut off: each half of a request stands in front once.
  const words = as === "json" ? `cannot do ${body}, ${request.url}, ${headers}` : `${headers} and ${body}`;
  const named = { code: 1, success: false, error: words, msg: words, message: words, detail: words };
  const texts = { json: JSON.stringify(named), text: words, html: `<html><body>${words}</body></html>` };
  const types = { json: "application/json", text: "text/plain", html: "text/html" };
  return new Response(texts[as], { status, headers: { "content-type": types[as] } });
}
