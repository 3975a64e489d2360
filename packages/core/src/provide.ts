import { checkedOptions, runOperation, signed } from "./call.ts";
import type { Clock } from "./clock.ts";
import { deadlineAfter, deadlineScope, ended } from "./deadline.ts";
import type { ComputeDriver, DriverCall, DriverInstance, LaunchSupport, Page } from "./driver.ts";
import { ComputeError, isComputeError } from "./errors.ts";
import type { ProviderFacts } from "./facts.ts";
import { groupsOf, idOf } from "./groups.ts";
import type { Instance, LaunchRequest, Offer, OfferQuery } from "./model/index.ts";
import { candidates, searchOffers } from "./offers.ts";
import { type LaunchDefaults, type PreparedLaunch, prepareLaunch, refuse } from "./prepare.ts";
import type { Hold, Journal } from "./protocol/journal.ts";
import { launchExactlyOnce } from "./protocol/launch.ts";
import { lookAt } from "./protocol/look.ts";
import { requestHash } from "./protocol/request-hash.ts";
import { terminateWithEvidence } from "./protocol/terminate.ts";
import { newToken } from "./protocol/token.ts";
import { waitForStatus } from "./protocol/wait.ts";
import { walk } from "./protocol/walk.ts";
import type {
  CallOptions,
  ComputeProvider,
  ListQuery,
  ProviderOf,
  ProviderVerbs,
  Termination,
} from "./provider.ts";
import { sameRaw } from "./raw.ts";
import type { OperationTrace } from "./tracing.ts";

/** Everything that stands around a driver. */
export interface Surroundings {
  readonly name: string;
  readonly adapter: string;
  readonly facts: ProviderFacts;
  readonly support: LaunchSupport;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly images: Readonly<Record<string, string>>;
  readonly defaults: LaunchDefaults;
  readonly createTimeoutMs: number;
}

const waitTimeoutMs = 30 * 60_000;
/** What a launch may take beyond the create and the time to be sure of it: offers, refused attempts, log-ins. */
const launchSlackMs = 60_000;

