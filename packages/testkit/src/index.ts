import nock from "nock";

export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
export { nock };

/** A reply that arrives after `ms`, headers included. Safe to abort, unlike nock's own `.delay()`. */
export function slow<T>(ms: number, body: T): () => Promise<T> {
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return body;
  };
}

/** As much of an emulator as time needs. */
interface WithClock {
  readonly clock: { readonly now: () => number; readonly advance: (ms: number) => unknown };
}

/**
 * A clock for a provider that lives in an emulator's time: to sleep is to advance it, so minutes pass in milliseconds
 * and what the emulator does meanwhile happens in order.
 */
export function emulatedClock({ clock }: WithClock): {
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly alarm: (ms: number, work: () => void) => void;
} {
  const alarms: { readonly at: number; readonly work: () => void }[] = [];
  return {
    now: () => clock.now(),
    async sleep(ms, signal) {
      if (signal?.aborted) return;
      await clock.advance(ms);
      for (const { work } of alarms.filter(({ at }) => at <= clock.now())) work();
      alarms.splice(0, alarms.length, ...alarms.filter(({ at }) => at > clock.now()));
      // Lets the answers of other calls arrive before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
    },
    alarm: (ms, work) => void alarms.push({ at: clock.now() + ms, work }),
  };
}
