import { findAccelerator } from "./accelerators.ts";
import {
  type GpuFamily,
  type GpuFormFactor,
  type GpuVariant,
  gpuFamilies,
  type KnownGpuVendor,
} from "./families.ts";
import { isSliceMemory, sliceMemoryGB, snapMemory, usableMemory } from "./memory.ts";
import { familyNamed, findModels } from "./models.ts";
import { findSlice, type NamedSlice } from "./slices.ts";
import { readName, type Tokens, tokenise } from "./tokens.ts";

/** What is known of a GPU from its name and the memory reported with it. What is not fixed is absent. */
export interface GpuIdentity {
  /** Canonical id, for example `h100-sxm-80gb`: only when family, form factor and memory are all fixed. */
  readonly id?: string | undefined;
  readonly vendor?: KnownGpuVendor | undefined;
  /** Canonical family, for example `RTX 4070 Ti SUPER`. */
  readonly family?: string | undefined;
  readonly formFactor?: GpuFormFactor | undefined;
  /** Nominal memory of one GPU; of the slice where it is one. */
  readonly memoryGB?: number | undefined;
  /**
   * Present when only a part of a GPU is meant: a MIG profile (`1g.10gb`), a vGPU profile (`8q`), a fraction (`1/8`),
   * one die of two (`die`), time slicing (`shared`). A slice has no id.
   */
  readonly slice?: string | undefined;
}

/** What is known beside the name. */
export interface GpuHints {
  /** Memory of one GPU as the cloud or the driver reports it. */
  readonly memoryMiB?: number | undefined;
  /** Who wrote the name (`vast`, `nebius`, `nvidia-smi`): some words mean different GPUs in different clouds. */
  readonly cloud?: string | undefined;
}

/** An identity, and whether the name or the memory contradicts itself. */
export interface Resolution extends GpuIdentity {
  readonly contradicted?: true | undefined;
}

interface Evidence {
  readonly text: string;
  readonly family: GpuFamily;
  readonly formFactor?: GpuFormFactor | undefined;
  readonly memoryGB?: number | undefined;
  readonly sizesGB: readonly number[];
  readonly count?: number | undefined;
  readonly words: readonly string[];
  readonly slice?: NamedSlice | undefined;
  readonly memoryMiB?: number | undefined;
  readonly cloud?: string | undefined;
}

const byId: ReadonlyMap<string, { family: GpuFamily; variant: GpuVariant }> = /* @__PURE__ */ new Map(
  gpuFamilies.flatMap((family) =>
    family.variants.map((variant) => [variant.id, { family, variant }] as const),
  ),
);

// Advertised sizes that are the same part, and sizes in a name that belong to the CPU beside the GPU.
const otherSizes: ReadonlyMap<string, ReadonlyMap<number, number>> = new Map([
  ["B200", new Map([[192, 180]])],
  ["B300", new Map([262, 268, 270].map((size) => [size, 288]))],
  ["GB200", new Map([[192, 186]])],
  // CPU memory stands in the name, or the sum of both: 480 + 144.
  [
    "GH200",
    new Map([
      [480, 96],
      [120, 96],
      [576, 96],
      [624, 144],
    ]),
  ],
]);

// Sources disagree on this memory (128 or 192 GB), so the family's only size proves nothing.
const unsureMemory: ReadonlySet<string> = new Set(["MI308X"]);

// Two dies, each listed as a device of its own.
const dualDie: ReadonlySet<string> = new Set(["MI250", "MI250X"]);

// Sources that hand on the driver's own names.
const driverClouds: ReadonlySet<string> = new Set(
  "nvidia-smi kubernetes gfd glows lium pody runpod vast".split(" "),
);

// Machine types that only look like GPUs: "t4g.micro", "a2-highgpu-1g".
const machineType =
  /^(?:ml\.)?[a-z]+\d+[a-z-]*\.(?:\d*x?large|nano|micro|small|medium|metal)\b|-(?:high|ultra|mega|max|edge)gpu-/;

