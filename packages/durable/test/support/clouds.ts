import type { Budget, Clock, ComputeProvider, Fetch, Journal, LaunchRequest } from "@gpuport/core";
import type { CloudName as EmulatedCloud, Emulator } from "@gpuport/emulator";
import { sentinels } from "./sentinels.ts";

/** The clouds that are rented from here. */
export type CloudName = Exclude<EmulatedCloud, "runpod" | "lambda">;

/** As much of an emulator as another process needs to rent from it. Plain data. */
export type EmulatorAddress = Pick<Emulator, "urls" | "credentials">;

export interface ProviderMeans {
  readonly name?: string | undefined;
  readonly journal: Journal;
  readonly clock?: Clock | undefined;
  readonly fetch?: Fetch | undefined;
  readonly budgets?: readonly Budget[] | undefined;
  /** A cloud that makes up its mind within seconds about a create: fewer looks until it is proven that there was none. */
  readonly quick?: boolean | undefined;
}

/** Two looks at a machine that is gone, and no more, because each is a step to be killed at. */
const visibilityLagMs = 200;

export const cloudNames = ["vast", "glows", "pody", "hpc-ai"] as const satisfies readonly CloudName[];

/** The same wish on each cloud. */
export const requests: Readonly<Record<CloudName, LaunchRequest>> = {
  vast: {
    ...{ gpu: { model: "RTX 4090" }, image: "example/trainer:2.1", minDiskMiB: 20 * 1024 },
    env: { API_TOKEN: sentinels.env },
  },
  glows: { gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" },
  pody: { image: "ubuntu-cuda:12.4" },
  "hpc-ai": { image: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01", gpu: { model: "H200", count: 8 } },
};

/** The endpoint that rents, and the one that ends a machine, by the emulator's names and as they go over the wire. */
export const endpoints: Readonly<
  Record<CloudName, Readonly<Record<"create" | "remove", { readonly name: string; readonly sent: RegExp }>>>
> = {
  vast: {
    create: { name: "instance.create", sent: /^PUT \/api\/v0\/asks\// },
    remove: { name: "instance.destroy", sent: /^DELETE \/api\/v0\/instances\// },
  },
  glows: {
    create: { name: "instance.create", sent: /^POST \/sdk\/v1\/instance$/ },
    remove: { name: "instance.cancel", sent: /^DELETE \/sdk\/v1\/instance$/ },
  },
  pody: {
    create: { name: "pod.create", sent: /^POST \/pod\/create$/ },
    remove: { name: "pod.delete", sent: /^POST \/pod\/delete$/ },
  },
  "hpc-ai": {
    create: { name: "instance.create", sent: /^POST \/api\/instance\/create$/ },
    remove: { name: "instance.terminate", sent: /^POST \/api\/instance\/terminate$/ },
  },
};

/** Opens a provider on an emulated cloud. Loads only that adapter, because a process that is to be killed starts often. */
export async function openCloud(
  cloud: CloudName,
  { urls, credentials }: EmulatorAddress,
  { quick = false, ...given }: ProviderMeans,
): Promise<ComputeProvider> {
  const means = {
    ...given,
    facts: { ...(cloud !== "pody" && { visibilityLagMs }), ...(quick && { lateCommitMs: 1_000 }) },
    ...(quick && { endpoints: { "instance.create": { timeoutMs: 3_000 } } }),
  };
  switch (cloud) {
    case "vast": {
      const { vast } = await import("@gpuport/vast");
      return vast({ ...means, ...credentials.vast, baseUrl: urls.vast });
    }
    case "glows": {
      const { glows } = await import("@gpuport/glows");
      return glows({ ...means, ...credentials.glows, baseUrl: urls.glows });
    }
    case "pody": {
      const { pody } = await import("@gpuport/pody");
      return pody({ ...means, ...credentials.pody, baseUrl: urls.pody });
    }
    case "hpc-ai": {
      const { hpcAi } = await import("@gpuport/hpc-ai");
      const { username, password } = credentials["hpc-ai"];
      return hpcAi({ ...means, username, password, baseUrl: urls["hpc-ai"] });
    }
  }
}
