import type { RunpodTier } from "./catalogue.ts";
import type { RunpodSettings } from "./settings.ts";
import type { RunpodHost, RunpodStore } from "./state.ts";

export function createHosts({ stock }: RunpodSettings): readonly RunpodHost[] {
  return stock
    .flatMap((row) => Array.from({ length: row.hosts }, () => row))
    .map(({ gpuId, cloud, dataCenterId, gpusPerHost }, index) => ({
      gpuId,
      cloud,
      dataCenterId,
      address: `192.0.2.${index + 10}`,
      gpus: gpusPerHost,
      takenByOthers: 0,
    }));
}

type Stocked = Pick<RunpodStore, "hosts" | "pods">;

export function freeGpus({ pods }: Stocked, host: RunpodHost): number {
  const held = pods.reduce((sum, pod) => (pod.host === host ? sum + pod.held : sum), 0);
  return host.gpus - host.takenByOthers - held;
}

export interface Wanted {
  readonly gpuId: string;
  readonly cloud: RunpodTier;
  readonly count: number;
  /** Called a preference, and enforced. */
  readonly dataCenterIds?: readonly string[] | undefined;
}

/** The machines that have room for so many GPUs. */
export function roomFor(store: Stocked, { gpuId, cloud, count, dataCenterIds = [] }: Wanted): RunpodHost[] {
  return store.hosts.filter(
    (host) =>
      host.gpuId === gpuId &&
      host.cloud === cloud &&
      (dataCenterIds.length === 0 || dataCenterIds.some((id) => id === host.dataCenterId)) &&
      freeGpus(store, host) >= count,
  );
}

export function availabilityWord(hosts: number): "NONE" | "LOW" | "MEDIUM" | "HIGH" {
  if (hosts === 0) return "NONE";
  if (hosts === 1) return "LOW";
  return hosts === 2 ? "MEDIUM" : "HIGH";
}
