import type { EventArgument } from "../kit/types.ts";
import type { RunpodLifecycle } from "./lifecycle.ts";
import type { RunpodPod, RunpodStore } from "./state.ts";
import { freeGpus } from "./stock.ts";

/**
 * What happens without a call:
 * - `{ id }` for `exit` (the container ends, which reads like a stop), `fail` (ERROR), `hostTaken` and `hostFree` (the
 *   GPUs of the pod's machine that are free go to others, and come back);
 * - `status` `{ id, status }`: any word at all; `log` `{ id, line }`: the container says something;
 * - `soldOut` `{ gpuId }`: others take every GPU of a type; `restock` `{ gpuId }`: they give them back;
 * - `balance` `{ amount }`: what is left now; `runDry`: the look at the balance finds nothing.
 */
export function createRunpodEvents(store: RunpodStore, lifecycle: RunpodLifecycle) {
  function wanted({ id }: EventArgument): RunpodPod {
    const pod = store.pods.find((row) => row.id === id);
    if (pod === undefined) throw new RangeError(`runpod: no pod ${String(id)}`);
    return pod;
  }

  const takeAll = (host: RunpodStore["hosts"][number]) => {
    host.takenByOthers += freeGpus(store, host);
  };

  const ofType = ({ gpuId }: EventArgument) => store.hosts.filter((host) => host.gpuId === gpuId);

  return {
    exit: (argument: EventArgument) => lifecycle.stop(wanted(argument)),
    fail: (argument: EventArgument) => lifecycle.enter(wanted(argument), "ERROR"),
    status: (argument: EventArgument) => lifecycle.enter(wanted(argument), String(argument["status"])),
    log(argument: EventArgument) {
      const pod = wanted(argument);
      const at = (pod.log.at(-1)?.at ?? pod.createdAt) + 1;
      pod.log.push({ at, source: "container", line: String(argument["line"]) });
    },
    hostTaken(argument: EventArgument) {
      const { host } = wanted(argument);
      if (host !== undefined) takeAll(host);
    },
    hostFree(argument: EventArgument) {
      const { host } = wanted(argument);
      if (host !== undefined) host.takenByOthers = 0;
    },
    soldOut: (argument: EventArgument) => ofType(argument).forEach(takeAll),
    restock(argument: EventArgument) {
      for (const host of ofType(argument)) host.takenByOthers = 0;
    },
    balance({ amount }: EventArgument) {
      store.credit += Number(amount) - lifecycle.balance();
    },
    runDry: () => lifecycle.runDry(),
  };
}