/**
 * Tells which GPU a name stands for.
 *
 * Never throws and never guesses: what name and memory leave open is absent, contradicting evidence gives no id, and
 * an unknown name gives an empty identity.
 *
 * @example
 * identifyGpu("RTX_4090").id; // "rtx-4090"
 * identifyGpu("A100 SXM4", { memoryMiB: 40960 }).id; // "a100-sxm-40gb"
 * identifyGpu("A100").id; // undefined: neither form factor nor memory
 */
export function identifyGpu(name: string, hints: GpuHints = {}): GpuIdentity {
  const { contradicted: _, ...identity } = resolveGpu(name, hints);
  return identity;
}

/** Whether a text is a canonical id of the table. */
export function isGpuId(text: string): boolean {
  return byId.has(text);
}

/** `identifyGpu`, keeping apart what is open and what contradicts itself. */
export function resolveGpu(name: unknown, hints: GpuHints = {}): Resolution {
  const text = readName(name);
  if (text === undefined) return {};
  const memoryMiB = usableMemory(hints.memoryMiB);
  const cloud = typeof hints.cloud === "string" ? hints.cloud.toLowerCase() : undefined;
  const known = typeof name === "string" ? byId.get(name.trim()) : undefined;
  if (known) {
    const { family, variant } = known;
    return settle({ ...variant, text, family, sizesGB: [], words: [], memoryMiB, cloud });
  }
  if (machineType.test(text)) return {};
  const accelerator = findAccelerator(text);
  if (accelerator) {
    const { sizesGB, count } = accelerator.family.vendor === "google" ? { sizesGB: [] } : tokenise(text);
    return settle({ ...accelerator, text, sizesGB, count, words: [], memoryMiB, cloud });
  }
  return resolveModel(text, memoryMiB, cloud);
}

function resolveModel(text: string, memoryMiB: number | undefined, cloud: string | undefined): Resolution {
  const slice = findSlice(text);
  const machine = readMachineCode(slice?.rest ?? text);
  const tokens = tokenise(machine?.text ?? slice?.rest ?? text);
  const { families, bareNumber } = findModels(tokens.words);
  const [family, ...others] = families;
  if (bareNumber !== undefined)
    return resolveBareNumber(bareNumber, { text, tokens, slice, memoryMiB, cloud });
  if (!family) return {};
  if (others.length > 0)
    return others.every(({ vendor }) => vendor === family.vendor) ? { vendor: family.vendor } : {};
  const sizesGB = [
    ...tokens.sizesGB,
    ...(machine?.sizesGB(family) ?? []),
    ...houseSizes(tokens.words, family, cloud),
  ];
  const { words, count } = tokens;
  return settle({
    text,
    family,
    formFactor: slice?.formFactor,
    sizesGB,
    count,
    words,
    slice,
    memoryMiB,
    cloud,
  });
}

/** Verda's codes: `8H200.141S.176V` is eight H200 of 141 GB with 176 CPU cores; without a size it is 80 GB. */
function readMachineCode(text: string) {
  const match = /^(\d{1,2}[a-z][a-z0-9]*)(?:\.(\d{1,3})s)?\.\d{1,4}v$/.exec(text);
  if (!match?.[1]) return undefined;
  const size = match[2];
  return {
    text: match[1],
    sizesGB: ({ variants }: GpuFamily) =>
      size !== undefined ? [Number(size)] : variants.some(({ memoryGB }) => memoryGB === 80) ? [80] : [],
  };
}

/** Sizes that a cloud says in its own words. */
function houseSizes(words: readonly string[], { family }: GpuFamily, cloud: string | undefined): number[] {
  if (family === "A100" && words.includes("xl")) return [80];
  if (family === "A100" && cloud === "gcp" && words.join(" ") === "nvidia tesla a100") return [40];
  if (family === "H20" && words.includes("3e")) return [141];
  return [];
}

