import type { RunpodCpuFlavour, RunpodGpuType, RunpodTier } from "./catalogue.ts";

/** A machine with GPUs. A pod keeps it for life, its GPUs only while it does not stand still. */
export interface RunpodHost {
  readonly gpuId: string;
  readonly cloud: RunpodTier;
  readonly dataCenterId: string | null;
  readonly address: string;
  readonly gpus: number;
  /** By other customers. */
  takenByOthers: number;
}

export interface RunpodMapping {
  readonly private: number;
  readonly public: number;
  readonly type: "tcp" | "http";
  readonly ip: string;
}

export interface RunpodMounts {
  readonly network?: readonly { readonly volumeId: string; readonly path: string }[];
  readonly persistent?: { readonly size: number; readonly path: string };
}

export interface RunpodPod {
  readonly id: string;
  /** Rises with every pod; lists go by it. */
  readonly order: number;
  readonly opaque: string;
  name: string;
  image: string;
  args: string;
  ports: readonly string[];
  env: Readonly<Record<string, string>>;
  registry: string | null;
  disk: number;
  readonly mounts: RunpodMounts;
  locked: boolean;
  globalNetworking: boolean;
  readonly cloud: RunpodTier;
  readonly cudaVersion: string | null;
  readonly gpu: { readonly type: RunpodGpuType; readonly wanted: number } | undefined;
  readonly cpu: { readonly flavour: RunpodCpuFlavour; readonly vcpuCount: number } | undefined;
  /** Undefined for a CPU pod. */
  readonly host: RunpodHost | undefined;
  readonly dataCenterId: string | null;
  readonly createdAt: number;
  /** Not shown earlier. */
  readonly visibleFrom: number;
  status: string;
  /** Whether a machine is assigned. */
  placed: boolean;
  /** GPUs it holds now. */
  held: number;
  startedAt: number | undefined;
  mappings: readonly RunpodMapping[];
  /** Mappings of before the last start, and until when they are told. */
  oldMappings: { readonly rows: readonly RunpodMapping[]; readonly until: number } | undefined;
  readonly log: { readonly at: number; readonly source: "container" | "system"; readonly line: string }[];
  terminatedAt: number | undefined;
  /** What reads go on showing, and until when. */
  stale: { readonly row: unknown; readonly until: number } | undefined;
}

export interface RunpodVolume {
  readonly id: string;
  readonly name: string;
  size: number;
  readonly dataCenter: string;
  readonly type: string;
  readonly createdAt: number;
}

export interface RunpodTemplate {
  readonly id: string;
  readonly serverless: boolean;
  name: string;
  image: string;
  disk: number | undefined;
  ports: readonly string[];
  env: Readonly<Record<string, string>>;
  args: string;
}

export interface RunpodStore {
  /** In order of creation. */
  readonly pods: RunpodPod[];
  readonly hosts: readonly RunpodHost[];
  readonly volumes: Map<string, RunpodVolume>;
  readonly templates: Map<string, RunpodTemplate>;
  readonly registries: Map<string, { readonly id: string; readonly name: string }>;
  readonly secrets: Map<
    string,
    { readonly id: string; readonly name: string; readonly description: string | null; value: string }
  >;
  sshKeys: readonly string[];
  /** What was paid in. */
  credit: number;
}
