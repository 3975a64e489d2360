import * as z from "zod";
import { ComputeError, type Effect, isHopeful } from "../errors.ts";
import type { Endpoint } from "../facts.ts";
import { type Answer, type Failure, retryAfterMs } from "./answer.ts";

/** What a failure of one call means at the cloud. */
export interface Consequences {
  /** The effect when the answer is lost or unreadable. */
  readonly lost: Effect;
  /** The effect of a clean refusal. */
  readonly refused: Effect;
  readonly repeatable: boolean;
}

/** What a request says of itself: whether it rents, only reads, or may be done twice. */
export interface Nature {
  readonly rents?: true | "once" | undefined;
  readonly reads?: boolean | undefined;
  readonly idempotent?: boolean | undefined;
  readonly removes?: boolean | undefined;
}

export function consequencesOf(
  { method }: Endpoint,
  { rents, reads, idempotent, removes }: Nature,
): Consequences {
  if (rents) return { lost: "maybe", refused: "maybe", repeatable: false };
  const onlyReads = reads ?? method === "GET";
  return {
    lost: onlyReads ? "none" : "maybe",
    refused: "none",
    repeatable: onlyReads || idempotent === true || removes === true,
  };
}

/** A refusal in the words of the library. */
export function toRefusal(
  what: string,
  answer: Answer,
  failure: Failure,
  { refused, lost, repeatable }: Consequences,
  now: number,
): ComputeError {
  const { code } = failure;
  const said = failure.message?.trim() ?? "";
  // Nobody counts a throttled request as work. A breakdown, or a word that nobody knows, may come after the work.
  const broke = answer.status >= 500 || answer.status === 408 || code === "unknown";
  const effect = failure.effect ?? (broke ? lost : code === "rate_limited" ? "none" : refused);
  return new ComputeError({
    ...failure,
    message: `${what} answered ${answer.status}${said === "" ? "" : `: ${said}`}`,
    effect,
    retryable: (failure.retryable ?? isHopeful(code)) && (effect === "none" || repeatable),
    retryAfterMs: longest(failure.retryAfterMs, retryAfterMs(answer.headers, now)),
    status: answer.status,
  });
}

/**
 * What a good answer holds. Without a schema, any JSON or nothing.
 *
 * @throws `bad_response`.
 */
export function checkedAnswer(
  what: string,
  { body, text, status }: Answer,
  schema: z.ZodType | undefined,
  { lost, repeatable }: Consequences,
): unknown {
  const isJson = body !== undefined;
  if (schema === undefined && (isJson || text.trim() === "")) return undefined;
  const parsed = (schema ?? z.never()).safeParse(body);
  if (parsed.success) return parsed.data;
  const wrong = isJson
    ? `in another shape than documented: ${places(parsed.error)}`
    : "with something that is not JSON";
  throw new ComputeError({
    code: "bad_response",
    message: `${what} answered ${status} ${wrong}`,
    effect: lost,
    // Half an answer or a proxy's page may pass; another shape will be there next time too.
    retryable: !isJson && repeatable,
    status,
  });
}

/** A cloud may say in two places how long to wait. */
function longest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/** Where an answer differs from the documentation. zod's issues name places and types, never values. */
function places(error: z.ZodError): string {
  const first = error.issues.slice(0, 3);
  return first.map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`).join("; ");
}
