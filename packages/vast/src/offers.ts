import {
  ComputeError,
  type DriverOffer,
  fromUnixSeconds,
  gpuFamilies,
  gpuMatches,
  identifyGpu,
  type OfferQuery,
  type Price,
  refuse,
  withRaw,
} from "@gpuport/core";
import { amount, toHardware, toRegion } from "./map.ts";
import type { Filters } from "./options.ts";
import { gpuNames, limits, offersPerPage } from "./tables.ts";
import { type OfferRow, offerSchema } from "./wire.ts";

/** Vast.ai's month, in which storage is priced. */
const hoursPerMonth = 720;

/** Usable memory is up to a tenth less, or more, than its nominal size. */
const memoryMargin = 0.1;

/** One offer search, as it is sent and as its rows are held against it. */
export interface Search {
  readonly diskGb: number;
  readonly diskAsked: boolean;
  readonly spot: boolean;
  readonly filters: Filters;
}

/** The disk to rent for so many MiB: whole GB, and no less than the cloud gives. */
export function toDiskGb(minDiskMiB: number | undefined): number {
  return Math.max(limits.minDiskGb, Math.ceil((minDiskMiB ?? 0) / 1024));
}

/** @param own Filters of the user, over the standard ones; null lifts one. */
export function toSearch(
  query: OfferQuery & { readonly cursor?: string | undefined },
  own: Readonly<Record<string, Filters[string] | null>>,
): Search {
  const { gpu, region, minDiskMiB, pricing, maxPerHourMicros, offerId, cursor } = query;
  if (pricing?.kind === "reserved") refuse("pricing", "vast has no reserved offers", "unsupported");
  const spot = pricing?.kind === "spot";
  const base = { diskGb: toDiskGb(minDiskMiB), diskAsked: minDiskMiB !== undefined, spot };
  // A filter by `id` finds nothing. One offer that is asked for by name may be outside the standard filters.
  if (offerId !== undefined) return { ...base, filters: { ask_contract_id: { eq: toOfferNumber(offerId) } } };

  const filters: Record<string, Filters[string] | null> = {
    verified: { eq: true },
    external: { eq: false },
    ...own,
  };
  const add = (field: string, filter: Filters[string]): void => {
    filters[field] = { ...filters[field], ...filter };
  };
  add("rentable", { eq: true });
  if (gpu !== undefined) {
    const known = gpusLike(gpu.model);
    if (known.names.length > 0) add("gpu_name", { in: [...known.names] });
    const least = Math.max(known.leastMiB ?? 0, gpu.minMemoryMiB ?? 0);
    if (least > 0) add("gpu_ram", { gte: Math.floor(least * (1 - memoryMargin)) });
    if (known.mostMiB !== undefined) add("gpu_ram", { lte: Math.ceil(known.mostMiB * (1 + memoryMargin)) });
    if (gpu.count !== undefined) add("num_gpus", { eq: gpu.count });
  }
  if (region !== undefined && toRegion(region) !== undefined)
    add("geolocation", { eq: region.toUpperCase() });
  if (minDiskMiB !== undefined) add("disk_space", { gte: base.diskGb });
  if (pricing?.kind === "spot" && pricing.maxPerHourMicros !== undefined) {
    add("min_bid", { lte: pricing.maxPerHourMicros / 1e6 });
  }
  // The cloud's own total may be rounded otherwise than ours; core holds the limit.
  if (maxPerHourMicros !== undefined) add("dph_total", { lte: (maxPerHourMicros / 1e6) * 1.001 });
  if (cursor !== undefined) add("dph_total", { gte: Number(cursor) });
  const given = Object.entries(filters).flatMap(([field, filter]) =>
    filter === null ? [] : [[field, filter]],
  );
  return { ...base, filters: Object.fromEntries(given) };
}

export function toSearchBody({ filters, spot, diskGb }: Search): Record<string, unknown> {
  return {
    ...filters,
    type: spot ? "bid" : "on-demand",
    allocated_storage: diskGb,
    order: [["dph_total", "asc"]],
    limit: offersPerPage,
  };
}

/** Offers are numbered; anything else would be another path. */
export function toOfferNumber(offerId: string): number {
  return /^\d{1,15}$/.test(offerId) ? Number(offerId) : refuse("offerId", "must be the number of an offer");
}

interface KnownGpus {
  /** As Vast.ai writes them; empty when none is known, and then any name may be the one. */
  readonly names: readonly string[];
  readonly leastMiB?: number | undefined;
  readonly mostMiB?: number | undefined;
}

