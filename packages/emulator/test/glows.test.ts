import { describe, expect, it } from "vitest";
import { createGlows, type GlowsCredentials, type GlowsSettings } from "../src/glows/cloud.ts";
import { startClouds } from "../src/kit/start.ts";

type Body = Readonly<Record<string, unknown>>;

const startAt = 1_800_000_000_000;
const untilRunning = 6000;

async function openGlows(settings: Partial<GlowsSettings> = {}) {
  const kit = await startClouds<{ glows: GlowsCredentials }>(
    { glows: (context) => createGlows(context, settings) },
    { clock: "manual", startAt },
  );

  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${kit.urls.glows}/sdk/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${kit.credentials.glows.token}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Body> {
    return JSON.parse((await send(method, path, body, headers)).text) as Body;
  }

  let keys = 0;
  const create = (more: Body = {}) => call("POST", "/instance", { ...order(`key-${keys++}`), ...more });

  return {
    kit,
    send,
    call,
    create,
    async rent(more: Body = {}) {
      const id = at(await create(more), "instance.instanceID");
      if (typeof id !== "string") throw new Error("nothing was rented");
      return id;
    },
    get: (id: string) => call("GET", `/instance?request_id=${id}`),
    list: (query = "page=1&per_page=20") => call("GET", `/instance/list?${query}`),
    [Symbol.asyncDispose]: kit.close,
  };
}

const order = (key: string): Body => ({
  from_image_id: "img-87p9kq26",
  gpu_name: "NVIDIA GeForce RTX 4090",
  custom_meta_key: key,
  instance_category: "container",
  region_name: "TW-04",
});

/** The member at a dotted path. */
function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, name) => (inner as Body | undefined)?.[name], value);
}

const ids = (body: Body) => (body["instances"] as Body[]).map((row) => row["instanceID"]);

