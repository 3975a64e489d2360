import type { Journal } from "@gpuport/core";
import type { JournalProcess } from "./process.ts";

/** An empty journal to hold against the cases. */
export interface JournalBench {
  readonly journal: Journal;
  readonly close: () => Promise<void>;
}

/** An empty journal that keeps its records in a store which others may open, too. */
export interface SharedJournalBench extends JournalBench {
  /** Opens the same store once more. The bench closes it. */
  readonly another: (options?: { readonly holdMs?: number }) => Promise<Journal>;
  /** Opens the same store in another process. The bench ends it. */
  readonly elsewhere: (options?: { readonly holdMs?: number }) => Promise<JournalProcess>;
  /** When a hold ends unless it is renewed, in any measure that grows with time. */
  readonly holdEndsAt: (provider: string, key: string) => Promise<number>;
  /** Lets a hold end now, as if its holder had been silent. */
  readonly endHold: (provider: string, key: string) => Promise<void>;
}

/** One promise of a journal. */
export interface JournalCase<Bench> {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}
