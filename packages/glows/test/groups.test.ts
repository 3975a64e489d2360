import { nock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { glows, glowsRecord } from "../src/index.ts";
import { endpoint, image, network, ok, pagination, snapshot } from "./fixtures/answers.ts";
import { all, api, refusalOf, token } from "./support.ts";

const provider = glows({ token });
const moment = new Date("2025-10-09T08:53:20.000Z");

describe("stats.counts", () => {
  it("adds up the words of each status", async () => {
    const stats = { Running: 2, Exited: 5, Finished: "1", SchedQueued: 1, Hibernating: 3, constructor: 1 };
    api().get("/sdk/v1/instance/stat").query({}).reply(200, ok({ stats }));
    expect(await provider.stats.counts()).toEqual({ running: 2, terminated: 6, pending: 1, unknown: 4 });
  });

  it("goes by the configuration's words, and leaves out what there is none of", async () => {
    const taught = glows({ token, statuses: { Hibernating: { status: "stopped" } } });
    api()
      .get("/sdk/v1/instance/stat")
      .reply(200, ok({ stats: { Hibernating: 3 } }));
    expect(await taught.stats.counts()).toEqual({ stopped: 3 });
    api()
      .get("/sdk/v1/instance/stat")
      .reply(200, ok({ stats: {} }));
    expect(await taught.stats.counts()).toEqual({});
  });

  it.each([{}, { stats: null }, { stats: [] }, { stats: { Running: "two" } }, { stats: { Running: -1 } }])(
    "never takes %j for no machines",
    async (body) => {
      api().get("/sdk/v1/instance/stat").reply(200, ok(body));
      await expect(provider.stats.counts()).rejects.toMatchObject({ code: "bad_response" });
    },
  );
});

describe("images", () => {
  it("lists all pages of what the account can use", async () => {
    const other = { ...image, image_id: "p0t4kx92", name: null, status: null, create_time: "0" };
    api()
      .get("/sdk/v1/image/list")
      .query({ page: 1, per_page: 20 })
      .reply(200, ok({ ...pagination(2, 1, 2), images: [image] }));
    api()
      .get("/sdk/v1/image/list")
      .query({ page: 2, per_page: 20 })
      .reply(200, ok({ ...pagination(2, 2, 2), images: [other] }));
    const images = await all(provider.images.list());
    expect(images).toEqual([
      {
        ...{ id: "img-bbbb2222", provider: "glows", name: image.name, providerStatus: "0" },
        createdAt: moment,
      },
      { id: "p0t4kx92", provider: "glows" },
    ]);
    expect(glowsRecord(images[0] ?? {})).toEqual(image);
  });

  it("asks for the account's own, by words of their names", async () => {
    api()
      .get("/sdk/v1/image/list")
      .query({ page: 1, per_page: 20, owned: true, keywords: "torch" })
      .reply(200, ok({ ...pagination(1), images: [image] }));
    expect(await all(provider.images.list({ owned: true, search: "torch" }))).toMatchObject([
      { id: "img-bbbb2222", owned: true },
    ]);
  });

  it("is made from a registry reference", async () => {
    api()
      .post("/sdk/v1/image", { image_link: "docker.io/acme/train:1" })
      .reply(200, ok({ image_id: "img-new00000", name: "sdk-10001-1760000000000000000-train" }));
    expect(await provider.images.create({ source: "docker.io/acme/train:1" })).toEqual({
      ...{ id: "img-new00000", provider: "glows", name: "sdk-10001-1760000000000000000-train", owned: true },
    });
  });

  it("is removed by a body", async () => {
    api().delete("/sdk/v1/image", { image_id: "img-new00000" }).reply(200, ok());
    await expect(provider.images.remove("img-new00000")).resolves.toBeUndefined();
  });

  it("is removed where and how the configuration says", async () => {
    const posted = { "image.delete": { method: "POST", path: "sdk/v1/image/delete" } } as const;
    api().post("/sdk/v1/image/delete", { image_id: "img-1" }).reply(200, ok());
    await glows({ token, endpoints: posted }).images.remove("img-1");
    const asked = { "image.delete": { path: "sdk/v1/image?image_id={image_id}" } };
    api().delete("/sdk/v1/image").query({ image_id: "img 1" }).reply(200, ok());
    await glows({ token, endpoints: asked }).images.remove("img 1");
  });

  it("refuses before anything is sent what the cloud would", async () => {
    const { list, create, remove } = provider.images;
    const wrong = { code: "invalid_argument", effect: "none" };
    const link = `docker.io/${"x".repeat(503)}`;
    expect(await refusalOf(create({ source: link }))).toMatchObject({ ...wrong, field: "source" });
    expect(await refusalOf(create({ source: "a b" }))).toMatchObject({ ...wrong, field: "source" });
    expect(await refusalOf(create({ source: "a\nb" }))).toMatchObject({ ...wrong, field: "source" });
    const search = "x".repeat(101);
    expect(await refusalOf(all(list({ search })))).toMatchObject({ ...wrong, field: "search" });
    expect(await refusalOf(remove("i".repeat(65)))).toMatchObject({ ...wrong, field: "id" });
  });

  it("takes a link of exactly 512 bytes", async () => {
    const source = `docker.io/${"x".repeat(502)}`;
    api()
      .post("/sdk/v1/image", { image_link: source })
      .reply(200, ok({ image_id: "img-1", name: "" }));
    expect(await provider.images.create({ source })).toEqual({ id: "img-1", provider: "glows", owned: true });
  });
});

describe("snapshots", () => {
  it("become one or several", async () => {
    api()
      .post("/sdk/v1/snapshot", { instance_id: "ins-aaaa1111", name: "before-lunch" })
      .reply(200, ok({ snapshot_ids: ["snap-1", "snap-2"], instance_id: "ins-aaaa1111", status: "Pausing" }));
    const common = {
      provider: "glows",
      instanceId: "ins-aaaa1111",
      name: "before-lunch",
      status: "creating",
    };
    expect(await provider.snapshots.create("ins-aaaa1111", { name: "before-lunch" })).toEqual([
      { id: "snap-1", ...common },
      { id: "snap-2", ...common },
    ]);
  });

  it("need no name", async () => {
    api()
      .post("/sdk/v1/snapshot", { instance_id: "ins-aaaa1111" })
      .reply(200, ok({ snapshot_ids: ["snap-1"], instance_id: "aaaa1111", status: "Pausing" }));
    expect(await provider.snapshots.create("ins-aaaa1111")).toMatchObject([{ instanceId: "ins-aaaa1111" }]);
  });

  it("are all listed, in whatever state", async () => {
    const rows = [
      snapshot,
      { ...snapshot, snapshot_id: "snap-2", status: 1, size_bytes: 0, vol_size_bytes: 0 },
      { snapshot_id: "snap-3", status: null, size_bytes: "5000000000000", create_time: "1760000000" },
    ];
    api()
      .get("/sdk/v1/snapshot/list")
      .query({ page: 1, per_page: 20 })
      .reply(200, ok({ ...pagination(3, 1, 2), snapshots: rows.slice(0, 2) }));
    api()
      .get("/sdk/v1/snapshot/list")
      .query({ page: 2, per_page: 20 })
      .reply(200, ok({ ...pagination(3, 2, 2), snapshots: rows.slice(2) }));
    const common = { provider: "glows", instanceId: "ins-aaaa1111", createdAt: moment };
    const found = await all(provider.snapshots.list());
    expect(found).toEqual([
      { id: "snap-eeee5555", ...common, status: "ready", providerStatus: "3", sizeBytes: 1_073_741_824 },
      { id: "snap-2", ...common, status: "unknown", providerStatus: "1" },
      ...[
        {
          id: "snap-3",
          provider: "glows",
          status: "unknown",
          sizeBytes: 5_000_000_000_000,
          createdAt: moment,
        },
      ],
    ]);
    expect(glowsRecord(found[0] ?? {})?.["vol_size_bytes"]).toBe(10_737_418_240);
  });

  it.each([
    ["the cloud's number of a status", ["ready"], { status: "3" }],
    ["everything, for one without a number", ["ready", "creating"], {}],
    ["everything, for those that nobody knows", ["unknown"], {}],
  ] as const)("are asked for by %s", async (_, statuses, query) => {
    const rows = [snapshot, { ...snapshot, snapshot_id: "snap-2", status: 1 }];
    api()
      .get("/sdk/v1/snapshot/list")
      .query({ page: 1, per_page: 20, ...query })
      .reply(200, ok({ ...pagination(2), snapshots: rows }));
    const found = await all(provider.snapshots.list({ statuses }));
    // The rows are looked at again, whatever was asked.
    expect(found.every(({ status }) => (statuses as readonly string[]).includes(status))).toBe(true);
    expect(found).toHaveLength(1);
  });

  it("are not asked for by a status that there is not", async () => {
    const wrong = { statuses: ["done"] } as unknown as { statuses: ["ready"] };
    await expect(all(provider.snapshots.list(wrong))).rejects.toMatchObject({
      ...{ code: "invalid_argument", effect: "none" },
    });
  });

  it("have the states that the configuration gives to their numbers", async () => {
    const taught = glows({ token, snapshotStatuses: { "1": "creating", "3": "failed" } });
    api()
      .get("/sdk/v1/snapshot/list")
      .query(true)
      .reply(
        200,
        ok({ ...pagination(2), snapshots: [snapshot, { ...snapshot, snapshot_id: "snap-2", status: 1 }] }),
      );
    expect((await all(taught.snapshots.list())).map(({ status }) => status)).toEqual(["failed", "creating"]);
  });

  it("refuses before anything is sent what the cloud would", async () => {
    const { create } = provider.snapshots;
    const wrong = { code: "invalid_argument", effect: "none" };
    expect(await refusalOf(create("ins-1", { name: "x".repeat(33) }))).toMatchObject({
      ...wrong,
      field: "name",
    });
    expect(await refusalOf(create("i".repeat(65)))).toMatchObject({ ...wrong, field: "id" });
    const providerOptions = { glows: { pause: false } };
    const field = "providerOptions.glows.pause";
    expect(await refusalOf(create("ins-1", { providerOptions }))).toMatchObject({ ...wrong, field });
  });
});

describe("networks", () => {
  it("are made by name and region", async () => {
    api()
      .post("/sdk/v1/network", { name: "mesh-a", region_name: "TW-04" })
      .reply(200, ok({ network_id: "net-cccc3333" }));
    expect(await provider.networks.create({ name: "mesh-a", region: "TW-04" })).toEqual({
      ...{ id: "net-cccc3333", provider: "glows", name: "mesh-a", kind: "private" },
    });
  });

  const page = (query: object, body: object) =>
    api()
      .get("/sdk/v1/network/list")
      .query({ per_page: 20, ...query })
      .reply(200, ok(body));

  it("are listed with the public addresses, over all pages of both", async () => {
    const second = { ...network, netID: "net-2", name: "", createTime: null };
    const address = { netID: "net-3", name: "public-ip", createTime: { seconds: "1760000000" } };
    page({ page: 1, network_type: 0, domain: 0 }, { ...pagination(2, 1, 2), networks: [network] });
    page({ page: 2, network_type: 0, domain: 0 }, { ...pagination(2, 2, 2), networks: [second] });
    page({ page: 1, network_type: 6, domain: 0 }, { ...pagination(1), networks: [address] });
    const found = await all(provider.networks.list());
    expect(found).toEqual([
      { id: "net-cccc3333", provider: "glows", name: "mesh-a", kind: "private", createdAt: moment },
      { id: "net-2", provider: "glows", kind: "private", createdAt: moment },
      { id: "net-3", provider: "glows", name: "public-ip", kind: "public_ip", createdAt: moment },
    ]);
    expect(glowsRecord(found[0] ?? {})?.["clusterType"]).toBe("Overlay");
  });

  it("are listed in every domain that the option names", async () => {
    const none = { ...pagination(0, 1, 0), networks: null };
    page({ page: 1, network_type: 0, domain: 0 }, none);
    page({ page: 1, network_type: 6, domain: 0 }, none);
    page({ page: 1, network_type: 0, domain: 2 }, { ...pagination(1), networks: [network] });
    page({ page: 1, network_type: 6, domain: 2 }, none);
    expect(await all(glows({ token, networkDomains: [0, 2] }).networks.list())).toHaveLength(1);
  });

  it("are never fewer than the cloud counts, whichever list lacks them", async () => {
    for (let walk = 0; walk < 3; walk += 1) {
      page({ page: 1, network_type: 0, domain: 0 }, { ...pagination(2), networks: [network] });
      page({ page: 1, network_type: 6, domain: 0 }, { ...pagination(0, 1, 0), networks: [] });
    }
    await expect(all(provider.networks.list())).rejects.toMatchObject({ code: "unavailable" });
  });

  it("are joined by up to ten machines, each once", async () => {
    const ten = Array.from({ length: 10 }, (_, number) => `ins-${number}`);
    api()
      .post("/sdk/v1/network/attach", { network_id: "net-cccc3333", instance_ids: ten })
      .reply(200, ok({ network_id: "net-cccc3333", endpoint_ids: ["ept-1"] }));
    await expect(provider.networks.attach("net-cccc3333", [...ten, "ins-0"])).resolves.toBeUndefined();
  });

  it("refuses before anything is sent what the cloud would", async () => {
    const { create, attach, endpoints } = provider.networks;
    const wrong = { code: "invalid_argument", effect: "none" };
    const long = "x".repeat(65);
    const eleven = Array.from({ length: 11 }, (_, number) => `ins-${number}`);
    const named = create({ name: "x".repeat(33), region: "TW-04" });
    expect(await refusalOf(named)).toMatchObject({ ...wrong, field: "name" });
    const placed = create({ name: "mesh-a", region: "台".repeat(43) });
    expect(await refusalOf(placed)).toMatchObject({ ...wrong, field: "region" });
    expect(await refusalOf(attach("net-1", eleven))).toMatchObject({ ...wrong, field: "instanceIds" });
    expect(await refusalOf(attach("net-1", []))).toMatchObject({ ...wrong, field: "instanceIds" });
    expect(await refusalOf(attach("net-1", [long]))).toMatchObject({ ...wrong, field: "instanceIds" });
    expect(await refusalOf(attach(long, ["ins-1"]))).toMatchObject({ ...wrong, field: "networkId" });
    expect(await refusalOf(all(endpoints(long)))).toMatchObject({ ...wrong, field: "networkId" });
  });

  it("show the machines in them, over all pages", async () => {
    const bare = { endpoint_id: "ept-2" };
    const list = (number: number, row: object) =>
      api()
        .get("/sdk/v1/network/endpoint/list")
        .query({ network_id: "net-cccc3333", page: number, per_page: 20 })
        .reply(200, ok({ ...pagination(2, number, 2), endpoints: [row] }));
    list(1, endpoint);
    list(2, bare);
    expect(await all(provider.networks.endpoints("net-cccc3333"))).toEqual([
      {
        ...{
          id: "ept-ffff6666",
          networkId: "net-cccc3333",
          instanceId: "ins-aaaa1111",
          cidr: "10.64.0.2/24",
        },
        ...{ mac: "02:00:00:00:00:01", providerStatus: "2", createdAt: moment },
      },
      { id: "ept-2", networkId: "net-cccc3333" },
    ]);
  });
});

const lists = [
  ["image.list", "images", "image_id", image, () => provider.images.list()],
  ["snapshot.list", "snapshots", "snapshot_id", snapshot, () => provider.snapshots.list()],
  ["network.list", "networks", "netID", network, () => provider.networks.list()],
  ["network.endpoints", "endpoints", "endpoint_id", endpoint, () => provider.networks.endpoints("net-1")],
] as const;

describe.each(lists)("%s", (name, key, id, row, list) => {
  const path =
    name === "network.endpoints" ? "/sdk/v1/network/endpoint/list" : `/sdk/v1/${name.replace(".", "/")}`;

  it.each([
    ["no code", { msg: "", ...pagination(0), [key]: [] }],
    ["no rows, and a count that says otherwise", ok(pagination(3))],
    ["no count", ok({ [key]: [] })],
    ["a row without an id", ok({ ...pagination(2), [key]: [row, { ...row, [id]: " " }] })],
    ["a list in place of the object", []],
  ])("never takes an answer with %s for an empty list", async (_, body) => {
    api().get(path).query(true).reply(200, JSON.stringify(body));
    await expect(all<unknown>(list())).rejects.toMatchObject({ code: "bad_response", effect: "none" });
  });

  it("throws when the pages hold less than the cloud counts", async () => {
    api()
      .get(path)
      .query(true)
      .reply(200, ok({ ...pagination(2), [key]: [row] }))
      .persist();
    await expect(all<unknown>(list())).rejects.toMatchObject({ code: "unavailable" });
    nock.cleanAll();
  });

  it("throws when the token is refused", async () => {
    api().get(path).query(true).reply(200, { code: 176, msg: "invalid token" });
    await expect(all<unknown>(list())).rejects.toMatchObject({ code: "unauthenticated" });
  });
});
