import * as z from "zod";
import type { ComputeDriver, DriverCall, DriverOffer, Page } from "./driver.ts";
import { ComputeError } from "./errors.ts";
import { gpuMatches, identifyGpu } from "./gpu/index.ts";
import {
  type Gpu,
  gpuWishSchema,
  type LaunchRequest,
  type Offer,
  type OfferQuery,
  pricingWishSchema,
} from "./model/index.ts";
import { parseOrRefuse } from "./prepare.ts";
import { walk } from "./protocol/walk.ts";

const offerQuerySchema = z.strictObject({
  offerId: z.string().min(1).optional(),
  gpu: gpuWishSchema.optional(),
  region: z.string().min(1).optional(),
  minDiskMiB: z.int().positive().optional(),
  pricing: pricingWishSchema.optional(),
  maxPerHourMicros: z.int().nonnegative().optional(),
  image: z.string().min(1).optional(),
}) satisfies z.ZodType<OfferQuery>;

type ReadOffers = (cursor: string | undefined, call: DriverCall) => Promise<Page<DriverOffer>>;

/** Offers that match, cheapest first. Streams where the cloud sorts; otherwise every page is read before the first. */
export async function* searchOffers(
  { offers }: ComputeDriver,
  input: OfferQuery | undefined,
  cloud: string,
  stamp: (offer: DriverOffer) => Offer,
  read: (page: ReadOffers) => AsyncIterable<DriverOffer>,
): AsyncGenerator<Offer, void, undefined> {
  if (offers === undefined) return;
  const query = parseOrRefuse(offerQuerySchema, input ?? {}, "");
  const found = read((cursor, call) => offers.search({ ...query, cursor }, call));
  const all: Offer[] = [];
  for await (const row of found) {
    const offer = stamp(row);
    if (!offerMatches(offer, query, cloud)) continue;
    if (offers.cheapestFirst) yield offer;
    else all.push(offer);
  }
  yield* all.sort(byPrice);
}

/**
 * What a launch may take, best first. One nameless candidate where nothing is to be chosen: the caller named the offer
 * and set no limit, or this cloud has only one machine.
 */
export async function* candidates(
  driver: ComputeDriver,
  request: LaunchRequest,
  { cloud, priceIsNeeded }: { readonly cloud: string; readonly priceIsNeeded: boolean },
  call: DriverCall,
  stamp: (offer: DriverOffer) => Offer,
): AsyncGenerator<Offer | undefined, void, undefined> {
  const { offerId, gpu, maxPerHourMicros } = request;
  // An offer that was named has its own kind of price; one that is chosen is on demand unless something else is asked for.
  const pricing = request.pricing ?? (offerId === undefined ? { kind: "on_demand" as const } : undefined);
  const bids = pricing?.kind === "spot" && pricing.maxPerHourMicros === undefined;
  const mustKnowPrice = maxPerHourMicros !== undefined || bids || priceIsNeeded;
  if (driver.offers === undefined || (gpu === undefined && !(offerId !== undefined && mustKnowPrice))) {
    if (mustKnowPrice) throw noLimit();
    yield undefined;
    return;
  }
  const { region, minDiskMiB, image } = request;
  const wish = gpu && { ...gpu, count: gpu.count ?? 1 };
  const query: OfferQuery = { offerId, gpu: wish, region, minDiskMiB, pricing, maxPerHourMicros, image };
  const read = (page: ReadOffers): AsyncIterable<DriverOffer> =>
    walk(call.operation, (cursor) => page(cursor, call));
  let dearest: Offer | undefined;
  for await (const offer of searchOffers(
    driver,
    { ...query, maxPerHourMicros: undefined },
    cloud,
    stamp,
    read,
  )) {
    if (!offer.available) continue;
    if (withinLimit(offer, maxPerHourMicros)) yield offer;
    else dearest ??= offer;
  }
  if (dearest !== undefined) throw tooDear(dearest);
  if (offerId !== undefined)
    throw new ComputeError({ code: "offer_gone", message: "the offer is not there any more" });
}

function noLimit(): ComputeError {
  const message =
    "without an offer its price is not known, so no limit or bid can be held: give gpu or offerId";
  return new ComputeError({ code: "invalid_argument", field: "maxPerHourMicros", message });
}

function tooDear({ price }: Offer): ComputeError {
  const costs =
    price === undefined
      ? "has no known price"
      : `costs ${price.perHourMicros / 1e6} ${price.currency} an hour`;
  const message = `the cheapest match ${costs}, which is not within maxPerHourMicros`;
  return new ComputeError({
    code: "no_capacity",
    message,
    retryable: false,
    scope: "request",
    field: "maxPerHourMicros",
  });
}

/** Clouds apply filters loosely; what is wanted is checked again here. What an offer does not say is no match. */
function offerMatches(offer: Offer, query: OfferQuery, cloud: string): boolean {
  const { gpu, diskMiB } = offer.hardware;
  return (
    (query.offerId === undefined || query.offerId === offer.id) &&
    (query.gpu === undefined || (gpu !== undefined && gpuFits(gpu, query.gpu, cloud))) &&
    (query.region === undefined || query.region.toLowerCase() === offer.region?.toLowerCase()) &&
    (query.minDiskMiB === undefined || diskMiB === undefined || diskMiB >= query.minDiskMiB) &&
    (query.pricing === undefined || offer.price === undefined || offer.price.kind === query.pricing.kind) &&
    withinLimit(offer, query.maxPerHourMicros)
  );
}

function gpuFits(gpu: Gpu, wish: NonNullable<OfferQuery["gpu"]>, cloud: string): boolean {
  const identity = identifyGpu(gpu.providerModel, { memoryMiB: gpu.memoryMiB, cloud });
  if (wish.count !== undefined && wish.count !== gpu.count) return false;
  if (wish.minMemoryMiB !== undefined) {
    // Drivers report a little less than the nominal size; a 24 GB card is one.
    const memoryMiB = Math.max(gpu.memoryMiB ?? 0, (identity.memoryGB ?? 0) * 1024);
    if (memoryMiB < wish.minMemoryMiB) return false;
  }
  return gpuMatches(wish.model, identity, gpu.providerModel);
}

function withinLimit({ price }: Offer, maxPerHourMicros: number | undefined): boolean {
  return maxPerHourMicros === undefined || (price !== undefined && price.perHourMicros <= maxPerHourMicros);
}

function byPrice(a: Offer, b: Offer): number {
  return (
    (a.price?.perHourMicros ?? Number.POSITIVE_INFINITY) -
    (b.price?.perHourMicros ?? Number.POSITIVE_INFINITY)
  );
}