describe("life of an instance", () => {
  it("is queued with zeros, runs with an address and a price, and bills only then", async () => {
    await using glows = await openGlows();
    const created = await glows.create({
      custom_meta_key: "order.1",
      remark: "trainer",
      envs: "MODE=train;SEED=7",
      unit_qty: 2,
      ports: '[{"port":8080,"protocol":2}]',
    });
    const id = String(at(created, "instance.instanceID"));
    expect(created).toMatchObject({
      code: 0,
      msg: "",
      instance: {
        instanceID: expect.stringMatching(/^ins-.{8}$/),
        category: "container",
        status: "SchedQueued",
        priceCent: 0,
        hardware: {
          gpuName: "NVIDIA GeForce RTX 4090",
          cpuName: "",
          gpuNum: 2,
          gpuRamMB: 0,
          cpuCoresNum: 0,
          ramMB: 0,
          diskGB: 0,
        },
        baseImage: { imageID: "img-87p9kq26", imageName: "Ubuntu20.04 CUDA12.2 Python3.9" },
        baseSnap: null,
        sshCred: { user: "root", password: expect.stringMatching(/./) },
        accesses: [
          { protocol: "ssh", listenPort: 22, url: "" },
          { protocol: "http", listenPort: 8080, url: "" },
        ],
        createTime: { seconds: startAt / 1000 },
        envs: "MODE=train;SEED=7",
        remark: "trainer",
        metaKey: "order.1",
        sourceType: "SourceSDK",
        netEndpointInfos: null,
        regionName: "TW-04",
      },
    });
    expect(glows.kit.bill()).toEqual([]);
    expect(glows.kit.machines()).toMatchObject([{ id, identity: "order.1", terminatedAt: undefined }]);

    glows.kit.clock.advance(2000);
    expect(at(await glows.get(id), "instance.status")).toBe("Pending");
    expect(glows.kit.bill()).toEqual([]);

    glows.kit.clock.advance(4000);
    expect(await glows.call("GET", "/instance?meta_key=order.1")).toMatchObject({
      instance: {
        instanceID: id,
        status: "Running",
        priceCent: 130,
        hardware: { gpuNum: 2, gpuRamMB: 24_564, cpuCoresNum: 20, ramMB: 86_016, diskGB: 100 },
        accesses: [
          { url: expect.stringMatching(/^ssh:\/\/tw-\d\d\.access\.glows\.ai:\d+$/) },
          { url: expect.stringMatching(/^https:\/\/tw-\d\d\.access\.glows\.ai:\d+$/) },
        ],
        netEndpointInfos: [],
      },
    });
    expect(glows.kit.bill()).toMatchObject([
      { cloud: "glows", id, name: "order.1", since: startAt + 6000, perHour: 1.3, currency: "CREDIT:glows" },
    ]);

    expect(await glows.call("DELETE", `/instance?request_id=${id}`)).toEqual({ code: 0, msg: "" });
    expect(at(await glows.get(id), "instance.status")).toBe("Canceling");
    expect(glows.kit.bill()).toEqual([]);
    glows.kit.clock.advance(2000);
    // An ended instance can still be read.
    expect(at(await glows.get(id), "instance.status")).toBe("Exited");
    expect(ids(await glows.list())).toEqual([id]);
    expect(await glows.call("DELETE", `/instance?request_id=${id}`)).toMatchObject({ code: 20 });
    expect(glows.kit.machines()).toMatchObject([{ terminatedAt: startAt + 8000, state: "Exited" }]);
  });

  it("is cancelled by its meta key, also while it is queued", async () => {
    await using glows = await openGlows({ releasedReadable: false, secondCancelCode: 6 });
    await glows.create({ custom_meta_key: "k" });
    expect(await glows.call("DELETE", "/instance?meta_key=k")).toMatchObject({ code: 0 });
    glows.kit.clock.advance(60_000);
    expect(await glows.call("GET", "/instance?meta_key=k")).toMatchObject({ code: 6 });
    expect(await glows.list()).toMatchObject({ instances: [] });
    expect(await glows.call("DELETE", "/instance?meta_key=k")).toMatchObject({ code: 6 });
  });

  it("goes through a pause for a snapshot, from which another instance can be made", async () => {
    await using glows = await openGlows();
    const id = await glows.rent();
    expect(await glows.call("POST", "/snapshot", { instance_id: id })).toMatchObject({ code: 20 });
    glows.kit.clock.advance(untilRunning);
    const taken = await glows.call("POST", "/snapshot", { instance_id: id, name: "checkpoint" });
    expect(taken).toEqual({
      code: 0,
      msg: "",
      snapshot_ids: [expect.stringMatching(/^snap-/)],
      instance_id: id,
      status: "Pausing",
    });
    const seen: unknown[] = [];
    for (const ms of [0, 3000, 2000, 2000]) {
      glows.kit.clock.advance(ms);
      seen.push(at(await glows.get(id), "instance.status"));
    }
    expect(seen).toEqual(["Pausing", "Paused", "Resuming", "Running"]);
    const { snapshots } = await glows.call("GET", "/snapshot/list?status=3");
    expect(snapshots).toMatchObject([
      { instance_id: id, status: 3, type: 1, size_bytes: 2 ** 30, modify_time: startAt / 1000 + 11 },
    ]);
    expect(at(snapshots, "0.name")).toBeUndefined();
    const copy = await glows.create({ from_image_id: undefined, from_snap_id: at(taken, "snapshot_ids.0") });
    expect(copy).toMatchObject({ instance: { baseImage: null, baseSnap: { snapName: "checkpoint" } } });
  });

  it("changes without a call", async () => {
    await using glows = await openGlows();
    const [lost, finished, saved] = [await glows.rent(), await glows.rent(), await glows.rent()];
    glows.kit.clock.advance(untilRunning);
    glows.kit.event("glows", "hostLost", { id: lost });
    glows.kit.event("glows", "finish", { id: finished });
    glows.kit.event("glows", "creditGone");
    expect(at(await glows.get(lost), "instance.status")).toBe("Unavail");
    expect(at(await glows.get(finished), "instance.status")).toBe("Finished");
    expect(at(await glows.get(saved), "instance.status")).toBe("ExitSnapshotted");
    expect(await glows.call("GET", "/instance/stat")).toEqual({
      code: 0,
      msg: "",
      stats: { Unavail: 1, Finished: 1, ExitSnapshotted: 1 },
    });
    expect(glows.kit.bill()).toEqual([]);
    glows.kit.event("glows", "recover", { id: lost });
    glows.kit.event("glows", "status", { id: finished, status: "Rebooted" });
    expect(glows.kit.bill()).toMatchObject([{ id: lost }]);
    expect(() => glows.kit.event("glows", "finish", { id: "ins-none" })).toThrow("no instance");
  });

  it("takes ports from a registry image only as they are asked for", async () => {
    await using glows = await openGlows();
    const { image_id } = await glows.call("POST", "/image", {
      image_link: "registry.example.com/team/run:1",
    });
    const plain = await glows.create({ from_image_id: image_id });
    expect(at(plain, "instance.accesses")).toEqual([]);
    const stock = await glows.create();
    expect(at(stock, "instance.accesses")).toMatchObject([
      { protocol: "ssh", listenPort: 22 },
      { protocol: "http", listenPort: 8888 },
    ]);
    for (const ports of ["no json", "{}", '[{"port":0,"protocol":1}]', '[{"port":80,"protocol":3}]', "[1]"]) {
      expect(await glows.create({ ports })).toMatchObject({ code: 6 });
    }
  });
});

