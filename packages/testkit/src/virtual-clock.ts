/** A clock whose time passes only while a test runs it, from one timer to the next. */
export interface VirtualClock {
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly alarm: (ms: number, work: () => void) => void;
  /** Lets time pass until the work is done; throws when nothing is left that could end it. */
  readonly run: <Result>(work: Promise<Result>) => Promise<Result>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
}

/** A discrete-event clock: many sleepers share one time, so hours of waiting calls pass in milliseconds. */
export function virtualClock(startsAt = 0): VirtualClock {
  let now = startsAt;
  let order = 0;
  const timers = new Set<Timer>();

  function after(ms: number, ring: () => void): () => void {
    order += 1;
    const timer = { at: now + Math.max(0, ms), order, ring };
    timers.add(timer);
    return () => void timers.delete(timer);
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const cancel = after(ms, resolve);
        signal?.addEventListener("abort", () => resolve(cancel()), { once: true });
      }),
    alarm: (ms, work) => void after(ms, work),
    async run(work) {
      let done = false;
      const mark = (): void => {
        done = true;
      };
      work.then(mark, mark);
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (done) return work;
        const next = [...timers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (next === undefined) throw new Error("nothing is left that could end the work");
        timers.delete(next);
        now = Math.max(now, next.at);
        next.ring();
      }
    },
  };
}
