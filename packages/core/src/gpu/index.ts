export {
  type GpuFamily,
  type GpuFormFactor,
  type GpuVariant,
  type GpuVendor,
  gpuFamilies,
  type KnownGpuVendor,
} from "./families.ts";
export { type GpuHints, identifyGpu } from "./identify.ts";
export { gpuMatches, gpuModelName } from "./match.ts";
export type { GpuIdentity } from "./settle.ts";
export { type GpuSpellings, gpuSpellings } from "./spellings.ts";
