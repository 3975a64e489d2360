import type { Clock } from "@gpuport/core";

/** The time of an emulator in another process. To sleep is to advance it. */
export interface RemoteClock extends Clock {
  /** Some calls move the emulator's time. */
  readonly catchUp: () => Promise<void>;
}

/** @param origin Of any of its ports. */
export function remoteClock(origin: string, startAt: number): RemoteClock {
  const url = new URL("/_emulator/clock", origin);
  let now = startAt;

  async function ask(init?: RequestInit): Promise<void> {
    const answer = (await (await fetch(url, init)).json()) as { readonly now: number };
    now = Math.max(now, answer.now);
  }

  return {
    // No two looks at a clock show the same time.
    now: () => ++now,
    async sleep(ms, signal) {
      if (signal?.aborted) return;
      now += ms;
      await ask({ method: "POST", body: JSON.stringify({ advanceMs: ms }) });
    },
    alarm: () => {}, // nobody here lives long enough
    catchUp: () => ask(),
  };
}
