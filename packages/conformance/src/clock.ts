import type { Clock } from "@gpuport/core";

/** As much of a server as time needs. */
export interface MovableTime {
  readonly now: () => number;
  /** Lets time pass at once: what is due on the way happens before this returns. */
  readonly advance: (ms: number) => unknown;
}

/**
 * A clock for a provider that lives in its server's time: to sleep is to advance it, so minutes pass in milliseconds and
 * what the server does meanwhile happens in order.
 */
export function clockOf(time: MovableTime): Clock {
  const alarms: { readonly at: number; readonly work: () => void }[] = [];
  return {
    now: () => time.now(),
    async sleep(ms, signal) {
      if (signal?.aborted) return;
      await time.advance(ms);
      for (const { work } of alarms.filter(({ at }) => at <= time.now())) work();
      alarms.splice(0, alarms.length, ...alarms.filter(({ at }) => at > time.now()));
      // Lets the answers of other calls arrive before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
    },
    alarm: (ms, work) => void alarms.push({ at: time.now() + ms, work }),
  };
}
