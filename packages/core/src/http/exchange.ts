import ky from "ky";
import { deadlinePassed } from "../deadline.ts";
import { ComputeError, type Effect } from "../errors.ts";

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
  readonly fetch: Fetch;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Why no complete answer came. `sent: false` only where it is certain that the cloud saw nothing. */
export class ExchangeError extends Error {
  readonly kind: "timeout" | "cancelled" | "network" | "too_large";
  readonly sent: boolean;

  constructor(kind: ExchangeError["kind"], message: string, options: { sent: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.sent = options.sent;
  }
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
    const response = await client(outgoing.url, {
      method: outgoing.method,
      headers: { accept: "application/json", "user-agent": userAgent, ...outgoing.headers },
      ...(outgoing.json === undefined ? {} : { json: outgoing.json }),
      signal: abort.signal,
      fetch: outgoing.fetch as typeof fetch, // ky always calls it with a Request
    });
    const text = await readBounded(response, outgoing);
    return { status: response.status, headers: response.headers, text };
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

async function readBounded(
  response: Response,
  { maxResponseBytes: limit, untilSilentMs }: Outgoing,
): Promise<string> {
  const tooLarge = (): ExchangeError =>
    new ExchangeError("too_large", `the answer is larger than ${limit} bytes`, { sent: true });
  if (Number(response.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let size = 0;
  let text = "";
  for (;;) {
    const next = await chunkOrSilence(reader, untilSilentMs);
    if (next === "silence") await reader.cancel();
    if (next === "silence" || next.done) return text + decoder.decode();
    size += next.value.byteLength;
    if (size > limit) throw tooLarge();
    text += decoder.decode(next.value, { stream: true });
  }
}

type Chunk = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>>;

async function chunkOrSilence(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  untilSilentMs: number | undefined,
): Promise<Chunk | "silence"> {
  if (untilSilentMs === undefined) return reader.read();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<"silence">((resolve) => {
    timer = setTimeout(() => resolve("silence"), untilSilentMs);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** Failures that come before a single byte of the request is on the wire. Anything else may have reached the cloud. */
const unsentCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function networkError(error: unknown): ExchangeError {
  const causes = causesOf(error);
  const codes = causes.flatMap((cause) => (typeof cause.code === "string" ? [cause.code] : []));
  const sent = codes.length === 0 || !codes.every((code) => unsentCodes.has(code));
  const innermost = causes.at(-1);
  // ky's and fetch's own errors hold the request with its headers; only the innermost cause is kept, and only its words.
  const words = codes[0] ?? innermost?.message ?? "the connection failed";
  const cause = new Error(words);
  cause.name = innermost?.name ?? "Error";
  return new ExchangeError("network", `the connection failed (${words})`, { sent, cause });
}

interface Cause {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
}

/** The leaves of the tree of causes: what the operating system or the TLS library said. */
function causesOf(error: unknown): Cause[] {
  if (!(error instanceof Error)) return [];
  const below =
    error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  const leaves = below.flatMap(causesOf);
  return leaves.length > 0 ? leaves : [error];
}

/** An {@link ExchangeError} in the words of the library. */
export function toComputeError(
  error: ExchangeError,
  what: string,
  effect: Effect,
  retryable: boolean,
): ComputeError {
  const codes = {
    timeout: "timeout",
    cancelled: "cancelled",
    network: "unavailable",
    too_large: "bad_response",
  } as const;
  const code = codes[error.kind];
  return new ComputeError({
    code,
    message: `${what}: ${error.message}`,
    effect,
    retryable: retryable && (code === "timeout" || code === "unavailable"),
    cause: error.cause,
  });
}
