import assert from "node:assert/strict";
import type { LaunchRecord } from "@gpuport/core";
import type { JournalCase, SharedJournalBench } from "./bench.ts";
import { addUp, dollars, get, keys, never, put, record, refuses, same, spend } from "./tools.ts";

/** What a store promises that several journals, or processes, open. */
export const sharedCases: readonly JournalCase<SharedJournalBench>[] = [
  {
    name: "records are there when the store is opened again",
    async run({ journal, another }) {
      const next = record({ instanceId: "i-1", rate: dollars(1e6) });
      await put(journal, next);
      await journal.close?.();
      const reopened = await another();
      same(await get(reopened), next);
      same(await reopened.byInstance("northwind", "i-1"), next);
      assert.deepEqual(await keys(reopened), ["northwind/training"]);
    },
  },
  {
    name: "a launch is in one hand among all journals of a store",
    async run({ journal, another }) {
      await addUp([journal, await another()], 15);
    },
  },
  {
    name: "a launch is in one hand among processes",
    async run({ journal, elsewhere }) {
      const processes = await Promise.all([elsewhere(), elsewhere()]);
      await addUp([journal, ...processes.map((process) => process.journal)], 10);
    },
  },
  {
    name: "a budget holds among processes",
    async run({ journal, elsewhere }) {
      const processes = await Promise.all([elsewhere(), elsewhere()]);
      await spend([journal, ...processes.map((process) => process.journal)], 10, 9);
    },
  },
  {
    name: "a wait for another journal's hold can be left",
    async run({ journal, another }) {
      const other = await another();
      const hold = await journal.hold("northwind", "training", never);
      const leaving = new AbortController();
      const waiting = other.hold("northwind", "training", leaving.signal);
      const reason = new Error("enough");
      // Both before the first look is over and while it sleeps between two.
      setImmediate(() => leaving.abort(reason));
      await assert.rejects(waiting, reason);
      await assert.rejects(other.hold("northwind", "training", AbortSignal.timeout(60)), {
        name: "TimeoutError",
      });
      await hold.release();
      await (await other.hold("northwind", "training", never)).release();
    },
  },
  {
    name: "the launch of a silent holder passes on, and what the silent one writes is refused",
    async run({ journal, another, endHold }) {
      const silent = await journal.hold("northwind", "training", never);
      await silent.write(record());
      await endHold("northwind", "training");
      const next = await (await another()).hold("northwind", "training", never);
      same(next.record, record());
      await refuses(silent.write(record({ state: "refused" })), "conflict");
      await next.write(record({ state: "created", instanceId: "i-1" }));
      await refuses(silent.write(record({ state: "refused" })), "conflict");
      await silent.release();
      await next.write(record({ state: "ended", instanceId: "i-1" }));
      await next.release();
      await refuses(silent.write(record({ state: "refused" })), "conflict");
      same(await get(journal), record({ state: "ended", instanceId: "i-1" }));
    },
  },
  {
    name: "a hold that nobody else has taken stays good, however late its holder is",
    async run({ journal, endHold }) {
      const hold = await journal.hold("northwind", "training", never);
      await endHold("northwind", "training");
      await hold.write(record());
      await hold.release();
      same(await get(journal), record());
    },
  },
  {
    name: "a hold is renewed while its holder lives",
    async run({ another, holdEndsAt }) {
      const brief = await another({ holdMs: 600 });
      const hold = await brief.hold("northwind", "training", never);
      const first = await holdEndsAt("northwind", "training");
      for (let looks = 1; (await holdEndsAt("northwind", "training")) <= first; looks += 1) {
        assert.ok(looks < 500, "the hold is not renewed");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await hold.write(record());
      await hold.release();
    },
  },
  {
    name: "a process that stands still loses its hold, and cannot write when it goes on",
    async run({ journal, elsewhere }) {
      const process = await elsewhere({ holdMs: 600 });
      const frozen = await process.journal.hold("northwind", "training", never);
      await frozen.write(record());
      process.signal("SIGSTOP");
      const hold = await journal.hold("northwind", "training", never);
      same(hold.record, record());
      await hold.write(record({ state: "refused" }));
      process.signal("SIGCONT");
      await refuses(frozen.write(record({ state: "created", instanceId: "i-1" })), "conflict");
      await frozen.release();
      await hold.write(record({ state: "ended" }));
      await hold.release();
      same(await get(journal), record({ state: "ended" }));
    },
  },
  {
    name: "a process that is killed while it writes loses nothing that it was told is written",
    async run({ another, elsewhere, endHold }) {
      for (const [round, after] of [1, 30, 90].entries()) {
        const process = await elsewhere();
        const written = new Map<string, LaunchRecord>();
        const stuck = await process.journal.hold("northwind", `stuck ${round}`, never);
        await stuck.write(record({ key: `stuck ${round}` }));
        const write = async (index: number): Promise<void> => {
          const next = record({ key: `${round}-${index}`, instanceId: `i-${index}`, rate: dollars(index) });
          await put(process.journal, next);
          written.set(next.key, next);
          if (written.size === after) process.signal("SIGKILL");
        };
        // Each goes on until the process is gone.
        const writers = Array.from({ length: 8 }, async (_, writer) => {
          for (let index = writer; ; index += 8) await write(index);
        });
        await Promise.allSettled(writers);
        assert.ok(written.size >= after, `only ${written.size} were written`);

        const survivor = await another();
        const found = new Map<string, LaunchRecord>();
        for await (const each of survivor.list()) found.set(each.key, each);
        for (const [key, next] of written) same(found.get(key), next);
        for (const each of found.values()) assert.equal(each.requestHash, record().requestHash);

        await endHold("northwind", `stuck ${round}`);
        const hold = await survivor.hold("northwind", `stuck ${round}`, never);
        same(hold.record, record({ key: `stuck ${round}` }));
        await hold.write(record({ key: `stuck ${round}`, state: "ended" }));
        await hold.release();
      }
    },
  },
  {
    name: "a journal that is closed gives everything back and takes nothing more",
    async run({ journal, another }) {
      const other = await another();
      const hold = await other.hold("northwind", "training", never);
      const waiting = other.hold("northwind", "training", never);
      const refused = refuses(waiting, "unavailable");
      await other.close?.();
      await other.close?.();
      await refused;
      await (await journal.hold("northwind", "training", never)).release();
      await refuses(hold.write(record()), "conflict");
      await hold.release();
      await refuses(other.hold("northwind", "training", never), "unavailable");
      await refuses(other.byInstance("northwind", "i-1"), "unavailable");
      await refuses(keys(other), "unavailable");
    },
  },
];
