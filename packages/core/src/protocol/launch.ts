import type { Clock } from "../clock.ts";
import { deadlineScope, ended } from "../deadline.ts";
import type { ComputeDriver, DriverCall, DriverInstance, DriverLaunchRequest, Launched } from "../driver.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import type { Timing } from "../facts.ts";
import type { Budget, Hold, LaunchRecord } from "../journal/journal.ts";
import type { LeaseWish, Offer } from "../model/index.ts";
import { findByIdentity, pauseBetweenLooks } from "./look.ts";
import { formOfToken } from "./token.ts";

// Launches exactly one machine.
//
// 1. The intent is written down, with the token that the machine will carry, before anything is sent.
// 2. The create is sent once.
// 3. Only a clear yes or a documented refusal is taken for an answer. After anything else the machine is looked for by
//    its token: found, it is adopted; absent from complete answers until no create can still be under way, it is proven
//    not to exist. Where the identity is unique at the cloud, the same create may be sent again meanwhile.
// 4. A machine that exists although the launch failed, or whose caller has left, is terminated with evidence.

export interface LaunchMeans {
  readonly driver: ComputeDriver;
  readonly timing: Timing;
  /** The longest that a create may be under way or unseen after it was sent. */
  readonly windowMs: number;
  readonly clock: Clock;
  /** This launch, in this caller's hands. */
  readonly hold: Hold;
  /** Ends a machine with evidence, by a deadline of its own: for machines that nobody waits for any more. */
  readonly terminate: (id: string, record: LaunchRecord) => Promise<void>;
}

/** One launch as its caller wants it, checked and translated. */
export interface LaunchIntent {
  readonly provider: string;
  readonly key: string;
  readonly requestHash: string;
  readonly request: Omit<DriverLaunchRequest, "identity" | "offer">;
  readonly providerOptions: unknown;
  readonly newToken: () => string;
  readonly identity: (token: string) => string;
  readonly late: LaunchRecord["late"];
  readonly lease?: LeaseWish | undefined;
  /** What all launches together may cost. */
  readonly budgets: readonly Budget[];
  /** What to rent, best first: each offer is tried when the one before it proved to be gone. */
  readonly offers: AsyncIterable<Offer | undefined>;
}

/** The machine of a launch. */
export interface LaunchedMachine {
  readonly machine: Launched;
  /** What it was taken from, if this call took it. */
  readonly offer?: Offer | undefined;
  /** Set when an earlier call with this key had launched it: what is remembered of it. */
  readonly earlier?: LaunchRecord | undefined;
}

/** How many offers one launch tries. */
const maxOffers = 8;
/** How often a create is repeated on a cloud where the identity keeps it from renting twice. */
const maxResends = 3;
/** A list can miss a machine once, while its pages move. */
const absencesThatProve = 2;

export async function launchExactlyOnce(
  means: LaunchMeans,
  intent: LaunchIntent,
  call: DriverCall,
): Promise<LaunchedMachine> {
  const earlier = means.hold.record;
  if (earlier !== undefined && earlier.requestHash !== intent.requestHash) {
    const message = "this key was used for another request; a key names one launch";
    throw new ComputeError({ code: "conflict", message, instanceId: earlier.instanceId });
  }
  if (earlier?.instanceId !== undefined && earlier.state !== "refused") {
    return { machine: { id: earlier.instanceId }, earlier };
  }
  if (earlier?.state === "open") {
    const settled = await tried(() => settle(means, { record: earlier }, call, undefined));
    if (settled.yes !== undefined) return { machine: settled.yes };
    const neverWas = isComputeError(settled.error) && settled.error.effect === "none" && !call.signal.aborted;
    if (!neverWas) throw settled.error;
  }

  const refusals: ComputeError[] = [];
  for await (const offer of intent.offers) {
    try {
      return { machine: await attempt(means, intent, offer, call), offer };
    } catch (error) {
      const next = isComputeError(error, "offer_gone", "no_capacity") && error.effect === "none";
      if (!next || offer === undefined) throw error;
      refusals.push(error);
    }
    if (refusals.length === maxOffers) break;
  }
  throw noneLeft(refusals);
}

