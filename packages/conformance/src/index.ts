import type { Bench, CaseContext, It } from "./case.ts";
import { cases } from "./cases.ts";

export { type Bench, type Case, type CaseContext, defineCase, defineOptionalCase, type It } from "./case.ts";
export { cases } from "./cases.ts";
export {
  type JournalBench,
  type SharedJournalBench,
  testJournal,
  testSharedJournal,
} from "./journal.ts";
export { type JournalProcess, serveJournal, startJournalProcess } from "./journal-process.ts";

/**
 * Registers every case as a test. Each gets a bench of its own and gives back what it rented; a machine that is left
 * over fails it.
 *
 * @example
 * testConformance(it, async () => ({ provider, stranger, request, unknownId, machines, close }));
 */
export function testConformance(it: It, setUp: () => Promise<Bench>): void {
  for (const { name, applies, run } of cases) {
    it(name, async () => {
      const bench = await setUp();
      try {
        if (applies(bench.provider)) await withRent(bench, run);
      } finally {
        await bench.close();
      }
    });
  }
}

async function withRent(bench: Bench, run: (context: CaseContext) => Promise<void>): Promise<void> {
  const rented = new Set<string>();
  const before = bench.machines();
  try {
    await run({
      ...bench,
      async rent(more) {
        const instance = await bench.provider.launch({ ...bench.request, ...more });
        rented.add(instance.id);
        return instance;
      },
    });
  } finally {
    for (const id of rented) await bench.provider.terminate(id);
  }
  const left = bench.machines() - before;
  if (left !== 0) throw new Error(`${left} machines are left over`);
}
