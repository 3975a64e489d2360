import assert from "node:assert/strict";
import { type LaunchState, launchStates } from "@gpuport/core";
import type { JournalBench, JournalCase } from "./bench.ts";
import { get, keys, never, put, record, same } from "./tools.ts";

/** What is written down reads back, and is found. */
export const recordCases: readonly JournalCase<JournalBench>[] = [
  {
    name: "a record reads back as it was written",
    async run({ journal }) {
      const full = record({
        key: "every field, «ünïcode» and 'quotes'",
        state: "created",
        instanceId: "i-1",
        late: "terminate",
        lease: { ttlMs: 60_000, expiresAt: 1_760_000_060_123, onExpiry: "stop" },
        rate: { currency: "EUR", perHourMicros: 2_345_678 },
        unsettledUntil: 1_790_000_000_123,
        past: [{ identity: "earlier", instanceId: "i-0" }, { identity: "given up" }],
      });
      for (const next of [full, record(), record({ key: "in between", sentAt: 1.5 })]) {
        await put(journal, next);
        same(await get(journal, next), next);
      }
      const other = { ...full, requestHash: "another", identity: "another", state: "ended" } as const;
      await put(journal, other);
      same(await get(journal, other), other);
      const bare = record({ key: full.key });
      await put(journal, bare);
      same(await get(journal, bare), bare);
    },
  },
  {
    name: "a hold shows the record as it was when it was taken",
    async run({ journal }) {
      const hold = await journal.hold("northwind", "training", never);
      await hold.write(record());
      assert.equal(hold.record, undefined);
      await hold.write(record({ state: "created", instanceId: "i-1" }));
      await hold.release();
      same(await get(journal), record({ state: "created", instanceId: "i-1" }));
    },
  },
  {
    name: "the same key at two providers is two launches",
    async run({ journal }) {
      const [ours, theirs] = [record({ instanceId: "1" }), record({ provider: "southwind", state: "ended" })];
      const hold = await journal.hold(ours.provider, ours.key, never);
      await put(journal, theirs);
      await hold.write(ours);
      await hold.release();
      same(await get(journal, ours), ours);
      same(await get(journal, theirs), theirs);
    },
  },
  {
    name: "a machine leads to its launch, at its own provider only",
    async run({ journal }) {
      await put(journal, record({ instanceId: "1" }));
      await put(journal, record({ provider: "southwind", key: "south", instanceId: "1" }));
      await put(journal, record({ key: "lost" }));
      assert.equal((await journal.byInstance("northwind", "1"))?.key, "training");
      assert.equal((await journal.byInstance("southwind", "1"))?.key, "south");
      assert.equal(await journal.byInstance("northwind", "2"), undefined);
      assert.equal(await journal.byInstance("eastwind", "1"), undefined);
      assert.equal(await journal.byInstance("northwind", ""), undefined);
    },
  },
  {
    name: "the list gives every record once, by provider and by state",
    async run({ journal }) {
      const write = (provider: string, state: LaunchState): Promise<void> =>
        put(journal, record({ provider, key: state, state }));
      for (const provider of ["northwind", "southwind"]) {
        for (const state of launchStates) await write(provider, state);
      }
      assert.equal((await keys(journal)).length, 2 * launchStates.length);
      assert.equal((await keys(journal, { provider: "southwind" })).length, launchStates.length);
      assert.deepEqual(await keys(journal, { provider: "eastwind" }), []);
      assert.deepEqual(await keys(journal, { states: ["refused"] }), [
        "northwind/refused",
        "southwind/refused",
      ]);
      const live = await keys(journal, { provider: "northwind", states: ["open", "created"] });
      assert.deepEqual(live, ["northwind/created", "northwind/open"]);
      assert.deepEqual(await keys(journal, { states: [] }), []);
    },
  },
  {
    name: "a long list is complete, and may be left",
    async run({ journal }) {
      const all = Array.from({ length: 601 }, (_, index) => record({ key: String(index) }));
      await Promise.all(all.map((next) => put(journal, next)));
      assert.equal(new Set(await keys(journal)).size, all.length);
      for await (const found of journal.list()) {
        assert.equal(found.provider, "northwind");
        break;
      }
    },
  },
];