/** Tells every attempt: each refusal is a cause. */
function noneLeft(refusals: readonly ComputeError[]): ComputeError {
  const [first, ...more] = refusals;
  if (first === undefined)
    return new ComputeError({ code: "no_capacity", message: "no offer matches the request" });
  if (more.length === 0) return first;
  const words = refusals.map(({ message }) => message).join("; ");
  const message = `${refusals.length} offers were tried, and all are gone: ${words}`;
  return new ComputeError({ code: "no_capacity", message, cause: new AggregateError(refusals, message) });
}

/**
 * Finds out what became of a launch that an earlier call, or an earlier process, left open. Nobody waits for its machine
 * any more, so it is ended where its caller wanted that.
 */
export async function resume(means: LaunchMeans, record: LaunchRecord, call: DriverCall): Promise<Launched> {
  // Whoever recovers may stop looking; that is no wish to end what was launched.
  const attempted: Attempt = { record, stop: call.signal };
  const nobody = { ...call, signal: never() };
  const machine = await settle(means, attempted, nobody, undefined);
  if (record.late === "adopt") return machine;
  const message = "the machine showed up after its launch was given up";
  return endLeftover(means, attempted, machine.id, new ComputeError({ code: "cancelled", message }));
}

/** One token, and what has been written down of it. */
interface Attempt {
  record: LaunchRecord;
  /** Sends the create, with this token. Absent when what it held is not known any more. */
  readonly send?: (() => Promise<Launched>) | undefined;
  /** What was asked for, as far as it is known. */
  readonly image?: string | undefined;
  /** Ends the looking, and leaves the launch open. */
  readonly stop?: AbortSignal | undefined;
}

async function attempt(
  means: LaunchMeans,
  intent: LaunchIntent,
  offer: Offer | undefined,
  call: DriverCall,
): Promise<Launched> {
  const { clock, driver, hold } = means;
  const token = intent.newToken();
  const identity = intent.identity(token);
  if (!identity.includes(token) && (await findByIdentity(driver, identity, call)).length > 0) {
    throw new ComputeError({ code: "conflict", message: `there is a machine named ${identity} already` });
  }

  const { provider, key, requestHash, providerOptions, late } = intent;
  const lease = intent.lease && { ...intent.lease, expiresAt: clock.now() + intent.lease.ttlMs };
  const rate = offer?.price && { currency: offer.price.currency, perHourMicros: offer.price.perHourMicros };
  const request: DriverLaunchRequest = { ...intent.request, identity, offer };
  // A create may wait for its turn, and goes out again after a throttle: its window begins when it really goes out.
  const beforeRenting = async (): Promise<void> => {
    if (clock.now() !== attempted.record.sentAt) await note(means, attempted, { sentAt: clock.now() });
  };
  const attempted: Attempt = {
    record: {
      ...{ provider, key, requestHash, state: "open", identity, sentAt: clock.now(), late, lease, rate },
      past: pastOf(hold.record),
    },
    image: request.image,
    // The options were checked with the schema of this very driver.
    send: () => driver.launch(request, providerOptions as never, { ...call, beforeRenting }),
  };
  await hold.write(attempted.record, intent.budgets);

  const outcome = await tried(async () => attempted.send?.());
  if (outcome.yes !== undefined) return own(means, attempted, outcome.yes, call);
  const { error } = outcome;
  if (isComputeError(error) && error.effect === "done")
    return endLeftover(means, attempted, error.instanceId, error);
  if (isComputeError(error) && error.effect === "none") {
    await note(means, attempted, { state: "refused" });
    throw error;
  }
  return settle(means, attempted, call, error);
}

