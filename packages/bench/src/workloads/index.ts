import type { Workload } from "../lib/workload.ts";
import { describeWorkload } from "./describe.ts";
import { installWorkload } from "./install.ts";
import { listWorkload } from "./list.ts";
import { memoryWorkload } from "./memory.ts";

export type WorkloadName = "describe" | "list" | "install" | "memory";

/** In the order of the page. */
export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  describe: describeWorkload,
  list: listWorkload,
  memory: memoryWorkload,
  install: installWorkload,
};

/** Those whose ratios are recorded, and held. */
export const watchedWorkloads: readonly WorkloadName[] = ["describe", "list"];