/** What to ask the cloud for when somebody wants a GPU. Core looks at every row again, so this may be too wide. */
function gpusLike(model: string): KnownGpus {
  const names = new Set<string>();
  const sizes = new Set<number>();
  for (const name of gpuNames) {
    const { family } = identifyGpu(name, { cloud: "vast" });
    const variants = gpuFamilies.find((known) => known.family === family)?.variants ?? [];
    for (const { memoryGB } of variants) {
      const memoryMiB = memoryGB * 1024;
      const hints = [{ memoryMiB }, { memoryMiB, cloud: "vast" }];
      if (!hints.some((hint) => gpuMatches(model, identifyGpu(name, hint), name))) continue;
      names.add(name);
      sizes.add(memoryMiB);
    }
  }
  if (sizes.size === 0) {
    const memoryGB = identifyGpu(model).memoryGB;
    const memoryMiB = memoryGB === undefined ? undefined : memoryGB * 1024;
    return { names: [], leastMiB: memoryMiB, mostMiB: memoryMiB };
  }
  return { names: [...names], leastMiB: Math.min(...sizes), mostMiB: Math.max(...sizes) };
}

/** A row of the answer. @throws `bad_response` for a row without an id. */
export function readOffer(row: unknown): OfferRow {
  const parsed = offerSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new ComputeError({ code: "bad_response", message: "a row of an answer is no offer: it has no id" });
}

export function toOffer(offer: OfferRow, { diskGb, diskAsked, spot }: Search, raw: unknown): DriverOffer {
  const reliability = offer.reliability2 ?? offer.reliability ?? undefined;
  const model: DriverOffer = {
    id: offer.ask_contract_id ?? offer.id,
    // The machine's free disk is only the ceiling: the rental has what is asked for.
    hardware: { ...toHardware(offer), diskMiB: diskAsked ? diskGb * 1024 : undefined },
    price: toOfferPrice(offer, diskGb, spot),
    region: toRegion(offer.geolocation),
    available: offer.rentable !== false && (offer.disk_space ?? diskGb) >= diskGb,
    reliability: reliability !== undefined && reliability >= 0 && reliability <= 1 ? reliability : undefined,
    expiresAt: fromUnixSeconds(offer.end_date),
  };
  return withRaw("vast", model, raw);
}

/** For the wanted disk; a bid pays at least `min_bid` for the GPUs. */
function toOfferPrice(offer: OfferRow, diskGb: number, spot: boolean): Price | undefined {
  const kind = spot ? "spot" : "on_demand";
  const compute = amount(spot ? (offer.min_bid ?? offer.dph_base) : offer.dph_base);
  const perGbMonth = offer.storage_cost ?? undefined;
  const disk = amount(perGbMonth === undefined ? undefined : (diskGb * perGbMonth) / hoursPerMonth);
  if (compute === undefined || disk === undefined) {
    const total = amount(offer.dph_total);
    return total === undefined ? undefined : { currency: "USD", perHourMicros: total, kind };
  }
  return {
    currency: "USD",
    perHourMicros: compute + disk,
    stoppedPerHourMicros: disk,
    kind,
    parts: [
      { kind: "compute", perHourMicros: compute },
      { kind: "disk", perHourMicros: disk },
    ],
  };
}

/** The cloud does not apply every filter to every row. A field that a row does not have is not held against it. */
export function passes(row: unknown, offer: OfferRow, { filters }: Search): boolean {
  const values: Readonly<Record<string, unknown>> = {
    ...Object(row),
    ...offer,
    ask_contract_id: Number(offer.ask_contract_id ?? offer.id),
    verified: offer.verification ? offer.verification === "verified" : undefined,
    datacenter: typeof offer.hosting_type === "number" ? offer.hosting_type === 1 : undefined,
    geolocation: toRegion(offer.geolocation),
  };
  return Object.entries(filters).every(([field, filter]) =>
    Object.entries(filter).every(([operator, wanted]) => holds(operator, values[field], wanted)),
  );
}

/** What cannot be compared holds: the cloud knows more forms of its fields than we do. */
function holds(operator: string, value: unknown, wanted: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  if (list.every((item) => typeof item !== typeof value)) return true;
  if (operator === "eq" || operator === "in") return list.includes(value);
  if (operator === "neq" || operator === "notin") return !list.includes(value);
  if (typeof value !== "number" || typeof wanted !== "number") return true;
  const tests: Readonly<Record<string, boolean>> = {
    ...{ gt: value > wanted, gte: value >= wanted, lt: value < wanted, lte: value <= wanted },
  };
  return tests[operator] ?? true;
}
