import type { Workload } from "../lib/workload.ts";
import { describeWorkload } from "./describe.ts";
import { listWorkload } from "./list.ts";

export type WorkloadName = "describe" | "list";

/** In the order of the page. */
export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  describe: describeWorkload,
  list: listWorkload,
};

/** Those whose ratios are recorded, and held. */
export const watchedWorkloads: readonly WorkloadName[] = ["describe", "list"];
