import { checkedOptions, signed } from "../call.ts";
import type { CallOptions } from "../call-options.ts";
import { deadlineAfter, deadlineScope, ended } from "../deadline.ts";
import type { DriverInstance } from "../driver.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import type { Instance } from "../model/index.ts";
import { internalsOf } from "../ownership/internals.ts";
import type { ComputeProvider } from "../provider.ts";
import type { Tick } from "./poller.ts";
import type { Sighting } from "./sweep.ts";

/** Something that a look showed and the look before did not. */
export type InstanceEvent =
  /** It is seen for the first time by this watch. */
  | { readonly type: "appeared"; readonly id: string; readonly instance: Instance }
  /** Its status, the reason of it, or the cloud's own word has changed. */
  | { readonly type: "status"; readonly id: string; readonly instance: Instance; readonly before: Instance }
  /** Its addresses or ports have changed. */
  | { readonly type: "access"; readonly id: string; readonly instance: Instance; readonly before: Instance }
  | { readonly type: "price"; readonly id: string; readonly instance: Instance; readonly before: Instance }
  /** The cloud says that there is no such machine, or complete lists were without it for longer than its lag. */
  | { readonly type: "disappeared"; readonly id: string; readonly before?: Instance | undefined }
  /** A machine that had disappeared is there again, and bills. */
  | {
      readonly type: "reappeared";
      readonly id: string;
      readonly instance: Instance;
      readonly before?: Instance | undefined;
    }
  /** It, or without an id the whole account, could not be read; the watch goes on. Told once until it can be read again. */
  | { readonly type: "unreadable"; readonly id?: string | undefined; readonly error: ComputeError };

/** Which machines of an account to watch. One that has matched once is followed to its end. */
export interface WatchFilter {
  readonly name?: string | undefined;
  readonly matches?: ((instance: Instance) => boolean) | undefined;
}

/** What is remembered of a machine. */
interface Known {
  readonly instance?: Instance | undefined;
  readonly isGone: boolean;
}

/** So many ticks are kept for a slow reader; beyond that it gets each machine's latest state instead of every step. */
const keptTicks = 16;
const longestMs = 2 ** 31 - 1;

/**
 * Watches machines, all that are named or all that match, together with everybody else who waits or watches on the account.
 * What one look after another shows is told as events, in order; nothing is told that was not seen. A reader that does not
 * read is not looked for.
 *
 * @throws `cancelled` and `timeout` when the caller's signal or time has ended; what no later look could mend, such as
 * `unauthenticated`.
 *
 * @example
 * for await (const event of watch(provider, ids)) {
 *   if (event.type === "status") console.log(event.id, event.before.status, "->", event.instance.status);
 * }
 */
export async function* watch(
  provider: ComputeProvider,
  what: Iterable<string> | WatchFilter = {},
  options?: CallOptions,
): AsyncGenerator<InstanceEvent, void, undefined> {
  const { clock, facts, follow, read, finished } = internalsOf(provider);
  const trace = { provider: provider.name, adapter: provider.adapter, operation: "watch" };
  const { signal, timeoutMs = longestMs } = checkedOptions(options, "watch");
  const scope = deadlineScope(signal, deadlineAfter(clock, timeoutMs));
  const named = isIterable(what) ? [...new Set(what)] : undefined;
  const filter = isIterable(what) ? {} : what;
  const known = new Map<string, Known>();
  const unreadable = new Set<string | undefined>();
  /** Since when complete lists are without a machine. */
  const missed = new Map<string, number>();

  function* met(id: string, instance: Instance): Generator<InstanceEvent> {
    unreadable.delete(id);
    missed.delete(id);
    const { instance: before, isGone } = known.get(id) ?? { isGone: false };
    if (before === undefined && !isGone && named === undefined && !isWanted(instance, filter)) return;
    known.set(id, { instance, isGone: false });
    if (isGone) yield { type: "reappeared", id, instance, before };
    else if (before === undefined) yield { type: "appeared", id, instance };
    else yield* changesOf(id, before, instance);
  }

  function* gone(id: string): Generator<InstanceEvent> {
    unreadable.delete(id);
    const { instance: before, isGone } = known.get(id) ?? { isGone: false };
    if (isGone) return;
    known.set(id, { instance: before, isGone: true });
    yield { type: "disappeared", id, before };
  }

  function* failed(error: ComputeError, id?: string): Generator<InstanceEvent> {
    if (!error.retryable) throw error;
    if (unreadable.has(id)) return;
    unreadable.add(id);
    yield { type: "unreadable", id, error };
  }

  function* looked(id: string, sighting: Sighting): Generator<InstanceEvent> {
    try {
      yield* met(id, read(id, sighting));
    } catch (error) {
      if (!isComputeError(error)) throw error;
      yield* isComputeError(error, "not_found") ? gone(id) : failed(error, id);
    }
  }

  function* listed(all: readonly DriverInstance[]): Generator<InstanceEvent> {
    unreadable.delete(undefined);
    const present = new Set<string>();
    for (const observed of all) {
      present.add(observed.id);
      if (observed.status === "terminated" && !known.has(observed.id)) continue;
      yield* met(observed.id, finished(observed));
    }
    for (const [id, { isGone }] of known) {
      if (present.has(id) || isGone) continue;
      const since = missed.get(id);
      if (since === undefined) missed.set(id, clock.now());
      else if (clock.now() - since >= facts.visibilityLagMs) yield* gone(id);
    }
  }

  function* eventsOf({ sightings, all, trouble }: Tick): Generator<InstanceEvent> {
    if (trouble !== undefined) yield* failed(trouble);
    for (const [id, sighting] of sightings) yield* looked(id, sighting);
    if (all !== undefined) yield* listed(all);
  }

  const subscription = follow({ ids: named ?? "all", keep: keptTicks, until: scope.deadline.at });
  try {
    for (;;) {
      yield* eventsOf(await subscription.next(scope.signal));
      // The signal goes by the computer's time; a clock of the caller's own may be ahead of it.
      if (scope.deadline.remainingMs() === 0)
        throw new ComputeError({ code: "timeout", message: `${provider.name}: watch: timed out` });
    }
  } catch (error) {
    throw signed(ended(scope.signal, `${provider.name}: watch`) ?? error, trace);
  } finally {
    subscription.close();
    scope.close();
  }
}

function isIterable(what: Iterable<string> | WatchFilter): what is Iterable<string> {
  return Symbol.iterator in what;
}

function isWanted(instance: Instance, { name, matches }: WatchFilter): boolean {
  return (name === undefined || instance.name === name) && (matches?.(instance) ?? true);
}

function* changesOf(id: string, before: Instance, instance: Instance): Generator<InstanceEvent> {
  const changed = { id, instance, before };
  if (
    instance.status !== before.status ||
    instance.reason !== before.reason ||
    instance.providerStatus !== before.providerStatus
  ) {
    yield { type: "status", ...changed };
  }
  if (words(instance.access) !== words(before.access)) yield { type: "access", ...changed };
  if (words(instance.price) !== words(before.price)) yield { type: "price", ...changed };
}

/** Passwords are not in it: a secret shows nothing. */
function words(value: unknown): string {
  return JSON.stringify(value) ?? "";
}