/** Finds out what a create did whose answer says nothing, and brings the launch to an end that is sure. */
async function settle(
  means: LaunchMeans,
  attempted: Attempt,
  call: DriverCall,
  cause: unknown,
): Promise<Launched> {
  const { driver, timing, clock, windowMs } = means;
  /** The cloud has said that a machine with this name is there, so absence proves nothing any more. */
  let taken = timing.launchIdentity !== "label" && isComputeError(cause, "conflict");
  let resends = timing.launchIdentity === "label" || taken ? maxResends : 0;
  /** What a later copy of the create was refused with: more to the point than how the first one was lost. */
  let refusal: ComputeError | undefined;
  let trouble = cause;
  /** Complete answers without the machine, one after the other, since no create can be under way any more. */
  let absences = 0;

  // The caller may have left; what was sent must be known all the same.
  const scope = deadlineScope(attempted.stop, call.deadline);
  const looking: DriverCall = { ...call, signal: scope.signal };
  try {
    for (let looks = 0; ; looks += 1) {
      const found = await tried(() => findByIdentity(driver, attempted.record.identity, looking));
      const overdue = clock.now() >= attempted.record.sentAt + windowMs && !taken;
      if (found.yes === undefined) trouble = found.error;
      else if (found.yes.length > 0) return await adopt(means, attempted, found.yes, call, cause);
      else if (overdue) absences += 1;
      else if (attempted.send !== undefined && resends < maxResends && !call.signal.aborted) {
        resends += 1;
        await note(means, attempted, { unsettledUntil: attempted.record.sentAt + windowMs });
        const again = await tried(attempted.send);
        if (again.yes !== undefined) return await own(means, attempted, again.yes, call);
        trouble = again.error;
        if (isComputeError(trouble) && trouble.effect === "done") {
          return await endLeftover(means, attempted, trouble.instanceId, trouble);
        }
        taken ||= isComputeError(trouble, "conflict");
        if (isComputeError(trouble) && trouble.effect === "none") {
          resends = maxResends;
          refusal = trouble;
        }
      }
      if (absences === absencesThatProve) {
        await note(means, attempted, { state: "refused", past: remembered(attempted.record) });
        throw neverCreated(refusal ?? cause, call);
      }
      if (attempted.stop?.aborted || call.deadline.remainingMs() === 0) {
        throw ambiguous(attempted.record, trouble);
      }
      await pauseBetweenLooks(clock, looks, timing.pollIntervalMs, looking);
    }
  } finally {
    scope.close();
  }
}

/** The machine is ours. If its caller has left meanwhile, it is ended: nobody would know of it. */
async function own(
  means: LaunchMeans,
  attempted: Attempt,
  machine: Launched,
  call: DriverCall,
): Promise<Launched> {
  await note(means, attempted, { state: "created", instanceId: machine.id });
  const left = ended(call.signal, "launch");
  if (left?.code !== "cancelled") return machine;
  return endLeftover(means, attempted, machine.id, left);
}

async function adopt(
  means: LaunchMeans,
  attempted: Attempt,
  found: readonly DriverInstance[],
  call: DriverCall,
  cause: unknown,
): Promise<Launched> {
  const byAge = found.toSorted((a, b) => Number(a.createdAt ?? 0) - Number(b.createdAt ?? 0));
  const alive = byAge.filter(({ status }) => status !== "terminated");
  const [first, ...doubles] = alive.length > 0 ? alive : byAge;
  if (first === undefined) throw new TypeError("nothing to adopt");
  await refuseStranger(means, attempted, first);
  for (const double of doubles) await means.terminate(double.id, attempted.record);
  const machine = first.status === "failed" ? await lookTwice(means, attempted, first, call) : first;
  if (machine.status !== "failed") return own(means, attempted, machine, call);
  const message = `the machine failed at once: ${machine.message ?? machine.providerStatus}`;
  return endLeftover(
    means,
    attempted,
    machine.id,
    new ComputeError({ code: "instance_failed", message, cause }),
  );
}

