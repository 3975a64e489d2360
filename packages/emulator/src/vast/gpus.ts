/** A kind of GPU as the market names it. Memory is MB of one GPU, as usable; prices are $/h of one GPU. */
export interface GpuKind {
  readonly name: string;
  readonly memory: number;
  readonly arch: "nvidia" | "amd";
  /** Capability times 100; null for AMD. */
  readonly capability: number | null;
  readonly perHour: number;
  readonly watts: number;
  readonly teraflops: number;
  /** Largest number of them in one machine. */
  readonly most: number;
}

type Row = [string, number, "nvidia" | "amd", number | null, number, number, number, number];

const rows: readonly Row[] = [
  ["RTX 3060", 12288, "nvidia", 860, 0.06, 170, 12.7, 8],
  ["RTX 3070", 8192, "nvidia", 860, 0.08, 220, 20.3, 8],
  ["RTX 3080", 10240, "nvidia", 860, 0.1, 320, 29.8, 4],
  ["RTX 3090", 24576, "nvidia", 860, 0.16, 350, 35.6, 8],
  ["RTX 3090 Ti", 24564, "nvidia", 860, 0.2, 450, 40, 4],
  ["RTX 4060 Ti", 16380, "nvidia", 890, 0.11, 165, 22.1, 4],
  ["RTX 4070S Ti", 16376, "nvidia", 890, 0.15, 285, 44.1, 4],
  ["RTX 4080", 16376, "nvidia", 890, 0.2, 320, 48.7, 4],
  ["RTX 4090", 24564, "nvidia", 890, 0.36, 450, 82.6, 8],
  ["RTX 5070 Ti", 16303, "nvidia", 1200, 0.18, 300, 43.9, 4],
  ["RTX 5080", 16303, "nvidia", 1200, 0.24, 360, 56.3, 4],
  ["RTX 5090", 32607, "nvidia", 1200, 0.5, 575, 104.8, 8],
  ["RTX A4000", 16376, "nvidia", 860, 0.12, 140, 19.2, 8],
  ["RTX A5000", 24564, "nvidia", 860, 0.2, 230, 27.8, 8],
  ["RTX A6000", 49140, "nvidia", 860, 0.42, 300, 38.7, 8],
  ["RTX 6000Ada", 49140, "nvidia", 890, 0.62, 300, 91.1, 8],
  ["Q RTX 8000", 46080, "nvidia", 750, 0.25, 260, 16.3, 4],
  ["Tesla T4", 15360, "nvidia", 750, 0.12, 70, 8.1, 4],
  ["Tesla V100", 32768, "nvidia", 700, 0.22, 300, 15.7, 8],
  ["L4", 23034, "nvidia", 890, 0.3, 72, 30.3, 4],
  ["L40S", 46068, "nvidia", 890, 0.55, 350, 91.6, 8],
  ["A10", 23028, "nvidia", 860, 0.2, 150, 31.2, 4],
  ["A40", 46068, "nvidia", 860, 0.38, 300, 37.4, 8],
  ["A100 PCIE", 40960, "nvidia", 800, 0.62, 250, 19.5, 8],
  ["A100 PCIE", 81920, "nvidia", 800, 0.78, 300, 19.5, 8],
  ["A100 SXM4", 40960, "nvidia", 800, 0.7, 400, 19.5, 8],
  ["A100 SXM4", 81920, "nvidia", 800, 0.88, 400, 19.5, 8],
  ["H100 PCIE", 81559, "nvidia", 900, 1.7, 350, 51.2, 8],
  ["H100 SXM", 81559, "nvidia", 900, 2.1, 700, 66.9, 8],
  ["H100 NVL", 95830, "nvidia", 900, 2, 400, 60, 8],
  ["H200", 143771, "nvidia", 900, 2.6, 700, 66.9, 8],
  ["B200", 183359, "nvidia", 1000, 4.2, 1000, 75, 8],
  ["InstinctMI250X", 65536, "amd", null, 0.9, 560, 47.9, 8],
];

export const gpuKinds: readonly GpuKind[] = rows.map(
  ([name, memory, arch, capability, perHour, watts, teraflops, most]) => ({
    name,
    memory,
    arch,
    capability,
    perHour,
    watts,
    teraflops,
    most,
  }),
);
