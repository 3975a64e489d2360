import type { GlowsPublicImage, GlowsRegion, GlowsSpec } from "./state.ts";

/** Display names; the access hosts' own codes do not follow from them. */
export const glowsRegions: readonly GlowsRegion[] = [
  { name: "TW-03", domain: 0, allowed: true },
  { name: "TW-04", domain: 0, allowed: true },
  { name: "JP-01", domain: 2, allowed: true },
  { name: "US-09", domain: 3, allowed: false },
];

export const glowsImages: readonly GlowsPublicImage[] = [
  { id: "img-87p9kq26", name: "Ubuntu20.04 CUDA12.2 Python3.9", createdAt: 1_700_000_000_000 },
  { id: "img-4x7mz2va", name: "Ubuntu22.04 CUDA12.6 Torch2.5.1", createdAt: 1_715_000_000_000 },
  { id: "img-d93kwt5n", name: "Ubuntu22.04 CPU Python3.12", createdAt: 1_722_000_000_000 },
];

const xeon = "Intel(R) Xeon(R) Platinum 8352V CPU @ 2.10GHz";
const epyc = "AMD EPYC 9354 32-Core Processor";

function gpu(
  row: Pick<GlowsSpec, "region" | "gpuName" | "gpuRamMb" | "millicents"> & Partial<GlowsSpec>,
): GlowsSpec {
  return {
    machineCategory: 0,
    instanceCategories: [0],
    cpus: 10,
    gpus: 1,
    diskGb: 100,
    cpuName: xeon,
    ramMb: 43_008,
    extras: [],
    maxUnits: 8,
    soldOut: false,
    ...row,
  };
}

const extraCpus = [{ cpus: 4, millicents: 20_000 }];

/** One unit each. No memory of a card is reported in the catalogue; a running machine shows it. */
export const glowsSpecs: readonly GlowsSpec[] = [
  gpu({
    region: "TW-03",
    gpuName: "NVIDIA GeForce RTX 4090",
    gpuRamMb: 24_564,
    millicents: 49_000,
    instanceCategories: [0, 1],
    extras: extraCpus,
  }),
  gpu({
    region: "TW-04",
    gpuName: "NVIDIA GeForce RTX 4090",
    gpuRamMb: 24_564,
    millicents: 65_000,
    extras: extraCpus,
  }),
  gpu({
    region: "TW-04",
    gpuName: "NVIDIA L40S PCIe",
    gpuRamMb: 46_068,
    millicents: 120_000,
    maxUnits: 4,
    cpuName: epyc,
  }),
  gpu({
    region: "TW-04",
    gpuName: "NVIDIA H100 80GB HBM3",
    gpuRamMb: 81_559,
    millicents: 299_000,
    cpus: 20,
    ramMb: 204_800,
    diskGb: 500,
    cpuName: epyc,
    instanceCategories: [0, 1],
  }),
  gpu({
    region: "JP-01",
    gpuName: "NVIDIA H100 80GB HBM3",
    gpuRamMb: 81_559,
    millicents: 279_000,
    cpus: 20,
    ramMb: 204_800,
    diskGb: 500,
    cpuName: epyc,
    soldOut: true,
  }),
  gpu({ region: "US-09", gpuName: "NVIDIA L40S PCIe", gpuRamMb: 46_068, millicents: 99_000, cpuName: epyc }),
  {
    region: "TW-03",
    machineCategory: 1,
    instanceCategories: [0, 1],
    cpus: 8,
    gpus: 0,
    diskGb: 100,
    gpuName: "",
    gpuRamMb: 0,
    cpuName: epyc,
    ramMb: 32_768,
    millicents: 12_000,
    extras: [],
    maxUnits: 4,
    soldOut: false,
  },
];

/** Unix time in the whole seconds of the wire. */
export const toSeconds = (ms: number) => Math.floor(ms / 1000);

/** Opaque to callers, and the same in every run. */
export function resourceId(spec: GlowsSpec): string {
  const model = spec.gpuName === "" ? spec.cpuName : spec.gpuName;
  return Buffer.from(`${spec.region}/${model}/${spec.gpus}`).toString("base64");
}