describe("being let in", () => {
  it("answers 176 with 200 to a missing, wrong or run-out token, and does nothing", async () => {
    await using glows = await openGlows();
    for (const authorization of ["", "Bearer wrong", "glows-emulator-token"]) {
      const { status, text } = await glows.send("GET", "/instance/list?page=1&per_page=20", undefined, {
        authorization,
      });
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ code: 176 });
    }
    glows.kit.faults.add({ cloud: "glows", fault: "flag", flag: "tokenExpired", times: 1 });
    expect(await glows.create()).toMatchObject({ code: 176 });
    expect(glows.kit.machines()).toEqual([]);
    const token = glows.kit.credentials.glows.token;
    const query = new URLSearchParams({ page: "1", per_page: "20", Authorization: `Bearer ${token}` });
    expect(
      await glows.call("GET", `/instance/list?${query}`, undefined, { authorization: "" }),
    ).toMatchObject({ code: 0 });
  });

  it("can answer 401 instead", async () => {
    await using glows = await openGlows({ rejectedTokenStatus: 401 });
    expect(await glows.send("GET", "/instance/stat", undefined, { authorization: "x" })).toMatchObject({
      status: 401,
    });
  });

  it("keeps accounts apart, but not their meta keys", async () => {
    await using glows = await openGlows();
    const id = await glows.rent({ custom_meta_key: "shared" });
    const other = { authorization: "Bearer glows-emulator-token-of-somebody-else" };
    expect(await glows.call("GET", `/instance?request_id=${id}`, undefined, other)).toMatchObject({
      code: 6,
    });
    expect(await glows.call("DELETE", `/instance?request_id=${id}`, undefined, other)).toMatchObject({
      code: 6,
    });
    expect(await glows.call("GET", "/instance/list?page=1&per_page=1", undefined, other)).toMatchObject({
      instances: [],
    });
    expect(await glows.call("POST", "/instance", order("shared"), other)).toMatchObject({ code: 10 });
  });

  it("shows machines of the console and does not cancel them", async () => {
    await using glows = await openGlows();
    glows.kit.event("glows", "consoleInstance", { region: "TW-04", model: "NVIDIA L40S PCIe" });
    const [id] = ids(await glows.list()) as [string];
    expect(await glows.get(id)).toMatchObject({ instance: { sourceType: "SourceWeb", status: "Running" } });
    expect(await glows.call("DELETE", `/instance?request_id=${id}`)).toMatchObject({ code: 6 });
    expect(await glows.call("POST", "/snapshot", { instance_id: id })).toMatchObject({ code: 114 });
    expect(glows.kit.bill()).toMatchObject([{ id, name: null }]);
  });

  it("answers unknown paths with 404 in plain text, and can be moved", async () => {
    await using glows = await openGlows({
      routes: {
        "instance.cancel": { method: "POST", path: "/instance/cancel", parameters: "body" },
        "instance.stat": { path: "/instance/stats" },
      },
    });
    const id = await glows.rent();
    expect(await glows.send("DELETE", `/instance?request_id=${id}`)).toEqual({
      status: 404,
      text: "404 page not found",
    });
    expect(await glows.send("GET", "/instance/stat")).toMatchObject({ status: 404 });
    expect(await glows.call("GET", "/instance/stats")).toMatchObject({ stats: { SchedQueued: 1 } });
    expect(await glows.call("POST", "/instance/cancel", { request_id: id })).toMatchObject({ code: 0 });
  });
});