/** Makes the provider that users hold of the driver that an adapter wrote. */
export function provide<Driver extends ComputeDriver<never>>(
  driver: Driver,
  around: Surroundings,
): ProviderOf<Driver> {
  const { name, adapter, facts, clock, journal, support } = around;
  const callTimeoutMs = 2 * facts.requestTimeoutMs;
  /** Machines that the cloud may not show yet, as they were when it accepted them. */
  const fresh = new Map<string, { readonly instance: Instance; readonly launchedAt: number }>();

  function run<Result>(
    operation: string,
    options: CallOptions | undefined,
    work: (call: DriverCall) => Promise<Result>,
    more: Partial<OperationTrace> & { timeoutMs?: number; secrets?: readonly string[] } = {},
  ): Promise<Result> {
    const { timeoutMs: defaultTimeoutMs = callTimeoutMs, secrets, ...named } = more;
    const trace = { provider: name, adapter, operation, ...named };
    return runOperation({ clock, trace, options, defaultTimeoutMs, secrets }, work);
  }

  /** Pages of a list, each with a deadline of its own unless the caller set one for the whole. */
  async function* pages<Item extends { readonly id: string }>(
    operation: string,
    options: CallOptions | undefined,
    readPage: (cursor: string | undefined, call: DriverCall) => Promise<Page<Item>>,
  ): AsyncGenerator<Item, void, undefined> {
    const { signal, timeoutMs } = checkedOptions(options, operation);
    const whole = timeoutMs === undefined ? undefined : deadlineAfter(clock, timeoutMs);
    try {
      yield* walk(`${name}: ${operation}`, (cursor) => {
        const left = whole === undefined ? callTimeoutMs : Math.max(1, whole.remainingMs());
        return run(operation, { signal, timeoutMs: left }, (call) => readPage(cursor, call));
      });
    } catch (error) {
      throw signed(error, { provider: name, adapter, operation });
    }
  }

  function finished(observed: DriverInstance): Instance {
    const { identity: _, ...instance } = observed;
    const labels = observed.labels ?? {};
    return sameRaw(observed, { ...instance, labels, provider: name, observedAt: new Date(clock.now()) });
  }

  function justLaunched(id: string): Instance | undefined {
    const known = fresh.get(id);
    if (known === undefined) return undefined;
    if (clock.now() - known.launchedAt <= facts.visibilityLagMs) return known.instance;
    fresh.delete(id);
    return undefined;
  }

  async function describe(id: string, call: DriverCall): Promise<Instance> {
    const look = await lookAt(driver, id, call);
    if (look.seen !== undefined) return finished(look.seen);
    const accepted = justLaunched(id);
    if (accepted !== undefined) return { ...accepted, observedAt: new Date(clock.now()) };
    throw new ComputeError({
      code: "not_found",
      message: `${name}: there is no machine ${id}`,
      instanceId: id,
    });
  }

  async function terminate(id: string, call: DriverCall): Promise<Termination> {
    const means = { driver, timing: facts, clock };
    const termination = await terminateWithEvidence(means, id, call, fresh.get(id)?.launchedAt);
    fresh.delete(id);
    await noteEnded(id, call);
    return termination;
  }

  async function noteEnded(id: string, call: DriverCall): Promise<void> {
    const launched = await journal.byInstance(name, id);
    if (launched === undefined) return;
    const hold = await journal.hold(name, launched.key, call.signal);
    try {
      if (hold.record?.instanceId === id) await hold.write({ ...hold.record, state: "ended" });
    } finally {
      await hold.release();
    }
  }

  /** Ends what nobody waits for any more, by a deadline of its own. */
  async function terminateLeftover(id: string): Promise<void> {
    const scope = deadlineScope(undefined, deadlineAfter(clock, facts.confirmTerminateMs));
    try {
      await terminateWithEvidence({ driver, timing: facts, clock }, id, { ...scope, operation: "launch" });
    } finally {
      scope.close();
    }
  }

  async function launch(request: LaunchRequest, options: CallOptions | undefined): Promise<Instance> {
    const trace = { provider: name, adapter, operation: "launch" };
    const prepared = preparedOrSigned(request, trace);
    const key = request.key ?? newToken();
    const secrets = Object.values(prepared.request.env ?? {}).concat(prepared.request.startup ?? []);
    const { visibilityLagMs, lateCommitMs } = facts;
    const timeoutMs = around.createTimeoutMs + visibilityLagMs + lateCommitMs + launchSlackMs;
    const work = async (call: DriverCall): Promise<Instance> => {
      const hold = await held(key, call);
      try {
        return await launchOnce(prepared, key, request, hold, call);
      } finally {
        await hold.release();
      }
    };
    try {
      return await run("launch", options, work, { launchKey: key, timeoutMs, secrets });
    } catch (error) {
      throw isComputeError(error) ? error.with({ launchKey: key }) : error;
    }
  }

  async function held(key: string, call: DriverCall): Promise<Hold> {
    try {
      return await journal.hold(name, key, call.signal);
    } catch (error) {
      throw ended(call.signal, "waiting for another launch with this key") ?? error;
    }
  }

  function preparedOrSigned(request: LaunchRequest, trace: OperationTrace): PreparedLaunch {
    const { images, defaults } = around;
    const hasOffers = driver.offers !== undefined;
    const rules = {
      provider: name,
      adapter,
      support,
      images,
      defaults,
      hasOffers,
      fixedHardware: driver.hardware,
    };
    try {
      return prepareLaunch(request, rules);
    } catch (error) {
      throw signed(error, trace);
    }
  }

  async function launchOnce(
    { request, providerOptions }: PreparedLaunch,
    key: string,
    asked: LaunchRequest,
    hold: Hold,
    call: DriverCall,
  ): Promise<Instance> {
    const { machine, offer, earlier } = await launchExactlyOnce(
      {
        ...{ driver, timing: facts, clock, hold, createTimeoutMs: around.createTimeoutMs },
        terminate: terminateLeftover,
      },
      {
        ...{ provider: name, key, request, providerOptions },
        requestHash: await requestHash(asked),
        late: "adopt",
        lease: request.lease,
        budgets: [],
        identity: (token) => support.identity(token, request, providerOptions),
        offers: candidates(driver, request, call, (found) => stampOffer(found)),
      },
      call,
    );
    if (earlier !== undefined && earlier !== "ended") return describe(machine.id, call);
    const over = { status: "terminated", providerStatus: "ended", billing: "none" } as const;
    const launched: Instance = finished({
      name: request.name,
      status: "pending",
      providerStatus: "accepted",
      billing: facts.bills.provisioning,
      hardware: offer?.hardware ?? driver.hardware ?? {},
      price: offer?.price,
      region: offer?.region ?? request.region,
      image: request.image,
      access: { ssh: [], ports: [] },
      ...machine,
      ...(earlier === "ended" ? over : {}),
    });
    if (earlier === "ended") return launched;
    for (const id of fresh.keys()) justLaunched(id); // forgets those that the cloud must show by now
    fresh.set(launched.id, { instance: launched, launchedAt: clock.now() });
    return sameRaw(machine, launched);
  }

  function stampOffer(offer: Omit<Offer, "provider" | "observedAt">): Offer {
    return sameRaw(offer, { ...offer, provider: name, observedAt: new Date(clock.now()) });
  }

  const verbs: ProviderVerbs = {
    ...{ name, adapter, facts },
    launch: (request, options) => launch(request, options),
    describe: (id, options) =>
      run("describe", options, (call) => describe(idOf(id), call), { instanceId: id }),
    async *list(query: ListQuery = {}, options) {
      const readPage = (cursor: string | undefined, call: DriverCall): Promise<Page<DriverInstance>> =>
        driver.list({ ...call, cursor, statuses: query.statuses });
      for await (const observed of pages("list", options, readPage)) {
        const wanted = query.statuses?.includes(observed.status) ?? observed.status !== "terminated";
        if (wanted && (query.name === undefined || query.name === observed.name)) yield finished(observed);
      }
    },
    terminate: (id, options) =>
      run("terminate", options, (call) => terminate(idOf(id), call), {
        ...{ instanceId: id, timeoutMs: facts.confirmTerminateMs },
      }),
    waitFor: async (id, status, options) => {
      const { ready, onProgress } = options ?? {};
      if (ready !== undefined && status !== "running") refuse("ready", "only a running machine answers ssh");
      const means = {
        ...{ clock, pollIntervalMs: facts.pollIntervalMs, stoppedStays: driver.power !== undefined },
        describe: (call: DriverCall) => describe(idOf(id), call),
      };
      const work = (call: DriverCall): Promise<Instance> =>
        waitForStatus(means, { id, status, ready, onProgress }, call);
      return run("waitFor", options, work, { instanceId: id, timeoutMs: waitTimeoutMs });
    },
  };

  const groups = groupsOf(driver, {
    run: (operation, options, work, instanceId) => run(operation, options, work, { instanceId }),
    pages,
    stamp: (resource) => sameRaw(resource, { ...resource, provider: name } as never), // what was left out is back
    finished,
  });
  const offers = driver.offers && {
    search: (query?: OfferQuery, options?: CallOptions) =>
      searchOffers(driver, query, stampOffer, (read) => pages("offers.search", options, read)),
  };

  const provider: ComputeProvider = Object.freeze({ ...verbs, ...groups, ...(offers && { offers }) });
  // The groups above are made of the driver's own, so they are exactly the ones that its type names.
  return provider as unknown as ProviderOf<Driver>;
}
