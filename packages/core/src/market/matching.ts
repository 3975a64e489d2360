import { gpuMatches, identifyGpu } from "../gpu/index.ts";
import type { Gpu, Offer, OfferQuery } from "../model/index.ts";

/**
 * Why an offer is not what was asked for; `undefined` when it is. Clouds apply filters loosely, so everything is held
 * against the wish here; what an offer does not say of its GPU is no match.
 */
export function mismatch(offer: Offer, query: OfferQuery, cloud: string): string | undefined {
  const { gpu, diskMiB } = offer.hardware;
  const { offerId, region, minDiskMiB, pricing, maxPerHourMicros } = query;
  if (offerId !== undefined && offerId !== offer.id) return "another offer";
  if (query.gpu !== undefined) {
    const misfit = gpu === undefined ? "no GPU that is known" : gpuMisfit(gpu, query.gpu, cloud);
    if (misfit !== undefined) return misfit;
  }
  if (region !== undefined && region.toLowerCase() !== offer.region?.toLowerCase()) {
    return `in ${offer.region ?? "an unknown region"}`;
  }
  if (minDiskMiB !== undefined && diskMiB !== undefined && diskMiB < minDiskMiB)
    return `a disk of ${diskMiB} MiB`;
  if (pricing !== undefined && offer.price !== undefined && offer.price.kind !== pricing.kind) {
    return `priced ${offer.price.kind}`;
  }
  if (withinLimit(offer, maxPerHourMicros)) return undefined;
  return offer.price === undefined ? "no known price" : "dearer than maxPerHourMicros";
}

function gpuMisfit(gpu: Gpu, wish: NonNullable<OfferQuery["gpu"]>, cloud: string): string | undefined {
  const identity = identifyGpu(gpu.providerModel, { memoryMiB: gpu.memoryMiB, cloud });
  if (!gpuMatches(wish.model, identity, gpu.providerModel)) return `a ${gpu.model}`;
  if (wish.count !== undefined && wish.count !== gpu.count) return `${gpu.count} GPUs`;
  if (wish.minMemoryMiB === undefined) return undefined;
  // Drivers report a little less than the nominal size; a 24 GB card is one.
  const memoryMiB = Math.max(gpu.memoryMiB ?? 0, (identity.memoryGB ?? 0) * 1024);
  return memoryMiB < wish.minMemoryMiB ? `GPUs of ${memoryMiB} MiB` : undefined;
}

export function withinLimit({ price }: Offer, maxPerHourMicros: number | undefined): boolean {
  return maxPerHourMicros === undefined || (price !== undefined && price.perHourMicros <= maxPerHourMicros);
}

/** Cheapest first; unknown prices last. For offers of one cloud, which have one currency. */
export function byPrice(a: Offer, b: Offer): number {
  return (
    (a.price?.perHourMicros ?? Number.POSITIVE_INFINITY) -
    (b.price?.perHourMicros ?? Number.POSITIVE_INFINITY)
  );
}
