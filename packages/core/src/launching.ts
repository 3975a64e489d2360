import { signed } from "./call.ts";
import type { Clock } from "./clock.ts";
import { deadlineAfter, deadlineScope, ended } from "./deadline.ts";
import type {
  ComputeDriver,
  DriverCall,
  DriverInstance,
  DriverOffer,
  Launched,
  LaunchSupport,
} from "./driver.ts";
import { isComputeError } from "./errors.ts";
import type { ProviderFacts } from "./facts.ts";
import type { Budget, Hold, Journal, LaunchRecord } from "./journal/journal.ts";
import { candidates } from "./market/offers.ts";
import type { Instance, LaunchRequest, Offer, Price } from "./model/index.ts";
import { definedOnly } from "./options.ts";
import { type LaunchDefaults, type PreparedLaunch, prepareLaunch, refuse } from "./prepare.ts";
import { type LaunchMeans, launchExactlyOnce, resume } from "./protocol/launch.ts";
import { requestHash } from "./protocol/request-hash.ts";
import { terminateForGood } from "./protocol/terminate.ts";
import { newToken } from "./protocol/token.ts";
import type { LaunchOptions } from "./provider.ts";
import { sameRaw } from "./raw.ts";
import type { Poller } from "./watching/poller.ts";

/** What a provider launches by. */
export interface LaunchSurroundings {
  readonly name: string;
  readonly adapter: string;
  readonly facts: ProviderFacts;
  readonly support: LaunchSupport;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly images: Readonly<Record<string, string>>;
  readonly defaults: LaunchDefaults;
  /** The longest that one create request may take. */
  readonly createTimeoutMs: number;
  readonly owner: string;
  readonly budgets: readonly Budget[];
  readonly requireLease: boolean;
  /** Looks at the machines of the account for everybody. */
  readonly poller: Poller;
}

/** What a launcher needs of the provider that it is part of. */
export interface LauncherMeans {
  readonly finished: (observed: DriverInstance) => Instance;
  readonly stampOffer: (offer: DriverOffer) => Offer;
  readonly describe: (id: string, call: DriverCall) => Promise<Instance>;
}

export interface Launcher {
  /** Checks a request and fills in what it leaves out; throws before anything is sent. */
  readonly prepare: (request: LaunchRequest) => PreparedLaunch;
  readonly launch: (
    prepared: PreparedLaunch,
    key: string,
    asked: LaunchRequest,
    late: LaunchOptions["late"],
    call: DriverCall,
  ) => Promise<Instance>;
  readonly resume: (hold: Hold, record: LaunchRecord, call: DriverCall) => Promise<Instance>;
  /** A machine that the cloud may not show yet, as it was when the cloud accepted it. */
  readonly justLaunched: (id: string) => Fresh | undefined;
  /** The cloud has shown it: from now on its absence means something. */
  readonly shown: (id: string) => void;
  /** What the offer of a machine that was launched here had said it would cost. */
  readonly quoteOf: (id: string) => Price | undefined;
  readonly forget: (id: string) => void;
  /** The longest that a create may be under way or unseen after it was sent. */
  readonly windowMs: number;
  /** How long a launch may take when its caller says nothing. */
  readonly timeoutMs: number;
}

interface Fresh {
  readonly instance: Instance;
  readonly launchedAt: number;
}

/** What a launch may take beyond the create and the time to be sure of it: offers, refused attempts, log-ins. */
const slackMs = 60_000;

