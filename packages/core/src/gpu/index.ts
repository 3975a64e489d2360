export {
  type GpuFamily,
  type GpuFormFactor,
  type GpuVariant,
  type GpuVendor,
  gpuFamilies,
  type KnownGpuVendor,
} from "./families.ts";
export { type GpuHints, type GpuIdentity, identifyGpu } from "./identify.ts";
