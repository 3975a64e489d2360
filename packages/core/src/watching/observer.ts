import type { Clock } from "../clock.ts";
import type { ComputeDriver, DriverCall, DriverInstance } from "../driver.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import type { ProviderFacts } from "../facts.ts";
import type { Launcher } from "../launching.ts";
import type { Instance } from "../model/index.ts";
import { inBatches } from "../ownership/concurrency.ts";
import { type Look, lookAt } from "../protocol/look.ts";
import type { Interest, Poller, Subscription } from "./poller.ts";
import { type Sighting, type SweepMemory, sweep } from "./sweep.ts";
import { type Waiting, type WaitMeans, waitForStatus } from "./wait.ts";

/** One machine as it was read, or why it could not be. */
export type Description =
  | { readonly id: string; readonly instance: Instance; readonly error?: undefined }
  | { readonly id: string; readonly instance?: undefined; readonly error: ComputeError };

/** All reading of machines that one provider does. */
export interface Observer {
  readonly describe: (id: string, call: DriverCall) => Promise<Instance>;
  readonly describeMany: (ids: readonly string[], call: DriverCall) => Promise<readonly Description[]>;
  readonly waitFor: (waiting: Waiting, call: DriverCall) => Promise<Instance>;
  readonly follow: (interest: Interest) => Subscription;
  /**
   * What a look means to users: a machine that the cloud has accepted and does not show yet is as it was accepted.
   *
   * @throws `not_found`, or what the look failed with.
   */
  readonly read: (id: string, sighting: Sighting) => Instance;
}

/** What an observer needs of the provider that it is part of. */
export interface ObserverMeans {
  readonly name: string;
  readonly driver: ComputeDriver<never>;
  readonly facts: ProviderFacts;
  readonly clock: Clock;
  readonly poller: Poller;
  readonly launcher: Pick<Launcher, "shown" | "justLaunched">;
  readonly finished: (observed: DriverInstance) => Instance;
}

/** How many machines a sweep has missed are asked for at once. */
const concurrency = 8;

export function createObserver(means: ObserverMeans): Observer {
  const { name, driver, facts, clock, poller, launcher, finished } = means;
  const memory: SweepMemory = {};

  function read(id: string, { seen, trouble }: Sighting): Instance {
    if (trouble !== undefined) throw trouble.with({ provider: name });
    if (seen !== undefined) {
      launcher.shown(id);
      return finished(seen);
    }
    const accepted = launcher.justLaunched(id);
    if (accepted !== undefined) return { ...accepted.instance, observedAt: new Date(clock.now()) };
    const message = `${name}: there is no machine ${id}`;
    throw new ComputeError({ code: "not_found", message, instanceId: id });
  }

  async function describe(id: string, call: DriverCall): Promise<Instance> {
    return read(id, await lookAt(driver, id, call));
  }

  async function describeMany(ids: readonly string[], call: DriverCall): Promise<readonly Description[]> {
    const means = { driver, timing: facts, memory };
    const { by, sightings } = await sweep(means, { ids }, call);
    const isMissing = (id: string): boolean =>
      by !== "single reads" && sightings.get(id)?.absence !== undefined;
    const missing = ids.filter(isMissing);
    // A cloud that cannot be asked for one machine is asked for its list again, once for all that are missing.
    const listed = driver.describe === undefined && missing.length > 0;
    const again = listed ? (await sweep(means, { ids: missing }, call)).sightings : undefined;
    return inBatches(ids, concurrency, async (id): Promise<Description> => {
      try {
        const shown = isMissing(id) ? again?.get(id) : sightings.get(id);
        const look: Look | Sighting = shown ?? (await lookAt(driver, id, call));
        return { id, instance: read(id, look) };
      } catch (error) {
        if (!isComputeError(error)) throw error;
        return { id, error };
      }
    });
  }

  async function waitFor(waiting: Waiting, call: DriverCall): Promise<Instance> {
    const { id } = waiting;
    const subscription = poller.subscribe({ ids: [id], until: call.deadline.at });
    const waitMeans: WaitMeans = {
      ...{ clock, pollIntervalMs: facts.pollIntervalMs, stoppedStays: driver.power !== undefined },
      stuckAfterLooks: driver.stuckAfterLooks,
      async look({ signal }) {
        for (;;) {
          const sighting = (await subscription.next(signal)).sightings.get(id);
          if (sighting !== undefined) return read(id, sighting);
        }
      },
      gone: () => finished({ id, ...nothingKnown }),
    };
    try {
      return await waitForStatus(waitMeans, waiting, call);
    } finally {
      subscription.close();
    }
  }

  return { describe, describeMany, waitFor, follow: poller.subscribe, read };
}

const nothingKnown: Omit<DriverInstance, "id"> = {
  status: "terminated",
  providerStatus: "not found",
  billing: "none",
  hardware: {},
  access: { ssh: [], ports: [] },
};
