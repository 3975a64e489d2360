import type { Clock } from "@gpuport/core";
import type { Exchange } from "./exchange.ts";

/** One request on its way, in the hands of a fault. */
interface Hit {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** The provider's own signal for this request. */
  readonly signal: AbortSignal;
  /** Has the server do the work, whatever becomes of the answer. */
  readonly pass: () => Promise<Response>;
}

/** What real networks and real clouds do to a request. */
export interface Fault {
  /** Ends a sentence that begins with "after" or "when": "a 502 before the work". */
  readonly name: string;
  readonly run: (hit: Hit) => Promise<Response>;
}

/** Whether the server does what was asked although its answer is spoiled. */
export type Work = "before" | "after";

const page = "<!doctype html><html><head><title>One moment</title></head><body>Please wait.</body></html>";

/** As undici throws it. */
function connectionReset(): TypeError {
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  return new TypeError("fetch failed", { cause });
}

async function work(hit: Hit, when: Work | undefined): Promise<void> {
  if (when === "after") await hit.pass();
}

/** Reads have no work that could be done before or after: there, the phase is left out. */
const phase = (when: Work | undefined): string => (when === undefined ? "" : ` ${when} the work`);

export function reset(when?: Work): Fault {
  return {
    name: `a reset${phase(when)}`,
    async run(hit) {
      await work(hit, when);
      throw connectionReset();
    },
  };
}

/** The request never gets an answer; it ends when the provider gives up. */
export function silence(when?: Work): Fault {
  return {
    name: `silence${phase(when)}`,
    async run(hit) {
      await work(hit, when);
      return new Promise((_, reject) => {
        const leave = (): void => reject(hit.signal.reason);
        if (hit.signal.aborted) leave();
        else hit.signal.addEventListener("abort", leave, { once: true });
      });
    },
  };
}

export interface Spoiled {
  readonly status: number;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly when?: Work | undefined;
}

/** Any answer in place of the right one. */
export function answer(name: string, { status, body = "", headers = {}, when }: Spoiled): Fault {
  return {
    name,
    async run(hit) {
      await work(hit, when);
      return new Response(status === 204 ? null : body, { status, headers });
    },
  };
}

export function refusal(status: number, when?: Work): Fault {
  const headers = { "content-type": "text/plain" };
  return answer(`a ${status}${phase(when)}`, { status, body: "no", headers, when });
}

/** As an API that speaks JSON refuses, where {@link refusal} may be the network in front of it. */
export const refusalInJson = (status: number): Fault =>
  answer(`a ${status} in JSON`, { status, body: `{"message":"no"}`, headers: json });

export function throttle(retryAfter?: string): Fault {
  const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  const name = retryAfter === undefined ? "a 429" : "a 429 that says how long to wait";
  return answer(name, { status: 429, body: "slow down", headers });
}

/** Marks an answer that cannot be read ahead. */
export const endlessHeader = "x-gpuport-endless";

const json = { "content-type": "application/json" };

export const webPage = (when?: Work, status = 200): Fault =>
  answer(`a web page with ${status}${phase(when)}`, {
    ...{ status, body: page, when },
    headers: { "content-type": "text/html" },
  });
export const noBody = (when?: Work): Fault =>
  answer(`an empty body${phase(when)}`, { status: 200, headers: json, when });
export const brokenJson = (when?: Work): Fault =>
  answer(`broken JSON${phase(when)}`, { status: 200, body: `{"id": "`, headers: json, when });
export const literally = (body: string, when?: Work): Fault =>
  answer(`the body ${body}${phase(when)}`, { status: 200, body, headers: json, when });

/** The work is done, and the first half of its answer arrives. */
export const halfAnswer: Fault = {
  name: "half an answer",
  async run(hit) {
    const text = await (await hit.pass()).text();
    return new Response(text.slice(0, Math.max(1, Math.floor(text.length / 2))), {
      ...{ status: 200, headers: json },
    });
  },
};

/** The work is done, and the connection breaks in the middle of the answer. */
export const cutAnswer: Fault = {
  name: "an answer that breaks off",
  async run(hit) {
    const text = await (await hit.pass()).text();
    const start = new TextEncoder().encode(text.slice(0, Math.max(1, Math.floor(text.length / 2))));
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(start),
      pull: (controller) => controller.error(connectionReset()),
    });
    return new Response(body, { status: 200, headers: json });
  },
};

/** The head and a first byte, and then nothing for ever. */
export const endlessAnswer: Fault = {
  name: "an answer without end",
  async run({ signal }) {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("{"));
        signal.addEventListener("abort", () => controller.error(signal.reason), { once: true });
      },
    });
    return new Response(body, { status: 200, headers: { ...json, [endlessHeader]: "true" } });
  },
};

/** The work is done, and its answer, with the machine's id in it, comes under an error's status. */
export const idInError = (status: number): Fault => ({
  name: `a ${status} that names the machine`,
  async run(hit) {
    const text = await (await hit.pass()).text();
    return new Response(text, { status, headers: json });
  },
});

/** The answer is lost, and the work is done when nobody expects it any more. */
export const lateWork = (lateMs: number): Fault => ({
  name: "a reset, with the work done later",
  async run({ clock, pass }) {
    // A server that is closed by then has nothing left to do.
    clock.alarm(lateMs, () => void pass().catch(() => undefined));
    throw connectionReset();
  },
});

/** Answered as if it had been done, with nothing done. */
export const lostWork = (accepted: { readonly status: number; readonly text: string }): Fault =>
  answer("an accepted request that is never carried out", {
    ...{ status: accepted.status, body: accepted.text, headers: json },
  });

/** The right answer, with its JSON changed. `change` gives back what is to be sent. */
export function changed(name: string, change: (body: unknown) => unknown): Fault {
  return {
    name,
    async run(hit) {
      const response = await hit.pass();
      const text = await response.clone().text();
      if (!response.ok || text === "") return response;
      return new Response(JSON.stringify(change(JSON.parse(text))), {
        status: response.status,
        headers: json,
      });
    },
  };
}
