import type { Clock } from "../clock.ts";
import { ended } from "../deadline.ts";
import type { DriverCall } from "../driver.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import type { Instance, InstanceStatus } from "../model/index.ts";
import { sshAnswers } from "./ssh-ready.ts";

export interface WaitMeans {
  readonly clock: Clock;
  readonly pollIntervalMs: number;
  readonly describe: (call: DriverCall) => Promise<Instance>;
  /** Whether a stopped machine stays stopped until somebody starts it. */
  readonly stoppedStays: boolean;
}

export interface Waiting {
  readonly id: string;
  readonly status: InstanceStatus;
  readonly ready?: "ssh" | undefined;
  readonly onProgress?: ((instance: Instance) => void) | undefined;
}

/** So many looks in a row must show a machine stopped before a wait for `running` gives up: a start takes a moment to show. */
const stoppedLooks = 3;

/** Looks at a machine until it has the status, and gives up as soon as it cannot get there any more. */
export async function waitForStatus(means: WaitMeans, waiting: Waiting, call: DriverCall): Promise<Instance> {
  const { id, status } = waiting;
  let last: Instance | undefined;
  let stopped = 0;
  for (;;) {
    const instance = await lookOrGone(means, waiting, last, call);
    if (last === undefined || differs(last, instance)) waiting.onProgress?.(instance);
    last = instance;
    if (
      instance.status === status &&
      (waiting.ready === undefined || (await sshAnswers(instance, call.signal)))
    ) {
      return instance;
    }
    stopped = instance.status === "stopped" ? stopped + 1 : 0;
    const stuck = status === "running" && means.stoppedStays && stopped >= stoppedLooks;
    if (isOver(instance.status, status) || stuck) {
      const words = instance.message ?? instance.reason ?? instance.providerStatus;
      throw new ComputeError({
        code: "instance_failed",
        message: `machine ${id} is ${instance.status} (${words}) and will not become ${status}`,
        instanceId: id,
      });
    }
    if (call.deadline.remainingMs() === 0) throw tooLate(id, status, last);
    await means.clock.sleep(Math.min(means.pollIntervalMs, call.deadline.remainingMs()), call.signal);
    const left = ended(call.signal, `waiting for machine ${id} to be ${status}`);
    if (left !== undefined) throw left.code === "timeout" ? tooLate(id, status, last) : left;
  }
}

/** A machine that the cloud no longer knows, after it was seen, has ended. */
async function lookOrGone(
  { describe }: WaitMeans,
  { status }: Waiting,
  last: Instance | undefined,
  call: DriverCall,
): Promise<Instance> {
  try {
    return await describe(call);
  } catch (error) {
    if (last === undefined || status !== "terminated" || !isComputeError(error, "not_found")) throw error;
    return {
      ...last,
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

function tooLate(id: string, status: InstanceStatus, last: Instance): ComputeError {
  const message = `machine ${id} is still ${last.status} (${last.providerStatus}), not ${status}; it goes on billing as it is`;
  return new ComputeError({ code: "timeout", message, instanceId: id });
}
