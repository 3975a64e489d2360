export type RunpodTier = "SECURE" | "COMMUNITY";

export interface RunpodGpuType {
  readonly id: string;
  readonly name: string;
  readonly manufacturer: "NVIDIA" | "AMD" | "UNKNOWN";
  readonly pool: string | null;
  /** GB of one GPU. */
  readonly memory: number;
  readonly secure: boolean;
  readonly community: boolean;
  /** USD per hour and GPU. What is not sold has null or 0: both are seen. */
  readonly price: { readonly secure: number | null; readonly community: number | null };
  readonly maxCount: { readonly secure: number; readonly community: number };
  /** Undefined for AMD. */
  readonly cudaVersions?: readonly string[] | undefined;
}

export interface RunpodDataCenter {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly country: string;
  readonly globalNetwork: boolean;
  readonly networkVolumeTypes: readonly string[];
}

export interface RunpodCpuFlavour {
  readonly id: string;
  readonly vcpu: { readonly min: number; readonly max: number };
  readonly ramGbPerVcpu: number;
  readonly price: { readonly securePerVcpu: number; readonly serverlessPerVcpu: number };
}

/** So many machines of one kind at one place. */
export interface RunpodStock {
  readonly gpuId: string;
  readonly cloud: RunpodTier;
  /** Null: somebody's own machine, whose place is not told. */
  readonly dataCenterId: string | null;
  readonly hosts: number;
  readonly gpusPerHost: number;
}

const cuda = ["12.4", "12.8"];

export const runpodGpuTypes: readonly RunpodGpuType[] = [
  {
    id: "NVIDIA GeForce RTX 4090",
    name: "RTX 4090",
    manufacturer: "NVIDIA",
    pool: "ADA_24",
    memory: 24,
    secure: true,
    community: true,
    price: { secure: 0.69, community: 0.34 },
    maxCount: { secure: 8, community: 4 },
    cudaVersions: cuda,
  },
  {
    id: "NVIDIA H100 80GB HBM3",
    name: "H100 SXM",
    manufacturer: "NVIDIA",
    pool: "HOPPER_80",
    memory: 80,
    secure: true,
    community: false,
    price: { secure: 2.99, community: null },
    maxCount: { secure: 8, community: 0 },
    cudaVersions: cuda,
  },
  {
    id: "NVIDIA H100 PCIe",
    name: "H100 PCIe",
    manufacturer: "NVIDIA",
    pool: "HOPPER_80",
    memory: 80,
    secure: true,
    community: true,
    price: { secure: 2.39, community: 1.99 },
    maxCount: { secure: 8, community: 2 },
    cudaVersions: cuda,
  },
  {
    id: "NVIDIA H100 NVL",
    name: "H100 NVL",
    manufacturer: "NVIDIA",
    pool: null,
    memory: 94,
    secure: true,
    community: false,
    price: { secure: 3.07, community: 0 },
    maxCount: { secure: 4, community: 0 },
    cudaVersions: cuda,
  },
  {
    id: "NVIDIA A100-SXM4-80GB",
    name: "A100 SXM",
    manufacturer: "NVIDIA",
    pool: "AMPERE_80",
    memory: 80,
    secure: true,
    community: false,
    price: { secure: 1.49, community: null },
    maxCount: { secure: 8, community: 0 },
    cudaVersions: cuda,
  },
  {
    id: "NVIDIA L40S",
    name: "L40S",
    manufacturer: "NVIDIA",
    pool: "ADA_48_PRO",
    memory: 48,
    secure: true,
    community: true,
    price: { secure: 0.86, community: 0.79 },
    maxCount: { secure: 8, community: 2 },
    cudaVersions: cuda,
  },
  {
    id: "NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 1g.24gb",
    name: "RTX PRO 6000 MIG 1g.24gb",
    manufacturer: "NVIDIA",
    pool: null,
    memory: 24,
    secure: true,
    community: false,
    price: { secure: 0.49, community: null },
    maxCount: { secure: 1, community: 0 },
    cudaVersions: ["12.8"],
  },
  {
    id: "AMD Instinct MI300X OAM",
    name: "MI300X",
    manufacturer: "AMD",
    pool: null,
    memory: 192,
    secure: true,
    community: false,
    price: { secure: 1.99, community: null },
    maxCount: { secure: 8, community: 0 },
  },
];

export const runpodDataCenters: readonly RunpodDataCenter[] = [
  {
    id: "EU-RO-1",
    name: "EU-RO-1",
    region: "EUROPE",
    country: "RO",
    globalNetwork: true,
    networkVolumeTypes: ["STANDARD", "HIGH_PERFORMANCE"],
  },
  {
    id: "US-KS-2",
    name: "US-KS-2",
    region: "NORTH_AMERICA",
    country: "US",
    globalNetwork: true,
    networkVolumeTypes: ["STANDARD"],
  },
  {
    id: "EUR-IS-1",
    name: "EUR-IS-1",
    region: "EUROPE",
    country: "IS",
    globalNetwork: false,
    networkVolumeTypes: ["STANDARD"],
  },
];

export const runpodCpuFlavours: readonly RunpodCpuFlavour[] = [
  {
    id: "cpu3c",
    vcpu: { min: 2, max: 32 },
    ramGbPerVcpu: 2,
    price: { securePerVcpu: 0.03, serverlessPerVcpu: 0.00001 },
  },
  {
    id: "cpu5m",
    vcpu: { min: 2, max: 16 },
    ramGbPerVcpu: 8,
    price: { securePerVcpu: 0.06, serverlessPerVcpu: 0.00002 },
  },
];

const secure = (gpuId: string, dataCenterId: string, hosts: number, gpusPerHost = 8): RunpodStock => ({
  gpuId,
  cloud: "SECURE",
  dataCenterId,
  hosts,
  gpusPerHost,
});

/** L40S is in the catalogue and nowhere to be had. */
export const runpodStock: readonly RunpodStock[] = [
  secure("NVIDIA GeForce RTX 4090", "EU-RO-1", 3),
  secure("NVIDIA GeForce RTX 4090", "US-KS-2", 1),
  { gpuId: "NVIDIA GeForce RTX 4090", cloud: "COMMUNITY", dataCenterId: null, hosts: 2, gpusPerHost: 4 },
  secure("NVIDIA H100 80GB HBM3", "EU-RO-1", 1),
  secure("NVIDIA H100 PCIe", "US-KS-2", 2),
  { gpuId: "NVIDIA H100 PCIe", cloud: "COMMUNITY", dataCenterId: null, hosts: 1, gpusPerHost: 2 },
  secure("NVIDIA H100 NVL", "EUR-IS-1", 1, 4),
  secure("NVIDIA A100-SXM4-80GB", "EU-RO-1", 2),
  secure("NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 1g.24gb", "EU-RO-1", 2, 1),
  secure("AMD Instinct MI300X OAM", "US-KS-2", 1),
];