describe("what an order may say", () => {
  it.each<[string, Body]>([
    ["two sources", { from_snap_id: "snap-12345678" }],
    ["no source", { from_image_id: undefined }],
    ["an unknown image", { from_image_id: "img-unknown1" }],
    ["an unknown snapshot", { from_image_id: undefined, from_snap_id: "snap-unknown" }],
    ["two models", { cpu_name: "AMD EPYC 9354 32-Core Processor" }],
    ["no model", { gpu_name: undefined }],
    ["an unknown model", { gpu_name: "RTX_4090" }],
    ["a long model", { gpu_name: "x".repeat(129) }],
    ["no meta key", { custom_meta_key: undefined }],
    ["a long meta key", { custom_meta_key: "k".repeat(65) }],
    ["no region", { region_name: undefined }],
    ["an unknown category", { instance_category: "pod" }],
    ["a category by its number", { instance_category: 0 }],
    ["a long remark", { remark: "r".repeat(33) }],
    ["a long command", { cmd: "c".repeat(513) }],
    ["a command for a virtual machine", { instance_category: "vm", cmd: "sleep 1" }],
    ["long variables", { envs: "e".repeat(513) }],
    ["ports that are no text", { ports: [{ port: 80, protocol: 2 }] }],
    ["negative units", { unit_qty: -1 }],
    ["units as text", { unit_qty: "2" }],
    ["two networks", { net_ids: ["net-1", "net-2"] }],
    ["an unknown network", { net_ids: ["net-1"] }],
    ["an unknown network type", { network_type: 8 }],
    ["an unknown public address", { public_ip_id: "net-12345678" }],
    ["another machine's resource", { base_resource: { resource_id: "x" } }],
    ["an extra that is not on offer", { extra_resource: { cpus: 3 } }],
  ])("refuses %s with 6", async (_, more) => {
    await using glows = await openGlows();
    expect(await glows.create(more)).toMatchObject({ code: 6, msg: expect.any(String) });
    expect(glows.kit.machines()).toEqual([]);
  });

  it("refuses a repeated meta key, strange regions and sold-out models with their own codes", async () => {
    await using glows = await openGlows();
    await glows.create({ custom_meta_key: "once" });
    expect(await glows.create({ custom_meta_key: "once" })).toMatchObject({ code: 10 });
    expect(await glows.create({ region_name: "MARS-1" })).toMatchObject({ code: 206 });
    expect(await glows.create({ region_name: "US-09" })).toMatchObject({ code: 208 });
    expect(await glows.create({ gpu_name: "NVIDIA H100 80GB HBM3", region_name: "JP-01" })).toMatchObject({
      code: 215,
    });
    expect(await glows.create({ unit_qty: 9 })).toMatchObject({ code: 215 });
    glows.kit.event("glows", "restock", { region: "JP-01", model: "NVIDIA H100 80GB HBM3" });
    expect(await glows.create({ gpu_name: "NVIDIA H100 80GB HBM3", region_name: "JP-01" })).toMatchObject({
      code: 0,
    });
    glows.kit.event("glows", "soldOut", { region: "TW-04", model: "NVIDIA GeForce RTX 4090" });
    expect(await glows.create()).toMatchObject({ code: 215 });
    expect(glows.kit.machines()).toHaveLength(2);
  });

  it("counts live instances against the quota", async () => {
    await using glows = await openGlows({ maxInstances: 1 });
    const id = await glows.rent();
    expect(await glows.create()).toMatchObject({ code: 198 });
    await glows.call("DELETE", `/instance?request_id=${id}`);
    glows.kit.clock.advance(2000);
    expect(await glows.create()).toMatchObject({ code: 0 });
  });

  it("rents machines without a graphics card, and extra processors", async () => {
    await using glows = await openGlows();
    const cpu = { gpu_name: undefined, cpu_name: "AMD EPYC 9354 32-Core Processor", region_name: "TW-03" };
    const id = await glows.rent(cpu);
    const more = await glows.rent({ extra_resource: { cpus: 4 } });
    glows.kit.clock.advance(untilRunning);
    expect(await glows.get(id)).toMatchObject({
      instance: { priceCent: 12, hardware: { gpuName: "", gpuNum: 0, cpuCoresNum: 8 } },
    });
    expect(await glows.get(more)).toMatchObject({
      instance: { priceCent: 85, hardware: { cpuCoresNum: 14 } },
    });
  });

  it("accepts ids with and without their prefix", async () => {
    await using glows = await openGlows();
    const id = await glows.rent({ from_image_id: "87p9kq26" });
    expect(at(await glows.get(id.slice(4)), "instance.instanceID")).toBe(id);
    glows.kit.faults.add({ cloud: "glows", endpoint: "instance.create", fault: "flag", flag: "legacyIds" });
    const old = await glows.rent();
    expect(old).toMatch(/^\w{8}$/);
    expect(at(await glows.get(`ins-${old}`), "instance.instanceID")).toBe(old);
  });
});

