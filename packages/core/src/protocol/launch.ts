import type { Clock } from "../clock.ts";
import { deadlineScope, ended } from "../deadline.ts";
import type { ComputeDriver, DriverCall, DriverInstance, DriverLaunchRequest, Launched } from "../driver.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import type { Timing } from "../facts.ts";
import type { Offer } from "../model/index.ts";
import type { Journal, LaunchRecord, LaunchState } from "./journal.ts";
import { findByIdentity, pauseBetweenLooks } from "./look.ts";
import { newToken } from "./token.ts";

export interface LaunchMeans {
  readonly driver: ComputeDriver;
  readonly timing: Timing;
  /** The longest that one create request may take. */
  readonly createTimeoutMs: number;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Ends a machine with evidence, by a deadline of its own: used for machines that nobody waits for any more. */
  readonly terminate: (id: string) => Promise<void>;
}

/** One launch as its caller wants it, checked and translated. */
export interface LaunchIntent {
  readonly provider: string;
  readonly key: string;
  readonly requestHash: string;
  readonly request: Omit<DriverLaunchRequest, "identity" | "offer">;
  readonly providerOptions: unknown;
  readonly identity: (token: string) => string;
  /** What to rent, best first: each offer is tried when the one before it proved to be gone. */
  readonly offers: AsyncIterable<Offer | undefined>;
}

/** The machine of a launch, and the offer it was taken from if this call took it. */
export interface LaunchedMachine {
  readonly machine: Launched;
  readonly offer?: Offer | undefined;
  /** Set when an earlier call with this key had launched it: what became of it. */
  readonly earlier?: LaunchState | undefined;
}

/** How many offers one launch tries. */
const maxOffers = 5;
/** How often a create is repeated on a cloud where the identity keeps it from renting twice. */
const maxResends = 3;

/**
 * Launches exactly one machine.
 *
 * 1. The intent is written down, with the token that the machine will carry, before anything is sent.
 * 2. The create is sent once.
 * 3. Only a clear yes or a documented refusal is taken for an answer. After anything else the machine is looked for by
 *    its token: found, it is adopted; absent from complete answers until no create can still be under way, it is proven
 *    not to exist. Where the identity is unique at the cloud, the same create may be sent again meanwhile.
 * 4. A machine that exists although the launch failed, or whose caller has left, is terminated with evidence.
 */
export async function launchExactlyOnce(
  means: LaunchMeans,
  intent: LaunchIntent,
  call: DriverCall,
): Promise<LaunchedMachine> {
  const { journal } = means;
  const earlier = await journal.read(intent.provider, intent.key);
  if (earlier !== undefined && earlier.requestHash !== intent.requestHash) {
    throw new ComputeError({
      code: "conflict",
      message: "this key was used for another request; a key names one launch",
      instanceId: earlier.instanceId,
    });
  }
  if (earlier?.instanceId !== undefined && earlier.state !== "refused") {
    return { machine: { id: earlier.instanceId }, earlier: earlier.state };
  }
  if (earlier?.state === "open") {
    const settled = await tried(() => settle(means, earlier, call, undefined));
    if (settled.yes !== undefined) return { machine: settled.yes };
    const neverWas = isComputeError(settled.error) && settled.error.effect === "none" && !call.signal.aborted;
    if (!neverWas) throw settled.error;
  }

  let gone: unknown;
  let offersTried = 0;
  for await (const offer of intent.offers) {
    try {
      return { machine: await attempt(means, intent, offer, call), offer };
    } catch (error) {
      const next =
        isComputeError(error, "offer_gone", "no_capacity") && error.effect === "none" && offer !== undefined;
      if (!next) throw error;
      gone = error;
    }
    offersTried += 1;
    if (offersTried === maxOffers) break;
  }
  throw gone ?? new ComputeError({ code: "no_capacity", message: "no offer matches the request" });
}

async function attempt(
  means: LaunchMeans,
  intent: LaunchIntent,
  offer: Offer | undefined,
  call: DriverCall,
): Promise<Launched> {
  const token = newToken();
  const identity = intent.identity(token);
  const isNew = identity.includes(token) || (await findByIdentity(means.driver, identity, call)).length === 0;
  if (!isNew)
    throw new ComputeError({ code: "conflict", message: `there is a machine named ${identity} already` });

  const { provider, key, requestHash } = intent;
  const record: LaunchRecord = {
    provider,
    key,
    requestHash,
    state: "open",
    identity,
    sentAt: means.clock.now(),
  };
  await means.journal.write(record);
  const request: DriverLaunchRequest = { ...intent.request, identity, offer };
  // The options were checked with the schema of this very driver.
  const send = (): Promise<Launched> => means.driver.launch(request, intent.providerOptions as never, call);

  const outcome = await tried(send);
  if (outcome.yes !== undefined) return own(means, record, outcome.yes, call);
  const { error } = outcome;
  if (isComputeError(error) && error.effect === "done")
    return endLeftover(means, record, error.instanceId, error);
  if (isComputeError(error) && error.effect === "none") {
    await close(means, record, "refused");
    throw error;
  }
  return settle(means, record, call, error, send);
}

