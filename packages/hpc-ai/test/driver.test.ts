import { explain } from "@gpuport/core";
import { nock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { hpcAi, hpcAiOfferRaw, hpcAiRaw, hpcAiVolumeRaw } from "../src/index.ts";
import { apiKey, collect, fixture, image, jwt, offerId, open, origin, ownClock } from "./support.ts";

const cloud = () => nock(origin, { reqheaders: { "x-api-key": apiKey } });
const listed = () => cloud().post("/api/instance/list", { pager: { currentPage: 1, pageSize: 50 } });
const catalogue = () => cloud().post("/api/resource/user/instance/list", {});

/** What a create holds where a request asks for nothing special. */
const plainBody = {
  imageId: image,
  instanceTypeId: "t-h200",
  region: "r-1",
  billing: { chargeMode: "perHour", duration: 1 },
  remoteStorages: [],
  instanceConfiguration: {
    ...{ extraDataDiskSizeDB: 0, enableCommonData: false, enableDocker: false, dockerStorageSize: 0 },
    initScript: "",
  },
  isSpotInstance: false,
  nodePorts: [],
};

/** Launches against a cloud that says yes, and tells what it was sent. */
async function sent(request: object): Promise<Record<string, unknown>> {
  let body: unknown;
  cloud()
    .post("/api/instance/create", (json) => {
      body = json;
      return true;
    })
    .reply(200, { instanceId: "notebook-1" });
  await open().launch({ image, offerId, ...request });
  return body as Record<string, unknown>; // JSON of a create
}

describe("launch", () => {
  it("sends every required member in one POST, and returns at once", async () => {
    const { name, ...body } = await sent({});
    expect(body).toEqual(plainBody);
    expect(name).toMatch(/^gp[0-9a-z]{18}$/);
  });

  it("puts the caller's name before the token", async () => {
    expect(await sent({ name: "train" })).toMatchObject({
      name: expect.stringMatching(/^train-gp[0-9a-z]{18}$/),
    });
  });

  it.each([
    ["on demand", { pricing: { kind: "on_demand" } }, { chargeMode: "perHour", duration: 1 }],
    [
      "3 days",
      { pricing: { kind: "reserved", unit: "day", count: 3 } },
      { chargeMode: "perDay", duration: 3 },
    ],
    [
      "2 weeks",
      { pricing: { kind: "reserved", unit: "week", count: 2 } },
      { chargeMode: "perWeek", duration: 2 },
    ],
    [
      "a month",
      { pricing: { kind: "reserved", unit: "month", count: 1 } },
      { chargeMode: "perMonth", duration: 1 },
    ],
    [
      "off-peak",
      { providerOptions: { "hpc-ai": { billing: { chargeMode: "tidePerHour" } } } },
      { chargeMode: "tidePerHour", duration: 1 },
    ],
  ])("pays as asked: %s", async (_, request, billing) => {
    expect(await sent(request)).toMatchObject({ billing, isSpotInstance: false });
  });

  it("takes a spot machine by its offer, and by its type", async () => {
    expect(await sent({ offerId: "r-2/t-b200/spot" })).toMatchObject({
      ...{ region: "r-2", instanceTypeId: "t-b200", isSpotInstance: true },
      billing: { chargeMode: "perHour", duration: 1 },
    });
    const options = { instanceTypeId: "t-b200", regionId: "r-2", isSpotInstance: true };
    const request = { offerId: undefined, providerOptions: { "hpc-ai": options } };
    expect(await sent(request)).toMatchObject({
      region: "r-2",
      instanceTypeId: "t-b200",
      isSpotInstance: true,
    });
  });

  it("publishes ports once each, and leaves out 22, which is published anyway", async () => {
    const ports = [{ port: 8080 }, { port: 22 }, { port: 8080, protocol: "tcp" }];
    const providerOptions = { "hpc-ai": { nodePorts: [9000, 8080] } };
    expect(await sent({ ports, providerOptions })).toMatchObject({ nodePorts: [8080, 9000] });
  });

  it("rounds the disk up to whole GB, and takes the larger wish", async () => {
    expect(await sent({ minDiskMiB: 102_401 })).toMatchObject({
      instanceConfiguration: { extraDataDiskSizeDB: 101 },
    });
    const providerOptions = { "hpc-ai": { instanceConfiguration: { extraDataDiskSizeDB: 300 } } };
    expect(await sent({ minDiskMiB: 102_400, providerOptions })).toMatchObject({
      instanceConfiguration: { extraDataDiskSizeDB: 300 },
    });
  });

  it("passes on what only this cloud has", async () => {
    const storage = {
      mountPath: "/data",
      remoteStorageName: "d",
      remoteStorageId: "v-1",
      type: "filesystem",
    };
    const instanceConfiguration = {
      ...{
        enableCommonData: true,
        enableDocker: true,
        dockerStorageSize: 40,
        initScript: "touch /tmp/x\ntouch /tmp/y\n",
      },
    };
    const providerOptions = { "hpc-ai": { remoteStorages: [storage], instanceConfiguration } };
    expect(await sent({ providerOptions })).toMatchObject({
      remoteStorages: [storage],
      instanceConfiguration,
    });
  });

  it("chooses the cheapest that is free, on demand unless asked otherwise", async () => {
    catalogue().reply(200, fixture("catalogue"));
    cloud()
      .post("/api/instance/create", (body) => body.instanceTypeId === "t-h200" && body.region === "r-1")
      .reply(200, { instanceId: "notebook-1" });
    const instance = await open().launch({ image, gpu: { model: "H200", count: 8 } });
    expect(instance).toMatchObject({
      ...{ id: "notebook-1", status: "pending", region: "region-one" },
      price: { currency: "USD", perHourMicros: 21_600_000, kind: "on_demand" },
    });
    catalogue().reply(200, fixture("catalogue"));
    const noSpot = open().launch({ image, gpu: { model: "B200", count: 8 } });
    await expect(noSpot).rejects.toMatchObject({ code: "no_capacity", effect: "none" });
  });

  const offPeak = { "hpc-ai": { billing: { chargeMode: "tidePerHour" } } };

  it("shows the price of off-peak hours where they are asked for", async () => {
    catalogue().reply(200, fixture("catalogue"));
    cloud()
      .post("/api/instance/create", (body) => body.billing.chargeMode === "tidePerHour")
      .reply(200, { instanceId: "notebook-1" });
    const gpu = { model: "H200", count: 8 };
    const instance = await open().launch({ image, gpu, providerOptions: offPeak });
    expect(instance.price).toEqual({ currency: "USD", perHourMicros: 16_800_000, kind: "on_demand" });
  });

  it("counts the price of off-peak hours in a budget", async () => {
    const gpu = { model: "H200", count: 8 };
    const provider = open({ budgets: [{ currency: "USD", maxPerHourMicros: 16_800_000 }] });
    catalogue().twice().reply(200, fixture("catalogue"));
    const byTheHour = provider.launch({ image, gpu });
    await expect(byTheHour).rejects.toMatchObject({ code: "quota_exceeded", effect: "none" });
    cloud().post("/api/instance/create").reply(200, { instanceId: "notebook-1" });
    expect(await provider.launch({ image, gpu, providerOptions: offPeak })).toMatchObject({
      price: { perHourMicros: 16_800_000 },
    });
  });

  it("explains what an off-peak launch would take", async () => {
    catalogue().reply(200, fixture("catalogue"));
    const request = { image, gpu: { model: "H200", count: 8 }, providerOptions: offPeak };
    const [explanation] = await explain([open()], request);
    const [first] = explanation?.offers.filter(({ verdict }) => verdict === "taken") ?? [];
    expect(first?.offer.price?.perHourMicros).toBe(16_800_000);
  });

  it("takes nothing off-peak that the catalogue does not sell so, rather than show another price", async () => {
    const json = JSON.stringify(fixture("catalogue")).replace("tidePerHour", "perYear");
    catalogue().reply(200, json, { "content-type": "application/json" });
    const launch = open().launch({ image, gpu: { model: "H200", count: 8 }, providerOptions: offPeak });
    await expect(launch).rejects.toMatchObject({
      ...{ code: "invalid_argument", field: "providerOptions.hpc-ai.billing", effect: "none" },
    });
  });

  it("takes what the configuration declares off-peak, without a price", async () => {
    catalogue().reply(404, "404 page not found");
    cloud().post("/api/instance/create").reply(200, { instanceId: "notebook-1" });
    const types = [{ instanceTypeId: "t-1", regionId: "r-1", gpuName: "H200-SXM-141GB", gpuNum: 8 }];
    const gpu = { model: "H200", count: 8 };
    const provider = open({ catalogue: { types } });
    expect((await provider.launch({ image, gpu, providerOptions: offPeak })).price).toBeUndefined();
  });

  it("shows no price off-peak where it has read none", async () => {
    cloud().post("/api/instance/create").reply(200, { instanceId: "notebook-1" });
    expect((await open().launch({ image, offerId, providerOptions: offPeak })).price).toBeUndefined();
  });

  it("keeps an init script out of errors", async () => {
    const initScript = "export TOKEN=hunter22";
    const options = { instanceTypeId: "t-1", regionId: "r-1", instanceConfiguration: { initScript } };
    cloud()
      .post("/api/instance/create")
      .reply(400, { message: `invalid: ${initScript}` });
    const launch = open().launch({ image, providerOptions: { "hpc-ai": options } });
    await expect(launch).rejects.toMatchObject({ message: expect.not.stringContaining("hunter22") });
  });

  const only = (options: Readonly<Record<string, unknown>>) => ({
    ...{ offerId: undefined, providerOptions: { "hpc-ai": options } },
  });
  const spot = { offerId: "r-2/t-b200/spot" };
  it.each([
    ["image", "invalid_argument", { image: undefined }],
    ["gpu", "invalid_argument", { offerId: undefined }],
    ["offerId", "invalid_argument", { offerId: "12345" }],
    ["labels", "unsupported", { labels: { team: "vision" } }],
    ["snapshot", "unsupported", { image: undefined, snapshot: "s" }],
    ["ports", "unsupported", { ports: [{ port: 53, protocol: "udp" }] }],
    ["region", "invalid_argument", { region: "region-two" }],
    ["region", "invalid_argument", only({ instanceTypeId: "t-1" })],
    ["region", "invalid_argument", { region: "r-2", ...only({ instanceTypeId: "t-1", regionId: "r-1" }) }],
    ["pricing", "invalid_argument", { pricing: { kind: "spot" } }],
    ["pricing", "invalid_argument", { ...spot, pricing: { kind: "on_demand" } }],
    ["pricing", "invalid_argument", { ...spot, pricing: { kind: "reserved", unit: "day", count: 1 } }],
    [
      ...(["pricing.maxPerHourMicros", "unsupported"] as const),
      { ...spot, pricing: { kind: "spot", maxPerHourMicros: 5 } },
    ],
    [
      ...(["providerOptions.hpc-ai.instanceTypeId", "invalid_argument"] as const),
      { providerOptions: { "hpc-ai": { instanceTypeId: "t-1" } } },
    ],
    [
      "providerOptions.hpc-ai.regionId",
      "invalid_argument",
      { providerOptions: { "hpc-ai": { regionId: "r" } } },
    ],
    [
      ...(["providerOptions.hpc-ai.isSpotInstance", "invalid_argument"] as const),
      { providerOptions: { "hpc-ai": { isSpotInstance: true } } },
    ],
    [
      ...(["providerOptions.hpc-ai.billing", "invalid_argument"] as const),
      {
        pricing: { kind: "on_demand" },
        providerOptions: { "hpc-ai": { billing: { chargeMode: "tidePerHour" } } },
      },
    ],
    [
      ...(["providerOptions.hpc-ai.billing.duration", "invalid_argument"] as const),
      { providerOptions: { "hpc-ai": { billing: { chargeMode: "tidePerHour", duration: 2 } } } },
    ],
    [
      ...(["providerOptions.hpc-ai.billing.chargeMode", "invalid_argument"] as const),
      { providerOptions: { "hpc-ai": { billing: { chargeMode: "perDay" } } } },
    ],
    [
      ...(["maxPerHourMicros", "unsupported"] as const),
      {
        maxPerHourMicros: 1,
        providerOptions: { "hpc-ai": { billing: { chargeMode: "tidePerHour" } } },
      },
    ],
    [
      ...(["providerOptions.hpc-ai.instanceConfiguration.dockerStorageSize", "invalid_argument"] as const),
      { providerOptions: { "hpc-ai": { instanceConfiguration: { dockerStorageSize: 1.5 } } } },
    ],
    [
      ...(["providerOptions.hpc-ai.nodePorts.0", "invalid_argument"] as const),
      { providerOptions: { "hpc-ai": { nodePorts: [70_000] } } },
    ],
    [
      ...(["providerOptions.hpc-ai.remoteStorages.0.type", "invalid_argument"] as const),
      {
        providerOptions: {
          "hpc-ai": {
            remoteStorages: [{ mountPath: "/data", remoteStorageName: "d", remoteStorageId: "v-1" }],
          },
        },
      },
    ],
    [
      ...(["startup", "invalid_argument"] as const),
      { startup: "x", providerOptions: { "hpc-ai": { instanceConfiguration: { initScript: "y" } } } },
    ],
    ["providerOptions.hpc-ai.zone", "invalid_argument", { providerOptions: { "hpc-ai": { zone: "a" } } }],
  ])("refuses %s (%s) before anything is sent: %j", async (field, code, request) => {
    const launch = open().launch({ image, offerId, ...(request as object) });
    await expect(launch).rejects.toMatchObject({ code, field, effect: "none" });
  });

  it.each(["Region-One", "R-1"])("takes an offer in its region, by name or id: %s", async (region) => {
    expect(await sent({ region })).toMatchObject({ region: "r-1", instanceTypeId: "t-h200" });
  });

  const reserved = { pricing: { kind: "reserved", unit: "week", count: 2 } } as const;

  /** A cloud that throttles the first create. */
  function throttling() {
    const answers = [
      new Response("{}", { status: 429, headers: { "retry-after": "1" } }),
      Response.json({ instanceId: "notebook-1" }),
    ];
    const provider = open({ fetch: async () => answers.shift() ?? Response.error() });
    return { provider, left: () => answers.length };
  }

  it("sends a create for an hour again after a throttle", async () => {
    const { provider, left } = throttling();
    await provider.launch({ image, offerId });
    expect(left()).toBe(0);
  });

  it("never sends a create again that pays for weeks at once", async () => {
    const { provider, left } = throttling();
    const launch = provider.launch({ image, offerId, ...reserved });
    await expect(launch).rejects.toMatchObject({ code: "rate_limited", effect: "none" });
    expect(left()).toBe(1);
  });

  it("takes a region's name for its id where the configuration declares it", async () => {
    cloud()
      .post("/api/instance/create", (body) => body.region === "r-9")
      .reply(200, { instanceId: "notebook-1" });
    const provider = open({
      catalogue: {
        types: [{ instanceTypeId: "t-9", regionId: "r-9" }],
        regions: [{ regionId: "r-9", regionName: "Region Nine" }],
      },
    });
    await provider.launch({ image, region: "region nine", ...only({ instanceTypeId: "t-9" }) });
  });
});

describe("list and describe", () => {
  it("reads what the cloud shows", async () => {
    listed().reply(200, fixture("list-page"));
    const [running, stuck] = await collect(open().list());
    expect(running).toEqual({
      id: "notebook-4b8a",
      provider: "hpc-ai",
      name: "train",
      status: "running",
      reason: undefined,
      message: undefined,
      providerStatus: "Running",
      billing: "compute",
      hardware: { gpu: undefined },
      region: undefined,
      image: undefined,
      access: {
        ssh: [{ host: "ssh.region-one.test", port: 31_022, user: "root", via: "direct" }],
        ports: [{ port: 8080, protocol: "tcp", host: "ssh.region-one.test", publicPort: 31_080 }],
      },
      labels: {},
      createdAt: undefined,
      observedAt: expect.any(Date),
    });
    expect(stuck).toMatchObject({
      id: "notebook-77c1",
      name: "by hand",
      status: "failed",
      reason: "image_error",
    });
    expect(hpcAiRaw(running ?? {})?.instanceMetadata.instanceUsername).toBe("root");
  });

  it("describes by walking the list, and says not_found only after all of it", async () => {
    const page = (currentPage: number, id: string) =>
      cloud()
        .post("/api/instance/list", { pager: { currentPage, pageSize: 1 } })
        .reply(200, {
          instances: [{ instanceMetadata: { instanceId: id } }],
          pager: { currentPage, pageSize: 1, totalEntries: 2 },
        });
    page(1, "notebook-1");
    page(2, "notebook-2");
    const provider = open({ facts: { pageSize: 1 } });
    expect(await provider.describe("notebook-2")).toMatchObject({
      status: "unknown",
      reason: "unrecognized",
    });
    page(1, "notebook-1");
    page(2, "notebook-2");
    await expect(provider.describe("notebook-3")).rejects.toMatchObject({ code: "not_found" });
  });

  it("walks on until an empty page where the cloud does not count", async () => {
    const provider = open({ facts: { pageSize: 1 } });
    const pages = [["notebook-1"], ["notebook-2"], []];
    pages.forEach((ids, index) => {
      cloud()
        .post("/api/instance/list", { pager: { currentPage: index + 1, pageSize: 1 } })
        .reply(200, { instances: ids.map((instanceId) => ({ instanceMetadata: { instanceId } })) });
    });
    const ids = (await collect(provider.list())).map(({ id }) => id);
    expect(ids).toEqual(["notebook-1", "notebook-2"]);
  });

  it("counts with the page size that the cloud really uses", async () => {
    for (const [currentPage, id] of [
      [1, "notebook-1"],
      [2, "notebook-2"],
    ] as const) {
      cloud()
        .post("/api/instance/list", { pager: { currentPage, pageSize: 50 } })
        .reply(200, {
          instances: [{ instanceMetadata: { instanceId: id } }],
          pager: { currentPage, pageSize: "1", totalEntries: "2" },
        });
    }
    expect(await collect(open().list())).toHaveLength(2);
  });

  it.each([
    ["null and a pager", { instances: null, pager: { totalEntries: 0 } }],
    ["null", { instances: null }],
    ["a pager alone", { pager: { currentPage: 1, pageSize: 50, totalEntries: 0 } }],
    ["an empty list", { instances: [] }],
  ])("believes that there are none: %s", async (_, body) => {
    listed().reply(200, body);
    expect(await collect(open().list())).toEqual([]);
  });

  it.each([
    ["another shape", {}, "bad_response"],
    ["a row without an id", { instances: [{ instanceRuntimeInfo: { status: "Running" } }] }, "bad_response"],
    ["a row that is none", { instances: [null] }, "bad_response"],
    ["a refusal with 200", { message: "Not logged in" }, "unauthenticated"],
    ["a refusal beside null", { instances: null, message: "oops" }, "unknown"],
    ["a refusal beside a pager", { pager: { totalEntries: 0 }, message: "oops" }, "unknown"],
  ])("never takes for an empty list: %s", async (_, body, code) => {
    listed().reply(200, body);
    await expect(collect(open().list())).rejects.toMatchObject({ code });
  });
});

describe("terminate", () => {
  const asked = () => cloud().post("/api/instance/terminate", { instanceId: "notebook-1" });
  const none = { instances: [], pager: { totalEntries: 0 } };

  it.each([
    [200, { instanceId: "notebook-1" }],
    [404, "404 page not found"],
    [400, { message: "ent: instance not found" }],
  ])("needs the list for evidence, whatever the request is answered: %s", async (status, body) => {
    asked().reply(status, body);
    listed().times(4).reply(200, none); // after 0, 250, 750 and 1750 ms
    const { evidence } = await open({ facts: { visibilityLagMs: 1000 } }).terminate("notebook-1");
    expect(evidence).toBe("absent_from_list");
  });

  it("believes a row that says Released", async () => {
    asked().reply(200, { instanceId: "notebook-1" });
    const row = {
      instanceMetadata: { instanceId: "notebook-1" },
      instanceRuntimeInfo: { status: "Released" },
    };
    listed().reply(200, { instances: [row], pager: { totalEntries: 1 } });
    expect(await open().terminate("notebook-1")).toMatchObject({ evidence: "terminal_status" });
  });
});

describe("power", () => {
  const row = (status: string) => ({
    instances: [{ instanceMetadata: { instanceId: "notebook-1" }, instanceRuntimeInfo: { status } }],
    pager: { totalEntries: 1 },
  });
  const change = (verb: string) => cloud().post(`/api/instance/${verb}`, { instanceId: "notebook-1" });

  it.each(["stop", "start", "restart"] as const)("asks to %s", async (verb) => {
    change(verb).reply(200, { instanceId: "notebook-1" });
    await open().power[verb]("notebook-1");
  });

  it.each([
    ["stop", "Stopped"],
    ["stop", "Stopping"],
    ["start", "Running"],
    ["start", "Starting"],
  ] as const)("takes a refused %s for done where the machine is %s", async (verb, status) => {
    change(verb).reply(400, { message: "illegal status" });
    listed().reply(200, row(status));
    await open().power[verb]("notebook-1");
  });

  it.each([
    ["stop", "Initializing"],
    ["start", "Archived"],
  ] as const)("passes on a refused %s where the machine is %s", async (verb, status) => {
    change(verb).reply(400, { message: "illegal status" });
    listed().reply(200, row(status));
    await expect(open().power[verb]("notebook-1")).rejects.toMatchObject({ code: "conflict" });
  });

  it("does not take another machine's state for its own", async () => {
    change("stop").reply(400, { message: "illegal status" });
    const [other] = row("Stopped").instances;
    const ours = {
      instanceMetadata: { instanceId: "notebook-1" },
      instanceRuntimeInfo: { status: "Starting" },
    };
    const instances = [{ ...other, instanceMetadata: { instanceId: "notebook-2" } }, ours];
    listed().reply(200, { instances, pager: { totalEntries: 2 } });
    await expect(open().power.stop("notebook-1")).rejects.toMatchObject({ code: "conflict" });
  });

  it("passes on a start for which there is nothing free", async () => {
    change("start").reply(200, { message: "库存不足" });
    const start = open().power.start("notebook-1");
    await expect(start).rejects.toMatchObject({ code: "no_capacity", instanceId: "notebook-1" });
  });

  it("never repeats a restart", async () => {
    change("restart").reply(503);
    await expect(open().power.restart("notebook-1")).rejects.toMatchObject({
      code: "unavailable",
      effect: "maybe",
    });
  });
});

describe("offers", () => {
  const search = async (query: object = {}, options: Parameters<typeof open>[0] = {}) => {
    catalogue().reply(200, fixture("catalogue"));
    return collect(open(options).offers.search(query));
  };

  it("is one per type and region, cheapest first, unknown prices last", async () => {
    const offers = await search();
    expect(offers.map(({ id }) => id)).toEqual([
      "r-1/t-cpu/standard/region-one",
      "r-2/t-b200/spot",
      "r-1/t-h200/standard/region-one",
      "r-2/t-h200-2/standard/region-two",
    ]);
    expect(offers[0]).toMatchObject({ hardware: {}, price: { perHourMicros: 0 }, available: true });
    expect(offers[1]).toMatchObject({
      ...{ region: "r-2", available: true },
      price: { currency: "USD", perHourMicros: 20_000_000, kind: "spot" },
    });
    expect(offers[2]?.hardware.gpu).toEqual({
      ...{ id: "h200-sxm-141gb", model: "H200 SXM", vendor: "nvidia", count: 8 },
      ...{ memoryMiB: 144_384, providerModel: "H200-SXM-141GB" },
    });
    expect(offers[3]).toMatchObject({ price: undefined, available: false });
    expect(hpcAiOfferRaw(offers[3] ?? {})?.stockStatus).toBe("OutOfStock");
    expect(hpcAiRaw(offers[3] ?? {})).toBeUndefined();
  });

  it.each(["region-two", "REGION-TWO", "r-2"])("finds a region by %s", async (region) => {
    const [first] = await search({ region, gpu: { model: "H200" } });
    expect(first?.id).toBe("r-2/t-h200-2/standard/region-two");
  });

  it.each([
    ["day", 20_000_000], // 480 / 24
    ["week", 19_047_619], // 3200 / 168 = 19.047619…
    ["month", 17_500_000], // 12600 / 720
  ] as const)("gives a reserved %s's price per hour", async (unit, perHourMicros) => {
    const offers = await search({ pricing: { kind: "reserved", unit, count: 1 } });
    expect(offers).toMatchObject([{ id: offerId, price: { kind: "reserved", perHourMicros } }]);
  });

  it("keeps to the pricing that was asked for", async () => {
    const kinds = async (kind: string) =>
      (await search({ pricing: { kind } })).map(({ price }) => price?.kind ?? "unknown");
    expect(await kinds("spot")).toEqual(["spot"]);
    expect(await kinds("on_demand")).toEqual(["on_demand", "on_demand", "unknown"]);
  });

  it("names the currency of the site", async () => {
    const site = "https://cloud.luchentech.com/api";
    nock("https://cloud.luchentech.com")
      .post("/api/resource/user/instance/list")
      .reply(200, fixture("catalogue"));
    const [luchen] = await collect(open({ baseUrl: site }).offers.search());
    expect(luchen?.price?.currency).toBe("CNY");
    const [own] = await search({}, { currency: "EUR" });
    expect(own?.price?.currency).toBe("EUR");
  });

  it("falls back on what the configuration declares when the catalogue is closed", async () => {
    const types = [
      { instanceTypeId: "t-1", regionId: "r-1", gpuName: "H200-SXM-141GB", gpuNum: 8 },
      {
        instanceTypeId: "t-2",
        regionId: "r-2",
        gpuName: "B200-SXM-180GB-SPOT",
        gpuNum: 8,
        isSpotInstance: true,
      },
    ];
    const regions = [{ regionId: "r-1", regionName: "region-one" }];
    catalogue().reply(404, "404 page not found");
    const offers = await collect(open({ catalogue: { types, regions } }).offers.search());
    expect(offers).toMatchObject([
      { id: "r-1/t-1/standard/region-one", price: undefined, available: true, region: "region-one" },
      { id: "r-2/t-2/spot", price: undefined, available: true, region: "r-2" },
    ]);
  });

  it("says what to do when the catalogue is closed and nothing is declared", async () => {
    catalogue().reply(404, "404 page not found");
    await expect(collect(open().offers.search())).rejects.toMatchObject({
      ...{ code: "invalid_config", field: "catalogue" },
      message: expect.stringContaining("declare what to rent"),
    });
  });

  it("does not take another answer for an empty catalogue", async () => {
    catalogue().reply(200, { data: [] });
    await expect(collect(open().offers.search())).rejects.toMatchObject({ code: "bad_response" });
    catalogue().reply(200, { instanceInfos: null });
    expect(await collect(open().offers.search())).toEqual([]);
  });
});

describe("volumes", () => {
  const listedAt = (currentPage: number, pageSize = 50) =>
    cloud().post("/api/storage/volume/list", { pager: { currentPage, pageSize } });
  const row = (volumeId: string, more: object = {}) => ({
    ...{ volumeId, name: "data", sizeGB: 100, region: "r-1", volumeType: "filesystem", ...more },
  });
  const volume = {
    ...{ id: "v-1", provider: "hpc-ai", name: "data", sizeMiB: 102_400, region: "r-1", type: "filesystem" },
  };

  it("are listed, over pages", async () => {
    listedAt(1, 1).reply(200, { volumeList: [row("v-1")], pager: { pageSize: 1, totalEntries: 2 } });
    listedAt(2, 1).reply(200, { volumeList: [row("v-2")], pager: { pageSize: 1, totalEntries: 2 } });
    const volumes = await collect(open({ facts: { pageSize: 1 } }).volumes.list());
    expect(volumes).toMatchObject([volume, { id: "v-2" }]);
    expect(hpcAiVolumeRaw(volumes[0] ?? {})).toEqual(row("v-1"));
    expect(hpcAiRaw(volumes[0] ?? {})).toBeUndefined();
  });

  it("are listed without a count: until a page is empty", async () => {
    listedAt(1).reply(200, { volumeList: [row("v-1")] });
    listedAt(2).reply(200, { volumeList: null });
    expect(await collect(open().volumes.list())).toHaveLength(1);
  });

  it("are listed without a count or pages: until the same comes again", async () => {
    listedAt(1).reply(200, { volumeList: [row("v-1"), row("v-2")] });
    listedAt(2).reply(200, { volumeList: [row("v-1"), row("v-2")] });
    expect(await collect(open().volumes.list())).toHaveLength(2);
  });

  it.each([
    ["another shape", { instances: [] }],
    ["a row without an id", { volumeList: [{ name: "data" }] }],
  ])("are never listed from %s", async (_, body) => {
    listedAt(1).reply(200, body);
    await expect(collect(open().volumes.list())).rejects.toMatchObject({ code: "bad_response" });
  });

  const spec = { name: "data", sizeMiB: 102_399, region: "r-1", type: "filesystem" };
  const created = () =>
    cloud().post("/api/storage/volume/create", {
      ...{ name: "data", sizeGB: 100, region: "r-1", volumeType: "filesystem" },
    });

  it.each([{ volumeId: "v-1" }, { id: "v-1" }])("are created, and known by %j", async (answer) => {
    created().reply(200, answer);
    expect(await open().volumes.create(spec)).toEqual(volume);
  });

  it("are created in a region by its name where the configuration declares it", async () => {
    created().reply(200, { volumeId: "v-1" });
    const types = [{ instanceTypeId: "t-1", regionId: "r-1" }];
    const regions = [{ regionId: "r-1", regionName: "Region One" }];
    const { region } = await open({ catalogue: { types, regions } }).volumes.create({
      ...{ ...spec, region: "region one" },
    });
    expect(region).toBe("r-1");
  });

  it.each([
    ["a volume of that name", [row("v-0", { name: "other" }), row("v-1")], "v-1"],
    ["one that says little", [{ id: "v-1", name: "data" }], "v-1"],
    ["one among namesakes", [row("v-0", { sizeGB: 5 }), row("v-2", { region: "r-2" }), row("v-1")], "v-1"],
  ])("are looked for by name where the answer has no id: %s", async (_, volumeList, id) => {
    created().reply(200, {});
    listedAt(1).reply(200, { volumeList, pager: { totalEntries: volumeList.length } });
    expect(await open().volumes.create(spec)).toEqual({ ...volume, id });
  });

  const unknown = { code: "bad_response", effect: "done", message: expect.stringContaining("data was made") };

  it.each([
    ["several fit", [row("v-1"), row("v-2")]],
    ["none is there yet", []],
  ])("are said to be made where their id cannot be told: %s", async (_, volumeList) => {
    created().reply(200, {});
    listedAt(1).reply(200, { volumeList, pager: { totalEntries: volumeList.length } });
    await expect(open().volumes.create(spec)).rejects.toMatchObject(unknown);
  });

  it("are said to be made although they cannot be looked for", async () => {
    created().reply(200, {});
    listedAt(1).reply(401, { code: -1, message: "Not logged in" });
    await expect(open().volumes.create(spec)).rejects.toMatchObject(unknown);
  });

  it.each([
    ["name", "invalid_argument"],
    ["region", "invalid_argument"],
    ["type", "invalid_argument"],
    ["offerId", "unsupported"],
  ])("are not created with a wrong %s (%s), and nothing is sent", async (field, code) => {
    const wrong = { ...spec, [field]: field === "offerId" ? "o-1" : undefined };
    await expect(open().volumes.create(wrong)).rejects.toMatchObject({ code, field, effect: "none" });
  });

  it("are created once, whatever the answer", async () => {
    created().reply(503);
    await expect(open().volumes.create(spec)).rejects.toMatchObject({
      ...{ code: "unavailable", effect: "maybe", retryable: false },
    });
  });

  it("are removed, and asked again after a lost answer", async () => {
    const removed = () => cloud().post("/api/storage/volume/delete", { volumeId: "v-1" });
    removed().reply(503);
    removed().reply(200, {});
    await open().volumes.remove("v-1");
  });

  it.each([
    [200, "Volume not found"],
    [400, "volume not found"],
    [404, "存储卷不存在"],
  ])("are not_found where the cloud says so: %i %s", async (status, message) => {
    cloud().post("/api/storage/volume/delete").reply(status, { message });
    await expect(open().volumes.remove("v-1")).rejects.toMatchObject({ code: "not_found", effect: "none" });
  });
});

describe("the account", () => {
  it("has a balance, in the currency of the site", async () => {
    const said = { balance: 12.5, availableBalance: 10, availableVoucherAmount: 2.5 };
    cloud().get("/api/balance").reply(200, said);
    expect(await open().account.balance()).toEqual({
      ...{ currency: "USD", availableMicros: 10_000_000 },
      parts: [
        { kind: "balance", micros: 12_500_000 },
        { kind: "voucher", micros: 2_500_000 },
      ],
    });
    nock("https://cloud.luchentech.com").get("/api/balance").reply(200, said);
    const luchen = open({ baseUrl: "https://cloud.luchentech.com/api" });
    expect((await luchen.account.balance()).currency).toBe("CNY");
  });

  it("says which path it was when the cloud closes it, which nothing documents", async () => {
    cloud().get("/api/balance").reply(404, "404 page not found");
    await expect(open().account.balance()).rejects.toMatchObject({
      ...{ code: "invalid_config", message: expect.stringContaining("GET balance") },
    });
  });
});

describe("logging in", () => {
  const empty = { instances: [] };
  const withCookie = (token: string) =>
    nock(origin, { reqheaders: { cookie: `AccessToken=${token}` } }).post("/api/instance/list");
  const credentials = { username: "ada@example.test", password: "correct horse" };
  const login = () =>
    nock(origin, { badheaders: ["cookie", "x-api-key"] }).post("/api/user/login", credentials);

  it("sends an access token as a cookie", async () => {
    withCookie("t-1").reply(200, empty);
    await collect(hpcAi({ accessToken: "t-1" }).list());
  });

  it("logs in once for several calls at once, and shares the token", async () => {
    login().reply(200, { accessToken: "t-2", accessExpire: 86_400 });
    withCookie("t-2").times(3).reply(200, empty);
    const provider = hpcAi({ ...credentials, clock: ownClock() });
    await Promise.all([1, 2, 3].map(() => collect(provider.list())));
  });

  const now = Date.parse("2026-11-21T00:00:00Z") / 1000;
  it.each<[string, string, object]>([
    ["what the login says", "opaque", { accessToken: "opaque", accessExpire: 1000 }],
    ...[jwt({ iat: now - 500, exp: now + 500 }), jwt({ exp: now + 1000 })].flatMap(
      (token): [string, string, object][] => [
        ["what the token says", token, { accessToken: token }],
        ["the shorter of both", token, { token, accessExpire: 86_400 }],
      ],
    ),
  ])("renews the token before it ends, by %s", async (_, token, first) => {
    const clock = ownClock();
    const provider = hpcAi({ ...credentials, clock });
    login().reply(200, first);
    withCookie(token).times(2).reply(200, empty);
    await collect(provider.list());
    await clock.sleep(899_000);
    await collect(provider.list());
    await clock.sleep(2000); // a tenth of its life is left
    login().reply(200, { accessToken: "t-new" });
    withCookie("t-new").reply(200, empty);
    await collect(provider.list());
  });

  const refused = { code: -1, message: "Not logged in or login expired, please log in again" };

  it.each([200, 401])(
    "logs in again once after a refusal with %i, and replays even a create",
    async (status) => {
      login().reply(200, { accessToken: "t-old" });
      login().reply(200, { accessToken: "t-new" });
      const create = (token: string) =>
        nock(origin, { reqheaders: { cookie: `AccessToken=${token}` } }).post("/api/instance/create");
      create("t-old").reply(status, refused);
      create("t-new").reply(200, { instanceId: "notebook-1" });
      const provider = hpcAi({ ...credentials, clock: ownClock() });
      expect((await provider.launch({ image, offerId })).id).toBe("notebook-1");
    },
  );

  it("does not show its token, whatever the cloud echoes", async () => {
    login().reply(200, { accessToken: "session-token-1" });
    withCookie("session-token-1").reply(400, { message: "invalid cookie AccessToken=session-token-1" });
    await expect(collect(hpcAi({ ...credentials, clock: ownClock() }).list())).rejects.toMatchObject({
      message: expect.not.stringContaining("session-token-1"),
    });
  });

  it("gives up when the new token is refused as well", async () => {
    login().reply(200, { accessToken: "t-1" });
    login().reply(200, { accessToken: "t-2" });
    withCookie("t-1").reply(401, refused);
    withCookie("t-2").reply(401, refused);
    const provider = hpcAi({ ...credentials, clock: ownClock() });
    await expect(collect(provider.list())).rejects.toMatchObject({
      ...{ code: "unauthenticated", effect: "none" },
      message: expect.not.stringContaining("cannot be renewed"),
    });
  });

  it("rents nothing when the login is refused or fails", async () => {
    const provider = hpcAi({ ...credentials, clock: ownClock() });
    login().reply(401, { code: -1, message: "Incorrect username or password" });
    await expect(provider.launch({ image, offerId })).rejects.toMatchObject({
      ...{ code: "unauthenticated", effect: "none" },
    });
    login().reply(200, {});
    await expect(provider.launch({ image, offerId })).rejects.toMatchObject({
      ...{ code: "bad_response", effect: "none" },
    });
  });

  it("takes one way to log in", () => {
    expect(() => hpcAi({ accessToken: "t", apiKey: "k" })).toThrow(/one way to log in/);
    expect(() => hpcAi({ ...credentials, apiKey: "k" })).toThrow(/one way to log in/);
    expect(() => hpcAi({ username: "ada" })).toThrow(/HPC_AI_PASSWORD/);
  });
});