describe("lists", () => {
  it("insists on pages of at most 20 for instances", async () => {
    await using glows = await openGlows();
    for (const query of [
      "",
      "page=1",
      "per_page=20",
      "page=0&per_page=20",
      "page=1&per_page=21",
      "page=1&per_page=0",
      "page=x&per_page=1",
    ]) {
      expect(await glows.list(query)).toMatchObject({ code: 6 });
    }
    expect(await glows.call("GET", "/instance")).toMatchObject({ code: 6 });
  });

  it("is newest first unless turned round, and says how much there is", async () => {
    await using glows = await openGlows();
    const made = [await glows.rent(), await glows.rent(), await glows.rent()];
    const first = await glows.list("page=1&per_page=2");
    expect(ids(first)).toEqual([made[2], made[1]]);
    expect(first["pagination"]).toEqual({ total: 3, numPages: 2, page: 1, perPage: 2 });
    expect(ids(await glows.list("page=2&per_page=2&ascending=true"))).toEqual([made[2]]);
    expect(ids(await glows.list("page=3&per_page=2"))).toEqual([]);
    glows.kit.clock.advance(untilRunning);
    expect(at(await glows.list(), "instances.0")).toMatchObject({
      accesses: [],
      netEndpointInfos: [],
      status: "Running",
    });
  });

  it("drops status words it does not know", async () => {
    await using glows = await openGlows();
    const running = await glows.rent();
    glows.kit.clock.advance(untilRunning);
    const queued = await glows.rent();
    const list = async (query: string) => ids(await glows.list(`page=1&per_page=20&${query}`));
    expect(await list("statuses=Running")).toEqual([running]);
    expect(await list("statuses=Running&statuses=SchedQueued")).toEqual([queued, running]);
    expect(await list("statuses=Running&statuses=Runing")).toEqual([running]);
    expect(await list("statuses=Runing")).toEqual([queued, running]);
    expect(await list("statuses=Exited")).toEqual([]);
  });
});

