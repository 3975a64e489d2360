import type { Clock } from "../clock.ts";
import { ComputeError } from "../errors.ts";
import type { Hold, Journal } from "./journal.ts";
import { lines, unlessAborted } from "./line.ts";
import type { Claim, JournalStore, Place } from "./store.ts";

/** A journal that has to be closed, by {@link close} or by `await using`. */
export interface ClosableJournal extends Journal, AsyncDisposable {
  /** Gives back every hold and lets go of the store. Whoever waits for a hold is refused. */
  readonly close: () => Promise<void>;
}

export interface HoldingOptions {
  /** How long a hold outlives a holder that has fallen silent. */
  readonly holdMs: number;
  /** Passes the time between two looks at a hold that another process has. */
  readonly clock: Pick<Clock, "sleep">;
}

const firstLookMs = 10;
const slowestLookMs = 200;

/**
 * Makes a journal of a store that several processes share.
 *
 * Callers in this process stand in line, and the first of each line looks again and again whether the other processes
 * have given the launch back, or have been silent for too long. A hold is renewed while its holder's process lives.
 */
export function holdingJournal(store: JournalStore, { holdMs, clock }: HoldingOptions): ClosableJournal {
  const waiting = lines();
  const held = new Set<Claim>();
  const underWay = new Set<Promise<unknown>>();
  const closing = new AbortController();
  let renewal: ReturnType<typeof setInterval> | undefined;
  let renewing = false;
  let closed: Promise<void> | undefined;

  function tracked<Result>(work: Promise<Result>): Promise<Result> {
    underWay.add(work);
    const over = (): unknown => underWay.delete(work);
    work.then(over, over);
    return work;
  }

  function keep(claim: Claim): void {
    held.add(claim);
    renewal ??= setInterval(renew, holdMs / 3);
    // A hold must not keep a process alive that has nothing else to do.
    if (typeof renewal === "object") renewal.unref();
  }

  function renew(): void {
    // A renewal that fails is due again soon; a hold that is lost by then refuses its next write.
    if (renewing) return;
    renewing = true;
    const over = (): void => {
      renewing = false;
    };
    tracked(store.renew([...held])).then(over, over);
  }

  /** Whether it was still held here. */
  function forget(claim: Claim): boolean {
    const known = held.delete(claim);
    if (held.size === 0) {
      clearInterval(renewal);
      renewal = undefined;
    }
    return known;
  }

  async function drop(claims: readonly Claim[]): Promise<void> {
    // What cannot be given back ends by itself, and whoever gives it back has nothing more to lose by it.
    await tracked(store.drop(claims)).catch(() => {});
  }

  async function hold(provider: string, key: string, caller: AbortSignal): Promise<Hold> {
    const signal = AbortSignal.any([caller, closing.signal]);
    const done = await waiting.turn(JSON.stringify([provider, key]), signal);
    const claim: Claim = { provider, key, fence: crypto.randomUUID() };
    let taking: ReturnType<JournalStore["take"]> | undefined;
    try {
      for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 1.5, slowestLookMs)) {
        signal.throwIfAborted();
        taking = tracked(store.take(claim));
        const taken = await unlessAborted(taking, signal);
        if (taken !== undefined) return inHand(claim, taken.record, done);
        await clock.sleep(lookMs * (0.75 + Math.random() / 2), signal);
      }
    } catch (error) {
      void tracked(undo(claim, taking)).finally(done);
      throw error;
    }
  }

  /** Gives back what is taken after its caller has left. */
  async function undo(claim: Claim, taking: ReturnType<JournalStore["take"]> | undefined): Promise<void> {
    const late = await taking?.catch(() => undefined);
    if (late !== undefined) await drop([claim]);
  }

  function inHand(claim: Claim, record: Hold["record"], done: () => void): Hold {
    keep(claim);
    return {
      record,
      async write(next, budgets = []) {
        if (!held.has(claim)) throw passedOn(claim, "it was given back");
        const { provider, key } = claim;
        if (await tracked(store.write(claim, { ...next, provider, key }, budgets))) return;
        throw passedOn(claim, `its holder was silent for more than ${holdMs} ms`);
      },
      async release() {
        if (forget(claim)) await drop([claim]);
        done();
      },
    };
  }

  async function end(): Promise<void> {
    closing.abort(closedError());
    const claims = [...held];
    for (const claim of claims) forget(claim);
    if (claims.length > 0) await drop(claims);
    while (underWay.size > 0) await Promise.allSettled(underWay);
    await store.close();
  }
  const close = (): Promise<void> => {
    closed ??= end();
    return closed;
  };

  return {
    hold,
    async byInstance(provider, instanceId) {
      if (closed !== undefined) throw closedError();
      return tracked(store.byInstance(provider, instanceId));
    },
    async *list(query = {}) {
      let after: Place | undefined;
      for (;;) {
        if (closed !== undefined) throw closedError();
        const page = await tracked(store.page(query, after));
        yield* page;
        after = page.at(-1);
        if (after === undefined) return;
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function passedOn({ provider, key }: Place, why: string): ComputeError {
  return new ComputeError({
    code: "conflict",
    message: `launch ${key} of ${provider} is not held any more: ${why}; nothing was written`,
    launchKey: key,
  });
}

function closedError(): ComputeError {
  return new ComputeError({ code: "unavailable", message: "the journal is closed", retryable: false });
}
