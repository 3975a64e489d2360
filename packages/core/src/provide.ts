import { checkedOptions, runOperation, signed } from "./call.ts";
import type { CallOptions } from "./call-options.ts";
import { deadlineAfter } from "./deadline.ts";
import type { ComputeDriver, DriverCall, DriverInstance, DriverOffer, Page } from "./driver.ts";
import { type GroupMeans, groupsOf, idOf } from "./groups.ts";
import type { LaunchRecord, LaunchState } from "./journal/journal.ts";
import { createLauncher, type LaunchSurroundings, withLaunchKey } from "./launching.ts";
import { launchQuery, type Market, matchingOffers, weighOffers } from "./market/offers.ts";
import type { Instance, Offer, OfferQuery, Price } from "./model/index.ts";
import { definedOnly } from "./options.ts";
import { keepInternals } from "./ownership/internals.ts";
import { createLeaseWatch } from "./ownership/lease-watch.ts";
import { refuse } from "./prepare.ts";
import { terminateForGood } from "./protocol/terminate.ts";
import { newToken } from "./protocol/token.ts";
import { type ReadPage, walkByPage } from "./protocol/walk.ts";
import type { ComputeProvider, ListQuery, ProviderOf, ProviderVerbs, Termination } from "./provider.ts";
import { sameRaw } from "./raw.ts";
import { secretsIn } from "./secret.ts";
import { alarm, type OperationTrace } from "./tracing.ts";
import { createObserver, type Observer } from "./watching/observer.ts";

const waitTimeoutMs = 30 * 60_000;

