import { byHand, type Mutant, withDriver, withMaps } from "../mutant.ts";

const topics = ["units, prices and times", "what was asked for", "launch", "offers", "bids", "account"];

export const priceMutants: readonly Mutant[] = [
  {
    name: "cents-for-dollars",
    defect: "Cents are read as dollars, so everything costs a hundred times as much.",
    topics,
    make: withMaps(() => ({ centsToMicros: (cents) => Math.round(cents * 1e6) })),
  },
  {
    name: "price-per-gpu",
    defect: "The price of one GPU is given for that of the whole machine.",
    topics: ["units, prices and times"],
    make: withMaps(({ toPrice }) => ({
      toPrice: (cents, _gpus, disk, kind) => toPrice(cents, 1, disk, kind),
    })),
  },
  {
    name: "price-without-disk",
    defect: "The disk is left out of the price of a machine, though not out of its parts.",
    topics,
    make: withMaps(({ toPrice }) => ({
      toPrice(...of) {
        const price = toPrice(...of);
        return price && { ...price, perHourMicros: price.parts?.[0]?.perHourMicros ?? 0 };
      },
    })),
  },
  {
    name: "price-in-dollars",
    defect: "The price is a number of dollars and not of micro-units.",
    topics,
    make: withMaps(({ toPrice }) => ({
      toPrice(...of) {
        const price = toPrice(...of);
        return price && { ...price, perHourMicros: price.perHourMicros / 1e6, parts: undefined };
      },
    })),
  },
  {
    name: "price-per-day",
    defect: "The machine's price is that of a day, and its offer's that of an hour.",
    topics,
    make: withMaps(({ toInstance }) => ({
      toInstance(machine, tables, maps) {
        const instance = toInstance(machine, tables, maps);
        const { price } = instance;
        return {
          ...instance,
          price: price && { ...price, perHourMicros: price.perHourMicros * 24, parts: undefined },
        };
      },
    })),
  },
  {
    name: "price-unknown-free",
    defect: "A price that the cloud does not tell becomes 0, and wins every comparison.",
    topics,
    make: withMaps(({ toPrice }) => ({
      toPrice: (...of) => toPrice(...of) ?? { currency: "USD", perHourMicros: 0, kind: of[3] },
    })),
  },
  {
    name: "currency-is-a-sign",
    defect: "The currency is a sign for people and not a code.",
    topics,
    make: withMaps(({ toPrice }) => ({
      toPrice(...of) {
        const price = toPrice(...of);
        return price && { ...price, currency: "$" };
      },
    })),
  },
  {
    name: "spot-is-on-demand",
    defect: "A machine that was bid for, and can be taken away, is said to be on demand.",
    topics: ["bids", "what was asked for"],
    make: withMaps(({ toInstance }) => ({
      toInstance: (machine, tables, maps) => toInstance({ ...machine, is_spot: false }, tables, maps),
    })),
  },
  {
    name: "bid-dropped",
    defect: "A bid is dropped, and the machine rented at the full price.",
    topics: ["what was asked for"],
    make: withMaps(() => ({ toBid: () => undefined })),
  },
  {
    name: "bid-per-gpu",
    defect: "The bid for the whole machine goes out as the bid for each GPU.",
    topics: ["what was asked for"],
    make: withMaps(({ toBidCents }) => ({
      toBidCents: (micros, _gpus, disk) => toBidCents(micros, 1, disk),
    })),
  },
  {
    name: "bid-in-dollars",
    defect: "A bid goes out in dollars where the cloud counts cents.",
    topics: ["what was asked for"],
    make: withDriver((_, { api }) => ({
      bids: {
        async change(id, perHourMicros, call) {
          const json = { bid_cents: perHourMicros / 1e6 };
          await api.call("instance.bid", { params: { id }, json, idempotent: true, ...call });
        },
      },
    })),
  },
  {
    name: "bid-change-per-gpu",
    defect: "A changed bid for the whole machine goes out as the bid for each GPU.",
    topics: ["what was asked for"],
    make: withDriver((_, { api }) => ({
      bids: {
        async change(id, perHourMicros, call) {
          const json = { bid_cents: perHourMicros / 1e4 };
          await api.call("instance.bid", { params: { id }, json, idempotent: true, ...call });
        },
      },
    })),
  },
  {
    name: "bid-change-ignored",
    defect: "Changing a bid sends nothing, and says that it is done.",
    topics: ["refusals everywhere", "what was asked for"],
    make: byHand(() => ({ bids: { change: async () => undefined } })),
  },
  {
    name: "limit-not-held",
    defect: "A machine that is dearer than maxPerHourMicros is launched all the same.",
    topics: ["launch"],
    make: byHand((sound) => ({
      launch: ({ maxPerHourMicros: _, ...request }, options) => sound.launch(request, options),
    })),
  },
  {
    name: "offers-dearest-first",
    defect: "Offers come dearest first, so a launch by need takes the dearest.",
    topics: ["offers"],
    make: withDriver(({ offers }) => ({
      offers: {
        cheapestFirst: true,
        async search(query, call) {
          const page = await offers.search(query, call);
          return { ...page, items: page.items.toSorted((a, b) => cost(b) - cost(a)) };
        },
      },
    })),
  },
  {
    name: "offer-cheaper-than-machine",
    defect: "Offers tell a tenth of what the machine then costs.",
    topics,
    make: withDriver(({ offers }) => ({
      offers: {
        ...offers,
        async search(query, call) {
          const page = await offers.search(query, call);
          const tenth = (micros: number): number => Math.round(micros / 10);
          const items = page.items.map((offer) => ({
            ...offer,
            price: offer.price && {
              ...offer.price,
              perHourMicros: tenth(offer.price.perHourMicros),
              parts: undefined,
            },
          }));
          return { ...page, items };
        },
      },
    })),
  },
  {
    name: "balance-in-cents",
    defect: "The balance is given in cents and not in micro-units.",
    topics,
    make: withDriver(({ account }) => ({
      account: {
        ...account,
        async balance(call) {
          const { currency, availableMicros } = await account.balance(call);
          return { currency, availableMicros: Math.round(availableMicros / 1e4) };
        },
      },
    })),
  },
];

function cost({ price }: { readonly price?: { readonly perHourMicros: number } | undefined }): number {
  return price?.perHourMicros ?? 0;
}