/** Under a name that the caller chose, somebody else's machine may stand; one with another image is not this launch's. */
async function refuseStranger(means: LaunchMeans, attempted: Attempt, found: DriverInstance): Promise<void> {
  const { image } = attempted;
  if (
    formOfToken(attempted.record.identity) !== undefined ||
    image === undefined ||
    found.image === undefined
  )
    return;
  if (found.image.endsWith(image)) return;
  await note(means, attempted, { state: "refused" });
  const message = `there is a machine named ${attempted.record.identity} already, with the image ${found.image}`;
  throw new ComputeError({ code: "conflict", message });
}

/** A machine that is only just being started may look as if its start had failed. */
async function lookTwice(
  { driver, clock, timing }: LaunchMeans,
  { record }: Attempt,
  first: DriverInstance,
  call: DriverCall,
): Promise<DriverInstance> {
  await clock.sleep(timing.pollIntervalMs);
  const again = await tried(() => findByIdentity(driver, record.identity, { ...call, signal: never() }));
  return again.yes?.find(({ id }) => id === first.id) ?? first;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

/** Ends a machine that must not stay, then says why; with its id if it could not be ended. */
async function endLeftover(
  means: LaunchMeans,
  attempted: Attempt,
  instanceId: string | undefined,
  reason: ComputeError,
): Promise<never> {
  if (instanceId === undefined) throw reason.with({ effect: "maybe" });
  await note(means, attempted, { state: "ending", instanceId });
  const termination = await tried(() => means.terminate(instanceId, attempted.record));
  if (termination.error !== undefined) {
    const message = `${reason.message}; machine ${instanceId} exists and could not be ended: terminate it`;
    throw reason.with({ message, effect: "done", instanceId, cause: termination.error });
  }
  await note(means, attempted, { state: "refused" });
  throw reason.with({ effect: "none", instanceId });
}

/** What of an earlier attempt must be remembered when a new one takes its place: a machine that it had, or might have. */
function pastOf(earlier: LaunchRecord | undefined): LaunchRecord["past"] {
  return earlier?.instanceId === undefined ? earlier?.past : remembered(earlier);
}

function remembered({ past = [], identity, instanceId }: LaunchRecord): LaunchRecord["past"] {
  return [...past.filter((attempt) => attempt.identity !== identity), { identity, instanceId }];
}

async function note({ hold }: LaunchMeans, attempted: Attempt, news: Partial<LaunchRecord>): Promise<void> {
  attempted.record = { ...attempted.record, ...news };
  await hold.write(attempted.record);
}

function neverCreated(cause: unknown, call: DriverCall): ComputeError {
  const left = ended(call.signal, "launch");
  if (left?.code === "cancelled") return left;
  if (isComputeError(cause)) return cause.with({ effect: "none" });
  const message = "an earlier create with this key was never carried out";
  return new ComputeError({ code: "unavailable", message, cause });
}

function ambiguous({ identity, key }: LaunchRecord, cause: unknown): ComputeError {
  const because = cause instanceof Error ? ` (${cause.message})` : "";
  return new ComputeError({
    code: "launch_ambiguous",
    message: `a machine marked ${identity} may exist, and was not found in time${because}: launch with the same key to go on looking`,
    effect: "maybe",
    launchKey: key,
    cause,
  });
}

type Tried<Result> =
  | { readonly yes: NonNullable<Result>; readonly error?: undefined }
  | { readonly yes?: undefined; readonly error: unknown };

/** Both ends of a call as values, where what comes next depends on which. */
async function tried<Result>(work: () => Promise<Result>): Promise<Tried<Result>> {
  try {
    const yes = await work();
    return { yes: yes ?? ({} as never) }; // a call that gives nothing has succeeded all the same
  } catch (error) {
    return { error };
  }
}
