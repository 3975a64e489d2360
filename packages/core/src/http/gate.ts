import type { Clock } from "../clock.ts";
import type { RateLimit } from "../facts.ts";

/** Lets calls through one limit, in the order they came. */
export interface Gate {
  /** Waits for a turn and gives the function that tells of the answer. Rejects with the signal's reason. */
  readonly enter: (signal: AbortSignal) => Promise<() => void>;
}

/**
 * A gate for one endpoint. The distance is kept from the *answer* of one call to the sending of a later one: the cloud
 * saw the earlier call before we saw its answer, so at the cloud the distance is never shorter.
 */
export function createGate(limit: RateLimit, clock: Clock): Gate {
  const answeredAt: number[] = [];
  let inFlight = 0;
  let line: Promise<unknown> = Promise.resolve();
  let answered = Promise.withResolvers<void>();

  async function turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      while (answeredAt[0] !== undefined && clock.now() - answeredAt[0] >= limit.perMs) answeredAt.shift();
      if (answeredAt.length + inFlight < limit.calls) break;
      const oldest = answeredAt[0];
      if (oldest === undefined) await untilSettledOrAborted(answered.promise, signal);
      else await clock.sleep(oldest + limit.perMs - clock.now(), signal);
    }
    inFlight += 1;
  }

  return {
    async enter(signal) {
      const mine = line.then(() => turn(signal));
      line = mine.catch(() => undefined); // whoever leaves the line must not close the gate for the next
      await mine;
      return () => {
        inFlight -= 1;
        answeredAt.push(clock.now());
        answered.resolve();
        answered = Promise.withResolvers();
      };
    },
  };
}

function untilSettledOrAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done, { once: true });
    void promise.then(done);
  });
}
