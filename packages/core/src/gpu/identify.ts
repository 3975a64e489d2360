import { findAccelerator } from "./accelerators.ts";
import { type GpuFamily, type GpuVariant, gpuFamilies } from "./families.ts";
import { snapMemory, usableMemory } from "./memory.ts";
import { familyNamed, findModels } from "./models.ts";
import { type Evidence, type GpuIdentity, type Resolution, settle, sizesOf } from "./settle.ts";
import { findSlice } from "./slices.ts";
import { readName, type Tokens, tokenise } from "./tokens.ts";

/** What is known beside the name. */
export interface GpuHints {
  /** Memory of one GPU as the cloud or the driver reports it. */
  readonly memoryMiB?: number | undefined;
  /** Who wrote the name (`vast`, `nebius`, `nvidia-smi`): some words mean different GPUs in different clouds. */
  readonly cloud?: string | undefined;
}

const byId: ReadonlyMap<string, { family: GpuFamily; variant: GpuVariant }> = /* @__PURE__ */ new Map(
  gpuFamilies.flatMap((family) =>
    family.variants.map((variant) => [variant.id, { family, variant }] as const),
  ),
);

// Machine types that only look like GPUs: "t4g.micro", "a2-highgpu-1g".
const machineType =
  /^(?:ml\.)?[a-z]+\d+[a-z ]*\.(?:\d*x?large|nano|micro|small|medium|metal)(?![a-z])| (?:high|ultra|mega|max|edge)gpu /;

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
    const nothing = { sizesGB: [], words: [] };
    const tokens = accelerator.family.vendor === "google" ? nothing : tokenise(text);
    return settle({ ...tokens, ...accelerator, text, memoryMiB, cloud });
  }
  return resolveModel(text, memoryMiB, cloud);
}

function resolveModel(text: string, memoryMiB: number | undefined, cloud: string | undefined): Resolution {
  const slice = findSlice(text);
  const machine = readMachineCode(slice?.rest ?? text);
  const tokens = tokenise(machine?.text ?? slice?.rest ?? text);
  const { families, bareNumber } = findModels(tokens.words);
  const [family, ...others] = families;
  if (bareNumber !== undefined) {
    return resolveBareNumber(bareNumber, { text, tokens, slice, memoryMiB, cloud });
  }
  if (!family) return {};
  if (others.length > 0) {
    return others.every(({ vendor }) => vendor === family.vendor) ? { vendor: family.vendor } : {};
  }
  const sizesGB = [
    ...tokens.sizesGB,
    ...(machine?.sizesGB(family) ?? []),
    ...houseSizes(text, tokens.words, family, cloud),
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
function houseSizes(
  text: string,
  words: readonly string[],
  { family }: GpuFamily,
  cloud: string | undefined,
): number[] {
  if (family === "A100" && words.includes("xl")) return [80];
  if (family === "A100" && (cloud === "gcp" || cloud === "gke") && text === "nvidia tesla a100") return [40];
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
  const pro = familyNamed(`RTX PRO ${number}`);
  if (pro && cloud === "nebius") return settleAs(pro);
  if (quadro && cloud?.startsWith("lambda")) return settleAs(quadro);
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
    .filter((family) => snapMemory(reported, sizesOf(family)) !== undefined);
  const [first, ...others] = candidates;
  if (!first) return { vendor: "nvidia" };
  if (others.length === 0 && !first.family.startsWith("RTX A")) return settleAs(first);
  const memoryGB = snapMemory(reported, sizesOf(first));
  return { vendor: "nvidia", ...(memoryGB === undefined ? {} : { memoryGB }) };
}