describe("the catalogue", () => {
  it("lists what fits an image, by region if asked", async () => {
    await using glows = await openGlows();
    const specs = (query: string) => glows.call("GET", `/spec/list?${query}`);
    expect(await specs("from_image_id=img-87p9kq26")).toMatchObject({ code: 6 });
    expect(await specs("machine_category=0")).toMatchObject({ code: 6 });
    expect(await specs("machine_category=4&from_image_id=img-87p9kq26")).toMatchObject({ code: 6 });
    const all = await specs("machine_category=0&from_image_id=img-87p9kq26");
    expect(all).toMatchObject({ regions: [], pagination: { total: 5, perPage: 20 } });
    expect(at(all, "specs.0")).toEqual({
      region_name: "TW-03",
      machine_category: 0,
      instance_categories: [0, 1],
      base_resource: {
        resource_id: expect.any(String),
        unit_qty: 1,
        unit_spec: {
          cpus: 10,
          gpus: 1,
          disk_gb: 100,
          gpu_name: "NVIDIA GeForce RTX 4090",
          cpu_name: "Intel(R) Xeon(R) Platinum 8352V CPU @ 2.10GHz",
          ram_mb: 43_008,
        },
      },
      extra_resources: [{ resource: { cpus: 4 }, price: { millicent_per_hour: 20_000 } }],
      price: { millicent_per_hour: 49_000 },
      avail: true,
      max_available_units: 8,
    });
    expect(await specs("machine_category=1&from_image_id=img-87p9kq26")).toMatchObject({
      specs: [{ machine_category: 1 }],
    });
    const jp = await specs("machine_category=0&from_image_id=img-87p9kq26&region_name=JP-01");
    expect(jp).toMatchObject({ specs: [{ avail: false, max_available_units: 0 }] });
    expect(await specs("machine_category=0&from_image_id=img-87p9kq26&region_name=X")).toMatchObject({
      code: 206,
    });
    const grouped = await specs(
      "machine_category=0&from_image_id=img-87p9kq26&by_region=true&per_page=2&instance_category=1",
    );
    expect(grouped).toMatchObject({
      specs: [],
      pagination: { total: 2, numPages: 1 },
      regions: [
        { region_name: "TW-03", specs: [{}] },
        {
          region_name: "TW-04",
          specs: [{ base_resource: { unit_spec: { gpu_name: "NVIDIA H100 80GB HBM3" } } }],
        },
      ],
    });
  });

  it("takes images by their link, once", async () => {
    await using glows = await openGlows({ maxPendingImages: 2 });
    const image_link = "registry.example.com/team/runtime:cuda12.2";
    const made = await glows.call("POST", "/image", { image_link });
    expect(made).toMatchObject({ code: 0, name: expect.stringMatching(/^sdk-10001-\d{19}-runtime$/) });
    expect(await glows.call("POST", "/image", { image_link })).toMatchObject({ code: 174 });
    expect(await glows.call("POST", "/image", { image_link: "two links" })).toMatchObject({ code: 6 });
    expect(await glows.call("POST", "/image", { image_link: `r/${"x".repeat(511)}` })).toMatchObject({
      code: 6,
    });
    expect(await glows.call("POST", "/image", {})).toMatchObject({ code: 6 });
    await glows.call("POST", "/image", { image_link: "a/b" });
    expect(await glows.call("POST", "/image", { image_link: "a/c" })).toMatchObject({ code: 192 });
    glows.kit.clock.advance(30_000);
    expect(await glows.call("POST", "/image", { image_link: "a/c" })).toMatchObject({ code: 0 });
    expect(at(await glows.call("GET", "/image/list"), "pagination.total")).toBe(6);
    expect(at(await glows.call("GET", "/image/list?owned=true&page=0&per_page=0"), "pagination")).toEqual({
      total: 3,
      numPages: 1,
      page: 1,
      perPage: 20,
    });
    expect(await glows.call("GET", "/image/list?keywords=torch")).toMatchObject({
      images: [{ image_id: "img-4x7mz2va" }],
    });
    expect(await glows.call("GET", "/image/list?per_page=21")).toMatchObject({ code: 6 });
    expect(await glows.call("DELETE", "/image", { image_id: made["image_id"] })).toEqual({
      code: 0,
      msg: "",
    });
    expect(await glows.call("DELETE", "/image", { image_id: made["image_id"] })).toMatchObject({ code: 6 });
    expect(await glows.call("DELETE", "/image", { image_id: "img-87p9kq26" })).toMatchObject({ code: 6 });
  });

  it("makes networks with one name each, and joins instances to them", async () => {
    await using glows = await openGlows({ maxNetworks: 2, maxEndpointsPerNetwork: 2 });
    const made = await glows.call("POST", "/network", { name: "mesh", region_name: "TW-04" });
    const network_id = String(made["network_id"]);
    const create = (more: Body) =>
      glows.call("POST", "/network", { name: "other", region_name: "TW-04", ...more });
    expect(await create({ name: "mesh" })).toMatchObject({ code: 133 });
    expect(await create({ region_name: "X" })).toMatchObject({ code: 206 });
    expect(await create({ region_name: "US-09" })).toMatchObject({ code: 208 });
    expect(await create({ network_type: 6 })).toMatchObject({ code: 6 });
    expect(await create({ name: "n".repeat(33) })).toMatchObject({ code: 6 });
    expect(await create({ region_name: "JP-01" })).toMatchObject({ code: 0 });
    expect(await create({ name: "third" })).toMatchObject({ code: 88 });
    expect(await glows.call("GET", "/network/list")).toMatchObject({
      networks: [
        {
          netID: network_id,
          name: "mesh",
          createTime: { seconds: startAt / 1000 },
          clusterType: "Overlay",
          domain: 0,
        },
      ],
    });
    expect(await glows.call("GET", "/network/list?domain=2")).toMatchObject({
      networks: [{ name: "other" }],
    });

    const member = await glows.rent({ net_ids: [network_id] });
    const [a, b] = [await glows.rent(), await glows.rent()];
    const attach = (...instance_ids: unknown[]) =>
      glows.call("POST", "/network/attach", { network_id, instance_ids });
    expect(await attach(a)).toMatchObject({ code: 20 });
    glows.kit.clock.advance(untilRunning);
    expect(at(await glows.get(member), "instance.netEndpointInfos")).toMatchObject([
      { netID: network_id, status: "Connected" },
    ]);
    expect(await attach()).toMatchObject({ code: 6 });
    expect(await attach(...Array.from({ length: 11 }, () => a))).toMatchObject({ code: 6 });
    expect(await attach(member)).toMatchObject({ code: 89 });
    expect(await attach(a, b)).toMatchObject({ code: 164 });
    expect(await attach(a, a)).toMatchObject({ network_id, endpoint_ids: [expect.stringMatching(/^ept-/)] });
    const endpoints = await glows.call("GET", `/network/endpoint/list?network_id=${network_id}`);
    expect(endpoints).toMatchObject({ endpoints: [{ instance_id: member, status: 2 }, { instance_id: a }] });
    expect(await glows.call("GET", "/network/endpoint/list")).toMatchObject({ code: 6 });

    glows.kit.event("glows", "publicIp", { region: "TW-04" });
    const owned = await glows.call("GET", "/network/list?network_type=6");
    expect(await glows.create({ public_ip_id: at(owned, "networks.0.netID") })).toMatchObject({ code: 0 });
  });
});

