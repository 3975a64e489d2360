import type { Clock } from "../clock.ts";
import { deadlineAfter, deadlineScope, untilAborted } from "../deadline.ts";
import type { ComputeDriver, DriverCall, DriverInstance } from "../driver.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import type { Timing } from "../facts.ts";
import { type Sighting, type SweepMemory, sweep } from "./sweep.ts";

/** What one tick showed to one subscriber. */
export interface Tick {
  readonly sightings: ReadonlyMap<string, Sighting>;
  /** Every machine of the account, for those who watch the whole of it. */
  readonly all?: readonly DriverInstance[] | undefined;
  /** The whole tick failed; nothing is known that was not known before. */
  readonly trouble?: ComputeError | undefined;
}

/** One who looks at machines together with everybody else. */
export interface Subscription {
  /** What the next tick shows; of those that were not taken in time, the oldest. Rejects with the signal's reason. */
  readonly next: (signal: AbortSignal) => Promise<Tick>;
  readonly close: () => void;
}

/** What somebody wants to see. */
export interface Interest {
  /** These machines, or every machine of the account. */
  readonly ids: readonly string[] | "all";
  /** By the clock's `now`: there is a look at this moment, however slow the ticks are by then. */
  readonly until?: number | undefined;
  /** So many ticks are kept for who does not take them; then this one is not looked for until it does. One when left out. */
  readonly keep?: number | undefined;
}

/** The one who looks at the machines of an account, for all who wait for them or watch them. */
export interface Poller {
  readonly subscribe: (interest: Interest) => Subscription;
}

export interface PollerMeans {
  readonly driver: ComputeDriver;
  readonly timing: Timing;
  readonly clock: Clock;
}

/** A machine that somebody wants to see. */
interface Watched {
  readonly subscribers: Set<Subscriber>;
  /** When it was first looked for, or last changed. */
  changedAt: number;
  lookedAt?: number;
  words?: string;
  /** Since when lists have missed it, which one may do while its pages move, or because it is old. */
  missedAt?: number | undefined;
}

interface Subscriber {
  readonly interest: Interest;
  /** The first tick that began after it came: what was on its way before may be older than what it has just done. */
  readonly from: number;
  readonly kept: Tick[];
  readonly mostKept: number;
  lookedAt?: number;
  wake?: (() => void) | undefined;
}

const firstPauseMs = 1_000;
/** A machine that has not changed for so many of the cloud's own paces is looked at more and more seldom. */
const patientPaces = 20;
/** Never more seldom than every so many of the cloud's own paces. */
const slowestPaces = 3;
/** Who is due within this part of its pause goes along with a tick that takes place anyway. */
const earlyPart = 0.25;
/** A list of thousands under a narrow limit takes minutes; every request in it has its own time-out. */
const tickTimeoutMs = 600_000;