/** Finds out what a create did whose answer says nothing, and brings the launch to an end that is sure. */
async function settle(
  means: LaunchMeans,
  record: LaunchRecord,
  call: DriverCall,
  cause: unknown,
  send?: () => Promise<Launched>,
): Promise<Launched> {
  const { driver, timing, clock } = means;
  const quietMs = timing.visibilityLagMs + timing.lateCommitMs + means.createTimeoutMs;
  let quietAt = record.sentAt + quietMs;
  let resends = timing.launchIdentity === "label" ? maxResends : 0;
  let taken = false;
  let trouble = cause;

  // The caller may have left; what was sent must be known all the same.
  const scope = deadlineScope(undefined, call.deadline);
  const looking: DriverCall = { ...call, signal: scope.signal };
  try {
    for (let looks = 0; ; looks += 1) {
      const look = await tried(() => findByIdentity(driver, record.identity, looking));
      if (look.yes === undefined) trouble = look.error;
      else if (look.yes.length > 0) return await adopt(means, record, look.yes, call, cause);
      else if (clock.now() >= quietAt && !taken) {
        await close(means, record, "refused");
        throw neverCreated(cause, call);
      } else if (send !== undefined && resends < maxResends && !call.signal.aborted) {
        resends += 1;
        const again = await tried(send);
        if (again.yes !== undefined) return await own(means, record, again.yes, call);
        const { error } = again;
        trouble = error;
        if (isComputeError(error) && error.effect === "done") {
          return await endLeftover(means, record, error.instanceId, error);
        }
        if (isComputeError(error, "conflict")) taken = true;
        else if (isComputeError(error) && error.effect === "none") resends = maxResends;
        else quietAt = clock.now() + quietMs;
      }
      if (call.deadline.remainingMs() === 0) throw ambiguous(record, trouble);
      await pauseBetweenLooks(clock, looks, timing.pollIntervalMs, looking);
    }
  } finally {
    scope.close();
  }
}

/** The machine is ours. If its caller has left meanwhile, it is ended: nobody would know of it. */
async function own(
  means: LaunchMeans,
  record: LaunchRecord,
  machine: Launched,
  call: DriverCall,
): Promise<Launched> {
  const owned = { ...record, state: "created" as const, instanceId: machine.id };
  await means.journal.write(owned);
  const left = ended(call.signal, "launch");
  if (left?.code !== "cancelled") return machine;
  return endLeftover(means, owned, machine.id, left);
}

async function adopt(
  means: LaunchMeans,
  record: LaunchRecord,
  found: readonly DriverInstance[],
  call: DriverCall,
  cause: unknown,
): Promise<Launched> {
  const [first, ...doubles] = found.toSorted((a, b) => Number(a.createdAt ?? 0) - Number(b.createdAt ?? 0));
  if (first === undefined) throw new TypeError("nothing to adopt");
  for (const double of doubles) await means.terminate(double.id);
  if (first.status !== "failed") return own(means, record, first, call);
  const words = first.message ?? first.providerStatus;
  const failed = { code: "instance_failed", message: `the machine failed at once: ${words}`, cause } as const;
  return endLeftover(means, record, first.id, new ComputeError(failed));
}

/** Ends a machine that must not stay, then says why; with its id if it could not be ended. */
async function endLeftover(
  means: LaunchMeans,
  record: LaunchRecord,
  instanceId: string | undefined,
  reason: ComputeError,
): Promise<never> {
  if (instanceId === undefined) throw reason.with({ effect: "maybe" });
  await means.journal.write({ ...record, state: "created", instanceId });
  const termination = await tried(() => means.terminate(instanceId));
  if (termination.error !== undefined) {
    const still = `${reason.message}; machine ${instanceId} exists and could not be ended: terminate it`;
    throw reason.with({ message: still, effect: "done", instanceId, cause: termination.error });
  }
  await means.journal.write({ ...record, state: "refused" });
  throw reason.with({ effect: "none", instanceId });
}

async function close(means: LaunchMeans, record: LaunchRecord, state: LaunchState): Promise<void> {
  await means.journal.write({ ...record, state });
}

function neverCreated(cause: unknown, call: DriverCall): ComputeError {
  const left = ended(call.signal, "launch");
  if (left?.code === "cancelled") return left;
  if (isComputeError(cause)) return cause.with({ effect: "none" });
  const message = "an earlier create with this key was never carried out";
  return new ComputeError({ code: "unavailable", message, cause });
}

function ambiguous(record: LaunchRecord, cause: unknown): ComputeError {
  const because = cause instanceof Error ? ` (${cause.message})` : "";
  return new ComputeError({
    code: "launch_ambiguous",
    message: `a machine marked ${record.identity} may exist, and was not found in time${because}: launch with the same key to go on looking`,
    effect: "maybe",
    launchKey: record.key,
    cause,
  });
}

type Tried<Result> =
  | { readonly yes: Result; readonly error?: undefined }
  | { readonly yes?: undefined; readonly error: unknown };

/** Both ends of a call as values, where what comes next depends on which. */
async function tried<Result>(work: () => Promise<Result>): Promise<Tried<Result>> {
  try {
    return { yes: await work() };
  } catch (error) {
    return { error };
  }
}
