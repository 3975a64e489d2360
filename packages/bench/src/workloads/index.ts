import type { Workload } from "../lib/workload.ts";
import { describeWorkload } from "./describe.ts";

export type WorkloadName = "describe";

/** In the order of the page. */
export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  describe: describeWorkload,
};

/** Those whose ratios are recorded, and held. */
export const watchedWorkloads: readonly WorkloadName[] = ["describe"];
