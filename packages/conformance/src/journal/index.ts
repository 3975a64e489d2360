import type { It } from "../register.ts";
import type { JournalBench, JournalCase, SharedJournalBench } from "./bench.ts";
import { budgetCases } from "./budgets.ts";
import { holdCases } from "./holds.ts";
import { recordCases } from "./records.ts";
import { sharedCases } from "./shared.ts";

export type { JournalBench, SharedJournalBench } from "./bench.ts";

/**
 * Registers what every journal promises as tests; each gets an empty journal of its own.
 *
 * @example
 * testJournal(it, async () => ({ journal: memoryJournal(), close: async () => {} }));
 */
export function testJournal(it: It, open: () => Promise<JournalBench>): void {
  register(it, open, [...recordCases, ...holdCases, ...budgetCases]);
}

/** The same for a journal that several processes share, with what it promises beyond. */
export function testSharedJournal(it: It, open: () => Promise<SharedJournalBench>): void {
  testJournal(it, open);
  register(it, open, sharedCases);
}

function register<Bench extends JournalBench>(
  it: It,
  open: () => Promise<Bench>,
  list: readonly JournalCase<Bench>[],
): void {
  for (const { name, run } of list) {
    it(name, async () => {
      const bench = await open();
      try {
        await run(bench);
      } finally {
        await bench.close();
      }
    });
  }
}
