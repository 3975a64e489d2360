import type { Bars } from "./plot.ts";
import type { StubServer } from "./server.ts";
import type { Spread } from "./stats.ts";

/** How much to measure. */
export interface Effort {
  /** `check`: only what {@link Section.watched} needs. */
  readonly form: "full" | "quick" | "check";
  readonly rounds: number;
  /** Of the calls of a round. */
  readonly scale: number;
}

export interface Surroundings {
  readonly server: StubServer;
  readonly effort: Effort;
}

export interface Goal {
  readonly what: string;
  readonly is: "at most" | "at least";
  readonly limit: number;
  readonly got: Spread;
  /** How a figure is written; two decimals when left out. */
  readonly show?: ((figure: number) => string) | undefined;
}

/** The quarter of the rounds that is on the wrong side of the middle must keep the goal, too. */
export function isMet({ is, limit, got }: Goal): boolean {
  return is === "at most" ? got.upper <= limit : got.lower >= limit;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one workload has to say: a section of docs/performance.md. */
export interface Section {
  readonly title: string;
  /** What was done, in plain words. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  readonly plots: Readonly<Record<string, Bars>>;
  /** What a reader should know of the figures: what was left out, and why. */
  readonly notes: readonly string[];
  /** Ratios that the check holds to what is recorded. */
  readonly watched: Readonly<Record<string, Spread>>;
}

export type Workload = (surroundings: Surroundings) => Promise<Section>;
