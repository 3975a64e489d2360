export interface LambdaRegion {
  readonly name: string;
  readonly description: string;
  /** Not every region has filesystems. */
  readonly fileSystems: boolean;
}

type LambdaArchitecture = "x86_64" | "arm64";

export interface LambdaType {
  readonly name: string;
  readonly description: string;
  readonly gpuDescription: string;
  readonly architecture: LambdaArchitecture;
  /** Whole instance. */
  readonly centsPerHour: number;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly storageGiB: number;
  /** 0 for a CPU type. */
  readonly gpus: number;
  /** How many are free in each region at the first moment; a region that is left out has none. */
  readonly capacity: Readonly<Record<string, number>>;
}

export interface LambdaImage {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly family: string;
  readonly version: string;
  readonly architecture: LambdaArchitecture;
  readonly region: string;
}

export const lambdaRegions: readonly LambdaRegion[] = [
  { name: "us-east-1", description: "Virginia, USA", fileSystems: true },
  { name: "us-west-1", description: "California, USA", fileSystems: true },
  { name: "us-south-1", description: "Texas, USA", fileSystems: false },
];

export const lambdaTypes: readonly LambdaType[] = [
  {
    name: "gpu_1x_a10",
    description: "1x A10 (24 GB PCIe)",
    gpuDescription: "A10 (24 GB PCIe)",
    architecture: "x86_64",
    centsPerHour: 75,
    ...{ vcpus: 30, memoryGiB: 200, storageGiB: 1400, gpus: 1 },
    capacity: { "us-east-1": 8, "us-west-1": 4 },
  },
  {
    name: "gpu_1x_h100_pcie",
    description: "1x H100 (80 GB PCIe)",
    gpuDescription: "H100 (80 GB PCIe)",
    architecture: "x86_64",
    centsPerHour: 249,
    ...{ vcpus: 26, memoryGiB: 200, storageGiB: 1024, gpus: 1 },
    capacity: { "us-east-1": 8, "us-south-1": 2 },
  },
  {
    name: "gpu_8x_h100_sxm5",
    description: "8x H100 (80 GB SXM5)",
    gpuDescription: "H100 (80 GB SXM5)",
    architecture: "x86_64",
    centsPerHour: 2392,
    ...{ vcpus: 208, memoryGiB: 1800, storageGiB: 22_528, gpus: 8 },
    capacity: {},
  },
  {
    name: "gpu_1x_gh200",
    description: "1x GH200 (96 GB)",
    gpuDescription: "GH200 (96 GB)",
    architecture: "arm64",
    centsPerHour: 149,
    ...{ vcpus: 64, memoryGiB: 432, storageGiB: 4096, gpus: 1 },
    capacity: { "us-east-1": 4 },
  },
  {
    name: "gpu_1x_rtx6000",
    description: "1x RTX 6000 (24 GB)",
    gpuDescription: "RTX 6000 (24 GB)",
    architecture: "x86_64",
    centsPerHour: 50,
    ...{ vcpus: 14, memoryGiB: 46, storageGiB: 512, gpus: 1 },
    capacity: { "us-south-1": 3 },
  },
  {
    name: "cpu_4x_general",
    description: "4x General",
    gpuDescription: "N/A",
    architecture: "x86_64",
    centsPerHour: 8,
    ...{ vcpus: 4, memoryGiB: 16, storageGiB: 200, gpus: 0 },
    capacity: { "us-west-1": 10 },
  },
];

const families: readonly {
  readonly family: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: LambdaArchitecture;
}[] = [
  { family: "lambda-stack-22-04", name: "Lambda Stack 22.04", version: "22.4.8", architecture: "x86_64" },
  { family: "lambda-stack-24-04", name: "Lambda Stack 24.04", version: "24.4.2", architecture: "x86_64" },
  { family: "lambda-stack-24-04", name: "Lambda Stack 24.04", version: "24.4.2", architecture: "arm64" },
  { family: "ubuntu-24-04", name: "Ubuntu 24.04", version: "24.4.0", architecture: "x86_64" },
];

/** The same version has another id in each region. */
export const lambdaImages: readonly LambdaImage[] = families.flatMap((row, line) =>
  lambdaRegions.map(({ name: region }, column) => ({
    ...row,
    description: `${row.name} (${row.architecture})`,
    region,
    id: `1a2b3c4d5e6f70819203a4b5c6d7e8${line}${column}`,
  })),
);
