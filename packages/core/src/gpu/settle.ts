import type { GpuFamily, GpuFormFactor, GpuVariant, KnownGpuVendor } from "./families.ts";
import { isSliceMemory, sliceMemoryGB, snapMemory } from "./memory.ts";
import type { NamedSlice } from "./slices.ts";

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

/** An identity, and whether the name or the memory contradicts itself. */
export interface Resolution extends GpuIdentity {
  readonly contradicted?: true | undefined;
}

/** What name, memory and cloud say about a GPU of a known family. */
export interface Evidence {
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

/** The sizes a family is sold with. */
export function sizesOf({ variants }: GpuFamily): readonly number[] {
  return [...new Set(variants.map(({ memoryGB }) => memoryGB))];
}

/** Weighs what name and memory say, strongest first: words of the name, its size, reported memory, the only size. */
export function settle(evidence: Evidence): Resolution {
  const { family, slice } = evidence;
  const sizes = sizesOf(family);
  const formFactor = evidence.formFactor ?? readFormFactor(evidence);
  if (slice && /^(?:shared|time ?sliced)$/.test(slice.slice)) {
    // Sharing time, each sees the whole GPU: all of it but the id.
    const { id: _, ...whole } = settle({ ...evidence, slice: undefined });
    return { slice: slice.slice, ...whole };
  }
  if (slice) {
    const memoryGB = slice.memoryGB ?? partMemoryGB(slice.slice, sizes, evidence.memoryMiB);
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
    const { vendor, family: name } = family;
    return { vendor, family: name, ...(memoryGB === undefined ? {} : { memoryGB }), contradicted: true };
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

/** Memory of a part whose name does not say it. */
function partMemoryGB(
  slice: string,
  sizes: readonly number[],
  memoryMiB: number | undefined,
): number | undefined {
  if (memoryMiB !== undefined) return snapMemory(memoryMiB, sizes) ?? sliceMemoryGB(memoryMiB);
  const [size, ...others] = sizes;
  if (size === undefined || others.length > 0) return undefined;
  const parts = Number(/^1\/(\d+)$/.exec(slice)?.[1] ?? 0);
  return parts > 0 ? size / parts : undefined;
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
  if (odd === undefined) return undefined;
  // A name rounds down ("L40S 45GB"), but what it says beyond a size is another board: an H100 of 96 GB is no NVL.
  const reading = readReportedMemory(odd * 1024, family, sizes);
  return reading?.memoryGB && reading.slice === undefined && odd > reading.memoryGB * 1.02
    ? { memoryGB: null }
    : reading;
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
  if (/^(?:RTX|GTX) \d{4}(?! Ada| SFF)|^TITAN/.test(family) || !isSliceMemory(memoryMiB, sizes)) {
    return { memoryGB: null };
  }
  const [size, ...others] = sizes;
  const sliceGB = sliceMemoryGB(memoryMiB);
  const known = size !== undefined && sliceGB !== undefined && others.length === 0;
  const part = known ? `1/${Math.round(size / sliceGB)}` : "part";
  return { slice: dualDie.has(family) && part === "1/2" ? "die" : part, memoryGB: sliceGB };
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
