import { isComputeError } from "@gpuport/core";
import type { CloudName, Emulator } from "@gpuport/emulator";
import { alive, type Findings, isAlive, machinesOf } from "./judge.ts";

/** Holds what a call said against what the emulator says at that very moment. */
export interface Witness {
  readonly launched: (id: string) => void;
  /** A launch said that it has no machine. */
  readonly none: (words: string) => void;
  readonly gone: (id: string) => void;
  readonly failed: (error: unknown) => void;
}

export function createWitness(emulator: Emulator, cloud: CloudName, { lists }: Findings): Witness {
  function none(words: string): void {
    const [machine] = alive(emulator, cloud);
    if (machine !== undefined)
      lists.falseAnswers.push(`${machine.id} exists, and the launch said none (${words})`);
  }

  return {
    none,
    launched(id) {
      if (!machinesOf(emulator, cloud).some((machine) => machine.id === id)) {
        lists.falseAnswers.push(`${id} was launched, and never existed`);
      }
    },
    gone(id) {
      if (isAlive(emulator, cloud, id)) lists.falseProofs.push(`${id} exists, and was proven gone`);
    },
    failed(error) {
      if (!isComputeError(error) || error.code === "unknown") lists.broken.push(String(error));
      else if (error.operation === "launch" && error.effect === "none")
        none(`${error.code}: ${error.message}`);
    },
  };
}
