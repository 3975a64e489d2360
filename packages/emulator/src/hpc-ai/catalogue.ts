export type HpcAiChargeMode = "tidePerHour" | "perHour" | "perDay" | "perWeek" | "perMonth";

export const hoursOf: Readonly<Record<HpcAiChargeMode, number>> = {
  tidePerHour: 1,
  perHour: 1,
  perDay: 24,
  perWeek: 168,
  perMonth: 720,
};

export interface HpcAiType {
  readonly id: string;
  readonly regionId: string;
  /** Empty for a CPU family. */
  readonly gpuName: string;
  readonly gpuNum: number;
  readonly spot: boolean;
  readonly stockStatus: string;
  /** Whole instance, one period of the mode; null when the site does not say. */
  readonly prices: Readonly<Partial<Record<HpcAiChargeMode, number | null>>>;
}

export interface HpcAiRegion {
  readonly id: string;
  readonly name: string;
  readonly sshAddress: string;
}

export interface HpcAiImage {
  readonly id: string;
  readonly name: string;
  /** Only machines of this sort can pull it. */
  readonly machines: "gpu" | "cpu";
}

const regionOne = "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a01";
const regionTwo = "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a02";

export const hpcAiRegions: readonly HpcAiRegion[] = [
  { id: regionOne, name: "region-one", sshAddress: "ssh.region-one.hpc-ai.example" },
  { id: regionTwo, name: "region-two", sshAddress: "ssh.region-two.hpc-ai.example" },
];

export const hpcAiImages: readonly HpcAiImage[] = [
  { id: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01", name: "pytorch-2.5-cuda-12.4", machines: "gpu" },
  { id: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e02", name: "ubuntu-22.04", machines: "cpu" },
];

const typeId = (last: string) => `7e41c2b8-93d4-4f6a-a0c5-1b2d3e4f5a${last}`;

export const hpcAiTypes: readonly HpcAiType[] = [
  {
    id: typeId("01"),
    regionId: regionOne,
    gpuName: "H200-SXM-141GB",
    gpuNum: 8,
    spot: false,
    stockStatus: "InStock",
    prices: { tidePerHour: 16.8, perHour: 21.6, perDay: 500, perWeek: 3200, perMonth: 12_500 },
  },
  {
    id: typeId("02"),
    regionId: regionTwo,
    gpuName: "H200-SXM-141GB",
    gpuNum: 8,
    spot: false,
    stockStatus: "OutOfStock",
    prices: { perHour: 20.8 },
  },
  {
    id: typeId("03"),
    regionId: regionTwo,
    gpuName: "B200-SXM-180GB-SPOT",
    gpuNum: 8,
    spot: true,
    stockStatus: "InStock",
    prices: { perHour: 23.92 },
  },
  {
    id: typeId("04"),
    regionId: regionOne,
    gpuName: "RTX4090-PCIe-24GB",
    gpuNum: 1,
    spot: false,
    stockStatus: "InStock",
    prices: { perHour: 0.45, perMonth: 280 },
  },
  {
    id: typeId("05"),
    regionId: regionOne,
    gpuName: "",
    gpuNum: 0,
    spot: false,
    stockStatus: "InStock",
    prices: { perHour: 0.12 },
  },
  {
    id: typeId("06"),
    regionId: regionTwo,
    gpuName: "A100-SXM-80GB",
    gpuNum: 8,
    spot: false,
    stockStatus: "InStock",
    prices: { perHour: null },
  },
];
