import type { Clock } from "../clock.ts";
import { deadlineAfter } from "../deadline.ts";
import type { ComputeDriver, DriverCall } from "../driver.ts";
import { ComputeError, type ComputeErrorCode, isComputeError } from "../errors.ts";
import type { Timing } from "../facts.ts";
import type { Termination } from "../provider.ts";
import { findByIdentity, lookAt, pauseBetweenLooks } from "./look.ts";

export interface TerminateMeans {
  readonly driver: ComputeDriver;
  readonly timing: Timing;
  readonly clock: Clock;
}

/** A machine that still lives so long after it was asked to end is asked again. */
const askAgainAfterMs = 2_000;

/** Nothing that a later look or a repeated request would change. */
const hopeless: readonly ComputeErrorCode[] = [
  "unauthenticated",
  "permission_denied",
  "invalid_config",
  "invalid_argument",
  "unsupported",
];

/**
 * Ends a machine, and returns only with evidence.
 *
 * 1. The cloud is asked to end it. What it answers is not evidence: an accepted request may be lost.
 * 2. The machine is looked at until it reads as terminated, or is absent for longer than the cloud's lag: one look
 *    that misses it may be a stale one. Only what the cloud says of this machine counts; refused keys, throttling,
 *    broken answers and incomplete lists prove nothing.
 * 3. A machine that goes on living is asked to end again.
 *
 * @param launchedAt When it was launched, if that is known: a machine that the cloud has neither shown nor agreed to end
 * may not be visible yet.
 */
async function terminateWithEvidence(
  { driver, timing, clock }: TerminateMeans,
  id: string,
  call: DriverCall,
  launchedAt?: number,
): Promise<Termination> {
  let askedAt: number | undefined;
  let absentSince: number | undefined;
  let trouble: unknown;
  /** The cloud has shown the machine, or agreed to end it: it is known there, so its absence means something. */
  let known = false;

  async function ask(): Promise<void> {
    askedAt = clock.now();
    // One lost answer must not use up the time to look.
    const deadline = deadlineAfter(clock, Math.min(timing.requestTimeoutMs, call.deadline.remainingMs()));
    try {
      await driver.terminate(id, { ...call, deadline });
      known = true;
    } catch (error) {
      if (!isComputeError(error) || isComputeError(error, ...hopeless, "cancelled")) throw error;
      if (!isComputeError(error, "not_found")) trouble = error;
    }
  }

  async function look(): Promise<Termination | undefined> {
    const result = await lookAt(driver, id, call);
    const now = clock.now();
    const observedAt = new Date(now);
    if (result.seen === undefined) {
      if (launchedAt !== undefined && now < launchedAt + notShownYetMs()) return undefined;
      absentSince ??= now;
      return now - absentSince >= timing.visibilityLagMs
        ? { id, evidence: result.absence, observedAt }
        : undefined;
    }
    absentSince = undefined;
    known = true;
    if (result.seen.status === "terminated") return { id, evidence: "terminal_status", observedAt };
    const unheard =
      result.seen.status !== "terminating" &&
      now - (askedAt ?? 0) >= Math.max(timing.visibilityLagMs, askAgainAfterMs);
    if (unheard) await ask();
    return undefined;
  }

  function notShownYetMs(): number {
    return known ? timing.visibilityLagMs : Math.max(timing.visibilityLagMs, timing.appearsWithinMs);
  }

  await ask();
  for (let looks = 0; ; looks += 1) {
    try {
      const proof = await look();
      if (proof !== undefined) return proof;
    } catch (error) {
      if (!isComputeError(error) || isComputeError(error, ...hopeless)) throw unconfirmed(id, error);
      trouble = error;
    }
    if (call.signal.aborted || call.deadline.remainingMs() === 0) throw unconfirmed(id, trouble);
    await pauseBetweenLooks(clock, looks, timing.pollIntervalMs, call);
  }
}

function unconfirmed(id: string, cause: unknown): ComputeError {
  const because = cause instanceof Error ? ` (${cause.message})` : "";
  return new ComputeError({
    code: "termination_unconfirmed",
    message: `machine ${id} was asked to end, but nothing proves that it did; it may still bill${because}: terminate it again`,
    effect: "maybe",
    instanceId: id,
    cause,
  });
}

/**
 * Ends a machine whose create had been sent more than once. An earlier copy that got no answer may still be carried out
 * as soon as the name is free, so the name is watched until that cannot be any more, and what shows up is ended too.
 */
export async function terminateForGood(
  means: TerminateMeans,
  { id, identity, unsettledUntil }: { id: string; identity?: string; unsettledUntil?: number | undefined },
  call: DriverCall,
  launchedAt?: number,
): Promise<Termination> {
  const { driver, timing, clock } = means;
  let termination = await terminateWithEvidence(means, id, call, launchedAt);
  if (identity === undefined || unsettledUntil === undefined) return termination;
  let trouble: unknown;
  for (let looks = 0; clock.now() < unsettledUntil + timing.visibilityLagMs; looks += 1) {
    if (call.signal.aborted || call.deadline.remainingMs() === 0) throw unconfirmed(id, trouble);
    await pauseBetweenLooks(clock, looks, timing.pollIntervalMs, call);
    try {
      for (const again of await findByIdentity(driver, identity, call)) {
        if (again.status !== "terminated") termination = await terminateWithEvidence(means, again.id, call);
      }
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
  }
  if (trouble !== undefined) throw unconfirmed(id, trouble);
  return { ...termination, id };
}
