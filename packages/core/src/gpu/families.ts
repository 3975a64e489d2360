/** Makers of the GPUs and accelerators in the table; `other` are makers with a part or two. */
export type KnownGpuVendor = "nvidia" | "amd" | "intel" | "google" | "huawei" | "other";

/** Maker of a GPU, or `unknown` where its name says nothing the table knows. */
export type GpuVendor = KnownGpuVendor | "unknown";

/** How a GPU is mounted. It decides power limit, memory bandwidth and the link between GPUs. */
export type GpuFormFactor = "sxm" | "pcie" | "nvl" | "oam";

/** One product of a family: what a renter can tell apart by form factor and memory. */
export interface GpuVariant {
  /** Canonical id, for example `h100-sxm-80gb`. */
  readonly id: string;
  /** Absent where the part has no card or module of its own: laptop parts, superchips, TPUs. */
  readonly formFactor?: GpuFormFactor | undefined;
  /** Nominal memory of one GPU. */
  readonly memoryGB: number;
}

/** One model as its maker names it, with the products it is sold as. */
export interface GpuFamily {
  /** Canonical name, for example `RTX 4070 Ti SUPER`. */
  readonly family: string;
  readonly vendor: KnownGpuVendor;
  readonly architecture: string;
  readonly variants: readonly GpuVariant[];
}

type Row = readonly [KnownGpuVendor, architecture: string, families: Readonly<Record<string, string>>];

// "pcie 40 80, sxm 40" reads: PCIe with 40 or 80 GB, SXM with 40 GB. "-" stands for no form factor.
const rows: readonly Row[] = [
  [
    "nvidia",
    "Blackwell Ultra",
    {
      B300: "sxm 288",
      GB300: "- 288 252",
    },
  ],
  [
    "nvidia",
    "Blackwell",
    {
      B200: "sxm 180",
      GB200: "- 186",
      GB10: "- 128",
      "RTX 5090": "pcie 32",
      "RTX 5090 D": "pcie 32",
      "RTX 5090 D v2": "pcie 24",
      "RTX 5080": "pcie 16",
      "RTX 5070 Ti": "pcie 16",
      "RTX 5070": "pcie 12",
      "RTX 5060 Ti": "pcie 8 16",
      "RTX 5060": "pcie 8",
      "RTX 5090 Laptop": "- 24",
      "RTX PRO 4000": "pcie 24",
      "RTX PRO 4500": "pcie 32",
      "RTX PRO 5000": "pcie 48 72",
      "RTX PRO 6000": "pcie 96",
      "RTX PRO 6000 Workstation": "pcie 96",
      "RTX PRO 6000 Server": "pcie 96",
      "RTX PRO 6000 Max-Q": "pcie 96",
      "RTX 6000D": "pcie 84",
    },
  ],
  [
    "nvidia",
    "Hopper",
    {
      H100: "sxm 80, pcie 80, nvl 94",
      H800: "sxm 80, pcie 80, nvl 94",
      H20: "sxm 96 141",
      H200: "sxm 141, nvl 141",
      GH200: "- 96 144",
    },
  ],
  [
    "nvidia",
    "Ada Lovelace",
    {
      L4: "pcie 24",
      L20: "pcie 48",
      L40: "pcie 48",
      L40S: "pcie 48",
      "RTX 4090": "pcie 24",
      "RTX 4090 D": "pcie 24",
      "RTX 4080 SUPER": "pcie 16",
      "RTX 4080": "pcie 16",
      "RTX 4070 Ti SUPER": "pcie 16",
      "RTX 4070 Ti": "pcie 12",
      "RTX 4070 SUPER": "pcie 12",
      "RTX 4070": "pcie 12",
      "RTX 4060 Ti": "pcie 8 16",
      "RTX 4060": "pcie 8",
      "RTX 4090 Laptop": "- 16",
      "RTX 4080 Laptop": "- 12",
      "RTX 4070 Laptop": "- 8",
      "RTX 4060 Laptop": "- 8",
      "RTX 2000 Ada": "pcie 16",
      "RTX 4000 Ada": "pcie 20",
      "RTX 4000 SFF Ada": "pcie 20",
      "RTX 4500 Ada": "pcie 24",
      "RTX 5000 Ada": "pcie 32",
      "RTX 5880 Ada": "pcie 48",
      "RTX 6000 Ada": "pcie 48",
    },
  ],
  [
    "nvidia",
    "Ampere",
    {
      A100: "sxm 40 80 64, pcie 40 80",
      A800: "sxm 40 80, pcie 40 80",
      A10: "pcie 24",
      A10G: "pcie 24",
      A16: "pcie 16",
      A2: "pcie 16",
      A30: "pcie 24",
      A40: "pcie 48",
      "RTX 3090 Ti": "pcie 24",
      "RTX 3090": "pcie 24",
      "RTX 3080 Ti": "pcie 12",
      "RTX 3080": "pcie 10 12",
      "RTX 3070 Ti": "pcie 8",
      "RTX 3070": "pcie 8",
      "RTX 3060 Ti": "pcie 8",
      "RTX 3060": "pcie 8 12",
      "RTX 3050": "pcie 6 8",
      "RTX 3080 Laptop": "- 8 16",
      "RTX 3070 Laptop": "- 8",
      "RTX 3060 Laptop": "- 6",
      "RTX A2000": "pcie 6 12",
      "RTX A4000": "pcie 16",
      "RTX A4500": "pcie 20",
      "RTX A5000": "pcie 24",
      "RTX A6000": "pcie 48",
      "RTX A5000 Laptop": "- 16",
    },
  ],
  [
    "nvidia",
    "Turing",
    {
      T4: "pcie 16",
      T4G: "pcie 16",
      "RTX 2080 Ti": "pcie 11",
      "RTX 2080 SUPER": "pcie 8",
      "RTX 2080": "pcie 8",
      "RTX 2070 SUPER": "pcie 8",
      "RTX 2070": "pcie 8",
      "RTX 2060": "pcie 6 12",
      "GTX 1660 SUPER": "pcie 6",
      "TITAN RTX": "pcie 24",
      "Quadro RTX 4000": "pcie 8",
      "Quadro RTX 5000": "pcie 16",
      "Quadro RTX 6000": "pcie 24",
      "Quadro RTX 8000": "pcie 48",
    },
  ],
  [
    "nvidia",
    "Volta",
    {
      V100: "sxm 16 32, pcie 16 32",
      "TITAN V": "pcie 12",
      "Quadro GV100": "pcie 32",
    },
  ],
  [
    "nvidia",
    "Pascal",
    {
      P100: "sxm 16, pcie 16 12",
      P4: "pcie 8",
      P40: "pcie 24",
      "GTX 1080 Ti": "pcie 11",
      "GTX 1080": "pcie 8",
      "GTX 1070": "pcie 8",
      "TITAN Xp": "pcie 12",
      "Quadro P4000": "pcie 8",
    },
  ],
  ["nvidia", "Maxwell", { M40: "pcie 12 24" }],
  ["nvidia", "Kepler", { K80: "pcie 12" }],
  ["amd", "CDNA 4", { MI350X: "oam 288", MI355X: "oam 288" }],
  [
    "amd",
    "CDNA 3",
    {
      MI300A: "- 128",
      MI300X: "oam 192",
      MI308X: "oam 192",
      MI325X: "oam 256",
    },
  ],
  ["amd", "CDNA 2", { MI210: "pcie 64", MI250: "oam 128", MI250X: "oam 128" }],
  ["amd", "CDNA", { MI100: "pcie 32" }],
  ["amd", "GCN 5", { MI50: "pcie 16 32" }],
  ["amd", "RDNA 1", { "Radeon Pro V520": "pcie 8" }],
  ["amd", "RDNA 2", { "Radeon PRO V620": "pcie 32" }],
  ["amd", "RDNA 3", { "Radeon PRO W7900": "pcie 48", "RX 7900 XTX": "pcie 24" }],
  ["intel", "Gaudi", { Gaudi: "oam 32" }],
  ["intel", "Gaudi 2", { "Gaudi 2": "oam 96, pcie 96" }],
  ["intel", "Gaudi 3", { "Gaudi 3": "oam 128, pcie 128" }],
  ["intel", "Xe-HPC", { "Data Center GPU Max 1550": "oam 128" }],
  ["google", "TPU v3", { "TPU v3": "- 32" }],
  ["google", "TPU v4", { "TPU v4": "- 32" }],
  ["google", "TPU v5e", { "TPU v5e": "- 16" }],
  ["google", "TPU v5p", { "TPU v5p": "- 95" }],
  ["google", "TPU v6e", { "TPU v6e": "- 32" }],
  ["huawei", "Da Vinci", { "Ascend 910B": "- 64 32", "Ascend 910C": "- 64 128" }],
  ["other", "NeuronCore v2", { Trainium: "- 32", Inferentia2: "- 32" }],
  ["other", "NeuronCore v3", { Trainium2: "- 96" }],
  ["other", "Wormhole", { "Tenstorrent n300": "pcie 24" }],
  ["other", "Blackhole", { "Tenstorrent p100a": "pcie 28" }],
  ["other", "Qualcomm", { "Cloud AI 100": "pcie 16 32" }],
];

