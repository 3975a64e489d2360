import { ComputeError, type Effect } from "../errors.ts";

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

/** Failures that come before a single byte of the request is on the wire. Anything else may have reached the cloud. */
const unsentCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

export function networkError(error: unknown): ExchangeError {
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
