import { type Offer, type OfferQuery, offerSchema } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, refused, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";
import { notApplicable } from "../outcome.ts";
import { plausibleHardware, plausiblePrice } from "./model.ts";

const { having } = topic("offers");
const offline = topic("offers", { tiers: ["offline"] });

function queryOf({ request }: CaseContext, more: OfferQuery = {}): OfferQuery {
  const { gpu, image } = request;
  return { gpu, image, ...more };
}

function priced(offers: readonly Offer[]): number[] {
  return offers.flatMap(({ price }) => price?.perHourMicros ?? []);
}

export const offers: readonly Case[] = [
  having("offers", "offers are valid, and come cheapest first", async (group, context) => {
    const found = await collect(group.search(queryOf(context)));
    claim(found.length > 0, "the search finds nothing for the very request that the bench can fulfil");
    for (const offer of found) {
      const issue = offerSchema.safeParse(offer).error?.issues[0];
      claim(issue === undefined, `an offer is not valid at ${issue?.path.join(".")}: ${issue?.message}`);
    }
    const prices = priced(found);
    same(
      prices,
      prices.toSorted((a, b) => a - b),
      "the prices of the offers, in order",
    );
  }),
  having(
    "offers",
    "offers bear the provider's name and the time at which they held",
    async (group, context) => {
      const from = context.clock.now();
      for (const { provider, observedAt } of await collect(group.search(queryOf(context)))) {
        same(provider, context.provider.name, "the provider that an offer names");
        claim(
          observedAt.getTime() >= from && observedAt.getTime() <= context.clock.now(),
          "an offer is not of now",
        );
      }
    },
  ),
  having("offers", "each offer is there once", async (group, context) => {
    const ids = (await collect(group.search(queryOf(context)))).map(({ id }) => id);
    same(new Set(ids).size, ids.length, "offers, each once");
  }),
  having("offers", "offers are in MiB, whole machines and micro-units", async (group, context) => {
    for (const offer of await collect(group.search(queryOf(context)))) {
      plausibleHardware(offer);
      plausiblePrice(`offer ${offer.id}`, offer.price);
    }
  }),
  having("offers", "a search for a GPU finds no other", async (group, context) => {
    const { gpu } = context.request;
    if (gpu === undefined) notApplicable("the bench's request asks for no GPU");
    const wished = gpu.model.toLowerCase().replace(/[^a-z0-9]/g, "");
    for (const { hardware } of await collect(group.search(queryOf(context)))) {
      const names = `${hardware.gpu?.model} ${hardware.gpu?.providerModel} ${hardware.gpu?.id}`;
      const found = names
        .toLowerCase()
        .replace(/[^a-z0-9]/g, "")
        .includes(wished);
      claim(found, `a search for ${gpu.model} found ${names}`);
      claim((hardware.gpu?.count ?? 1) >= (gpu.count ?? 1), "an offer has fewer GPUs than were asked for");
    }
  }),
  having("offers", "a search for a GPU that nobody has ever built finds nothing", async (group, context) => {
    const gpu = { model: "Quantum Flux 9000 XTX Super" };
    const { value, error } = await settled(() => collect(group.search(queryOf(context, { gpu }))));
    if (error !== undefined) return void computeError("the search", error);
    same(value.length, 0, "offers of a GPU that does not exist");
  }),
  having(
    "offers",
    "a search with a price limit finds nothing dearer, and nothing without a price",
    async (group, context) => {
      const prices = priced(await collect(group.search(queryOf(context))));
      const limit = prices[Math.floor(prices.length / 2)];
      if (limit === undefined) notApplicable("its offers have no price");
      for (const { price } of await collect(group.search(queryOf(context, { maxPerHourMicros: limit })))) {
        const fits = price !== undefined && price.perHourMicros <= limit;
        claim(fits, `a search up to ${limit} found an offer of ${price?.perHourMicros ?? "unknown price"}`);
      }
    },
  ),
  having("offers", "a search in one region finds no other", async (group, context) => {
    const [first] = await collect(group.search(queryOf(context)));
    if (first?.region === undefined) notApplicable("its offers name no region");
    const region = first.region;
    const { value, error } = await settled(() => collect(group.search(queryOf(context, { region }))));
    if (error !== undefined) return void computeError("a search in a region", error);
    const elsewhere = value.find((offer) => offer.region !== undefined && !offer.region.includes(region));
    claim(elsewhere === undefined, `a search in ${region} found an offer in ${elsewhere?.region}`);
  }),
  having("offers", "an offer can be looked up by its id", async (group, context) => {
    const [first] = await collect(group.search(queryOf(context)));
    claim(first !== undefined, "the search finds nothing");
    const { image } = context.request;
    const again = await collect(group.search({ offerId: first.id, image }));
    claim(
      again.some(({ id }) => id === first.id),
      `the offer ${first.id} is not found by its id`,
    );
  }),
  having("offers", "a search refuses what it does not know", async (group, context) => {
    const wrong = { ...queryOf(context), gpu: { model: "" } };
    await refused(
      "a search for a GPU without a name",
      () => collect(group.search(wrong)),
      "invalid_argument",
    );
  }),
  having("offers", "searching rents nothing", async (group, context) => {
    const before = await context.machines();
    await collect(group.search(queryOf(context)));
    same(await context.machines(), before, "machines after a search");
  }),
  offline.having("offers", "a search that is cancelled before sends nothing", async (group, context) => {
    const search = () => collect(group.search(queryOf(context), { signal: AbortSignal.abort() }));
    const { exchanges } = await context.tap.during(() => refused("a cancelled search", search, "cancelled"));
    same(exchanges.length, 0, "requests of a cancelled search");
  }),
  ...[faults.refusal(500), faults.webPage(), faults.noBody(), faults.brokenJson(), faults.reset()].map(
    (fault) =>
      offline.having(
        "offers",
        `a market that answers with ${fault.name} is not an empty market`,
        async (group, context) => {
          context.tap.inject({ fault, hits: () => true });
          const search = () => collect(group.search(queryOf(context), { timeoutMs: 20_000 }));
          const { effect } = await refused("the search", search);
          same(effect, "none", "the effect of a search that failed");
        },
      ),
  ),
  offline.having("offers", "a launch that finds no market rents nothing and says so", async (_, context) => {
    const { provider, request, machines, tap, isFor } = context;
    if (request.gpu === undefined) notApplicable("the bench's request names its offer");
    const before = await machines();
    const isCreate = await isFor("create");
    tap.inject({ fault: faults.refusal(500), hits: (exchange) => !isCreate(exchange) });
    const { effect } = await refused("a launch without a market", () => provider.launch(request));
    same(effect, "none", "the effect of a launch that found no market");
    same(await machines(), before, "machines after a launch that found no market");
  }),
];
