import { type GpuHints, type GpuIdentity, gpuModelName, identifyGpu } from "./gpu/index.ts";
import type { Gpu } from "./model/index.ts";
import { positive } from "./units.ts";

/**
 * A cloud's GPU in the words of the model. `undefined` when there is none, or the cloud has not said which.
 *
 * @param memoryMiB Of one GPU.
 */
export function toGpu(
  name: string | null | undefined,
  {
    count,
    memoryMiB,
    cloud,
  }: { count: number | null | undefined; memoryMiB?: number | null | undefined; cloud?: string },
): Gpu | undefined {
  const providerModel = name?.trim() ?? "";
  const whole = positive(count);
  if (providerModel === "" || whole === undefined) return undefined;
  const reported = positive(memoryMiB);
  const identity = identified(providerModel, { memoryMiB: reported, cloud });
  const nominal = identity.id === undefined ? undefined : positive((identity.memoryGB ?? 0) * 1024);
  return {
    id: identity.id,
    model: gpuModelName(identity, providerModel),
    vendor: identity.vendor ?? "unknown",
    count: whole,
    memoryMiB: reported ?? nominal,
    providerModel,
  };
}

/** A cloud has some dozens of names, and shows each of them thousands of times. */
const mostNames = 1_000;
const known = new Map<string, GpuIdentity>();

/** {@link identifyGpu}, remembered: reading a name takes longer than parsing the answer that it stands in. */
function identified(name: string, hints: GpuHints): GpuIdentity {
  const key = JSON.stringify([name, hints.memoryMiB, hints.cloud]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const identity = identifyGpu(name, hints);
  if (known.size >= mostNames) known.clear();
  known.set(key, identity);
  return identity;
}
