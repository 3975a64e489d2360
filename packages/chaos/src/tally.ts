import type { Cell } from "./cell.ts";
import { rowOf } from "./cell.ts";
import { type Verdict, type Wrong, wrongs } from "./judge.ts";

export const sides = ["on", "off"] as const;
/** With the protocol, or without it. */
export type Side = (typeof sides)[number];

/** Cells with each wrong, not wrongs. */
export interface Count {
  cells: number;
  reaped: number;
  /** Cells in which the fault met a call. */
  struck: number;
  readonly wrong: Record<Wrong, number>;
}

/** One thing that went wrong with the protocol on, and the cell that shows it again. */
export interface Failure {
  readonly cell: Cell;
  readonly wrong: Wrong;
  readonly words: readonly string[];
}

/** What many cells came to. Plain data: it travels between processes. */
export interface Tally {
  /** By `side fault cloud operation`. */
  readonly counts: Record<string, Count>;
  readonly failures: Failure[];
}

export function emptyTally(): Tally {
  return { counts: {}, failures: [] };
}

function emptyCount(): Count {
  const wrong = Object.fromEntries(wrongs.map((name) => [name, 0])) as Record<Wrong, number>; // every name is there
  return { cells: 0, reaped: 0, struck: 0, wrong };
}

function place(side: Side, { fault, cloud, operation }: Omit<Cell, "seed">): string {
  return [side, fault, cloud, operation].join(" ");
}

export function note(tally: Tally, side: Side, cell: Cell, verdict: Verdict): void {
  const at = place(side, cell);
  const count = tally.counts[at] ?? emptyCount();
  tally.counts[at] = count;
  count.cells += 1;
  count.reaped += verdict.reaped > 0 ? 1 : 0;
  count.struck += verdict.struck ? 1 : 0;
  for (const wrong of wrongs) {
    const words = verdict[wrong];
    if (words.length === 0) continue;
    count.wrong[wrong] += 1;
    if (side === "on" && !rowOf(cell.fault).beyond) tally.failures.push({ cell, wrong, words });
  }
}

export function merge(into: Tally, from: Tally): void {
  for (const [at, count] of Object.entries(from.counts)) {
    const known = into.counts[at] ?? emptyCount();
    into.counts[at] = known;
    add(known, count);
  }
  into.failures.push(...from.failures);
}

function add(into: Count, from: Count): void {
  into.cells += from.cells;
  into.reaped += from.reaped;
  into.struck += from.struck;
  for (const wrong of wrongs) into.wrong[wrong] += from.wrong[wrong];
}

/** Everything that was counted where the words of a place are accepted. */
export function sum(
  tally: Tally,
  wanted: (side: string, fault: string, cloud: string, operation: string) => boolean,
): Count {
  const total = emptyCount();
  for (const [at, count] of Object.entries(tally.counts)) {
    const [side = "", fault = "", cloud = "", operation = ""] = at.split(" ");
    if (wanted(side, fault, cloud, operation)) add(total, count);
  }
  return total;
}