export function createPoller({ driver, timing, clock }: PollerMeans): Poller {
  const machines = new Map<string, Watched>();
  const subscribers = new Set<Subscriber>();
  const memory: SweepMemory = {};
  let running = false;
  let ticks = 0;
  /** Wakes the poller up: somebody came, left, or took what was kept for them. */
  let changed = new AbortController();
  /** Ends what is on its way when nobody is left to see it. */
  let leaving = new AbortController();

  /** Looks are close together after a change, and then further and further apart. */
  function pauseMs({ changedAt, lookedAt = changedAt, missedAt }: Watched): number {
    if (missedAt !== undefined) return Math.max(firstPauseMs, timing.visibilityLagMs);
    const age = lookedAt - changedAt;
    const pace = timing.pollIntervalMs;
    const young = Math.min(Math.max(age, firstPauseMs), pace);
    return Math.max(young, Math.min(age / patientPaces, slowestPaces * pace));
  }

  function dueAt(watched: Watched): number {
    if (watched.lookedAt === undefined) return clock.now();
    let until = Number.POSITIVE_INFINITY;
    for (const { interest } of watched.subscribers) until = Math.min(until, interest.until ?? until);
    const due = watched.lookedAt + pauseMs(watched);
    return until > watched.lookedAt ? Math.min(due, until) : due;
  }

  /** The account as a whole is looked at in the cloud's own pace. */
  function listDueAt({ lookedAt }: Subscriber): number {
    return lookedAt === undefined ? clock.now() : lookedAt + timing.pollIntervalMs;
  }

  const isHungry = ({ kept, mostKept }: Subscriber): boolean => kept.length < mostKept;
  const isWanted = ({ subscribers: all }: Watched): boolean => [...all].some(isHungry);

  async function run(): Promise<void> {
    running = true;
    try {
      // Whoever subscribes in the same breath shares the first tick.
      await clock.sleep(0);
      while (subscribers.size > 0) {
        changed = new AbortController();
        const at = nextAt();
        if (at === Number.POSITIVE_INFINITY) await untilAborted(changed.signal);
        else if (at > clock.now()) await clock.sleep(at - clock.now(), changed.signal);
        if (!changed.signal.aborted) await tick(at);
      }
    } finally {
      running = false;
    }
  }

  function nextAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const watched of machines.values()) if (isWanted(watched)) at = Math.min(at, dueAt(watched));
    for (const subscriber of subscribers) {
      if (subscriber.interest.ids === "all" && isHungry(subscriber)) at = Math.min(at, listDueAt(subscriber));
    }
    return at;
  }

  async function tick(at: number): Promise<void> {
    const now = Math.max(at, clock.now());
    const listers = [...subscribers].filter(
      (one) => one.interest.ids === "all" && isHungry(one) && listDueAt(one) <= now,
    );
    const due = [...machines].flatMap(([id, watched]) =>
      isWanted(watched) && dueAt(watched) - now <= pauseMs(watched) * earlyPart ? [id] : [],
    );
    const nobody = leaving.signal;
    ticks += 1;
    const number = ticks;
    const scope = deadlineScope(nobody, deadlineAfter(clock, tickTimeoutMs));
    const call: DriverCall = { operation: "watch", signal: scope.signal, deadline: scope.deadline };
    const wish = { ids: due, alongside: machines.keys(), wholeList: listers.length > 0 };
    try {
      const { sightings, all, by } = await sweep({ driver, timing, memory }, wish, call);
      if (nobody.aborted) return; // whoever is here now has come since, and is looked for anew
      deliver(
        new Map([...sightings].filter(([id, sighting]) => witness(id, sighting, by === "single reads"))),
        number,
      );
      if (all !== undefined) for (const one of listers) keep(one, { sightings: new Map(), all });
    } catch (error) {
      if (nobody.aborted) return;
      const trouble = isComputeError(error) ? error : unexpected(error);
      deliver(new Map(due.map((id) => [id, { trouble }])), number);
      for (const one of listers) keep(one, { sightings: new Map(), trouble });
    } finally {
      scope.close();
      if (!nobody.aborted) {
        for (const one of listers) one.lookedAt = clock.now();
        for (const id of due) note(id, number);
      }
    }
  }

  /** Whoever came during the tick has yet to see the machine. */
  function note(id: string, number: number): void {
    const watched = machines.get(id);
    if (watched === undefined) return;
    if ([...watched.subscribers].some(({ from }) => from > number)) delete watched.lookedAt;
    else watched.lookedAt = clock.now();
  }

  /**
   * Notes what a look showed, and tells whether it is sure: a list may miss a machine once; what lists miss for longer than
   * the cloud's lag, and what the cloud says when asked for this one, counts.
   */
  function witness(id: string, { seen, absence }: Sighting, asked: boolean): boolean {
    const watched = machines.get(id);
    if (watched === undefined) return false;
    const isSure = absence === undefined || asked || lastsFrom(watched.missedAt);
    watched.missedAt = absence === undefined ? undefined : (watched.missedAt ?? clock.now());
    const words = seen === undefined ? absence : `${seen.status} ${seen.providerStatus}`;
    if (words !== undefined && words !== watched.words) watched.changedAt = clock.now();
    if (words !== undefined) watched.words = words;
    return isSure;
  }

  function lastsFrom(missedAt: number | undefined): boolean {
    return missedAt !== undefined && clock.now() - missedAt >= timing.visibilityLagMs;
  }

  function deliver(sightings: ReadonlyMap<string, Sighting>, number: number): void {
    for (const id of sightings.keys()) note(id, number);
    for (const subscriber of subscribers) {
      if (subscriber.from > number) continue;
      const { ids } = subscriber.interest;
      if (ids === "all") continue;
      const shown = ids.flatMap((id): [string, Sighting][] => {
        const sighting = sightings.get(id);
        return sighting === undefined ? [] : [[id, sighting]];
      });
      if (shown.length > 0) keep(subscriber, { sightings: new Map(shown) });
    }
  }

  /** Keeps a tick for one who has not taken it yet. What is too much is laid over the next: nothing but steps is lost. */
  function keep({ kept, mostKept, wake }: Subscriber, tick: Tick): void {
    kept.push(tick);
    if (kept.length > mostKept) {
      const [first, second] = kept.splice(0, 2);
      kept.unshift({
        ...second,
        sightings: new Map([...(first?.sightings ?? []), ...(second?.sightings ?? [])]),
      });
    }
    wake?.();
  }

  function subscribe(interest: Interest): Subscription {
    const subscriber: Subscriber = { interest, from: ticks + 1, kept: [], mostKept: interest.keep ?? 1 };
    subscribers.add(subscriber);
    for (const id of interest.ids === "all" ? [] : interest.ids) {
      const watched = machines.get(id) ?? { subscribers: new Set(), changedAt: clock.now() };
      watched.subscribers.add(subscriber);
      // Who comes later wants to see it now, too.
      delete watched.lookedAt;
      machines.set(id, watched);
    }
    if (leaving.signal.aborted) leaving = new AbortController();
    changed.abort();
    if (!running) void run();
    return {
      next: (signal) => next(subscriber, signal),
      close: () => close(subscriber),
    };
  }

  async function next(subscriber: Subscriber, signal: AbortSignal): Promise<Tick> {
    signal.throwIfAborted();
    const { kept } = subscriber;
    if (kept.length === 0) {
      const came = Promise.withResolvers<void>();
      const leave = (): void => came.resolve();
      subscriber.wake = leave;
      signal.addEventListener("abort", leave, { once: true });
      await came.promise;
      signal.removeEventListener("abort", leave);
      signal.throwIfAborted();
    }
    const tick = kept.shift();
    changed.abort();
    return tick ?? { sightings: new Map() };
  }

  function close(subscriber: Subscriber): void {
    subscribers.delete(subscriber);
    for (const id of subscriber.interest.ids === "all" ? [] : subscriber.interest.ids) {
      const watched = machines.get(id);
      watched?.subscribers.delete(subscriber);
      if (watched?.subscribers.size === 0) machines.delete(id);
    }
    changed.abort();
    if (subscribers.size === 0) leaving.abort();
  }

  return { subscribe };
}

/** What is not a {@link ComputeError} is a mistake in an adapter; nobody who waits may wait for ever because of it. */
function unexpected(error: unknown): ComputeError {
  const message = error instanceof Error ? error.message : String(error);
  return new ComputeError({ code: "unknown", message, cause: error });
}
