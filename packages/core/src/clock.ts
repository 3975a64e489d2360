/** The time that core lives by. Tests hand in one of their own, and hours pass in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when the signal aborts; it never rejects. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Calls `work` after `ms`, without keeping the process alive for it. */
  readonly alarm: (ms: number, work: () => void) => void;
}

const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, longestTimer));
      signal?.addEventListener("abort", done, { once: true });
    }),
  alarm(ms, work) {
    const timer: unknown = setTimeout(work, Math.min(Math.max(ms, 0), longestTimer));
    if (
      typeof timer === "object" &&
      timer !== null &&
      "unref" in timer &&
      typeof timer.unref === "function"
    ) {
      timer.unref();
    }
  },
};
