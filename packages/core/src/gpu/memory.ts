/** Half of the smallest size, and what drivers hide: at or below this share a GPU is rented in part. */
const sliceShare = 0.54;

/**
 * Finds the nominal size behind a reported one.
 *
 * Nominal sizes are binary for most parts and decimal for some, and drivers keep a share for themselves (inline ECC
 * takes one sixteenth), so 7 % of the binary reading counts as equal, and 2 % of the decimal one after that.
 */
export function snapMemory(memoryMiB: number, sizesGB: readonly number[]): number | undefined {
  return nearest(memoryMiB / 1024, sizesGB, 0.07) ?? nearest((memoryMiB * 1.048576) / 1000, sizesGB, 0.02);
}

function nearest(value: number, sizes: readonly number[], tolerance: number): number | undefined {
  let best: number | undefined;
  for (const size of sizes) {
    if (Math.abs(value - size) > size * tolerance) continue;
    if (best === undefined || Math.abs(value - size) < Math.abs(value - best)) best = size;
  }
  return best;
}

/** Whether a size is so far below every size of the family that only a part of a GPU can be meant. */
export function isSliceMemory(memoryMiB: number, sizesGB: readonly number[]): boolean {
  return memoryMiB / 1024 <= Math.min(...sizesGB) * sliceShare;
}

/** Memory of a slice in whole GB: slices come in whole binary sizes, or in decimal ones below that. */
export function sliceMemoryGB(memoryMiB: number): number | undefined {
  const rounded = Math.round(memoryMiB / 1024);
  return rounded > 0 ? rounded : undefined;
}

/** What a memory reading can be used for: a finite size above nothing. */
export function usableMemory(memoryMiB: number | undefined): number | undefined {
  return typeof memoryMiB === "number" && Number.isFinite(memoryMiB) && memoryMiB > 0 ? memoryMiB : undefined;
}
