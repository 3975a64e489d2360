import { gpuFamilies } from "./families.ts";
import { identifyGpu } from "./identify.ts";
import { gpuMatches } from "./match.ts";

/** Which of a cloud's own names a wish may mean, and between what memory sizes of one GPU. */
export interface GpuSpellings {
  /** Empty when none is known: then any name may be the one. */
  readonly names: readonly string[];
  readonly leastMiB?: number | undefined;
  readonly mostMiB?: number | undefined;
}

/**
 * What to ask a cloud for that searches by its own names, when somebody wants a GPU by any spelling. It may be too wide:
 * what comes back is held against the wish again.
 */
export function gpuSpellings(wanted: string, cloudNames: readonly string[], cloud: string): GpuSpellings {
  const names = new Set<string>();
  const sizes = new Set<number>();
  for (const name of cloudNames) {
    const { family } = identifyGpu(name, { cloud });
    const variants = gpuFamilies.find((known) => known.family === family)?.variants ?? [];
    for (const { memoryGB } of variants) {
      const memoryMiB = memoryGB * 1024;
      const hints = [{ memoryMiB }, { memoryMiB, cloud }];
      if (!hints.some((hint) => gpuMatches(wanted, identifyGpu(name, hint), name))) continue;
      names.add(name);
      sizes.add(memoryMiB);
    }
  }
  if (sizes.size > 0) return { names: [...names], leastMiB: Math.min(...sizes), mostMiB: Math.max(...sizes) };
  const { memoryGB } = identifyGpu(wanted);
  const memoryMiB = memoryGB === undefined ? undefined : memoryGB * 1024;
  return { names: [], leastMiB: memoryMiB, mostMiB: memoryMiB };
}
