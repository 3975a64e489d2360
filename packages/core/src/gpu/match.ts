import { isGpuId, resolveGpu } from "./identify.ts";
import { familyNamed } from "./models.ts";
import type { GpuIdentity } from "./settle.ts";
import { compact } from "./tokens.ts";

// Boards sold in editions: a wish for the board takes any of them.
const editions: ReadonlyMap<string, readonly string[]> = new Map([
  ["RTX PRO 6000", ["RTX PRO 6000 Workstation", "RTX PRO 6000 Server", "RTX PRO 6000 Max-Q"]],
]);

/**
 * Whether a GPU is what was asked for.
 *
 * - A canonical id (`h100-sxm-80gb`) takes that product only.
 * - A family or a looser spelling (`H100`, `a100 80gb`, `H100 SXM`) takes every product of the family that has the form
 *   factor and the memory the spelling fixes. A GPU whose own form factor or memory is not known is not taken for one
 *   that asks for it.
 * - A name the table does not know takes the GPU that its provider calls by the same name, but for case and separators.
 *
 * A slice is never taken for a whole GPU.
 *
 * @example
 * gpuMatches("A100", identifyGpu("NVIDIA A100-SXM4-80GB")); // true
 * gpuMatches("a100-pcie-80gb", identifyGpu("NVIDIA A100-SXM4-80GB")); // false
 */
export function gpuMatches(wanted: string, identity: GpuIdentity, providerName?: string): boolean {
  const id = wanted.trim();
  if (isGpuId(id)) return identity.slice === undefined && identity.id === id;
  const wish = resolveGpu(wanted);
  if (wish.family === undefined || wish.contradicted) return sameName(wanted, providerName);
  if (wish.slice !== identity.slice) return false;
  const families = editions.get(wish.family) ?? [];
  if (families.includes(identity.family ?? "")) return true;
  if (wish.id !== undefined) return identity.id === wish.id;
  return (
    identity.family === wish.family &&
    (wish.formFactor === undefined || identity.formFactor === wish.formFactor) &&
    (wish.memoryGB === undefined || identity.memoryGB === wish.memoryGB)
  );
}

function sameName(wanted: string, providerName: string | undefined): boolean {
  const name = compact(wanted);
  return name !== "" && providerName !== undefined && name === compact(providerName);
}

/**
 * A short name to show: the family, with the form factor where the family has several (`H100 SXM`); what the provider
 * wrote where the family is not known.
 */
export function gpuModelName(identity: GpuIdentity, providerName: string): string {
  const family = identity.family === undefined ? undefined : familyNamed(identity.family);
  if (!family) return providerName.trim();
  const forms = new Set(family.variants.map(({ formFactor }) => formFactor));
  if (forms.size === 1 || identity.formFactor === undefined) return family.family;
  return `${family.family} ${formNames.get(identity.formFactor)}`;
}

const formNames: ReadonlyMap<string, string> = new Map([
  ["sxm", "SXM"],
  ["pcie", "PCIe"],
  ["nvl", "NVL"],
  ["oam", "OAM"],
]);
