import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "@gpuport/emulator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runVictim } from "./support/children.ts";
import { endpoints, requests } from "./support/clouds.ts";
import type { JournalPlace, Order, Outcome } from "./support/order.ts";
import { type Race, race } from "./support/race.ts";
import { journalOn, startPostgres, type TestPostgres } from "./support/server.ts";

const patience = 60_000;
const keys: readonly string[] = Array.from({ length: 12 }, (_, index) => `launch ${index}`);

let server: TestPostgres;
let folder: string;
let emulator: Emulator;

beforeAll(async () => {
  server = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), "gpuport-race-"));
}, patience);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
}, patience);
beforeEach(async () => {
  emulator = await startEmulator();
});
afterEach(() => emulator.close());

const journals: readonly { readonly kind: string; readonly open: () => JournalPlace }[] = [
  { kind: "SQLite", open: () => ({ sqlite: join(folder, `${randomUUID()}.sqlite`), holdMs: 2_000 }) },
  { kind: "PostgreSQL", open: () => journalOn(server) },
];

const idsOf = (outcomes: readonly Outcome[] = []): unknown[] =>
  outcomes.map((outcome) => (outcome.code === undefined ? outcome.id : outcome));

describe.each(journals)("two processes that share a journal in $kind", ({ open }) => {
  const racing = (more: Partial<Race>): Race => ({
    do: "launch",
    cloud: "hpc-ai", // whose names are no keys: nothing but the journal keeps two creates apart
    emulator: { urls: emulator.urls, credentials: emulator.credentials },
    journal: open(),
    keys,
    ...more,
  });

  it(
    "have one machine for each key that both launch at the same moment",
    async () => {
      const journal = open();
      const [one, other] = await race(racing({ journal }), racing({ journal }));
      expect(idsOf(one)).toEqual(idsOf(other));
      expect(idsOf(one).sort()).toEqual(
        emulator
          .machines()
          .map(({ id }) => id)
          .sort(),
      );
      expect(emulator.machines()).toHaveLength(keys.length);
    },
    patience,
  );

  it(
    "keep to one budget, with keys of their own",
    async () => {
      const journal = open();
      const perHour = 21_600_000;
      const budgets = [{ currency: "USD", maxPerHourMicros: 3 * perHour }];
      const own = (whose: string) => keys.map((key) => `${key} of ${whose}`);
      const all = await race(
        racing({ journal, budgets, keys: own("one") }),
        racing({ journal, budgets, keys: own("the other") }),
      );
      const outcomes = all.flat();
      expect(outcomes.filter(({ code }) => code === "quota_exceeded")).toHaveLength(2 * keys.length - 3);
      expect(outcomes.filter(({ code }) => code === undefined)).toHaveLength(3);
      expect(emulator.machines()).toHaveLength(3);
    },
    patience,
  );

  it(
    "both recover what a third left open when it was killed, and have its machines once",
    async () => {
      const journal = open();
      const { emulator: address, cloud } = racing({ journal });
      const { name: endpoint, sent } = endpoints[cloud].create;
      emulator.faults.add({ cloud, endpoint, fault: "hang", work: "done" });
      const orders = keys.map((key): Order => {
        const request = { ...requests[cloud], key };
        const about = { do: "launch", cloud, name: cloud, now: emulator.clock.now() } as const;
        return { ...about, emulator: address, journal, request, killSending: sent.source };
      });
      await runVictim(orders);
      await emulator.faults.clear();
      const [one, other] = await race(racing({ journal, do: "recover" }), racing({ journal, do: "recover" }));
      const machines = emulator.machines().map(({ id }) => id);
      expect(machines).toHaveLength(keys.length);
      expect(idsOf(one).sort()).toEqual(machines.sort());
      expect(idsOf(other).sort()).toEqual(machines);
    },
    patience,
  );
});
