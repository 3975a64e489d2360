import { isComputeError } from "@gpuport/core";
import { byHand, type Mutant } from "../mutant.ts";
import { group } from "./groups.ts";

const power = ["power", "refusals everywhere"];

export const powerMutants: readonly Mutant[] = [
  {
    name: "stop-terminates",
    defect: "Stopping a machine ends it, and its disk is lost.",
    topics: power,
    make: byHand((sound) =>
      group(sound, "power", {
        async stop(id) {
          await sound.terminate(id);
        },
      }),
    ),
  },
  {
    name: "stop-does-nothing",
    defect: "Stopping a machine sends nothing, and says that it is done.",
    topics: power,
    make: byHand((sound) => group(sound, "power", { stop: async () => undefined })),
  },
  {
    name: "stop-swallows",
    defect: "Whatever goes wrong while a machine is stopped is swallowed.",
    topics: power,
    make: byHand((sound) =>
      group(sound, "power", {
        stop: (...asked) => sound.power?.stop(...asked).catch(() => undefined) ?? Promise.resolve(),
      }),
    ),
  },
  {
    name: "start-launches",
    defect: "Starting a stopped machine rents a new one.",
    topics: [...power, "launch"],
    make: byHand((sound) =>
      group(sound, "power", {
        async start() {
          await sound.launch({ gpu: { model: "RTX 4090", count: 2 }, image: "base/cuda:12.4" });
        },
      }),
    ),
  },
  {
    name: "start-does-nothing",
    defect: "Starting a machine sends nothing, and says that it is done.",
    topics: power,
    make: byHand((sound) => group(sound, "power", { start: async () => undefined })),
  },
  {
    name: "restart-stops",
    defect: "Restarting a machine only stops it.",
    topics: power,
    make: byHand((sound) =>
      group(sound, "power", { restart: (...asked) => sound.power?.stop(...asked) ?? Promise.resolve() }),
    ),
  },
  {
    name: "stop-blocks",
    defect: "Stopping an unknown machine is a success.",
    topics: power,
    make: byHand((sound) =>
      group(sound, "power", {
        async stop(id, options) {
          try {
            await sound.power?.stop(id, options);
          } catch (error) {
            if (!isComputeError(error, "not_found")) throw error;
          }
        },
      }),
    ),
  },
];
