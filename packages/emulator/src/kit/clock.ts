import type { Clock } from "./types.ts";

export interface EmulatorClock extends Clock {
  /** Lets `ms` pass at once, firing every timer on the way. Works with the real clock too, as a jump. */
  readonly advance: (ms: number) => void;
  /** Forgets every timer. */
  readonly clear: () => void;
}

export interface ClockOptions {
  /** "real" follows the computer's clock, `speed` times as fast; "manual" stands still but for `advance`. */
  readonly kind: "real" | "manual";
  readonly speed: number;
  /** Epoch milliseconds of the first moment. */
  readonly startAt: number;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly work: () => void;
}

/** Longest delay `setTimeout` takes without firing at once. */
const longestSleepMs = 2 ** 31 - 1;

export function createClock({ kind, speed, startAt }: ClockOptions): EmulatorClock {
  const realStart = performance.now();
  let jumpedMs = 0;
  let count = 0;
  let timers: Timer[] = [];
  /** Set while a timer runs, so that it sees its own due time. */
  let frozenAt: number | undefined;
  let sleeping: NodeJS.Timeout | undefined;

  const passed = () => (kind === "real" ? (performance.now() - realStart) * speed : 0) + jumpedMs;
  const now = () => Math.floor(frozenAt ?? startAt + passed());

  function fireUntil(limit: number): void {
    for (;;) {
      const next = timers[0];
      if (next === undefined || next.due > limit) break;
      timers.shift();
      frozenAt = next.due;
      try {
        next.work();
      } finally {
        frozenAt = undefined;
      }
    }
  }

  function sleepUntilNext(): void {
    if (kind === "manual") return;
    clearTimeout(sleeping);
    const next = timers[0];
    if (next === undefined) return;
    const waitMs = Math.min(Math.max(0, (next.due - now()) / speed), longestSleepMs);
    sleeping = setTimeout(() => {
      fireUntil(now());
      sleepUntilNext();
    }, Math.ceil(waitMs));
    sleeping.unref();
  }

  return {
    now,
    after(ms, work) {
      const timer: Timer = { due: now() + Math.max(0, ms), order: count++, work };
      const at = timers.findIndex((other) => other.due > timer.due);
      if (at === -1) timers.push(timer);
      else timers.splice(at, 0, timer);
      if (frozenAt === undefined) sleepUntilNext();
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const target = now() + ms;
      // Timers on the way may set further timers that are due before the target; fireUntil sees them too.
      fireUntil(target);
      jumpedMs += Math.max(0, target - (startAt + passed()));
      sleepUntilNext();
    },
    clear() {
      timers = [];
      clearTimeout(sleeping);
    },
  };
}