/** "RTX 6000" alone names a card of three generations; the cloud or the memory decides, or nothing does. */
function resolveBareNumber(
  number: string,
  {
    text,
    tokens,
    slice,
    memoryMiB,
    cloud,
  }: Omit<Evidence, "family" | "sizesGB" | "words"> & { readonly tokens: Tokens },
): Resolution {
  const settleAs = (family: GpuFamily) => settle({ text, family, slice, memoryMiB, cloud, ...tokens });
  const quadro = familyNamed(`Quadro RTX ${number}`);
  if (number === "6000" && cloud === "nebius") return settleAs(familyNamed("RTX PRO 6000") as GpuFamily); // in the table
  if (quadro && cloud === "lambda") return settleAs(quadro);
  const named = tokens.sizesGB[0];
  const reported = memoryMiB ?? (named === undefined ? undefined : named * 1024);
  if (slice) return { vendor: "nvidia", slice: slice.slice };
  if (reported === undefined) return quadro && number !== "6000" ? settleAs(quadro) : { vendor: "nvidia" };
  const candidates = [
    `Quadro RTX ${number}`,
    `RTX A${number}`,
    `RTX ${number} Ada`,
    `RTX PRO ${number}`,
    `RTX ${number}D`,
  ]
    .map(familyNamed)
    .filter((family) => family !== undefined)
    .filter(
      ({ variants }) =>
        snapMemory(
          reported,
          variants.map(({ memoryGB }) => memoryGB),
        ) !== undefined,
    );
  const [only, ...others] = candidates;
  if (only && others.length === 0 && !only.family.startsWith("RTX A")) return settleAs(only);
  return {
    vendor: "nvidia",
    memoryGB:
      only &&
      snapMemory(
        reported,
        only.variants.map(({ memoryGB }) => memoryGB),
      ),
  };
}

/** Weighs what name and memory say, strongest first: words of the name, its size, reported memory, the only size. */
function settle(evidence: Evidence): Resolution {
  const { family, slice } = evidence;
  const sizes = [...new Set(family.variants.map(({ memoryGB }) => memoryGB))];
  const formFactor = evidence.formFactor ?? readFormFactor(evidence);
  if (slice) {
    const memoryGB = slice.memoryGB ?? sharedMemoryGB(slice.slice, sizes, evidence.memoryMiB);
    return describe(family, { formFactor, slice: slice.slice, memoryGB });
  }
  const named = readNamedMemory(evidence, sizes);
  const reported = readReportedMemory(evidence.memoryMiB, family, sizes);
  const sliced = named?.slice !== undefined ? named : reported?.slice !== undefined ? reported : undefined;
  if (sliced) return describe(family, { formFactor, ...sliced });
  const contradicted =
    named?.memoryGB === null ||
    reported?.memoryGB === null ||
    (named && reported && named.memoryGB !== reported.memoryGB);
  if (contradicted) return { ...describe(family, { formFactor }), contradicted: true };
  const memoryGB = named?.memoryGB ?? reported?.memoryGB ?? undefined;
  const fits = family.variants.filter(
    (variant) =>
      (formFactor === undefined || variant.formFactor === undefined || variant.formFactor === formFactor) &&
      (memoryGB === undefined || variant.memoryGB === memoryGB),
  );
  if (fits.length === 0) {
    // The words say one board and the memory another: what was measured stays, the board is open.
    return { vendor: family.vendor, family: family.family, memoryGB, contradicted: true };
  }
  if (unsureMemory.has(family.family) && memoryGB === undefined) return describe(family, { formFactor });
  const [first, ...rest] = fits;
  const same = <Value>(read: (variant: GpuVariant) => Value) =>
    first && rest.every((variant) => read(variant) === read(first)) ? read(first) : undefined;
  return {
    ...(rest.length === 0 && first ? { id: first.id } : {}),
    ...describe(family, {
      formFactor: same((variant) => variant.formFactor),
      memoryGB: same((variant) => variant.memoryGB),
    }),
  };
}

/** An identity without absent members, with the form factor of families that have but one. */
function describe(
  { vendor, family, variants }: GpuFamily,
  {
    formFactor,
    memoryGB,
    slice,
  }: {
    formFactor?: GpuFormFactor | undefined;
    memoryGB?: number | null | undefined;
    slice?: string | undefined;
  },
): GpuIdentity {
  const forms = new Set(variants.map((variant) => variant.formFactor));
  const form = forms.size === 1 ? variants[0]?.formFactor : formFactor;
  return {
    vendor,
    family,
    ...(form === undefined ? {} : { formFactor: form }),
    ...(typeof memoryGB === "number" ? { memoryGB } : {}),
    ...(slice === undefined ? {} : { slice }),
  };
}

