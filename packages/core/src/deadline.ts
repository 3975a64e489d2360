import type { Clock } from "./clock.ts";
import { ComputeError } from "./errors.ts";

/** A moment by which something must have ended. */
export interface Deadline {
  /** By the clock's `now`. */
  readonly at: number;
  readonly remainingMs: () => number;
}

export function deadlineAfter(clock: Clock, ms: number): Deadline {
  const at = clock.now() + ms;
  return { at, remainingMs: () => Math.max(0, at - clock.now()) };
}

/** The reason of a signal that a deadline has aborted, to tell it from the caller's own. */
export const deadlinePassed: Error = new Error("the deadline has passed");

/** Why nothing more may be done, if so. */
export function ended(signal: AbortSignal, what: string): ComputeError | undefined {
  if (!signal.aborted) return undefined;
  const late = signal.reason === deadlinePassed;
  return new ComputeError({
    code: late ? "timeout" : "cancelled",
    message: `${what}: ${late ? "timed out" : "cancelled"}`,
  });
}

export interface DeadlineScope {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  readonly close: () => void;
}

/** A signal of its own for every call: it ends with the caller's signal or the deadline, and leaves no listener behind. */
export function deadlineScope(caller: AbortSignal | undefined, deadline: Deadline): DeadlineScope {
  const controller = new AbortController();
  const leave = (): void => controller.abort(caller?.reason);
  if (caller?.aborted) leave();
  else caller?.addEventListener("abort", leave, { once: true });
  const timer = setTimeout(
    () => controller.abort(deadlinePassed),
    Math.min(deadline.remainingMs(), 2 ** 31 - 1),
  );
  return {
    signal: controller.signal,
    deadline,
    close: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", leave);
    },
  };
}

/** Resolves when the signal aborts. Only for signals that end with the waiting. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
