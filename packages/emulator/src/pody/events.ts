import type { Clock, EventArgument } from "../kit/types.ts";
import { existing } from "./call.ts";
import { dropImage } from "./images.ts";
import { holdsPorts, type PodyPod, type PodyStore } from "./state.ts";

/**
 * What happens without a call:
 * - `{ id }` (a pod's short or full name) for `gpuSweep` and `exit` (it stops by itself), `pause`, `unpause`, `dead`,
 *   and `remove` (by an operator);
 * - `status` `{ id, status }`: any word at all;
 * - `process` `{ id?, gpu, cmd }`: something runs on a graphics card, in a pod or outside;
 * - `imageGone` `{ image }`; `engineRestart`: every stopped pod comes up again; `serverRestart`: a hung server answers again.
 */
export function createPodyEvents(store: PodyStore, clock: Clock) {
  function wanted({ id }: EventArgument): PodyPod {
    const pod = existing(store).find((row) => row.name === id || row.fullName === id);
    if (pod === undefined) throw new Error(`pody: no pod ${String(id)}`);
    return pod;
  }

  const moves = (status: string) => (argument: EventArgument) => {
    wanted(argument).status = status;
  };

  return {
    gpuSweep: moves("exited"),
    exit: moves("exited"),
    pause: moves("paused"),
    unpause: moves("running"),
    dead: moves("dead"),
    status(argument: EventArgument) {
      wanted(argument).status = String(argument["status"]);
    },
    remove(argument: EventArgument) {
      wanted(argument).removedAt = clock.now();
    },
    process({ id, gpu, cmd }: EventArgument) {
      const fullName = id === undefined ? "" : wanted({ id }).fullName;
      store.processes.push({
        fullName,
        gpu: Number(gpu ?? 0),
        cmd: String(cmd ?? "python"),
        startedAt: clock.now(),
      });
    },
    imageGone({ image }: EventArgument) {
      const found = store.images.find(({ name, removed }) => name === image && !removed);
      if (found === undefined) throw new Error(`pody: no image ${String(image)}`);
      dropImage(store, found);
    },
    engineRestart() {
      for (const pod of existing(store)) {
        if (pod.startFailure === undefined && !holdsPorts(pod.status)) {
          pod.status = "running";
          pod.startedAt = clock.now();
        }
      }
    },
    serverRestart() {
      store.hung = false;
      store.busyUntil = 0;
    },
  };
}
