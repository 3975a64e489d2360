import {
  type DriverOffer,
  fromUnixSeconds,
  gpuSpellings,
  type OfferQuery,
  refuse,
  withRaw,
} from "@gpuport/core";
import type * as z from "zod";
import { toOfferNumber } from "./ids.ts";
import { gpuNames, hoursPerMonth, limits, offersPerPage, standardFilters } from "./limits.ts";
import { rowOf, toHardware, toPrice, toRegion } from "./map.ts";
import type { Filters } from "./options.ts";
import type { OfferRow, VolumeOfferRow } from "./wire.ts";

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
  const diskGb = toDiskGb(minDiskMiB);
  const base = { diskGb, diskAsked: minDiskMiB !== undefined, spot: pricing?.kind === "spot" };
  // A filter by `id` finds nothing. One offer that is asked for by name may be outside the standard filters.
  if (offerId !== undefined) return { ...base, filters: { ask_contract_id: { eq: toOfferNumber(offerId) } } };

  const known = gpu && gpuSpellings(gpu.model, gpuNames, "vast");
  const leastMiB = Math.max(known?.leastMiB ?? 0, gpu?.minMemoryMiB ?? 0) * (1 - memoryMargin);
  const bid = pricing?.kind === "spot" ? pricing.maxPerHourMicros : undefined;
  const wanted: Filters = {
    rentable: { eq: true },
    gpu_name: { in: known?.names.length ? [...known.names] : undefined },
    gpu_ram: {
      gte: Math.floor(leastMiB) || undefined,
      lte: known?.mostMiB && Math.ceil(known.mostMiB * (1 + memoryMargin)),
    },
    num_gpus: { eq: gpu?.count },
    geolocation: { eq: toRegion(region) },
    disk_space: { gte: minDiskMiB && diskGb },
    min_bid: { lte: bid && bid / 1e6 },
    // The cloud's own total may be rounded otherwise than ours; core holds the limit.
    dph_total: {
      lte: maxPerHourMicros === undefined ? undefined : (maxPerHourMicros / 1e6) * 1.001,
      gte: cursor === undefined ? undefined : Number(cursor),
    },
  };
  return { ...base, filters: merged({ ...standardFilters, ...own }, wanted) };
}

/** Both kinds of filters, field by field; what asks for nothing is left out. */
export function merged(one: Readonly<Record<string, Filters[string] | null>>, other: Filters): Filters {
  const fields = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const all = fields.map((field) => {
    const tests = Object.entries({ ...one[field], ...other[field] });
    return [field, Object.fromEntries(tests.filter(([, wanted]) => wanted !== undefined))] as const;
  });
  return Object.fromEntries(all.filter(([, filter]) => Object.keys(filter).length > 0));
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

export function toOffer(offer: OfferRow, { diskGb, diskAsked, spot }: Search, raw: unknown): DriverOffer {
  const reliability = offer.reliability2 ?? offer.reliability ?? Number.NaN;
  const compute = spot ? (offer.min_bid ?? offer.dph_base) : offer.dph_base;
  const disk = diskPerHour(offer, diskGb);
  const kind = spot ? "spot" : "on_demand";
  const model: DriverOffer = {
    id: offer.ask_contract_id ?? offer.id,
    // The machine's free disk is only the ceiling: the rental has what is asked for.
    hardware: { ...toHardware(offer), diskMiB: diskAsked ? diskGb * 1024 : undefined },
    price:
      typeof compute === "number" && disk !== undefined
        ? toPrice(compute + disk, disk, kind)
        : toPrice(offer.dph_total, undefined, kind),
    region: toRegion(offer.geolocation),
    available: offer.rentable !== false && (offer.disk_space ?? diskGb) >= diskGb,
    reliability: reliability <= 1 ? reliability : undefined,
    expiresAt: fromUnixSeconds(offer.end_date),
  };
  return withRaw("vast", model, raw);
}

/** Dollars per hour for so many GB. */
export function diskPerHour(
  { storage_cost }: { readonly storage_cost?: number | null | undefined },
  gb: number,
): number | undefined {
  return typeof storage_cost === "number" ? (gb * storage_cost) / hoursPerMonth : undefined;
}

/**
 * What an answer holds of what was asked for, and where the next one begins. There are no pages: a full answer is
 * followed by what costs as much as its dearest row, or more. More rows than one answer holds, all at one price, cannot
 * be told apart that way, and end the walk.
 *
 * @throws `bad_response` for a row without an id.
 */
export function readOffers<Schema extends z.ZodType<VolumeOfferRow>>(
  raws: readonly unknown[],
  { schema, filters, priceField, cursor }: OfferReading<Schema>,
) {
  const all = raws.map((raw) => ({ raw, row: rowOf(schema, raw) }));
  const highest = Math.max(...all.map(({ row }) => Number(row[priceField] ?? 0)));
  const further = all.length >= offersPerPage && highest > Number(cursor ?? 0);
  const rows = all.filter(({ raw, row }) => passes({ ...Object(raw), ...row }, filters));
  return { rows, next: further ? String(highest) : undefined };
}

interface OfferReading<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly filters: Filters;
  /** By which the answer is sorted. */
  readonly priceField: keyof z.output<Schema>;
  readonly cursor?: string | undefined;
}

/**
 * The cloud does not apply every filter to every row, and core knows nothing of those by its own names. A field that a
 * row does not have is not held against it; nor is what cannot be compared, as the cloud knows more forms than we do.
 */
function passes(offer: VolumeOfferRow & Readonly<Record<string, unknown>>, filters: Filters): boolean {
  const values: Readonly<Record<string, unknown>> = {
    ...offer,
    ask_contract_id: Number(offer.ask_contract_id ?? offer.id),
    verified: offer.verification ? offer.verification === "verified" : undefined,
    datacenter: typeof offer.hosting_type === "number" ? offer.hosting_type === 1 : undefined,
    geolocation: toRegion(offer.geolocation),
  };
  return Object.entries(filters).every(([field, filter]) =>
    Object.entries(filter).every(([operator, wanted]) => holds(operator, values[field], [wanted].flat())),
  );
}

function holds(operator: string, value: unknown, wanted: readonly unknown[]): boolean {
  if (wanted.every((one) => typeof one !== typeof value)) return true;
  if (operator === "eq" || operator === "in") return wanted.includes(value);
  if (operator === "neq" || operator === "notin") return !wanted.includes(value);
  const difference = Number(value) - Number(wanted[0]);
  return Number.isNaN(difference) || (comparisons[operator]?.(difference) ?? true);
}

const comparisons: Readonly<Record<string, (difference: number) => boolean>> = {
  gt: (difference) => difference > 0,
  gte: (difference) => difference >= 0,
  lt: (difference) => difference < 0,
  lte: (difference) => difference <= 0,
};
