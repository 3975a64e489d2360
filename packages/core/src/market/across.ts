import { signed } from "../call.ts";
import type { CallOptions } from "../call-options.ts";
import type { ComputeError } from "../errors.ts";
import type { Offer, OfferQuery } from "../model/index.ts";
import type { ComputeProvider } from "../provider.ts";

export interface SearchAcrossOptions extends CallOptions {
  /** The currency that prices are compared in; `USD` when left out. */
  readonly currency?: string | undefined;
  /** What one unit of another currency is worth in it. Offers in a currency without a rate come after all others. */
  readonly rates?: Readonly<Record<string, number>> | undefined;
}

/** Offers of several clouds, and what went wrong where. */
export interface OffersAcross extends AsyncIterable<Offer> {
  /** Providers whose offers are missing or incomplete, with the reason; complete when the iteration has ended. */
  readonly failures: readonly { readonly provider: string; readonly error: ComputeError }[];
}

/**
 * Offers of several clouds as one list, cheapest first. It streams: each cloud is asked for as much as is taken. A cloud
 * that fails keeps the others from nothing; it is named in `failures`. Providers without offers have none here.
 *
 * Currencies are never mixed: without a rate, offers in another currency come last, each currency for itself.
 */
export function searchOffers(
  providers: Iterable<ComputeProvider>,
  query?: OfferQuery,
  { currency = "USD", rates = {}, ...options }: SearchAcrossOptions = {},
): OffersAcross {
  const failures: { provider: string; error: ComputeError }[] = [];
  const sources = Array.from(providers);

  async function* merged(): AsyncGenerator<Offer, void, undefined> {
    const heads = new Map<AsyncIterator<Offer>, Offer>();
    async function advance(provider: ComputeProvider, iterator: AsyncIterator<Offer>): Promise<void> {
      heads.delete(iterator);
      try {
        const next = await iterator.next();
        if (!next.done) heads.set(iterator, next.value);
      } catch (thrown) {
        const trace = { provider: provider.name, adapter: provider.adapter, operation: "offers.search" };
        failures.push({ provider: provider.name, error: signed(thrown, trace) });
      }
    }
    const iterators = sources.flatMap((provider) => {
      const offers = provider.offers?.search(query, options);
      return offers === undefined ? [] : [[provider, offers[Symbol.asyncIterator]()] as const];
    });
    const owners = new Map(iterators.map(([provider, iterator]) => [iterator, provider]));
    try {
      await Promise.all(iterators.map(([provider, iterator]) => advance(provider, iterator)));
      for (;;) {
        const [cheapest] = [...heads].sort(([, a], [, b]) => compare(a, b, currency, rates));
        if (cheapest === undefined) return;
        const [iterator, offer] = cheapest;
        yield offer;
        const owner = owners.get(iterator);
        if (owner !== undefined) await advance(owner, iterator);
      }
    } finally {
      await Promise.all(iterators.map(async ([, iterator]) => iterator.return?.()));
    }
  }

  return { failures, [Symbol.asyncIterator]: () => merged() };
}

/** By what it costs in the common currency; then what cannot be compared, by currency and amount; then the unknown. */
function compare(a: Offer, b: Offer, currency: string, rates: Readonly<Record<string, number>>): number {
  const [left, right] = [worth(a, currency, rates), worth(b, currency, rates)];
  return left.rank - right.rank || left.group.localeCompare(right.group) || left.amount - right.amount;
}

function worth({ price }: Offer, currency: string, rates: Readonly<Record<string, number>>) {
  if (price === undefined) return { rank: 2, group: "", amount: 0 };
  const rate = price.currency === currency ? 1 : rates[price.currency];
  if (rate === undefined) return { rank: 1, group: price.currency, amount: price.perHourMicros };
  return { rank: 0, group: "", amount: price.perHourMicros * rate };
}
