import type { Clock } from "../clock.ts";
import { untilAborted } from "../deadline.ts";
import { ComputeError } from "../errors.ts";
import type { RateLimit } from "../facts.ts";
import { createPacer, type Outcome, type Pacer } from "./pacer.ts";

/** What goes first where calls wait: an end saves money, a launch is waited for, a read can be had again. */
export type Urgency = "terminate" | "launch" | "read";

/** What is limited. */
export interface Limited {
  readonly endpoint: string;
  /** What the endpoint may be called at most; left out where the cloud declares nothing. */
  readonly limit?: RateLimit | undefined;
  /** What all endpoints of the account may be called together. */
  readonly accountLimit?: RateLimit | undefined;
}

/** What a call is given with its turn. */
export interface Admission {
  /** How many calls to the same endpoint were waiting when this one came. */
  readonly waiting: number;
  /** Must be called once, when the answer has come or the call was not made after all. */
  readonly leave: (outcome: Outcome) => void;
}

/** Where the calls to one endpoint wait for their turn. */
export interface Entrance {
  /**
   * Waits for a turn. Rejects with the signal's reason.
   *
   * @throws `rate_limited` when too many calls wait already; nothing is sent then.
   */
  readonly enter: (urgency: Urgency, signal: AbortSignal) => Promise<Admission>;
}

/**
 * Lets the calls of one account through its limits. The one of this package works inside one process; several processes
 * on one account need one that they share, and pass it in the option `gate`.
 */
export interface Gate {
  readonly entrance: (limited: Limited) => Entrance;
}

interface Waiter {
  readonly number: number;
  readonly admit: () => void;
}

/** The calls to one endpoint, by urgency. */
interface Lane {
  readonly endpoint: string;
  readonly pacers: readonly Pacer[];
  readonly waiters: Readonly<Record<Urgency, Waiter[]>>;
  /** How often in a row a more urgent call went first while a less urgent one waited. */
  passedOver: number;
}

const urgencies: readonly Urgency[] = ["terminate", "launch", "read"];
/** After so many, the one who has waited longest goes: nobody starves. */
const mostPassedOver = 3;
const mostWaiting = 10_000;

/** A gate for the calls that one process makes. */
export function createGate(clock: Clock): Gate {
  const lanes = new Map<string, Lane>();
  const pacers = new Map<string, Pacer>();
  let arrivals = 0;
  let watching = false;
  let wake = new AbortController();

  /** Providers that declare the same limit share what is learnt of it. */
  function keyOf(name: string, limit: RateLimit | undefined): string {
    return limit === undefined ? name : `${name} ${limit.calls}/${limit.perMs}`;
  }

  function pacerOf(name: string, limit: RateLimit | undefined): Pacer {
    return kept(pacers, keyOf(name, limit), () => createPacer(limit, clock));
  }

  function entrance({ endpoint, limit, accountLimit }: Limited): Entrance {
    const lane = kept(lanes, keyOf(endpoint, limit), () => ({
      endpoint,
      pacers: [
        pacerOf(endpoint, limit),
        ...(accountLimit === undefined ? [] : [pacerOf("the account", accountLimit)]),
      ],
      waiters: { terminate: [], launch: [], read: [] },
      passedOver: 0,
    }));
    return { enter: (urgency, signal) => enter(lane, urgency, signal) };
  }

  async function enter(lane: Lane, urgency: Urgency, signal: AbortSignal): Promise<Admission> {
    signal.throwIfAborted();
    const waiting = count(lane);
    if (waiting === 0 && waitMs(lane) === 0) return { waiting, leave: sendThrough(lane) };
    if (waiting >= mostWaiting) throw tooMany(lane, waiting);
    return new Promise((resolve, reject) => {
      const queue = lane.waiters[urgency];
      const waiter: Waiter = {
        number: ++arrivals,
        admit() {
          signal.removeEventListener("abort", giveUp);
          resolve({ waiting, leave: sendThrough(lane) });
        },
      };
      const giveUp = (): void => {
        queue.splice(queue.indexOf(waiter), 1);
        wake.abort();
        reject(signal.reason as Error); // as it was given to abort()
      };
      signal.addEventListener("abort", giveUp, { once: true });
      queue.push(waiter);
      if (watching) wake.abort();
      else void watch();
    });
  }

  function sendThrough(lane: Lane): Admission["leave"] {
    const sent = lane.pacers.map((pacer) => pacer.send());
    return (outcome) => {
      for (const answered of sent) answered(outcome);
      wake.abort();
    };
  }

  /** Lives while somebody waits: lets through whoever may go, and sleeps until the next one may. */
  async function watch(): Promise<void> {
    watching = true;
    try {
      for (let lane = nextLane(); lane !== undefined; lane = nextLane()) {
        const left = waitMs(lane);
        if (left === 0) {
          next(lane)?.admit();
          continue;
        }
        wake = new AbortController();
        if (left === Number.POSITIVE_INFINITY) {
          await untilAborted(wake.signal);
          continue;
        }
        await clock.sleep(Math.ceil(left), wake.signal); // a part of a millisecond may not move a clock
        // A clock that says it has slept is believed, whatever it shows.
        if (!wake.signal.aborted) next(lane)?.admit();
      }
    } finally {
      watching = false;
    }
  }

  /** The lane that may be used first; of several, the one whose first call is more urgent, or came earlier. */
  function nextLane(): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of lanes.values()) {
      if (count(lane) > 0 && (best === undefined || isBefore(lane, best))) best = lane;
    }
    return best;
  }

  return { entrance };
}

function isBefore(one: Lane, other: Lane): boolean {
  const sooner = waitMs(one) - waitMs(other);
  if (sooner < 0 || sooner > 0) return sooner < 0;
  const rank = urgencies.indexOf(urgencyOf(one)) - urgencies.indexOf(urgencyOf(other));
  return rank === 0 ? first(one) < first(other) : rank < 0;
}

function waitMs({ pacers }: Lane): number {
  let longest = 0;
  for (const pacer of pacers) longest = Math.max(longest, pacer.waitMs());
  return longest;
}

function count({ waiters }: Lane): number {
  return waiters.terminate.length + waiters.launch.length + waiters.read.length;
}

/** The most urgent call that waits; now and then the one that has waited longest. */
function urgencyOf(lane: Lane): Urgency {
  const present = urgencies.filter((urgency) => lane.waiters[urgency].length > 0);
  const oldest = present.toSorted((a, b) => numberOf(lane, a) - numberOf(lane, b))[0];
  return (lane.passedOver >= mostPassedOver ? oldest : present[0]) ?? "read";
}

function numberOf({ waiters }: Lane, urgency: Urgency): number {
  return waiters[urgency][0]?.number ?? Number.POSITIVE_INFINITY;
}

function first(lane: Lane): number {
  return Math.min(...urgencies.map((urgency) => numberOf(lane, urgency)));
}

function next(lane: Lane): Waiter | undefined {
  const urgency = urgencyOf(lane);
  lane.passedOver = numberOf(lane, urgency) === first(lane) ? 0 : lane.passedOver + 1;
  return lane.waiters[urgency].shift();
}

function tooMany({ endpoint }: Lane, waiting: number): ComputeError {
  const message = `${waiting} calls to ${endpoint} wait for their turn already; nothing was sent`;
  return new ComputeError({ code: "rate_limited", message, effect: "none" });
}

function kept<Value>(all: Map<string, Value>, key: string, make: () => Value): Value {
  const known = all.get(key) ?? make();
  all.set(key, known);
  return known;
}
