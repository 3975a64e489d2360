import { describe, expect, it } from "vitest";
import { openVast } from "./vast-client.ts";

describe("offer search", () => {
  it("answers at most 64 of about 250, the best score first, whatever is asked for", async () => {
    await using vast = await openVast();
    const all = await vast.search({ limit: 1000 });
    expect(all).toHaveLength(64);
    const scores = all.map((offer) => Number(offer["score"]));
    expect(scores).toEqual([...scores].sort((left, right) => right - left));
    const { body } = await vast.call("GET", "/_emulator/state");
    const { clouds } = body as { clouds: { vast: { offers: number } } };
    expect(clouds.vast.offers).toBeGreaterThan(200);
    expect(await vast.search({ limit: 3 })).toHaveLength(3);
  });

  it("is the same for the same seed, and another for another", async () => {
    await using one = await openVast({}, { seed: 7, startAt: 1_800_000_000_000 });
    await using same = await openVast({}, { seed: 7, startAt: 1_800_000_000_000 });
    await using other = await openVast({}, { seed: 8, startAt: 1_800_000_000_000 });
    const offers = await one.search();
    expect(await same.search()).toEqual(offers);
    expect(await other.search()).not.toEqual(offers);
  });

  it("filters by every operator, by computed names, and matches nothing by id", async () => {
    await using vast = await openVast();
    const cards = await vast.search({
      gpu_name: { in: ["RTX 4090", "H100 SXM"] },
      num_gpus: { gte: 1, lte: 4 },
      gpu_ram: { gt: 22_100 },
      reliability2: { gte: 0.5 },
      verified: {},
    });
    expect(cards.length).toBeGreaterThan(3);
    for (const card of cards) {
      expect(["RTX 4090", "H100 SXM"]).toContain(card["gpu_name"]);
      expect(card["num_gpus"]).toBeLessThanOrEqual(4);
    }
    for (const offer of await vast.search({ verified: { eq: true }, geolocation: { eq: "SE" } })) {
      expect(offer).toMatchObject({ verification: "verified", geolocation: "Sweden, SE" });
      expect(offer).not.toHaveProperty("verified");
    }
    const id = cards[0]?.["id"];
    expect(await vast.search({ id: { eq: id } })).toEqual([]);
    expect(await vast.search({ ask_contract_id: { eq: id } })).toMatchObject([{ id, ask_contract_id: id }]);
    expect(await vast.search({ gpu_name: { notin: ["RTX 4090"] }, num_gpus: { lt: 2, neq: 3 } })).not.toEqual(
      [],
    );
    expect(await vast.search({ compute_capability: { gte: 800 } })).toHaveLength(64);
  });

  it("prices the disk that is asked for, and bids at their floor", async () => {
    await using vast = await openVast();
    const ask = async (more: object) =>
      (await vast.search({ gpu_name: { eq: "RTX 4090" }, order: [["dph_total", "asc"]], ...more }))[0];
    const [small, large] = [await ask({}), await ask({ allocated_storage: 720 })];
    expect(Number(large?.["dph_total"])).toBeCloseTo(
      Number(large?.["dph_base"]) + Number(large?.["storage_cost"]),
      5,
    );
    expect(small?.["storage_total_cost"]).toBeLessThan(Number(large?.["storage_total_cost"]));
    const bid = await ask({ type: "bid" });
    expect(bid).toMatchObject({ is_bid: true, dph_base: bid?.["min_bid"] });
  });

  it("understands the older forms", async () => {
    await using vast = await openVast();
    const q = JSON.stringify({ gpu_name: { eq: "RTX 4090" }, limit: 1 });
    const form = new URLSearchParams({ q }).toString();
    expect((await vast.call("GET", `/api/v0/bundles/?${form}`)).body).toMatchObject({
      offers: [{ gpu_name: "RTX 4090" }],
    });
    expect(
      (await vast.call("PUT", "/api/v0/search/asks/", { q: JSON.parse(q) as unknown })).body,
    ).toMatchObject({
      offers: [{ gpu_name: "RTX 4090" }],
    });
  });

  it("refuses what is no query", async () => {
    await using vast = await openVast();
    for (const body of [
      "{",
      "[]",
      { num_gpus: { like: 1 } },
      { num_gpus: 1 },
      { order: "price" },
      { order: [["a", "up"]] },
    ]) {
      expect(await vast.call("POST", "/api/v0/bundles/", body)).toMatchObject({
        status: 400,
        body: { error: "invalid_request" },
      });
    }
  });

  it("can break its filters, sample, and run dry", async () => {
    await using vast = await openVast();
    const flag = (name: string) =>
      vast.kit.faults.add({ cloud: "vast", endpoint: "offers.search", fault: "flag", flag: name, times: 1 });
    flag("offerNoise");
    const noisy = await vast.search({ gpu_name: { eq: "RTX 4090" } });
    expect(noisy.filter((offer) => offer["gpu_name"] !== "RTX 4090")).toHaveLength(3);
    const full = await vast.search({ num_gpus: { eq: 8 } });
    flag("offerSampling");
    expect((await vast.search({ num_gpus: { eq: 8 } })).length).toBeLessThan(full.length);
    flag("noCapacity");
    expect(await vast.search()).toEqual([]);
  });

  it("takes a rented machine's other offers away, and lists it again under new ids", async () => {
    await using vast = await openVast();
    const [offer] = await vast.search({ num_gpus: { gte: 4 }, direct_port_count: { gte: 2 } });
    const siblings = () => vast.search({ machine_id: { eq: offer?.["machine_id"] } });
    const before = (await siblings()).map((each) => each["id"]);
    expect(before.length).toBeGreaterThan(1);
    const id = await vast.rent({}, offer?.["id"]);
    expect(await siblings()).toEqual([]);
    await vast.call("DELETE", `/api/v0/instances/${id}/`, {});
    vast.kit.clock.advance(60_000);
    const after = (await siblings()).map((each) => each["id"]);
    expect(after).toHaveLength(before.length);
    expect(after.some((each) => before.includes(each))).toBe(false);
  });
});

describe("the catalogues", () => {
  it("need no key", async () => {
    await using vast = await openVast();
    const names = await fetch(`${vast.kit.urls.vast}/api/v0/gpu_names/unique/`);
    expect(await names.json()).toMatchObject({ gpu_names: expect.arrayContaining(["RTX 4090", "H100 SXM"]) });
    const types = await fetch(`${vast.kit.urls.vast}/api/v0/gpu_types/`);
    expect(await types.json()).toHaveProperty("gpu_types");
  });
});
