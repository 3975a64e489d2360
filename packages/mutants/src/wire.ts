import type { Means } from "@gpuport/conformance";
import {
  type Clock,
  ComputeError,
  type ComputeErrorCode,
  type DriverInstance,
  type Instance,
} from "@gpuport/core";
import { soundMaps } from "./adapter/map.ts";
import { tables } from "./adapter/tables.ts";
import { machineSchema } from "./adapter/wire.ts";
import type { Ground } from "./mutant.ts";

/** An answer, whatever it says. */
export interface WireAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly text: string;
  /** The JSON in it, `undefined` when it is none. */
  readonly body: unknown;
  readonly headers: Headers;
}

interface WireRequest {
  readonly json?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Tundra's API as somebody reaches it with `fetch` alone. */
export interface Wire {
  /** Any answer. @throws ComputeError when none came. */
  readonly ask: (method: string, path: string, request?: WireRequest) => Promise<WireAnswer>;
  /** A good answer, in JSON. @throws ComputeError naming what came instead. */
  readonly must: (method: string, path: string, request?: WireRequest) => Promise<WireAnswer>;
  /** A GET whose deadline ends with the head of its answer. */
  readonly askHead: (path: string, timeoutMs?: number) => Promise<Response>;
  /** The rows under a name; none where the answer has no such thing. */
  readonly rows: (answer: WireAnswer, name: string) => readonly unknown[];
  readonly toInstance: (row: unknown) => Instance;
  readonly clock: Clock;
  readonly credential: string;
}

const timeoutMs = 1_500;

export function wireTo({ url, credential }: Ground, { fetch, clock, name = "tundra" }: Means): Wire {
  async function ask(method: string, path: string, { json, signal }: WireRequest = {}): Promise<WireAnswer> {
    const limit = AbortSignal.timeout(timeoutMs);
    const what = { provider: name, operation: `${method} ${path.replace(/[?].*/, "")}` };
    try {
      const response = await fetch(
        new Request(url + path, {
          method,
          headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
          signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
        }),
      );
      const text = await response.text();
      const { status, ok, headers } = response;
      return { status, ok, text, body: jsonOf(text), headers };
    } catch {
      const code = signal?.aborted ? "cancelled" : limit.aborted ? "timeout" : "unavailable";
      throw new ComputeError({ ...what, code, message: `${what.operation}: ${code}`, effect: "maybe" });
    }
  }

  async function must(method: string, path: string, request?: WireRequest): Promise<WireAnswer> {
    const answer = await ask(method, path, request);
    if (answer.ok && answer.body !== undefined) return answer;
    const word = textOf(answer.body, "error");
    throw new ComputeError({
      code: codeOf(answer.status, word),
      ...{ provider: name, operation: `${method} ${path.replace(/[?].*/, "")}`, status: answer.status },
      message: `${method} answered ${answer.status} ${word}`,
      effect: method === "GET" ? "none" : "maybe",
    });
  }

  async function askHead(path: string, limitMs = timeoutMs): Promise<Response> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), limitMs);
    try {
      const headers = { authorization: `Bearer ${credential}` };
      return await fetch(new Request(url + path, { headers, signal: stop.signal }));
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    ...{ ask, must, askHead, clock, credential },
    rows: ({ body }, member) => {
      const value = memberOf(body, member);
      return Array.isArray(value) ? value : [];
    },
    toInstance(row) {
      const { identity: _, ...instance }: DriverInstance = soundMaps.toInstance(
        machineSchema.parse(row),
        tables,
        soundMaps,
      );
      return { ...instance, labels: {}, provider: name, observedAt: new Date(clock.now()) };
    },
  };
}

function codeOf(status: number, word: string): ComputeErrorCode {
  if (status < 300) return "bad_response";
  if (word === "bad_key" || status === 401) return "unauthenticated";
  if (word === "no_such_machine") return "not_found";
  if (status === 403) return "permission_denied";
  if (status === 429) return "rate_limited";
  if (status >= 500 || status === 408) return "unavailable";
  return status === 404 ? "invalid_config" : "invalid_argument";
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : undefined;
}

/** A text member of an answer, or of a member of it: `machine.id`. */
export function textOf(body: unknown, path: string): string {
  const value = path.split(".").reduce(memberOf, body);
  return typeof value === "string" ? value : "";
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
