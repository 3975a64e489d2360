import type { Clock, Fetch } from "@gpuport/core";
import { type Exchange, shapeOf } from "./exchange.ts";
import { endlessHeader, type Fault } from "./faults.ts";
import { type Forward, isStream } from "./forward.ts";

/** Which requests a fault hits. */
export interface Injection {
  readonly fault: Fault;
  readonly hits: (exchange: Exchange) => boolean;
  /** How many requests it hits; every one when left out. */
  readonly times?: number | undefined;
  /** How many pass unharmed first. */
  readonly skip?: number | undefined;
}

/** The wire between a provider and its server: keeps every request, and spoils those it is told to. */
export interface Tap {
  readonly fetch: Fetch;
  readonly exchanges: readonly Exchange[];
  /** Ids of machines, which are not part of a request's shape. */
  readonly ids: Set<string>;
  /** Sends a request of the past once more, straight to the server. */
  readonly resend: (exchange: Exchange) => Promise<Response>;
  /** Returns how many requests it has hit so far. */
  readonly inject: (injection: Injection) => () => number;
  readonly clear: () => void;
  /** What goes over the wire while `work` runs. */
  readonly during: <Result>(work: () => Promise<Result>) => Promise<{
    readonly result: Result;
    readonly exchanges: readonly Exchange[];
  }>;
  /** Counts the machines around each request from now on. */
  readonly watchMachines: () => void;
}

interface Armed extends Injection {
  left: number;
  skipped: number;
  struck: number;
}

export interface TapMeans {
  readonly clock: Clock;
  readonly forward: Forward;
  readonly machines?: (() => number | Promise<number>) | undefined;
}

export function createTap({ clock, forward, machines }: TapMeans): Tap {
  const exchanges: Exchange[] = [];
  const ids = new Set<string>();
  let armed: Armed[] = [];
  let watching = false;

  async function pass(exchange: Exchange, signal?: AbortSignal): Promise<Response> {
    exchange.forwarded = true;
    const before = watching ? await machines?.() : undefined;
    const response = await forward(exchange, signal);
    if (before !== undefined) exchange.machines = ((await machines?.()) ?? before) - before;
    return response;
  }

  function strike(exchange: Exchange): Fault | undefined {
    for (const one of armed) {
      if (one.left <= 0 || !one.hits(exchange)) continue;
      if (one.skipped < (one.skip ?? 0)) {
        one.skipped += 1;
        continue;
      }
      one.left -= 1;
      one.struck += 1;
      return one.fault;
    }
    return undefined;
  }

  async function send(request: Request): Promise<Response> {
    const body = await request.clone().text();
    const url = new URL(request.url);
    const exchange: Exchange = {
      ...{ method: request.method, url, headers: request.headers, body },
      ...{ sentAt: clock.now(), forwarded: false },
      get shape() {
        return shapeOf(request.method, url, body, ids);
      },
    };
    exchanges.push(exchange);
    request.signal.throwIfAborted();
    const fault = strike(exchange);
    const response =
      fault === undefined
        ? await pass(exchange, request.signal)
        : await fault.run({ exchange, clock, signal: request.signal, pass: () => pass(exchange) });
    return noted(exchange, response, clock.now());
  }

  return {
    // Whoever calls it as the global fetch is called, with a text and options, is served as well.
    fetch: async (request, init) => send(new Request(request, init)),
    exchanges,
    ids,
    resend: (exchange) => forward(exchange),
    inject(injection) {
      const one: Armed = { ...injection, left: injection.times ?? Infinity, skipped: 0, struck: 0 };
      armed.push(one);
      return () => one.struck;
    },
    clear() {
      armed = [];
    },
    async during(work) {
      const from = exchanges.length;
      const result = await work();
      return { result, exchanges: exchanges.slice(from) };
    },
    watchMachines() {
      watching = true;
    },
  };
}

async function noted(exchange: Exchange, response: Response, at: number): Promise<Response> {
  // A body without end cannot be read ahead; it is not kept.
  if (response.headers.has(endlessHeader) || isStream(response.headers)) return response;
  const text = await response
    .clone()
    .text()
    .catch(() => "");
  exchange.answer = { status: response.status, text, at };
  return response;
}
