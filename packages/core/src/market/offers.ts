import * as z from "zod";
import type { ComputeDriver, DriverCall, DriverOffer, Page } from "../driver.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import {
  gpuWishSchema,
  type LaunchRequest,
  type Offer,
  type OfferQuery,
  pricingWishSchema,
} from "../model/index.ts";
import { parseOrRefuse } from "../prepare.ts";
import { walk } from "../protocol/walk.ts";
import { byPrice, mismatch, withinLimit } from "./matching.ts";

const offerQuerySchema = z.strictObject({
  offerId: z.string().min(1).optional(),
  gpu: gpuWishSchema.optional(),
  region: z.string().min(1).optional(),
  minDiskMiB: z.int().positive().optional(),
  pricing: pricingWishSchema.optional(),
  maxPerHourMicros: z.int().nonnegative().optional(),
  image: z.string().min(1).optional(),
}) satisfies z.ZodType<OfferQuery>;

/** One cloud's market, as core reaches it. */
export interface Market {
  readonly offers: NonNullable<ComputeDriver["offers"]>;
  /** The adapter's id: clouds write GPU names in ways of their own. */
  readonly cloud: string;
  readonly stamp: (offer: DriverOffer) => Offer;
  /** What an offer is and costs with the options of a launch, or why it cannot be had with them. */
  readonly quote?: ((offer: Offer) => Offer | ComputeError) | undefined;
  /** Walks the pages of a search. */
  readonly walk: (
    readPage: (cursor: string | undefined, call: DriverCall) => Promise<Page<DriverOffer>>,
  ) => AsyncIterable<DriverOffer>;
}

/** An offer, and why it is not what was asked for if it is not. */
export interface WeighedOffer {
  readonly offer: Offer;
  readonly reason?: string | undefined;
  /** Set where it is what was asked for, and cannot be had with the options of the launch. */
  readonly refusal?: ComputeError | undefined;
}

/**
 * What a cloud answers to a query, each offer held against it, cheapest first. Streams where the cloud sorts; otherwise
 * every page is read before the first.
 */
export async function* weighOffers(
  { offers, cloud, stamp, quote, walk }: Market,
  input: OfferQuery | undefined,
): AsyncGenerator<WeighedOffer, void, undefined> {
  const query = parseOrRefuse(offerQuerySchema, input ?? {}, "");
  const found = walk((cursor, call) => offers.search({ ...query, cursor }, call));
  const all: WeighedOffer[] = [];
  for await (const row of found) {
    const weighed = weigh(stamp(row));
    if (offers.cheapestFirst) yield weighed;
    else all.push(weighed);
  }
  yield* all.sort((one, other) => byPrice(one.offer, other.offer));

  function weigh(offer: Offer): WeighedOffer {
    // Whether it is the right machine goes first: what its options cost is a question about those alone.
    const asItIs = mismatch(offer, { ...query, maxPerHourMicros: undefined }, cloud);
    const quoted = asItIs === undefined ? (quote?.(offer) ?? offer) : offer;
    if (isComputeError(quoted)) return { offer, reason: quoted.message, refusal: quoted };
    return { offer: quoted, reason: mismatch(quoted, query, cloud) };
  }
}

/** Offers that match, cheapest first. */
export async function* matchingOffers(
  market: Market,
  query: OfferQuery | undefined,
): AsyncGenerator<Offer, void, undefined> {
  for await (const { offer, reason } of weighOffers(market, query)) {
    if (reason === undefined) yield offer;
  }
}

/**
 * What a launch asks the market for; `undefined` where there is nothing to choose or to know: the caller has named the
 * offer and set no limit, or names a type in another way.
 *
 * @throws `invalid_argument` when a limit is to be held and nothing says what the machine will cost.
 */
export function launchQuery(request: LaunchRequest, priceIsNeeded: boolean): OfferQuery | undefined {
  const { offerId, gpu, maxPerHourMicros, region, minDiskMiB, image } = request;
  // An offer that was named has its own kind of price; one that is chosen is on demand unless something else is asked for.
  const pricing = request.pricing ?? (offerId === undefined ? { kind: "on_demand" as const } : undefined);
  const bids = pricing?.kind === "spot" && pricing.maxPerHourMicros === undefined;
  const mustKnowPrice = maxPerHourMicros !== undefined || bids || priceIsNeeded;
  if (gpu === undefined && offerId === undefined && mustKnowPrice) throw noLimit();
  if (gpu === undefined && !mustKnowPrice) return undefined;
  const wish = gpu && { ...gpu, count: gpu.count ?? 1 };
  return { offerId, gpu: wish, region, minDiskMiB, pricing, maxPerHourMicros, image };
}

/** What a launch may take, best first; one nameless candidate where there is nothing to choose. */
export async function* candidates(
  driver: ComputeDriver,
  request: LaunchRequest,
  { priceIsNeeded, ...means }: Omit<Market, "offers" | "walk"> & { readonly priceIsNeeded: boolean },
  call: DriverCall,
): AsyncGenerator<Offer | undefined, void, undefined> {
  const { offers } = driver;
  const query = offers && launchQuery(request, priceIsNeeded);
  if (offers === undefined || query === undefined) {
    yield undefined;
    return;
  }
  const market: Market = {
    ...{ offers, ...means },
    walk: (readPage) => walk(call.operation, (cursor) => readPage(cursor, call)),
  };
  let beyond: Offer | undefined;
  let unfit: ComputeError | undefined;
  let given = 0;
  for await (const { offer, reason, refusal } of weighOffers(market, {
    ...query,
    maxPerHourMicros: undefined,
  })) {
    unfit ??= refusal;
    if (reason !== undefined || !offer.available) continue;
    const isPriced = offer.price !== undefined || !priceIsNeeded;
    if (isPriced && withinLimit(offer, query.maxPerHourMicros)) {
      given += 1;
      yield offer;
    } else beyond ??= offer;
  }
  if (given > 0) return;
  if (beyond !== undefined) throw beyondLimit(beyond);
  if (unfit !== undefined) throw unfit;
  if (query.offerId !== undefined) {
    throw new ComputeError({ code: "offer_gone", message: "the offer is not there any more" });
  }
}

function noLimit(): ComputeError {
  const message =
    "without an offer its price is not known, so no limit, budget or bid can be held: give gpu or offerId";
  return new ComputeError({ code: "invalid_argument", field: "maxPerHourMicros", message });
}

function beyondLimit({ price }: Offer): ComputeError {
  const message =
    price === undefined
      ? "the cheapest match has no known price, so no limit and no budget can be held"
      : `the cheapest match costs ${price.perHourMicros / 1e6} ${price.currency} an hour, which is not within maxPerHourMicros`;
  const about = {
    code: "no_capacity",
    scope: "request",
    field: "maxPerHourMicros",
    retryable: false,
  } as const;
  return new ComputeError({ ...about, message });
}