// Ids shorter than their family's name.
const shortIds = new Map([
  ["RTX PRO 6000 Workstation", "rtx-pro-6000-ws"],
  ["RTX PRO 6000 Server", "rtx-pro-6000-se"],
  ["Data Center GPU Max 1550", "max-1550"],
]);

function toFamily(vendor: KnownGpuVendor, architecture: string, family: string, products: string): GpuFamily {
  const parts = products.split(", ").flatMap((group) => {
    const [form, ...sizes] = group.split(" ");
    const formFactor = form === "-" ? undefined : (form as GpuFormFactor); // the rows above hold nothing else
    return sizes.map((size) => ({ formFactor, memoryGB: Number(size) }));
  });
  const manyForms = new Set(parts.map((part) => part.formFactor)).size > 1;
  const base = shortIds.get(family) ?? family.toLowerCase().replaceAll(" ", "-");
  return {
    family,
    vendor,
    architecture,
    // An id names the form factor and the memory only where the family leaves them open.
    variants: parts.map((part) => ({
      id: `${base}${manyForms ? `-${part.formFactor}` : ""}${parts.length > 1 ? `-${part.memoryGB}gb` : ""}`,
      ...part,
    })),
  };
}

/**
 * Every GPU family that gets an identity, with its products and their canonical ids.
 *
 * @example
 * const ids = gpuFamilies.flatMap(({ variants }) => variants.map(({ id }) => id));
 */
export const gpuFamilies: readonly GpuFamily[] = /* @__PURE__ */ rows.flatMap(
  ([vendor, architecture, families]) =>
    Object.entries(families).map(([family, products]) => toFamily(vendor, architecture, family, products)),
);
