import ky, { type Options } from "ky";
import { deadlinePassed } from "../deadline.ts";
import { readText } from "./body.ts";
import { ExchangeError, networkError } from "./exchange-error.ts";
import { sendWithNode, standsInForFetch } from "./transport.ts";

export type Fetch = (request: Request, init?: RequestInit) => Promise<Response>;

/** One request on its way out. */
export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** Of an answer that never ends, what has come when nothing more has come for so long is all of it. */
  readonly untilSilentMs?: number | undefined;
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

/** Networks in front of some clouds turn away what does not say what it is, or says what its library is. */
const userAgent = "gpuport";

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
    // Node's client is given whole answers only; one that never ends is read piece by piece.
    const light = outgoing.fetch === undefined && outgoing.untilSilentMs === undefined && standsInForFetch();
    return await (light ? viaNode : viaFetch)(outgoing, abort.signal);
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

/** The lighter way. The transport sets the headers: on their way through ky and a Request they are copied four times. */
async function viaNode(outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
  const { url, maxResponseBytes: maxBytes } = outgoing;
  const bounds = { signal, maxBytes, headers: headersOf(outgoing) };
  const send = (request: Request): Promise<Response> => sendWithNode(request, bounds);
  const response = await client(url, { ...contentOf(outgoing), fetch: send as typeof fetch });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function viaFetch(outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
  const send: Fetch = outgoing.fetch ?? ((request, init) => globalThis.fetch(request, init));
  const response = await client(outgoing.url, {
    ...{ ...contentOf(outgoing), headers: headersOf(outgoing), signal },
    fetch: send as typeof fetch, // ky always calls it with a Request
  });
  const text = await readText(response, outgoing.maxResponseBytes, outgoing.untilSilentMs);
  return { status: response.status, headers: response.headers, text };
}

const headersOf = ({ headers }: Outgoing): Readonly<Record<string, string>> => ({
  accept: "application/json",
  "user-agent": userAgent,
  ...headers,
});

const contentOf = ({ method, json }: Outgoing): Options =>
  json === undefined ? { method } : { method, json };

function leftBy(signal: AbortSignal, sent: boolean): ExchangeError {
  const late = signal.reason === deadlinePassed;
  return new ExchangeError(late ? "timeout" : "cancelled", late ? "timed out" : "cancelled", { sent });
}
