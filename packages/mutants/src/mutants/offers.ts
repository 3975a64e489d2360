import { byHand, type Mutant, withDriver } from "../mutant.ts";
import { emptyOnError, nothing } from "./groups.ts";

const offers = ["offers", "launch"];

export const offerMutants: readonly Mutant[] = [
  {
    name: "offers-first-page",
    defect: "Only the first page of offers is read.",
    topics: offers,
    make: withDriver(({ offers: sound }) => ({
      offers: {
        ...sound,
        search: async (query, call) => ({ items: (await sound.search(query, call)).items }),
      },
    })),
  },
  {
    name: "offers-empty-on-error",
    defect: "A search for offers that fails has found none.",
    topics: offers,
    make: byHand((sound) => ({
      offers: { search: (...asked) => emptyOnError(sound.offers?.search(...asked)) },
    })),
  },
  {
    name: "offers-unfiltered",
    defect: "A search for one GPU finds all others, too.",
    topics: offers,
    make: byHand((sound) => ({
      offers: { search: (_, options) => sound.offers?.search({}, options) ?? nothing() },
    })),
  },
  {
    name: "offers-always-available",
    defect: "What is sold out is offered as available.",
    topics: offers,
    make: withDriver((driver) => ({
      offers: {
        ...driver.offers,
        async search(query, call) {
          const page = await driver.offers.search(query, call);
          return { ...page, items: page.items.map((offer) => ({ ...offer, available: true, maxCount: 9 })) };
        },
      },
    })),
  },
  {
    name: "offers-cannot-be-launched",
    defect: "The ids of offers are not those that a launch takes.",
    topics: offers,
    make: withDriver((driver) => ({
      offers: {
        ...driver.offers,
        async search(query, call) {
          const page = await driver.offers.search(query, call);
          return { ...page, items: page.items.map((offer) => ({ ...offer, id: offer.id.slice(3) })) };
        },
      },
    })),
  },
  {
    name: "offers-without-limit",
    defect: "Offers dearer than the limit that was asked for are told.",
    topics: offers,
    make: byHand((sound) => ({
      offers: {
        search: ({ maxPerHourMicros: _, ...query } = {}, options) =>
          sound.offers?.search(query, options) ?? nothing(),
      },
    })),
  },
];
