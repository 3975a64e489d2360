import { resolve } from "node:path";
import { type Clock, type ClosableJournal, ComputeError, holdingJournal, systemClock } from "@gpuport/core";
import { sqliteStore } from "./sqlite-store.ts";

export interface SqliteJournalOptions {
  /** Where the file is, or is to be; its folder has to exist. */
  readonly path: string;
  /** How long a launch stays with a process that has fallen silent, before another one may go on with it; 30 s. */
  readonly holdMs?: number | undefined;
  readonly clock?: Pick<Clock, "now" | "sleep"> | undefined;
}

/**
 * A journal in a SQLite file: what it has written is on the disk and outlives a crash at any moment. Any number of
 * processes on one machine may share the file.
 *
 * @example
 * await using journal = sqliteJournal({ path: "launches.sqlite" });
 * const provider = vast({ journal });
 */
export function sqliteJournal(options: SqliteJournalOptions): ClosableJournal {
  const { path, holdMs = 30_000, clock = systemClock } = options;
  if (path === "" || path.startsWith(":") || path.startsWith("file:")) {
    refuse("path", "must be the path of a file; memoryJournal() is the journal in memory");
  }
  if (!(holdMs > 0 && Number.isFinite(holdMs))) refuse("holdMs", "must be a number above 0");
  // A program may change its folder before the file is opened.
  return holdingJournal(sqliteStore({ path: resolve(path), holdMs, clock }), { holdMs, clock });
}

function refuse(field: keyof SqliteJournalOptions, why: string): never {
  throw new ComputeError({ code: "invalid_config", message: `sqliteJournal: ${field} ${why}`, field });
}
