import type { ComputeErrorCode, Effect, ErrorScope } from "../errors.ts";
import { eventsIn } from "./events.ts";
import { parsedJson } from "./json.ts";

/** An answer of a cloud, as far as it must be read to know whether it is a refusal. */
export interface Answer {
  readonly endpoint: string;
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, the events of an event stream, or `undefined` when the body is neither. */
  readonly body: unknown;
  readonly text: string;
}

/** A refusal that an adapter has recognised. */
export interface Failure {
  readonly code: ComputeErrorCode;
  /** What the cloud said, for people. */
  readonly message?: string | undefined;
  /** The cloud's own code. */
  readonly providerCode?: string | undefined;
  /**
   * `none` where the cloud's documentation proves that this refusal comes before any work. Without it, an error
   * answer to a call that rents counts as `maybe`.
   */
  readonly effect?: Effect | undefined;
  readonly scope?: ErrorScope | undefined;
  /** A machine that exists in spite of the refusal. */
  readonly instanceId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** How far apart calls to this endpoint must be, where a throttled answer says so. */
  readonly minIntervalMs?: number | undefined;
  readonly retryable?: boolean | undefined;
  /** The parameter that was refused, where the cloud names one. */
  readonly field?: string | undefined;
}

/** One row of an adapter's table of refusals. */
export type ErrorRow = Pick<Failure, "code" | "effect" | "scope" | "retryable">;

/**
 * Recognises a cloud's refusals. Sees every answer, because some clouds refuse with status 200; `undefined` means "not
 * a refusal I know", and core goes by the HTTP status.
 */
export type ReadFailure = (answer: Answer) => Failure | undefined;

/** What an HTTP status says where the adapter has nothing to say. A bare 404 never says that an instance is gone. */
export function failureOfStatus(status: number): Failure | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) {
    return {
      code: "invalid_config",
      message: "it redirects elsewhere, which is not followed; check baseUrl",
    };
  }
  if (status >= 500 || status === 408) return { code: "unavailable" };
  const codes: Readonly<Record<number, ComputeErrorCode>> = {
    401: "unauthenticated",
    402: "insufficient_funds",
    403: "permission_denied",
    409: "conflict",
    429: "rate_limited",
  };
  if (status === 404 || status === 405 || status === 410) {
    return {
      code: "invalid_config",
      message: "no such endpoint; check baseUrl and the path of this endpoint",
    };
  }
  return { code: codes[status] ?? "invalid_argument" };
}

/** `Retry-After` in milliseconds, from seconds or a date. A date is held against the cloud's own clock, if it shows one. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = Date.parse(value);
  if (Number.isNaN(date)) return undefined;
  const serverNow = Date.parse(headers.get("date") ?? "");
  return Math.max(0, date - (Number.isNaN(serverNow) ? now : serverNow));
}

export function toAnswer(
  endpoint: string,
  { status, headers, text }: Pick<Answer, "status" | "headers" | "text">,
): Answer {
  const isStream = /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
  return { endpoint, status, headers, text, body: isStream ? eventsIn(text) : parsedJson(text) };
}
