import ky, { type Options } from "ky";
import { deadlinePassed } from "../deadline.ts";
import { readText } from "./body.ts";
import { ExchangeError, networkError } from "./exchange-error.ts";
import { isNode, sendWithNode } from "./transport.ts";

export type Fetch = (request: Request, init?: RequestInit) => Promise<Response>;

/** One request on its way out. */
export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal;
  /** What the user gave; this package's own transport when left out. */
  readonly fetch: Fetch | undefined;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

// Retries, time-outs and redirects are ours: ky's own would repeat a PUT that rents, time head and body apart, and
// carry credentials to another host.
const client = ky.create({ retry: 0, timeout: false, throwHttpErrors: false, redirect: "manual" });

/** What sends where the user gave nothing: under Node the lighter transport, elsewhere the runtime's fetch. */
const ownFetch: Fetch | undefined = isNode ? undefined : (request, init) => globalThis.fetch(request, init);

/**
 * One request and its whole answer. One deadline covers connecting, the head and the body; the body is bounded.
 *
 * @throws ExchangeError when no complete answer came.
 */
export async function exchange(outgoing: Outgoing): Promise<Incoming> {
  const abort = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort.abort();
  }, outgoing.timeoutMs);
  const leave = (): void => abort.abort();
  outgoing.signal.addEventListener("abort", leave, { once: true });
  try {
    if (outgoing.signal.aborted) throw leftBy(outgoing.signal, false);
    if (outgoing.timeoutMs <= 0)
      throw new ExchangeError("timeout", "no time left to send it", { sent: false });
    const { fetch = ownFetch, maxResponseBytes: maxBytes } = outgoing;
    const request: Options = {
      method: outgoing.method,
      headers: { accept: "application/json", ...outgoing.headers },
      ...(outgoing.json === undefined ? {} : { json: outgoing.json }),
    };
    if (fetch === undefined) {
      const send = (sent: Request): Promise<Response> =>
        sendWithNode(sent, { signal: abort.signal, maxBytes });
      const response = await client(outgoing.url, { ...request, fetch: send as typeof globalThis.fetch });
      return { status: response.status, headers: response.headers, text: await response.text() };
    }
    const means = { signal: abort.signal, fetch: fetch as typeof globalThis.fetch };
    const response = await client(outgoing.url, { ...request, ...means });
    return { status: response.status, headers: response.headers, text: await readText(response, maxBytes) };
  } catch (error) {
    abort.abort(); // lets go of a body that is not read to its end
    if (error instanceof ExchangeError) throw error;
    if (timedOut)
      throw new ExchangeError("timeout", `no answer within ${outgoing.timeoutMs} ms`, { sent: true });
    if (outgoing.signal.aborted) throw leftBy(outgoing.signal, true);
    throw networkError(error);
  } finally {
    clearTimeout(timer);
    outgoing.signal.removeEventListener("abort", leave);
  }
}

function leftBy(signal: AbortSignal, sent: boolean): ExchangeError {
  const late = signal.reason === deadlinePassed;
  return new ExchangeError(late ? "timeout" : "cancelled", late ? "timed out" : "cancelled", { sent });
}
