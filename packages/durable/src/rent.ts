import type { ComputeProvider } from "@gpuport/core";

/** The step of a job that costs money: rents the machine of this job, and gives back its id. */
export type Rent = (jobId: string, image: string) => Promise<string>;

/**
 * The job's id is the key of the launch. However often an engine runs this step again, and wherever, it is the same
 * launch: it gives the machine that there is, and rents one only if there is none.
 */
export function rentOnce(provider: ComputeProvider): Rent {
  return async (jobId, image) => {
    const instance = await provider.launch({ key: jobId, image, gpu: { model: "RTX 4090" } });
    return instance.id;
  };
}
