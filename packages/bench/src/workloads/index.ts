import type { Workload } from "../lib/workload.ts";
import { describeWorkload } from "./describe.ts";
import { gateWorkload } from "./gate.ts";
import { installWorkload } from "./install.ts";
import { launchWorkload } from "./launch.ts";
import { listWorkload } from "./list.ts";
import { memoryWorkload } from "./memory.ts";
import { watchWorkload } from "./watch.ts";

export type WorkloadName = "describe" | "list" | "watch" | "gate" | "launch" | "install" | "memory";

/** In the order of the page. */
export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  describe: describeWorkload,
  list: listWorkload,
  watch: watchWorkload,
  gate: gateWorkload,
  launch: launchWorkload,
  memory: memoryWorkload,
  install: installWorkload,
};

/** Those whose ratios are recorded, and held. */
export const watchedWorkloads: readonly WorkloadName[] = ["describe", "list"];
