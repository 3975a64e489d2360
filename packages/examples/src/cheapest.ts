// Rents the cheapest machine that any of the clouds offers, and takes the next one when a cloud has none left.
//   node --conditions=@gpuport/source packages/examples/src/cheapest.ts
import { isComputeError, type Offer } from "@gpuport/core";
import { withClouds } from "./clouds.ts";
import { money } from "./money.ts";

/** What one unit of each money costs you in dollars: a cloud's credits are worth what you paid for them. */
const worth: Readonly<Record<string, number>> = { USD: 1, "CREDIT:glows": 0.8 };

function inDollars({ price }: Offer): number {
  return price === undefined ? Infinity : price.perHourMicros * (worth[price.currency] ?? Infinity);
}

await withClouds(async (providers) => {
  const found = await Promise.all(
    providers.names.map(async (name) => {
      const offers = providers.get(name).offers?.search({ gpu: { model: "RTX 4090", count: 1 } });
      if (offers === undefined) return []; // has nothing to choose from
      for await (const offer of offers) if (offer.available) return [offer]; // they come cheapest first
      return [];
    }),
  );
  for (const offer of found.flat().toSorted((a, b) => inDollars(a) - inDollars(b))) {
    const provider = providers.get(offer.provider);
    try {
      const { id } = await provider.launch({ offerId: offer.id, image: "pytorch" });
      console.log(`${offer.provider} at ${money(offer.price)}: ${id}`);
      await provider.terminate(id);
      break;
    } catch (error) {
      if (!isComputeError(error, "offer_gone", "no_capacity")) throw error;
      console.log(`${offer.provider}: ${error.code}, trying the next`);
    }
  }
});
