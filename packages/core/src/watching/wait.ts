import type { Clock } from "../clock.ts";
import { ended } from "../deadline.ts";
import type { DriverCall } from "../driver.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import type { Instance, InstanceStatus } from "../model/index.ts";
import { lookup, type Table } from "../table.ts";
import { type Readiness, type Rung, readinessOf } from "./readiness.ts";

export interface WaitMeans {
  readonly clock: Clock;
  readonly pollIntervalMs: number;
  /** The next look at the machine; it comes when the cloud's pace, and whoever else is looking, allow. */
  readonly look: (call: DriverCall) => Promise<Instance>;
  /** A machine of which nothing is known but that it is gone. */
  readonly gone: () => Instance;
  /** Whether a stopped machine stays stopped until somebody starts it. */
  readonly stoppedStays: boolean;
  /** In how many looks a word must be seen for the machine not to come up by itself. */
  readonly stuckAfterLooks?: Table<number> | undefined;
}

export interface Waiting {
  readonly id: string;
  readonly status: InstanceStatus;
  readonly ready?: Readiness | undefined;
  readonly onProgress?: ((instance: Instance) => void) | undefined;
}

/** So many of the cloud's own paces a machine must stay stopped before a wait for `running` gives up: a start shows late. */
const stoppedPaces = 2;

/**
 * Looks at a machine until it has the status, and gives up as soon as it cannot get there any more. A look that fails
 * for now says nothing about the machine; the next one follows.
 */
export async function waitForStatus(means: WaitMeans, waiting: Waiting, call: DriverCall): Promise<Instance> {
  const { clock, pollIntervalMs } = means;
  const { id, status } = waiting;
  let last: Instance | undefined;
  let trouble: unknown;
  let stoppedSince: number | undefined;
  let failedLooks = 0;
  let stuckLooks = 0;
  /** Why a machine that runs is not ready. */
  let notReady: string | undefined;
  for (;;) {
    try {
      const instance = await lookOrGone(means, waiting, last, call);
      if (last === undefined || differs(last, instance)) waiting.onProgress?.(instance);
      const before = last;
      last = instance;
      const { isReady, words } = await arrived(instance, before, waiting, call);
      if (isReady) return instance;
      notReady = words;
      stoppedSince = instance.status === "stopped" ? (stoppedSince ?? clock.now()) : undefined;
      const stays = stoppedSince !== undefined && clock.now() - stoppedSince >= stoppedPaces * pollIntervalMs;
      failedLooks = instance.status === "failed" ? failedLooks + 1 : 0;
      // A machine that is only just being started may look failed once.
      const failedOnce = failedLooks === 1;
      if (
        (isOver(instance.status, status) && !failedOnce) ||
        (status === "running" && means.stoppedStays && stays)
      ) {
        throw neverWill(instance, status);
      }
      const looksToBelieve = lookup(means.stuckAfterLooks ?? {}, instance.providerStatus);
      if (status === "running" && looksToBelieve !== undefined) {
        stuckLooks += 1;
        if (stuckLooks >= looksToBelieve) throw neverWill(instance, status);
      }
    } catch (error) {
      const isOver = call.signal.aborted || (isComputeError(error) && error.retryable);
      if (!isOver) throw error;
      if (isComputeError(error)) trouble = error;
    }
    const left = ended(call.signal, `waiting for machine ${id} to be ${status}`);
    if (left?.code === "cancelled") throw left;
    if (left !== undefined || call.deadline.remainingMs() === 0) {
      throw tooLate(waiting, last, notReady, trouble);
    }
  }
}

/** Whether this is what was waited for. A machine that restarts by itself must be seen running twice. */
async function arrived(
  instance: Instance,
  before: Instance | undefined,
  { status, ready }: Waiting,
  call: DriverCall,
): Promise<Rung> {
  if (instance.status !== status) return { isReady: false };
  if (status === "running" && before?.reason === "restart") return { isReady: false };
  return ready === undefined ? { isReady: true } : readinessOf(instance, ready, call.signal);
}

function neverWill(instance: Instance, wanted: InstanceStatus): ComputeError {
  const words = instance.message ?? instance.reason ?? instance.providerStatus;
  const message = `machine ${instance.id} is ${instance.status} (${words}) and will not become ${wanted}`;
  return new ComputeError({ code: "instance_failed", message, instanceId: instance.id });
}

/** A machine that the cloud does not know has ended, for whoever waits for that. */
async function lookOrGone(
  { look, gone }: WaitMeans,
  { status }: Waiting,
  last: Instance | undefined,
  call: DriverCall,
): Promise<Instance> {
  try {
    return await look(call);
  } catch (error) {
    if (status !== "terminated" || !isComputeError(error, "not_found")) throw error;
    return {
      ...(last ?? gone()),
      status: "terminated",
      reason: undefined,
      billing: "none",
      access: { ssh: [], ports: [] },
    };
  }
}

function isOver(status: InstanceStatus, wanted: InstanceStatus): boolean {
  if (status === wanted || wanted === "terminated") return false;
  return (
    status === "terminated" || status === "failed" || (status === "terminating" && wanted !== "terminating")
  );
}

function differs(a: Instance, b: Instance): boolean {
  return a.status !== b.status || a.providerStatus !== b.providerStatus || a.message !== b.message;
}

function tooLate(
  { id, status, ready }: Waiting,
  last: Instance | undefined,
  notReady: string | undefined,
  cause: unknown,
): ComputeError {
  if (last === undefined && isComputeError(cause)) return cause;
  const state =
    last === undefined
      ? `not readable, not ${status}`
      : last.status === status && notReady !== undefined
        ? `${status}, but not ready (${ready}): ${notReady}`
        : `still ${last.status} (${last.providerStatus}), not ${status}`;
  const bills = last?.billing === "none" ? "" : "; it goes on billing as it is";
  const message = `machine ${id} is ${state}${bills}`;
  return new ComputeError({ code: "timeout", message, instanceId: id, cause });
}