function sharedMemoryGB(
  slice: string,
  sizes: readonly number[],
  memoryMiB: number | undefined,
): number | undefined {
  if (memoryMiB !== undefined) return snapMemory(memoryMiB, sizes) ?? sliceMemoryGB(memoryMiB);
  const [size, ...others] = sizes;
  if (size === undefined || others.length > 0) return undefined;
  const parts = /^1\/(\d+)$/.exec(slice)?.[1];
  if (parts !== undefined) return Number(parts) > 0 ? size / Number(parts) : undefined;
  return /^(?:shared|time-?sliced)$/.test(slice) ? size : undefined; // sharing time, each sees all of the memory
}

/** `null` where a size was said that this family does not have. */
type MemoryReading = { readonly memoryGB: number | null | undefined; readonly slice?: string } | undefined;

function readNamedMemory(
  { family, memoryGB, sizesGB, count }: Evidence,
  sizes: readonly number[],
): MemoryReading {
  if (memoryGB !== undefined) return { memoryGB };
  const others = otherSizes.get(family.family);
  const exact = new Set<number>();
  let odd: number | undefined;
  for (const said of sizesGB) {
    const size = others?.get(said) ?? said;
    const each = count !== undefined && count > 1 ? size / count : size;
    if (sizes.includes(size)) exact.add(size);
    else if (sizes.includes(each))
      exact.add(each); // a total over all GPUs
    else if (said <= 320) odd ??= said; // above that it is the host's memory
  }
  if (exact.size === 1) return { memoryGB: [...exact][0] };
  if (exact.size > 1) return { memoryGB: null };
  return odd === undefined ? undefined : readReportedMemory(odd * 1024, family, sizes);
}

function readReportedMemory(
  memoryMiB: number | undefined,
  { family }: GpuFamily,
  sizes: readonly number[],
): MemoryReading {
  if (memoryMiB === undefined) return undefined;
  const memoryGB = snapMemory(memoryMiB, sizes) ?? otherSizes.get(family)?.get(Math.round(memoryMiB / 1024));
  if (memoryGB !== undefined) return { memoryGB };
  // Consumer cards are not rented in parts: a smaller one is another board.
  if (/^(?:RTX|GTX) \d{4}(?! Ada| SFF)|^TITAN/.test(family) || !isSliceMemory(memoryMiB, sizes))
    return { memoryGB: null };
  const [size, ...others] = sizes;
  const part =
    size !== undefined && others.length === 0 ? `1/${Math.round((size * 1024) / memoryMiB)}` : "part";
  return { slice: dualDie.has(family) && part === "1/2" ? "die" : part, memoryGB: sliceMemoryGB(memoryMiB) };
}

function readFormFactor({ family, text, words, sizesGB, cloud }: Evidence): GpuFormFactor | undefined {
  const forms = new Set(family.variants.map((variant) => variant.formFactor));
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word));
  // NVL is a board of a few families only; elsewhere it is the rack, as in GB200 NVL.
  if (forms.has("nvl") && has(/^nvl$/)) return "nvl";
  if (has(/^sxm\d?$/)) return "sxm";
  if (has(/^pcie?$/)) return "pcie";
  if (has(/^oam$/)) return "oam";
  if (forms.size === 1) return undefined;
  if (has(/^(?:hgx|dgx)$/)) return "sxm";
  if (has(/^(?:fhhl|active)$/)) return "pcie";
  // What drivers leave out: an H100 of 80 GB with HBM3 is the SXM part, plain "NVIDIA H200" too.
  if (/^H[18]00$/.test(family.family)) {
    if (has(/^hbm3$/) && !sizesGB.includes(94)) return "sxm";
    if (has(/^hbm2e$/)) return "pcie";
  }
  if (family.family === "H200") {
    const driver = cloud === undefined ? /^nvidia\b/.test(text) : driverClouds.has(cloud);
    if (driver && sizesGB.length === 0) return "sxm";
  }
  return undefined;
}
