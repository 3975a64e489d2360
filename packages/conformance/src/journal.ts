import assert from "node:assert/strict";
import {
  type Budget,
  type ComputeErrorCode,
  isComputeError,
  type Journal,
  type JournalQuery,
  type LaunchRecord,
  type LaunchState,
  launchStates,
} from "@gpuport/core";
import type { JournalProcess } from "./journal-process.ts";
import type { It } from "./register.ts";

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

interface JournalCase<Bench> {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}

const never = new AbortController().signal;

function record(more: Partial<LaunchRecord> = {}): LaunchRecord {
  return {
    provider: "northwind",
    key: "training",
    requestHash: "hash of the request",
    state: "open",
    identity: "training-gp0123456789abcdefgh",
    sentAt: 1_760_000_000_123,
    late: "adopt",
    ...more,
  };
}

const dollars = (perHourMicros: number): LaunchRecord["rate"] => ({ currency: "USD", perHourMicros });

async function put(journal: Journal, next: LaunchRecord, budgets?: readonly Budget[]): Promise<void> {
  const hold = await journal.hold(next.provider, next.key, never);
  try {
    await hold.write(next, budgets);
  } finally {
    await hold.release();
  }
}

async function get(journal: Journal, { provider, key } = record()): Promise<LaunchRecord | undefined> {
  const hold = await journal.hold(provider, key, never);
  await hold.release();
  return hold.record;
}

async function keys(journal: Journal, query?: JournalQuery): Promise<string[]> {
  const found: string[] = [];
  for await (const { provider, key } of journal.list(query)) found.push(`${provider}/${key}`);
  return found.toSorted();
}

/** A field that is left out is the same as one that is undefined. */
function same(actual: LaunchRecord | undefined, expected: LaunchRecord | undefined): void {
  assert.deepEqual(plain(actual), plain(expected));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

async function refuses(work: Promise<unknown>, code: ComputeErrorCode): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(isComputeError(error, code), `expected ${code}, got ${String(error)}`);
    return true;
  });
}

/** Lets `count` callers add one to what the last one has left; what is lost shows in the sum. */
async function addUp(journals: readonly Journal[], count: number): Promise<void> {
  let inHand = 0;
  const add = async (journal: Journal): Promise<void> => {
    const hold = await journal.hold("northwind", "training", never);
    inHand += 1;
    assert.equal(inHand, 1, "two callers had the launch at once");
    await hold.write(record({ sentAt: (hold.record?.sentAt ?? 0) + 1 }));
    inHand -= 1;
    await hold.release();
  };
  const callers = journals.flatMap((journal) => Array.from({ length: count }, () => add(journal)));
  await Promise.all(callers);
  for (const journal of journals) assert.equal((await get(journal))?.sentAt, callers.length);
}

/** Has `count` launches of one dollar written at once under a budget of `most` dollars. */
async function spend(journals: readonly Journal[], count: number, most: number): Promise<void> {
  const budget: Budget = { currency: "USD", maxPerHourMicros: most * 1e6 };
  const outcomes = await Promise.allSettled(
    journals.flatMap((journal, at) =>
      Array.from({ length: count }, (_, index) =>
        put(journal, record({ key: `${at}-${index}`, rate: dollars(1e6) }), [budget]),
      ),
    ),
  );
  const refusals = outcomes.filter((outcome) => outcome.status === "rejected");
  for (const { reason } of refusals) assert.ok(isComputeError(reason, "quota_exceeded"), String(reason));
  assert.equal(outcomes.length - refusals.length, most);
  for (const journal of journals) assert.equal((await keys(journal)).length, most);
}

const cases: readonly JournalCase<JournalBench>[] = [
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
  {
    name: "a budget counts what may bill, in its currency, at its provider",
    async run({ journal }) {
      const total: Budget = { currency: "USD", maxPerHourMicros: 10e6 };
      const north: Budget = { ...total, provider: "northwind", maxPerHourMicros: 5e6 };
      const budgets = [total, north];
      await put(journal, record({ key: "open", rate: dollars(1e6) }), budgets);
      await put(journal, record({ key: "ending", state: "ending", rate: dollars(1e6) }), budgets);
      await put(journal, record({ key: "created", state: "created", rate: dollars(2e6) }), budgets);
      await put(journal, record({ key: "ended", state: "ended", rate: dollars(50e6) }), budgets);
      await put(journal, record({ key: "refused", state: "refused", rate: dollars(50e6) }), budgets);
      const euros = { currency: "EUR", perHourMicros: 50e6 };
      await put(journal, record({ key: "euros", rate: euros }), budgets);
      await put(journal, record({ key: "unknown rate" }), budgets);
      await put(journal, record({ provider: "southwind", key: "south", rate: dollars(5e6) }), budgets);

      await refuses(
        put(journal, record({ key: "one more", rate: dollars(1e6 + 1) }), budgets),
        "quota_exceeded",
      );
      assert.equal(await get(journal, record({ key: "one more" })), undefined);
      await put(journal, record({ key: "one more", rate: dollars(1e6) }), budgets); // exactly at the limit
      const south = record({ provider: "southwind", key: "more" });
      await refuses(put(journal, { ...south, rate: dollars(1) }, budgets), "quota_exceeded");
      await put(journal, { ...south, rate: dollars(1) }, [north]);
    },
  },
  {
    name: "a launch does not count against itself, and an old record survives a refusal",
    async run({ journal }) {
      const budget: Budget = { currency: "USD", maxPerHourMicros: 3e6 };
      const first = record({ rate: dollars(2e6) });
      await put(journal, first, [budget]);
      await put(journal, { ...first, rate: dollars(3e6) }, [budget]);
      await refuses(put(journal, { ...first, rate: dollars(3e6 + 1) }, [budget]), "quota_exceeded");
      same(await get(journal), { ...first, rate: dollars(3e6) });
      await put(journal, { ...first, state: "ended" }, [budget]);
      await put(journal, record({ key: "next", rate: dollars(3e6) }), [budget]);
    },
  },
  {
    name: "a budget holds when many write at once",
    run: ({ journal }) => spend([journal], 20, 7),
  },
];

const sharedCases: readonly JournalCase<SharedJournalBench>[] = [
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

/**
 * Registers what every journal promises as tests; each gets an empty journal of its own.
 *
 * @example
 * testJournal(it, async () => ({ journal: memoryJournal(), close: async () => {} }));
 */
export function testJournal(it: It, open: () => Promise<JournalBench>): void {
  register(it, open, cases);
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
