import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Budget } from "@gpuport/core";
import { nodeFlags } from "./children.ts";
import type { CloudName, EmulatorAddress } from "./clouds.ts";
import type { JournalPlace, Outcome } from "./order.ts";

/** What one of several processes is to do. Plain data. */
export interface Race {
  readonly do: "launch" | "recover";
  readonly cloud: CloudName;
  readonly emulator: EmulatorAddress;
  readonly journal: JournalPlace;
  readonly keys: readonly string[];
  readonly budgets?: readonly Budget[] | undefined;
}

const racer = fileURLToPath(new URL("racer.ts", import.meta.url));

/** Starts a process for each, lets all of them go at the same moment, and gives what came of each key in each. */
export async function race(...races: readonly Race[]): Promise<readonly (readonly Outcome[])[]> {
  const processes = races.map((order) => {
    const child = fork(racer, [], { execArgv: [...nodeFlags], env: {} });
    child.send(order);
    return child;
  });
  try {
    await Promise.all(processes.map((child) => once(child, "message")));
    const outcomes = processes.map(async (child) => {
      const [message]: unknown[] = await once(child, "message");
      return message as readonly Outcome[];
    });
    for (const child of processes) child.send("go");
    return await Promise.all(outcomes);
  } finally {
    for (const child of processes) child.kill("SIGKILL");
  }
}