describe("switches", () => {
  const flag = (name: string, endpoint: string, value: string | number | boolean = true) =>
    ({ cloud: "glows", endpoint, fault: "flag", flag: name, value, times: 1 }) as const;

  it.each([
    ["noCapacity", "instance.create", 215],
    ["instanceQuota", "instance.create", 198],
    ["internalError", "instance.create", 1],
  ])("%s refuses %s with %i", async (name, endpoint, code) => {
    await using glows = await openGlows();
    glows.kit.faults.add(flag(name, endpoint));
    expect(await glows.create()).toMatchObject({ code });
    expect(await glows.create()).toMatchObject({ code: 0 });
  });

  it("refuses snapshots for want of room, permission or quota", async () => {
    await using glows = await openGlows({ maxSnapshots: 2 });
    const id = await glows.rent();
    glows.kit.clock.advance(untilRunning);
    const take = () => glows.call("POST", "/snapshot", { instance_id: id });
    glows.kit.faults.add(flag("diskQuota", "snapshot.create"));
    expect(await take()).toMatchObject({ code: 17 });
    glows.kit.faults.add(flag("snapshotNotAllowed", "snapshot.create"));
    expect(await take()).toMatchObject({ code: 114 });
    glows.kit.faults.add(flag("snapshotCount", "snapshot.create", 3));
    expect(await take()).toMatchObject({ code: 199 });
    glows.kit.faults.add(flag("snapshotCount", "snapshot.create", 2));
    expect(at(await take(), "snapshot_ids")).toHaveLength(2);
    await using poor = await openGlows({ storagePlan: false });
    const other = await poor.rent();
    poor.kit.clock.advance(untilRunning);
    expect(await poor.call("POST", "/snapshot", { instance_id: other })).toMatchObject({ code: 17 });
  });

  it("leaves out or changes members of the answer", async () => {
    await using glows = await openGlows();
    const id = await glows.rent();
    glows.kit.faults.add(flag("codeMissing", "instance.get"));
    expect(await glows.get(id)).not.toHaveProperty("code");
    glows.kit.faults.add(flag("secondsAsText", "instance.get"), flag("nullNetEndpointInfos", "instance.get"));
    expect(await glows.get(id)).toMatchObject({
      instance: { createTime: { seconds: String(startAt / 1000) }, netEndpointInfos: null },
    });
    glows.kit.faults.add(flag("unknownStatus", "instance.list", "Dreaming"));
    expect(at(await glows.list(), "instances.0.status")).toBe("Dreaming");
    glows.kit.faults.add(flag("unknownStatus", "instance.create"), flag("stuck", "instance.create"));
    const strange = await glows.rent();
    glows.kit.clock.advance(60_000);
    expect(at(await glows.get(strange), "instance.status")).toBe("Hibernating");
  });

  it("hides, fails and loses what a caller must not lose", async () => {
    await using glows = await openGlows();
    glows.kit.faults.add(flag("visibleAfterMs", "instance.create", 5000));
    const late = await glows.rent({ custom_meta_key: "late" });
    expect(await glows.get(late)).toMatchObject({ code: 6 });
    expect(ids(await glows.list())).toEqual([]);
    expect(await glows.create({ custom_meta_key: "late" })).toMatchObject({ code: 10 });
    glows.kit.clock.advance(untilRunning);
    expect(ids(await glows.list())).toEqual([late]);

    glows.kit.faults.add(flag("lostDelete", "instance.cancel"));
    expect(await glows.call("DELETE", `/instance?request_id=${late}`)).toMatchObject({ code: 0 });
    expect(glows.kit.bill()).toHaveLength(1);
    glows.kit.faults.add(flag("delayedDeleteMs", "instance.cancel", 10_000));
    await glows.call("DELETE", `/instance?request_id=${late}`);
    glows.kit.clock.advance(9999);
    expect(glows.kit.bill()).toHaveLength(1);
    glows.kit.clock.advance(1);
    expect(glows.kit.bill()).toEqual([]);

    glows.kit.faults.add(flag("failStart", "instance.create"));
    const failed = await glows.rent();
    glows.kit.clock.advance(untilRunning);
    expect(at(await glows.get(failed), "instance.status")).toBe("Unavail");

    const ghost = await glows.rent();
    glows.kit.clock.advance(untilRunning);
    glows.kit.faults.add(
      flag("lingerMs", "instance.cancel", 5000),
      flag("resurrectAfterMs", "instance.cancel", 60_000),
    );
    await glows.call("DELETE", `/instance?request_id=${ghost}`);
    expect(at(await glows.get(ghost), "instance.status")).toBe("Running");
    expect(glows.kit.bill()).toEqual([]);
    glows.kit.clock.advance(10_000);
    expect(at(await glows.get(ghost), "instance.status")).toBe("Exited");
    glows.kit.clock.advance(60_000);
    expect(glows.kit.bill()).toMatchObject([{ id: ghost }]);
  });

  it("can name fewer endpoints than it made, and withhold the snapshot an instance came from", async () => {
    await using glows = await openGlows();
    const { network_id } = await glows.call("POST", "/network", { name: "mesh", region_name: "TW-04" });
    const [a, b] = [await glows.rent(), await glows.rent()];
    glows.kit.clock.advance(untilRunning);
    glows.kit.faults.add(flag("fewerEndpoints", "network.attach"));
    const attached = await glows.call("POST", "/network/attach", { network_id, instance_ids: [a, b] });
    expect(attached["endpoint_ids"]).toHaveLength(1);
    const { snapshot_ids } = await glows.call("POST", "/snapshot", { instance_id: a });
    const from = { from_image_id: undefined, from_snap_id: at(snapshot_ids, "0") };
    expect(await glows.create(from)).toMatchObject({ code: 20 });
    glows.kit.clock.advance(10_000);
    glows.kit.faults.add(flag("nullBaseSnap", "instance.create"));
    expect(at(await glows.create(from), "instance.baseSnap")).toBeNull();
  });

  it("has its faults on the wire from the kit", async () => {
    await using glows = await openGlows();
    glows.kit.faults.add({ cloud: "glows", endpoint: "instance.list", fault: "rate_limit", times: 1 });
    expect(await glows.send("GET", "/instance/list?page=1&per_page=20")).toMatchObject({ status: 429 });
    glows.kit.faults.add({
      cloud: "glows",
      endpoint: "instance.create",
      fault: "reset",
      work: "done",
      times: 1,
    });
    await expect(glows.create({ custom_meta_key: "cut" })).rejects.toThrow();
    expect(await glows.call("GET", "/instance?meta_key=cut")).toMatchObject({ code: 0 });
  });
});
