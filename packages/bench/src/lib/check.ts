import { spread } from "./report.ts";
import type { Spread } from "./stats.ts";

/** Ratios as they were when somebody last looked at them and was content. Smaller is better. */
export type Recorded = Readonly<Record<string, Spread>>;

export interface Finding {
  readonly what: string;
  readonly worse: boolean;
  readonly words: string;
}

/**
 * By how much a ratio may differ between two runs of the same code: on two shared cores that are busy with other things,
 * the same commit gave 1.21 and 1.47.
 */
const noise = 1.3;

/** Worse is what is beyond the noise in the middle, and not only at the edge: three rounds of four must show it. */
export function compare(now: Recorded, recorded: Recorded): Finding[] {
  const missing = Object.keys(recorded).filter((what) => !Object.hasOwn(now, what));
  return [
    ...missing.map((what) => ({ what, worse: true, words: "is recorded, and was not measured" })),
    ...Object.entries(now).map(([what, value]) => {
      const before = recorded[what];
      if (before === undefined)
        return { what, worse: true, words: "is not recorded: run pnpm bench --record" };
      const worse = value.median > before.median * noise && value.lower > before.median;
      return { what, worse, words: `${spread(value)}, recorded ${spread(before)}${worse ? ": worse" : ""}` };
    }),
  ];
}
