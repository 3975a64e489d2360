import type { Clock } from "../clock.ts";
import type { RateLimit } from "../facts.ts";

/** How a call that had its turn was answered, as far as limits go. */
export interface Outcome {
  /** The cloud refused it because calls came too often. */
  readonly throttled: boolean;
  /** How long the cloud wants to be left alone. */
  readonly retryAfterMs?: number | undefined;
  /** How far apart the cloud says that calls must be. */
  readonly gapMs?: number | undefined;
}

/** Keeps the calls that count against one limit apart. */
export interface Pacer {
  /** How long until a call may go; `Infinity` while only an answer can tell. */
  readonly waitMs: () => number;
  /** A call goes out; the function it gives is told of the answer. */
  readonly send: () => (outcome: Outcome) => void;
}

/** The answer's way and the next call's way cannot be shorter than this part of the shortest round trip. */
const surePart = 0.95;
/** A long round trip is mostly the cloud's work, which may come after it has counted. */
const mostCredit = 0.1;
/** So many accepted calls at one distance say that it is far enough, unless a reserve was being used up. */
const enoughAccepted = 5;
/** As many calls as a cloud may let through ahead of its limit: the longer they lasted, the nearer was the distance. */
const reserve = 2;
/** The distance is known when the bounds are this close. */
const closeEnough = 1.03;
/** So many calls are under way at first where no limit is declared; each that is accepted doubles it. */
const firstAtOnce = 2;
/** The first distance tried at a cloud that declares none. */
const firstGapMs = 250;
/** A limit that is declared is doubted after so many refusals one after the other; one may be another process's fault. */
const refusalsToDoubt = 3;
const longestDoubling = 5;
/** The lower bound may have been somebody else's fault, so it is tried again after so many calls. */
const callsToForget = 1_000;

/**
 * A pacer for one limit. The distance is kept from the *answer* of one call to the sending of a later one: the cloud saw
 * the earlier call before we saw its answer, so at the cloud the distance is never shorter, and the shortest round trip
 * may be taken off it.
 *
 * What the cloud refuses teaches it: what the cloud names is taken at its word, and otherwise the distance is halved
 * between the largest that was refused and the smallest that was accepted.
 */
export function createPacer(declared: RateLimit | undefined, clock: Clock): Pacer {
  let calls = declared?.calls ?? 1;
  const answeredAt: number[] = [];
  /** What the cloud has said itself, in its documentation or in a refusal. */
  let floorMs = declared?.perMs ?? 0;
  let perMs = floorMs;
  let inFlight = 0;
  let heldUntil = 0;
  let roundTripMs = Number.POSITIVE_INFINITY;
  let refusals = 0;
  let atOnce = firstAtOnce;
  const learning = {
    refused: 0,
    accepted: undefined as number | undefined,
    streak: 0,
    sinceRefusal: 0,
  };

  function keepMs(): number {
    const credit = Math.min(roundTripMs * surePart, perMs * mostCredit);
    return perMs - (Number.isFinite(credit) ? credit : 0);
  }

  function waitMs(): number {
    const now = clock.now();
    const held = Math.max(0, heldUntil - now);
    if (perMs === 0) return inFlight < atOnce ? held : Number.POSITIVE_INFINITY;
    const keep = keepMs();
    while (answeredAt[0] !== undefined && answeredAt[0] + keep - now <= 0) answeredAt.shift();
    if (answeredAt.length + inFlight < calls) return held;
    const oldest = answeredAt[0];
    return oldest === undefined ? Number.POSITIVE_INFINITY : Math.max(held, oldest + keep - now);
  }

  function send(): (outcome: Outcome) => void {
    const sentAt = clock.now();
    const sentUnder = perMs;
    inFlight += 1;
    return (outcome) => {
      const now = clock.now();
      inFlight -= 1;
      roundTripMs = Math.min(roundTripMs, now - sentAt);
      if (perMs > 0 || outcome.throttled) answeredAt.push(now);
      if (outcome.throttled) refused(outcome, now, sentUnder);
      else accepted(sentUnder);
    };
  }

  function refused({ retryAfterMs = 0, gapMs }: Outcome, now: number, sentUnder: number): void {
    refusals += 1;
    // What was sent under another distance says nothing about this one.
    if (sentUnder === perMs) learnFromRefusal(gapMs);
    const doubling = 2 ** Math.min(refusals - 1, longestDoubling);
    // Somebody else may be calling too; by chance, one of both comes first the next time.
    const gap = perMs / calls;
    const aside = refusals > 1 ? gap * Math.random() * doubling : 0;
    heldUntil = Math.max(heldUntil, now + Math.max(retryAfterMs, gap + aside));
  }

  function learnFromRefusal(gapMs: number | undefined): void {
    if (gapMs !== undefined && gapMs > perMs / calls) {
      calls = 1;
      floorMs = gapMs;
      perMs = gapMs;
      return;
    }
    if (perMs > 0 && perMs === floorMs && refusals < refusalsToDoubt) return;
    const { sinceRefusal } = learning;
    learning.sinceRefusal = 0;
    learning.streak = 0;
    learning.refused = Math.max(learning.refused, perMs);
    if (learning.accepted !== undefined && learning.accepted > learning.refused) {
      perMs = learning.accepted;
      return;
    }
    // What was far enough was so by a reserve that is used up: the longer it lasted, the nearer is the limit.
    learning.accepted = undefined;
    perMs = Math.max(firstGapMs, perMs * (1 + Math.min(1, reserve / sinceRefusal)));
  }

  function accepted(sentUnder: number): void {
    refusals = 0;
    atOnce *= 2;
    learning.sinceRefusal += 1;
    if (sentUnder !== perMs || perMs === floorMs) return;
    learning.streak += 1;
    if (learning.streak % callsToForget === 0) learning.refused /= 2;
    if (learning.streak < enoughAccepted) return;
    learning.accepted = perMs;
    const lower = Math.max(learning.refused, floorMs);
    if (perMs <= lower * closeEnough) return;
    perMs = (lower + perMs) / 2;
    learning.streak = 0;
  }

  return { waitMs, send };
}