/** Makes the provider that users hold of the driver that an adapter wrote. */
export function provide<Driver extends ComputeDriver<never>>(
  driver: Driver,
  around: LaunchSurroundings,
): ProviderOf<Driver> {
  const { name, adapter, facts, clock, journal } = around;
  const callTimeoutMs = 2 * facts.requestTimeoutMs;
  const describe: Observer["describe"] = (id, call) => observer.describe(id, call);
  const launcher = createLauncher(driver, around, { finished, stampOffer, describe });
  const { poller } = around;
  const observer = createObserver({ name, driver, facts, clock, poller, launcher, finished });

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
  async function* byPage<Item extends { readonly id: string }>(
    operation: string,
    options: CallOptions | undefined,
    readPage: (cursor: string | undefined, call: DriverCall) => Promise<Page<Item>>,
  ): AsyncGenerator<readonly Item[], void, undefined> {
    try {
      const { signal, timeoutMs } = checkedOptions(options, operation);
      const whole = timeoutMs === undefined ? undefined : deadlineAfter(clock, timeoutMs);
      const read: ReadPage<Item> = (cursor, leaving) => {
        const left = whole === undefined ? callTimeoutMs : Math.max(1, whole.remainingMs());
        return run(operation, { signal: leaving, timeoutMs: left }, (call) => readPage(cursor, call));
      };
      yield* walkByPage(`${name}: ${operation}`, read, signal);
    } catch (error) {
      throw signed(error, { provider: name, adapter, operation });
    }
  }

  const pages: GroupMeans["pages"] = async function* (operation, options, readPage) {
    for await (const items of byPage(operation, options, readPage)) for (const item of items) yield item;
  };

  function finished(observed: DriverInstance): Instance {
    const { identity: _, ...instance } = observed;
    const labels = observed.labels ?? {};
    const quoted = dearerThan(launcher.quoteOf(observed.id), observed.price);
    const observedAt = new Date(clock.now());
    return sameRaw(observed, { ...instance, ...quoted, labels, provider: name, observedAt });
  }

  function stampOffer(offer: DriverOffer): Offer {
    return sameRaw(offer, { ...offer, provider: name, observedAt: new Date(clock.now()) });
  }

  async function terminate(id: string, call: DriverCall): Promise<Termination> {
    const launched = await note(id, "ending", call);
    const { identity, unsettledUntil } = launched ?? {};
    // Another process may have launched it a moment ago.
    const launchedAt = launcher.justLaunched(id)?.launchedAt ?? launched?.sentAt;
    const means = { driver, timing: facts, clock };
    const machine = { id, ...(identity !== undefined && { identity }), unsettledUntil };
    const termination = await terminateForGood(means, machine, call, launchedAt);
    launcher.forget(id);
    await note(id, "ended", call);
    return termination;
  }

  /** How much longer a create of this machine, sent more than once, may still be carried out; its end waits for that. */
  async function settlingMs(id: string): Promise<number> {
    const launched = await journal.byInstance(name, id).catch(() => undefined); // `note` tells of a journal that fails
    const until = launched?.unsettledUntil;
    return until === undefined ? 0 : Math.max(0, until + facts.visibilityLagMs - clock.now());
  }

  /** Writes down how far a termination is. A journal that cannot be written must not keep a machine from its end. */
  async function note(id: string, state: LaunchState, call: DriverCall): Promise<LaunchRecord | undefined> {
    try {
      const launched = await journal.byInstance(name, id);
      if (launched === undefined || launched.state === "ended") return launched;
      const hold = await journal.hold(name, launched.key, call.signal);
      try {
        if (hold.record?.instanceId === id) await hold.write({ ...hold.record, state });
      } finally {
        await hold.release();
      }
      return launched;
    } catch (thrown) {
      const error = signed(thrown, { provider: name, adapter, operation: "terminate", instanceId: id });
      alarm({ provider: name, instanceId: id, error });
      return undefined;
    }
  }

  function list(
    options: CallOptions | undefined,
    query: ListQuery = {},
  ): AsyncIterable<readonly DriverInstance[]> {
    return byPage("list", options, (cursor, call) =>
      driver.list({ ...call, cursor, statuses: query.statuses }),
    );
  }

  /** A search finds what a launch with the same words would take. */
  function withSearchDefaults(query: OfferQuery = {}): OfferQuery {
    const kind = query.pricing?.kind;
    if (kind !== undefined && !around.support.pricing.includes(kind)) {
      refuse("pricing", `${adapter} has no ${kind} pricing`, "unsupported");
    }
    const { region, minDiskMiB, pricing, image } = around.defaults;
    const merged = {
      image,
      minDiskMiB,
      pricing,
      ...(query.offerId === undefined && { region }),
      ...definedOnly(query),
    };
    return { ...merged, image: around.images[merged.image ?? ""] ?? merged.image };
  }

  const verbs: ProviderVerbs = {
    ...{ name, adapter, facts },
    async launch(request, options) {
      const prepared = launcher.prepare(request);
      const key = request.key ?? newToken();
      const { env = {}, startup = [], command = [] } = prepared.request;
      const secrets = [...Object.values(env), ...secretsIn(prepared.providerOptions)].concat(
        startup,
        command,
      );
      const more = { launchKey: key, timeoutMs: launcher.timeoutMs, secrets };
      const work = (call: DriverCall): Promise<Instance> =>
        launcher.launch(prepared, key, request, options?.late, call);
      const instance = await withLaunchKey(key, () => run("launch", options, work, more));
      if (prepared.request.lease !== undefined) leases.watch(instance.id);
      return instance;
    },
    describe: (id, options) =>
      run("describe", options, async (call) => describe(idOf(id), call), { instanceId: id }),
    async *list(query = {}, options) {
      for await (const page of list(options, query)) {
        for (const observed of page) {
          const wanted = query.statuses?.includes(observed.status) ?? observed.status !== "terminated";
          if (wanted && (query.name === undefined || query.name === observed.name)) yield finished(observed);
        }
      }
    },
    async terminate(id, options) {
      const more = { instanceId: id, timeoutMs: facts.confirmTerminateMs + (await settlingMs(id)) };
      return run("terminate", options, async (call) => terminate(idOf(id), call), more);
    },
    async waitFor(id, status, options) {
      const { ready, onProgress } = options ?? {};
      if (ready !== undefined && status !== "running") refuse("ready", "only a running machine can be ready");
      const work = (call: DriverCall): Promise<Instance> =>
        observer.waitFor({ id: idOf(id), status, ready, onProgress }, call);
      return run("waitFor", options, work, { instanceId: id, timeoutMs: waitTimeoutMs });
    },
  };

  const groups = groupsOf(driver, {
    run: (operation, options, work, instanceId) => run(operation, options, work, { instanceId }),
    pages,
    stamp: (resource) => sameRaw(resource, { ...resource, provider: name } as never), // what was left out is back
    finished,
  });
  function market(
    offers: Market["offers"],
    options: CallOptions | undefined,
    quote?: Market["quote"],
  ): Market {
    const walkPages: Market["walk"] = (readPage) => pages("offers.search", options, readPage);
    return { offers, cloud: adapter, stamp: stampOffer, quote, walk: walkPages };
  }

  const { offers: searching } = driver;
  const offers = searching && {
    async *search(query?: OfferQuery, options?: CallOptions) {
      try {
        yield* matchingOffers(market(searching, options), withSearchDefaults(query));
      } catch (error) {
        throw signed(error, { provider: name, adapter, operation: "offers.search" });
      }
    },
  };

  const provider: ComputeProvider = Object.freeze({ ...verbs, ...groups, ...(offers && { offers }) });
  const leases = createLeaseWatch(provider, journal, clock);
  keepInternals(provider, {
    ...{ clock, facts, journal, owner: around.owner, windowMs: launcher.windowMs },
    ...{ follow: observer.follow, read: observer.read, finished },
    describeMany: (ids, options) =>
      run("describeMany", options, (call) =>
        observer.describeMany(
          ids.map((id) => idOf(id)),
          call,
        ),
      ),
    async *survey(options) {
      for await (const page of list(options)) {
        for (const observed of page) yield { instance: finished(observed), identity: observed.identity };
      }
    },
    prepare: (request) => launcher.prepare(request).request,
    async *weigh(request, options) {
      const query = searching && launchQuery(request, around.budgets.length > 0);
      if (searching === undefined || query === undefined) return;
      const { support } = around;
      const own = support.providerOptions.parse(request.providerOptions?.[adapter] ?? {});
      const quoting = market(searching, options, (offer) => support.quote?.(offer, own, request) ?? offer);
      for await (const { offer, reason } of weighOffers(quoting, query)) {
        yield { offer, reason: reason ?? (offer.available ? undefined : "not available now") };
      }
    },
    resume(hold, record, options) {
      const more = { launchKey: record.key, timeoutMs: launcher.timeoutMs };
      const work = (call: DriverCall): Promise<Instance> => launcher.resume(hold, record, call);
      return withLaunchKey(record.key, () => run("recover", options, work, more));
    },
  });
  // The groups above are made of the driver's own, so they are exactly the ones that its type names.
  return provider as unknown as ProviderOf<Driver>;
}

/** Dearer by more than rounding and small change. */
const tolerance = 1.01;

function dearerThan(
  quote: Price | undefined,
  price: Price | undefined,
): Pick<Instance, "quotedPerHourMicros"> {
  if (quote === undefined || price?.currency !== quote.currency) return {};
  const dearer = price.perHourMicros > quote.perHourMicros * tolerance;
  return dearer ? { quotedPerHourMicros: quote.perHourMicros } : {};
}