/** Everything about launching that one provider does. */
export function createLauncher(
  driver: ComputeDriver<never>,
  around: LaunchSurroundings,
  { finished, stampOffer, describe }: LauncherMeans,
): Launcher {
  const { name, adapter, facts, clock, journal, support, createTimeoutMs, owner, budgets } = around;
  const windowMs = createTimeoutMs + facts.visibilityLagMs + facts.lateCommitMs;
  const fresh = new Map<string, Fresh>();
  const quotes = new Map<string, Price>();

  function prepare(request: LaunchRequest): PreparedLaunch {
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
      const prepared = prepareLaunch(request, rules);
      if (around.requireLease && prepared.request.lease === undefined) {
        refuse("lease", "the configuration requires every launch to have one");
      }
      if (!hasOffers && budgets.some((budget) => budget.provider === name)) {
        refuse("budgets", `${adapter} has no prices, so its budget cannot be held`, "unsupported");
      }
      return prepared;
    } catch (error) {
      throw signed(error, { provider: name, adapter, operation: "launch" });
    }
  }

  async function launch(
    prepared: PreparedLaunch,
    key: string,
    asked: LaunchRequest,
    late: LaunchOptions["late"],
    call: DriverCall,
  ): Promise<Instance> {
    const hold = await held(key, call);
    try {
      return await launchHeld(prepared, key, asked, late, hold, call);
    } finally {
      await hold.release();
    }
  }

  async function held(key: string, call: DriverCall): Promise<Hold> {
    try {
      return await journal.hold(name, key, call.signal);
    } catch (error) {
      throw ended(call.signal, "waiting for another launch with this key") ?? error;
    }
  }

  async function launchHeld(
    { request, providerOptions }: PreparedLaunch,
    key: string,
    asked: LaunchRequest,
    late: LaunchOptions["late"] = "adopt",
    hold: Hold,
    call: DriverCall,
  ): Promise<Instance> {
    const { machine, offer, earlier } = await launchExactlyOnce(
      meansWith(hold),
      {
        ...{ provider: name, key, request, providerOptions, late, lease: request.lease, budgets },
        requestHash: await requestHash(asked),
        newToken: () => newToken(owner),
        identity: (token) => support.identity(token, request, providerOptions),
        offers: candidates(
          driver,
          request,
          {
            ...{ cloud: adapter, stamp: stampOffer, priceIsNeeded: budgets.length > 0 },
            quote: (offer) => support.quote?.(offer, providerOptions, request) ?? offer,
          },
          call,
        ),
      },
      call,
    );
    if (earlier !== undefined) return launchedBefore(earlier, accepted(machine, request), call);
    const launched = accepted(machine, request, offer);
    for (const id of fresh.keys()) justLaunched(id); // forgets those that the cloud must show by now
    if (offer?.price !== undefined) quotes.set(launched.id, offer.price);
    fresh.set(launched.id, { instance: launched, launchedAt: clock.now() });
    return launched;
  }

  /**
   * The machine of an earlier call. The journal proves that it was launched, so a look that fails takes nothing from it:
   * saying that there is none would have somebody rent another.
   */
  async function launchedBefore(earlier: LaunchRecord, known: Instance, call: DriverCall): Promise<Instance> {
    if (earlier.state === "ended") return { ...known, ...over };
    try {
      return await describe(known.id, call);
    } catch (error) {
      if (!isComputeError(error)) throw error;
      if (error.code !== "not_found") {
        return { ...known, status: "unknown", billing: "unknown", message: error.message };
      }
      const notYetShown = clock.now() <= earlier.sentAt + windowMs;
      return notYetShown ? known : { ...known, ...over };
    }
  }

  /** What is known of a machine that the cloud has accepted: its answer, then the offer, then the request. */
  function accepted(machine: Launched, request: LaunchRequest, offer?: Offer): Instance {
    const instance = finished({
      name: request.name,
      status: "pending",
      providerStatus: "accepted",
      billing: facts.bills.provisioning,
      hardware: offer?.hardware ?? driver.hardware ?? {},
      price: offer?.price,
      region: offer?.region ?? request.region,
      image: request.image,
      access: { ssh: [], ports: [] },
      ...definedOnly(machine),
      id: machine.id,
    });
    return sameRaw(machine, instance);
  }

  function meansWith(hold: Hold): LaunchMeans {
    return { driver, timing: facts, clock, hold, windowMs, terminate: terminateLeftover };
  }

  /** Ends what nobody waits for any more, by a deadline of its own. */
  async function terminateLeftover(id: string, { identity, unsettledUntil }: LaunchRecord): Promise<void> {
    const scope = deadlineScope(undefined, deadlineAfter(clock, facts.confirmTerminateMs + windowMs));
    const machine = { id, identity, unsettledUntil };
    try {
      await terminateForGood({ driver, timing: facts, clock }, machine, { ...scope, operation: "launch" });
    } finally {
      scope.close();
    }
  }

  function justLaunched(id: string): Fresh | undefined {
    const known = fresh.get(id);
    if (known !== undefined && clock.now() - known.launchedAt > facts.appearsWithinMs) fresh.delete(id);
    return fresh.get(id);
  }

  return {
    ...{ prepare, launch, justLaunched, windowMs, timeoutMs: windowMs + slackMs },
    resume: async (hold, record, call) => accepted(await resume(meansWith(hold), record, call), {}),
    shown: (id) => fresh.delete(id),
    quoteOf: (id) => quotes.get(id),
    forget(id) {
      fresh.delete(id);
      quotes.delete(id);
    },
  };
}

const over = { status: "terminated", providerStatus: "ended", billing: "none" } as const;

/** Puts the launch's key on whatever a launch throws. */
export async function withLaunchKey<Result>(launchKey: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isComputeError(error) ? error.with({ launchKey }) : error;
  }
}
