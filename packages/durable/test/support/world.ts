import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Budget, ClosableJournal, ComputeProvider, LaunchRecord } from "@gpuport/core";
import { type Emulator, type Fault, type MachineRecord, startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { type CloudName, openCloud, requests } from "./clouds.ts";
import { openJournal } from "./journals.ts";
import { collected } from "./lanes.ts";
import type { JournalPlace, Order } from "./order.ts";

/** One launch on an emulated cloud of its own, and the processes that come and go about it. */
export interface World extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly key: string;
  /** What the next process is told. */
  readonly order: (order: Pick<Order, "do"> & Partial<Order>) => Order;
  /** A new process, as it were: another journal object on the same store, and a provider that knows nothing. */
  readonly process: () => Promise<WorldProcess>;
  readonly fault: (...faults: readonly Fault[]) => void;
  /** Every machine that there ever was. */
  readonly machines: () => readonly MachineRecord[];
  /** Those that exist now. */
  readonly alive: () => readonly string[];
}

export interface WorldProcess extends AsyncDisposable {
  readonly provider: ComputeProvider;
  readonly journal: ClosableJournal;
  readonly records: () => Promise<readonly LaunchRecord[]>;
}

export interface WorldOptions {
  /** A new file, when left out. */
  readonly journal?: JournalPlace | undefined;
  readonly budgets?: readonly Budget[] | undefined;
  readonly quick?: boolean | undefined;
}

/** Of the emulator's time, by which a file's holds end. */
const holdMs = 5_000;

export async function openWorld(
  cloud: CloudName,
  { journal: given, budgets, quick }: WorldOptions = {},
): Promise<World> {
  const emulator = await startEmulator({ clock: "manual", startAt: Date.now() });
  const folder = await mkdtemp(join(tmpdir(), "gpuport-durable-"));
  const place = given ?? { sqlite: join(folder, "launches.sqlite"), holdMs };
  // A database is shared by all worlds of a test, so each has a name of its own there.
  const name = `${cloud}-${randomUUID()}`;
  const key = "the launch";
  const clock = emulatedClock(emulator);
  const machines = (): readonly MachineRecord[] => emulator.machines();
  return {
    ...{ emulator, key, machines },
    order: (order) => ({
      ...{ cloud, name, journal: place, now: emulator.clock.now(), budgets, quick },
      emulator: { urls: emulator.urls, credentials: emulator.credentials },
      request: { ...requests[cloud], key },
      ...order,
    }),
    async process() {
      const journal = await openJournal(place, clock);
      const provider = await openCloud(cloud, emulator, { name, clock, journal, budgets, quick });
      return {
        ...{ provider, journal },
        records: () => collected(journal.list({ provider: name })),
        [Symbol.asyncDispose]: () => journal.close(),
      };
    },
    fault: (...faults) => emulator.faults.add(...faults),
    alive: () => machines().flatMap(({ id, terminatedAt }) => (terminatedAt === undefined ? [id] : [])),
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
