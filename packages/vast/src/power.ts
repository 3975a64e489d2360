import {
  type Api,
  ComputeError,
  type DriverCall,
  type DriverContext,
  type DriverGroups,
  type DriverInstance,
  deadlineAfter,
  type InstanceStatus,
  isComputeError,
} from "@gpuport/core";
import type { EndpointName } from "./endpoints.ts";
import { numeric } from "./ids.ts";

/** How often a cancelled start is read back before it counts as unsure. The endpoint's limit keeps the reads apart. */
const readBacks = 5;

export function powerOf(
  api: Api<EndpointName>,
  describe: (id: string, call: DriverCall) => Promise<DriverInstance>,
  { clock, facts }: Pick<DriverContext, "clock" | "facts">,
) {
  async function setState(id: string, state: "running" | "stopped", call: DriverCall): Promise<void> {
    const params = { id: numeric(id) };
    await api.call("instance.setState", { params, json: { state }, idempotent: true, ...call });
  }

  /**
   * A start that finds no GPU is queued, and would run and bill whenever one frees. It is called off, even for a caller
   * who has left, and read back: the start may have won the race.
   */
  async function callOff(id: string, operation: string): Promise<InstanceStatus | undefined> {
    const deadline = deadlineAfter(clock, 2 * facts.requestTimeoutMs);
    const call: DriverCall = { operation, signal: new AbortController().signal, deadline };
    await setState(id, "stopped", call);
    for (let reads = 0; reads < readBacks; reads += 1) {
      const { status } = await describe(id, call);
      if (["stopped", "provisioning", "running"].includes(status)) return status;
    }
    return undefined;
  }

  /** What either does to a machine that is stopped, nobody says. */
  async function again(
    endpoint: "instance.reboot" | "instance.recycle",
    id: string,
    call: DriverCall,
  ): Promise<void> {
    const { status } = await describe(id, call);
    if (status === "stopped" || status === "stopping") {
      const message = `vast: instance ${id} is ${status}: start it`;
      throw new ComputeError({ code: "conflict", message, instanceId: id });
    }
    await api.call(endpoint, { params: { id: numeric(id) }, json: {}, ...call });
  }

  function stillQueued(id: string, queued: ComputeError, cause: unknown): ComputeError {
    const message = `${queued.message}; the start is queued and may still happen: stop ${id}`;
    return queued.with({ message, effect: "maybe", instanceId: id, cause });
  }

  return {
    stop: (id, call) => setState(id, "stopped", call),
    async start(id, call) {
      try {
        await setState(id, "running", call);
      } catch (error) {
        if (!isComputeError(error, "no_capacity")) throw error;
        const status = await callOff(id, call.operation).catch((cause: unknown) => {
          throw stillQueued(id, error, cause);
        });
        if (status === undefined) throw stillQueued(id, error, error);
        if (status === "stopped") throw error;
      }
    },
    restart: (id, call) => again("instance.reboot", id, call),
    recycle: (id, call) => again("instance.recycle", id, call),
  } satisfies DriverGroups["power"];
}
