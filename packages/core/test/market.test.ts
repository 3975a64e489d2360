import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explain, type Offer, searchOffers } from "../src/index.ts";
import { northwind } from "./northwind/adapter.ts";
import { type Northwind, startNorthwind } from "./northwind/server.ts";

let north: Northwind;
let south: Northwind;
beforeEach(async () => {
  [north, south] = await Promise.all([startNorthwind(), startNorthwind()]);
  south.settings.offers = [
    { id: "x", gpu: "RTX 4090", count: 1, price: 0.45, gone: false },
    { id: "y", gpu: "RTX 4090", count: 1, price: 0.6, gone: false },
  ];
});
afterEach(() => Promise.all([north[Symbol.asyncDispose](), south[Symbol.asyncDispose]()]));

const open = (cloud: Northwind, name: string, more: object = {}) =>
  northwind({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock, name, ...more });
const both = () => [open(north, "north"), open(south, "south")];
const gpu = { model: "rtx-4090" };

async function collect(offers: AsyncIterable<Offer>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { provider, id } of offers) ids.push(`${provider} ${id}`);
  return ids;
}

describe("searchOffers", () => {
  it("merges several clouds by price", async () => {
    const found = searchOffers(both(), { gpu });
    expect(await collect(found)).toEqual(["north a", "south x", "north b", "south y"]);
    expect(found.failures).toEqual([]);
  });

  it("carries on when one cloud fails, and says which and why", async () => {
    const stranger = northwind({ apiKey: "wrong", baseUrl: south.url, clock: south.clock, name: "south" });
    const found = searchOffers([open(north, "north"), stranger], { gpu });
    expect(await collect(found)).toEqual(["north a", "north b"]);
    expect(found.failures).toMatchObject([
      { provider: "south", error: { code: "unauthenticated", operation: "offers.search" } },
    ]);
  });

  it("keeps currencies apart, unless a rate is given", async () => {
    const offer = (provider: string, currency: string, perHourMicros: number) => ({
      ...{ id: String(perHourMicros), provider, hardware: {}, available: true, observedAt: new Date(0) },
      price: { currency, perHourMicros, kind: "on_demand" as const },
    });
    const cloud = (name: string, currency: string, prices: number[]) => ({
      ...open(north, name),
      offers: {
        async *search() {
          for (const price of prices) yield offer(name, currency, price);
        },
      },
    });
    const clouds = [
      cloud("cn", "CNY", [700, 2800]),
      cloud("us", "USD", [200, 300]),
      cloud("cr", "CREDIT", [1]),
    ];
    expect(await collect(searchOffers(clouds))).toEqual(["us 200", "us 300", "cn 700", "cn 2800", "cr 1"]);
    const rated = searchOffers(clouds, {}, { rates: { CNY: 0.14 } });
    expect(await collect(rated)).toEqual(["cn 700", "us 200", "us 300", "cn 2800", "cr 1"]);
  });

  it("asks for no more than is taken", async () => {
    for await (const _ of searchOffers(both(), { gpu })) break;
    expect(north.seen.length + south.seen.length).toBe(2);
  });
});

describe("explain", () => {
  it("says for each offer what a launch would make of it, and sends nothing that changes anything", async () => {
    const explanations = await explain(both(), { gpu, image: "pytorch", maxPerHourMicros: 450_000 });
    expect(explanations).toMatchObject([
      {
        provider: "north",
        launchable: true,
        offers: [
          { offer: { id: "a" }, verdict: "taken" },
          { offer: { id: "b" }, verdict: "rejected", reason: "dearer than maxPerHourMicros" },
          { offer: { id: "c" }, verdict: "rejected", reason: "a H100 SXM" },
        ],
      },
      { provider: "south", launchable: true, offers: [{ verdict: "taken" }, { verdict: "rejected" }] },
    ]);
    expect([...north.seen, ...south.seen].every(({ method }) => method === "GET")).toBe(true);
  });

  it("says why a provider would not launch at all", async () => {
    const [refused] = await explain([open(north, "north")], { gpu, image: "pytorch", region: "mars" });
    expect(refused).toMatchObject({
      launchable: false,
      error: { code: "unsupported", field: "region" },
      offers: [],
    });
    const [none] = await explain([open(north, "north")], { gpu: { model: "mi300x" }, image: "pytorch" });
    expect(none).toMatchObject({ launchable: false, error: { code: "no_capacity" } });
  });
});

it("tells every attempt when all offers are gone", async () => {
  const gone = { how: { status: 409, body: '{"error":"offer_gone"}' } };
  north.spoilNext(/^POST/, gone, gone);
  const error = await open(north, "north")
    .launch({ gpu, image: "pytorch" })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "no_capacity",
    effect: "none",
    message: expect.stringContaining("2 offers"),
  });
  expect(error).toMatchObject({ cause: { errors: [{ code: "offer_gone" }, { code: "offer_gone" }] } });
  expect(north.machines.size).toBe(0);
});

it("shows the quote of a machine that costs over 1 % more than its offer said", async () => {
  const provider = open(north, "north");
  const { id } = await provider.launch({ gpu, image: "pytorch" });
  const machine = north.machines.get(id);
  for (const [price, quoted] of [
    [0.4, undefined],
    [0.403, undefined],
    [0.41, 400_000],
  ] as const) {
    if (machine) machine.price = price;
    expect((await provider.describe(id)).quotedPerHourMicros).toBe(quoted);
  }
});
