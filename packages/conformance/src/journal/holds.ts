import assert from "node:assert/strict";
import type { JournalBench, JournalCase } from "./bench.ts";
import { addUp, get, never, record, same } from "./tools.ts";

/** A launch is in one hand at a time. */
export const holdCases: readonly JournalCase<JournalBench>[] = [
  {
    name: "a launch is in one hand at a time",
    run: ({ journal }) => addUp([journal], 50),
  },
  {
    name: "different launches do not wait for each other",
    async run({ journal }) {
      const holds = await Promise.all(
        Array.from({ length: 20 }, (_, index) => journal.hold("northwind", String(index), never)),
      );
      await Promise.all(holds.map((hold) => hold.release()));
    },
  },
  {
    name: "those who wait get their turn in the order in which they came",
    async run({ journal }) {
      const first = await journal.hold("northwind", "training", never);
      const turns: number[] = [];
      const waiting = Array.from({ length: 5 }, async (_, index) => {
        const hold = await journal.hold("northwind", "training", never);
        turns.push(index);
        await hold.release();
      });
      assert.deepEqual(turns, []);
      await first.release();
      await Promise.all(waiting);
      assert.deepEqual(turns, [0, 1, 2, 3, 4]);
    },
  },
  {
    name: "whoever stops waiting leaves with the signal's reason, and the line closes up",
    async run({ journal }) {
      const first = await journal.hold("northwind", "training", never);
      const leaving = [new AbortController(), new AbortController()] as const;
      const [head, middle] = leaving.map(({ signal }) => journal.hold("northwind", "training", signal));
      const last = journal.hold("northwind", "training", never);
      const reason = new Error("enough");
      leaving[1].abort(reason);
      await assert.rejects(async () => middle, reason);
      leaving[0].abort(reason);
      await assert.rejects(async () => head, reason);
      await first.release();
      await (await last).release();
      await assert.rejects(journal.hold("northwind", "training", AbortSignal.abort(reason)), reason);
      await (await journal.hold("northwind", "training", never)).release();
    },
  },
  {
    name: "a hold may be given back twice, and the second time does no harm",
    async run({ journal }) {
      const first = await journal.hold("northwind", "training", never);
      await first.release();
      const second = await journal.hold("northwind", "training", never);
      await first.release();
      await second.write(record());
      await second.release();
      same(await get(journal), record());
    },
  },
];
