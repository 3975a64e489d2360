import type { ComputeDriver, DriverCall, DriverInstance } from "../driver.ts";
import { type ComputeError, isComputeError } from "../errors.ts";
import type { Timing } from "../facts.ts";
import { inBatches } from "../ownership/concurrency.ts";
import { type Absence, lookAt } from "../protocol/look.ts";
import { walkInstances } from "../protocol/walk.ts";

/** What came of looking at one machine. A look that failed says nothing about it. */
export type Sighting =
  | { readonly seen: DriverInstance; readonly absence?: undefined; readonly trouble?: undefined }
  | { readonly seen?: undefined; readonly absence: Absence; readonly trouble?: undefined }
  | { readonly seen?: undefined; readonly absence?: undefined; readonly trouble: ComputeError };

/** What one sweep showed. */
export interface Sweep {
  readonly by: "single reads" | "batches" | "list";
  readonly sightings: ReadonlyMap<string, Sighting>;
  /** Every machine of the account, where the whole list was wanted. */
  readonly all?: readonly DriverInstance[] | undefined;
}

/** What sweeps have learnt of an account. */
export interface SweepMemory {
  /** How many rows its list had. */
  rows?: number;
  /** The cloud refuses to read several at once. */
  noBatches?: boolean;
}

export interface SweepMeans {
  readonly driver: ComputeDriver;
  readonly timing: Pick<Timing, "pageSize" | "listCosts">;
  readonly memory: SweepMemory;
}

/** How many single reads and batches are on their way at once; each waits for its turn at the gate. */
const concurrency = 8;

/** Whom a sweep is for. */
export interface SweepWish {
  /** These must be looked at. */
  readonly ids: readonly string[];
  /** These too, if the list is read anyway. */
  readonly alongside?: Iterable<string> | undefined;
  /** The list is wanted for itself. */
  readonly wholeList?: boolean | undefined;
}

/**
 * Looks at many machines with the fewest requests that this cloud allows: one by one, in batches, or by its list.
 *
 * @throws what the list or a batch fails with; the failure of a single read is that machine's alone.
 */
export async function sweep(means: SweepMeans, wish: SweepWish, call: DriverCall): Promise<Sweep> {
  const { ids, alongside = [], wholeList = false } = wish;
  const by = wholeList ? "list" : cheapest(means, ids.length);
  if (by === "list") return byList(means, new Set([...ids, ...alongside]), call);
  if (by === "single reads") return { by, sightings: await bySingleReads(means.driver, ids, call) };
  try {
    return { by, sightings: await byBatches(means.driver, ids, call) };
  } catch (error) {
    if (!isComputeError(error) || !refusesBatches(error)) throw error;
    means.memory.noBatches = true;
    return sweep(means, wish, call);
  }
}

/** Which way needs the fewest requests; of equals, the one that tells most of each machine. */
function cheapest({ driver, timing, memory }: SweepMeans, count: number): Sweep["by"] {
  const { bulk, describe } = driver;
  const rows = Math.max(count, memory.rows ?? 0);
  const perMachine = timing.listCosts === "per_machine";
  const ways: readonly (readonly [Sweep["by"], number])[] = [
    ["single reads", describe === undefined ? Number.POSITIVE_INFINITY : count],
    [
      "batches",
      bulk === undefined || memory.noBatches ? Number.POSITIVE_INFINITY : Math.ceil(count / bulk.maxIds),
    ],
    ["list", perMachine ? rows + 1 : Math.ceil(rows / timing.pageSize)],
  ];
  return ways.reduce((best, way) => (way[1] < best[1] ? way : best))[0];
}

/** An answer that says: not in this way. */
function refusesBatches({ code }: ComputeError): boolean {
  return ["invalid_argument", "invalid_config", "unsupported", "bad_response", "unknown"].includes(code);
}

async function bySingleReads(
  driver: ComputeDriver,
  ids: readonly string[],
  call: DriverCall,
): Promise<ReadonlyMap<string, Sighting>> {
  const looks = await inBatches(ids, concurrency, async (id): Promise<[string, Sighting]> => {
    try {
      return [id, await lookAt(driver, id, call)];
    } catch (error) {
      if (!isComputeError(error)) throw error;
      return [id, { trouble: error }];
    }
  });
  return new Map(looks);
}

async function byBatches(
  { bulk }: ComputeDriver,
  ids: readonly string[],
  call: DriverCall,
): Promise<ReadonlyMap<string, Sighting>> {
  const { maxIds = 1, describe } = bulk ?? {};
  const batches = Array.from({ length: Math.ceil(ids.length / maxIds) }, (_, index) =>
    ids.slice(index * maxIds, (index + 1) * maxIds),
  );
  const read = await inBatches(batches, concurrency, async (some) => (await describe?.(some, call)) ?? []);
  const seen = new Map(read.flat().map((instance) => [instance.id, instance]));
  return new Map(ids.map((id) => [id, sightingOf(seen.get(id))]));
}

async function byList(
  { driver, memory }: SweepMeans,
  ids: ReadonlySet<string>,
  call: DriverCall,
): Promise<Sweep> {
  const all: DriverInstance[] = [];
  for await (const instance of walkInstances(driver, call)) all.push(instance);
  memory.rows = all.length;
  const seen = new Map(all.map((instance) => [instance.id, instance]));
  const { sameId } = driver;
  const sightings = [...ids].map((id): [string, Sighting] => {
    const found = seen.get(id) ?? (sameId && all.find((instance) => sameId(instance.id, id)));
    return [id, sightingOf(found)];
  });
  return { by: "list", sightings: new Map(sightings), all };
}

function sightingOf(seen: DriverInstance | undefined): Sighting {
  return seen === undefined ? { absence: "absent_from_list" } : { seen };
}
