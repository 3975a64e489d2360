import pRetry from "p-retry";
import type { Clock } from "../clock.ts";
import type { Deadline } from "../deadline.ts";
import { type ComputeError, isComputeError } from "../errors.ts";

const maxAttempts = 4;
const firstPauseMs = 300;
const longestPauseMs = 10_000;

/** What may go away by itself while a call is still waiting. Missing capacity does not. */
const transientCodes = ["rate_limited", "unavailable", "timeout", "bad_response"] as const;

/**
 * Repeats one request while its failures are `retryable` and pass by themselves: at most three times, after jittered
 * pauses or as long as the cloud asked for, and never past the deadline. A wait that the cloud named does not count
 * as one of the three.
 */
export async function withRetries<Result>(
  attempt: (attemptNumber: number) => Promise<Result>,
  {
    clock,
    deadline,
    signal,
  }: { readonly clock: Clock; readonly deadline: Deadline; readonly signal: AbortSignal },
): Promise<Result> {
  const first = attempt(1);
  try {
    return await first;
  } catch {
    // Looked at below, with what comes after it.
  }
  return pRetry((number) => (number === 1 ? first : attempt(number)), {
    retries: maxAttempts - 1,
    minTimeout: 0,
    shouldConsumeRetry: ({ error }) =>
      !(isComputeError(error, "rate_limited") && error.retryAfterMs !== undefined),
    shouldRetry: async ({ error, attemptNumber }) => {
      if (!isComputeError(error, ...transientCodes) || !error.retryable) return false;
      const waitMs = pauseMs(error, attemptNumber);
      if (waitMs >= deadline.remainingMs()) return false;
      await clock.sleep(waitMs, signal);
      return !signal.aborted;
    },
  });
}

/** The cloud's own wish, or half to all of a doubling pause. */
function pauseMs(error: ComputeError, attemptNumber: number): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (attemptNumber - 1));
  return Math.max(error.retryAfterMs ?? 0, pause * (0.5 + Math.random() / 2));
}
