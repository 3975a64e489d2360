import { describe, expect, it } from "vitest";
import { createHpcAi, type HpcAiCredentials, type HpcAiSettings } from "../src/hpc-ai/cloud.ts";
import { startClouds } from "../src/kit/start.ts";

type Body = Readonly<Record<string, unknown>>;

const startAt = 1_800_000_000_000;
const untilRunning = 7000;
const regionOne = "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a01";
const regionTwo = "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a02";
const gpuImage = "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01";
const cpuImage = "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e02";
const type = (last: string) => `7e41c2b8-93d4-4f6a-a0c5-1b2d3e4f5a${last}`;

const order: Body = {
  name: "cp-trainer-5b1c9e",
  imageId: gpuImage,
  instanceTypeId: type("01"),
  region: regionOne,
  billing: { chargeMode: "perHour", duration: 1 },
  remoteStorages: [],
  instanceConfiguration: { enableCommonData: false, enableDocker: false, initScript: "" },
  isSpotInstance: false,
  nodePorts: [8080],
};

async function openHpcAi(settings: Partial<HpcAiSettings> = {}) {
  const kit = await startClouds<{ "hpc-ai": HpcAiCredentials }>(
    { "hpc-ai": (context) => createHpcAi(context, settings) },
    { clock: "manual", startAt },
  );
  const { apiKey, username, password } = kit.credentials["hpc-ai"];

  async function send(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const response = await fetch(`${kit.urls["hpc-ai"]}${path}`, {
      method,
      headers: { "content-type": "application/json", ...(headers ?? { "x-api-key": apiKey }) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: parse(text) };
  }

  const post = (path: string, body: unknown, headers?: Record<string, string>) =>
    send("POST", path, body, headers);
  const create = (more: Body = {}) => post("/instance/create", { ...order, ...more });
  const list = async (currentPage = 1, pageSize = 50) =>
    (await post("/instance/list", { pager: { currentPage, pageSize } })).body;

  return {
    kit,
    send,
    post,
    create,
    list,
    login: (more: Body = {}) => post("/user/login", { username, password, ...more }, {}),
    async rent(more: Body = {}) {
      const { body, text } = await create(more);
      const id = body["instanceId"];
      if (typeof id !== "string") throw new Error(`nothing was rented: ${text}`);
      return id;
    },
    act: (verb: string, instanceId: string) => post(`/instance/${verb}`, { instanceId }),
    rows: async () => ((await list())["instances"] ?? []) as Body[],
    [Symbol.asyncDispose]: kit.close,
  };
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, name) => (inner as Body | undefined)?.[name], value);
}

const status = (row: unknown) => at(row, "instanceRuntimeInfo.status");

const flag = (name: string, endpoint: string, value: string | number | boolean = true) =>
  ({ cloud: "hpc-ai", endpoint, fault: "flag", flag: name, value, times: 1 }) as const;

describe("life of an instance", () => {
  it("comes up step by step, is reachable when it runs, and bills until it is released", async () => {
    await using cloud = await openHpcAi();
    const created = await cloud.create();
    expect(created).toMatchObject({
      status: 200,
      body: { instanceId: expect.stringMatching(/^notebook-[0-9a-f-]{36}$/) },
    });
    expect(Object.keys(created.body)).toEqual(["instanceId"]);
    const id = String(created.body["instanceId"]);
    expect(cloud.kit.bill()).toMatchObject([
      { cloud: "hpc-ai", id, name: "cp-trainer-5b1c9e", since: startAt, perHour: 21.6, currency: "USD" },
    ]);

    const seen: unknown[] = [];
    for (const ms of [0, 1000, 4000, 2000]) {
      cloud.kit.clock.advance(ms);
      const [row] = await cloud.rows();
      seen.push([
        status(row),
        at(row, "instanceRuntimeInfo.phase"),
        at(row, "instanceSpecInfo.nodePorts.0.nodePort") !== 0,
      ]);
    }
    expect(seen).toEqual([
      ["Initializing", undefined, false],
      ["PullingImage", "DownloadImage", false],
      ["Starting", undefined, false],
      ["Running", undefined, true],
    ]);
    expect((await cloud.rows())[0]).toEqual({
      instanceMetadata: { instanceId: id, instanceName: "cp-trainer-5b1c9e", instanceUsername: "root" },
      instanceRuntimeInfo: { status: "Running" },
      instanceSpecInfo: {
        regionInfo: { sshAddress: "ssh.region-one.hpc-ai.example" },
        nodePorts: [
          { port: 22, nodePort: expect.any(Number) },
          { port: 8080, nodePort: expect.any(Number) },
        ],
      },
    });

    expect(await cloud.act("terminate", id)).toMatchObject({ status: 200, body: { instanceId: id } });
    expect(cloud.kit.bill()).toEqual([]);
    expect(status((await cloud.rows())[0])).toBe("Released");
    expect(await cloud.act("terminate", id)).toMatchObject({ status: 200 });
    cloud.kit.clock.advance(3000);
    expect(await cloud.list()).toEqual({
      instances: [],
      pager: { currentPage: 1, pageSize: 50, totalEntries: 0 },
    });
    expect(await cloud.act("terminate", id)).toMatchObject({
      status: 404,
      body: { message: "ent: instance not found" },
    });
    expect(cloud.kit.machines()).toMatchObject([
      { id, terminatedAt: startAt + untilRunning, state: "Released" },
    ]);
  });

  it("stops, starts and restarts, and refuses what does not fit the state", async () => {
    await using cloud = await openHpcAi();
    const id = await cloud.rent();
    expect(await cloud.act("stop", id)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("not running") },
    });
    cloud.kit.clock.advance(untilRunning);
    expect(await cloud.act("stop", id)).toMatchObject({ status: 200, body: { instanceId: id } });
    expect(status((await cloud.rows())[0])).toBe("Stopping");
    cloud.kit.clock.advance(2000);
    expect(status((await cloud.rows())[0])).toBe("Stopped");
    expect(cloud.kit.bill()).toMatchObject([{ id, perHour: 0.02, since: startAt, state: "Stopped" }]);
    for (const verb of ["stop", "restart"]) expect(await cloud.act(verb, id)).toMatchObject({ status: 400 });

    expect(await cloud.act("start", id)).toMatchObject({ body: { instanceId: id } });
    expect(status((await cloud.rows())[0])).toBe("Starting");
    expect(await cloud.act("start", id)).toMatchObject({ status: 400 });
    cloud.kit.clock.advance(2000);
    expect(await cloud.act("restart", id)).toMatchObject({ body: { instanceId: id } });
    expect(status((await cloud.rows())[0])).toBe("Restarting");
    cloud.kit.clock.advance(3000);
    expect(status((await cloud.rows())[0])).toBe("Running");
    for (const verb of ["stop", "start", "restart", "terminate"]) {
      expect(await cloud.act(verb, "notebook-none")).toMatchObject({
        body: { message: "ent: instance not found" },
      });
      expect(await cloud.post(`/instance/${verb}`, {})).toMatchObject({
        body: { message: 'field "instanceId" is not set' },
      });
    }
  });

  it("bills a subscription whether it runs or not", async () => {
    await using cloud = await openHpcAi();
    const id = await cloud.rent({ billing: { chargeMode: "perMonth", duration: 2 } });
    expect(cloud.kit.bill()[0]?.perHour).toBeCloseTo(12_500 / 720);
    cloud.kit.event("hpc-ai", "archive", { id });
    expect(cloud.kit.bill()[0]?.perHour).toBeCloseTo(12_500 / 720);
    cloud.kit.event("hpc-ai", "release", { id });
    expect(cloud.kit.bill()).toEqual([]);
  });

  it("never pulls an image that does not fit the machine", async () => {
    await using cloud = await openHpcAi();
    await cloud.rent({ imageId: cpuImage });
    cloud.kit.clock.advance(3_600_000);
    expect((await cloud.rows())[0]?.["instanceRuntimeInfo"]).toEqual({
      status: "Starting",
      phase: "DownloadImage",
      diagnosisReason: "BackOff",
      diagnosisMessage: 'Back-off pulling image "ubuntu-22.04"',
    });
    expect(cloud.kit.bill()).toHaveLength(1);
  });

  it("changes without a call", async () => {
    await using cloud = await openHpcAi();
    const id = await cloud.rent();
    cloud.kit.clock.advance(untilRunning);
    cloud.kit.event("hpc-ai", "stop", { id });
    expect(status((await cloud.rows())[0])).toBe("Stopping");
    cloud.kit.event("hpc-ai", "status", { id, status: "Dreaming" });
    expect(status((await cloud.rows())[0])).toBe("Dreaming");
    cloud.kit.event("hpc-ai", "status", { id, status: "Released" });
    expect(cloud.kit.bill()).toEqual([]);
    expect(() => cloud.kit.event("hpc-ai", "archive", { id: "x" })).toThrow("no instance");
  });
});

describe("being let in", () => {
  it("gives out a token of the usual shape, good as a cookie for as long as it says", async () => {
    await using cloud = await openHpcAi({ tokenLifetimeSeconds: 60 });
    const { status: code, body } = await cloud.login();
    expect(code).toBe(200);
    expect(body).toEqual({ accessToken: expect.any(String), accessExpire: 60 });
    const token = String(body["accessToken"]);
    const claims = parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ iat: startAt / 1000, exp: startAt / 1000 + 60, sub: expect.any(String) });
    const cookie = { cookie: `theme=dark; AccessToken=${token}` };
    expect(await cloud.send("GET", "/balance", undefined, cookie)).toMatchObject({
      status: 200,
      body: { balance: 1000 },
    });
    cloud.kit.clock.advance(60_000);
    expect(await cloud.send("GET", "/balance", undefined, cookie)).toMatchObject({
      status: 401,
      body: { code: -1, message: "Not logged in or login expired, please log in again" },
    });
  });

  it("ends older tokens at a login only if told to", async () => {
    for (const singleSession of [false, true]) {
      await using cloud = await openHpcAi({ singleSession });
      const { body } = await cloud.login();
      await cloud.login();
      const cookie = { cookie: `AccessToken=${String(body["accessToken"])}` };
      expect(await cloud.send("GET", "/balance", undefined, cookie)).toMatchObject({
        status: singleSession ? 401 : 200,
      });
    }
  });

  it("turns away everything else, with a status that can be chosen", async () => {
    await using cloud = await openHpcAi();
    for (const headers of [
      {},
      { "x-api-key": "wrong" },
      { cookie: "AccessToken=x" },
      { authorization: "Bearer x" },
    ]) {
      expect(await cloud.post("/instance/create", order, headers)).toMatchObject({
        status: 401,
        body: { code: -1 },
      });
    }
    expect(await cloud.login({ password: "wrong" })).toMatchObject({ status: 401, body: { code: -1 } });
    expect(await cloud.post("/user/login", { username: "x" }, {})).toMatchObject({
      body: { message: 'field "password" is not set' },
    });
    expect(cloud.kit.machines()).toEqual([]);
    const statuses = { missingField: 400, notFound: 404, refused: 400, notLoggedIn: 200 };
    await using quiet = await openHpcAi({ statuses });
    expect(await quiet.post("/instance/list", {}, {})).toMatchObject({ status: 200, body: { code: -1 } });
  });

  it("runs tokens out on demand", async () => {
    await using cloud = await openHpcAi();
    const { body } = await cloud.login();
    const cookie = { cookie: `AccessToken=${String(body["accessToken"])}` };
    cloud.kit.event("hpc-ai", "expireTokens");
    expect(await cloud.post("/instance/create", order, cookie)).toMatchObject({ status: 401 });
    cloud.kit.faults.add(flag("tokenExpired", "instance.create"));
    expect(await cloud.create()).toMatchObject({ status: 401 });
    expect(await cloud.create()).toMatchObject({ status: 200 });
    cloud.kit.faults.add(flag("loginFails", "auth.login"));
    expect(await cloud.login()).toMatchObject({ status: 401 });
    cloud.kit.faults.add(flag("tokenMember", "auth.login"));
    expect((await cloud.login()).body).toEqual({ token: expect.any(String), accessExpire: 86_400 });
  });

  it("keeps accounts apart", async () => {
    await using cloud = await openHpcAi();
    const instanceId = await cloud.rent();
    const other = { "x-api-key": "somebody-elses-key" };
    expect(await cloud.post("/instance/terminate", { instanceId }, other)).toMatchObject({ status: 404 });
    expect(
      (await cloud.post("/instance/list", { pager: { currentPage: 1, pageSize: 5 } }, other)).body,
    ).toMatchObject({ instances: [] });
    expect(await cloud.post("/instance/create", order, other)).toMatchObject({
      body: { message: expect.stringContaining("balance") },
    });
  });
});

describe("what an order must say", () => {
  const paths = [
    "name",
    "imageId",
    "instanceTypeId",
    "region",
    "billing",
    "billing.chargeMode",
    "billing.duration",
    "remoteStorages",
    "instanceConfiguration",
    "instanceConfiguration.enableCommonData",
    "instanceConfiguration.enableDocker",
    "instanceConfiguration.initScript",
    "nodePorts",
  ];

  function without(path: string): Body {
    const [first = "", second] = path.split(".");
    const inner = order[first];
    return {
      ...order,
      [first]: second === undefined ? undefined : { ...(inner as Body), [second]: undefined },
    };
  }

  it("complains about required members one by one, in their order", async () => {
    await using cloud = await openHpcAi();
    for (const path of paths) {
      expect(await cloud.post("/instance/create", without(path))).toMatchObject({
        status: 400,
        body: { message: `field "${path}" is not set` },
      });
    }
    expect((await cloud.post("/instance/create", {})).body).toEqual({ message: 'field "name" is not set' });
    expect(
      (await cloud.post("/instance/create", { ...without("region"), nodePorts: undefined })).body,
    ).toEqual({
      message: 'field "region" is not set',
    });
    expect(await cloud.post("/instance/create", "no json")).toMatchObject({ status: 400 });
    expect(cloud.kit.machines()).toEqual([]);
  });

  it.each([200, 500])("can do so with status %i", async (missingField) => {
    await using cloud = await openHpcAi({
      statuses: { missingField, notFound: 404, refused: 400, notLoggedIn: 401 },
    });
    expect(await cloud.create({ name: undefined })).toMatchObject({ status: missingField });
  });

  it("does without the optional ones", async () => {
    await using cloud = await openHpcAi();
    expect(await cloud.create({ isSpotInstance: undefined, name: "" })).toMatchObject({ status: 200 });
    expect(cloud.kit.bill()).toMatchObject([{ name: null }]);
  });

  it.each<[string, Body, number, string]>([
    ["an unknown image", { imageId: "x" }, 404, "image not found"],
    ["an unknown region", { region: "region-one" }, 404, "region not found"],
    ["an unknown type", { instanceTypeId: "x" }, 404, "instance type not found"],
    ["a type of another region", { region: regionTwo }, 404, "instance type not found"],
    ["a type without stock", { region: regionTwo, instanceTypeId: type("02") }, 400, "stock"],
    [
      "a spot type ordered as another",
      { region: regionTwo, instanceTypeId: type("03") },
      400,
      "isSpotInstance",
    ],
    [
      "a mode without a price",
      { instanceTypeId: type("05"), billing: { chargeMode: "perDay", duration: 1 } },
      400,
      "chargeMode",
    ],
    ["an unknown mode", { billing: { chargeMode: "perYear", duration: 1 } }, 400, "billing.chargeMode"],
    ["two hours at once", { billing: { chargeMode: "perHour", duration: 2 } }, 400, "billing.duration"],
    ["half a month", { billing: { chargeMode: "perMonth", duration: 0.5 } }, 400, "billing.duration"],
    ["ports as objects", { nodePorts: [{ port: 80 }] }, 400, "nodePorts"],
    ["a port out of range", { nodePorts: [70_000] }, 400, "nodePorts"],
    [
      "a storage without a path",
      { remoteStorages: [{}] },
      400,
      'field "remoteStorages[0].mountPath" is not set',
    ],
    ["a storage that is none", { remoteStorages: ["x"] }, 400, "remoteStorages[0]"],
    ["a name that is no text", { name: 5 }, 400, "name"],
    ["a flag that is none", { isSpotInstance: "no" }, 400, "isSpotInstance"],
  ])("refuses %s", async (_, more, code, message) => {
    await using cloud = await openHpcAi();
    expect(await cloud.create(more)).toMatchObject({
      status: code,
      body: { message: expect.stringContaining(message) },
    });
    expect(cloud.kit.machines()).toEqual([]);
  });

  it("rents spot machines that are ordered as such", async () => {
    await using cloud = await openHpcAi();
    const spot = { region: regionTwo, instanceTypeId: type("03"), isSpotInstance: true };
    expect(await cloud.create(spot)).toMatchObject({ status: 200 });
  });
});

describe("lists", () => {
  it("falls over without a pager, and knows no delete", async () => {
    await using cloud = await openHpcAi();
    for (const body of [
      {},
      { pager: {} },
      { pager: { currentPage: 0, pageSize: 10 } },
      { pager: { currentPage: 1 } },
    ]) {
      expect(await cloud.post("/instance/list", body)).toMatchObject({ status: 500, body: {} });
    }
    const id = await cloud.rent();
    expect(await cloud.act("delete", id)).toMatchObject({ status: 404 });
    expect(await cloud.send("GET", "/instance/list")).toMatchObject({ status: 404 });
  });

  it("pages newest first", async () => {
    await using cloud = await openHpcAi();
    const made = [await cloud.rent(), await cloud.rent(), await cloud.rent()];
    const idsOf = (body: Body) =>
      (body["instances"] as Body[]).map((row) => at(row, "instanceMetadata.instanceId"));
    const first = await cloud.list(1, 2);
    expect(idsOf(first)).toEqual([made[2], made[1]]);
    expect(first["pager"]).toEqual({ currentPage: 1, pageSize: 2, totalEntries: 3 });
    expect(idsOf(await cloud.list(2, 2))).toEqual([made[0]]);
    expect(idsOf(await cloud.list(3, 2))).toEqual([]);
  });

  it("can use the other member for the name, and more members", async () => {
    await using cloud = await openHpcAi({ nameMember: "name", unconfirmedMembers: true });
    await cloud.rent();
    expect((await cloud.rows())[0]?.["instanceMetadata"]).toMatchObject({
      name: "cp-trainer-5b1c9e",
      gpuName: "H200-SXM-141GB",
      gpuNum: 8,
      regionName: "region-one",
    });
  });
});

describe("catalogue, balance and volumes", () => {
  it("lists families, regions and sizes", async () => {
    await using cloud = await openHpcAi();
    const { body } = await cloud.post("/resource/user/instance/list", {});
    expect(at(body, "instanceInfos.0")).toMatchObject({
      gpuName: "H200-SXM-141GB",
      isSpotInstance: false,
      regionInfos: [
        {
          regionId: regionOne,
          regionName: "region-one",
          instanceTypeInfos: [
            {
              instanceTypeId: type("01"),
              gpuNum: 8,
              stockStatus: "InStock",
              price: expect.arrayContaining([{ chargeMode: "perHour", price: 21.6 }]),
            },
          ],
        },
        { regionId: regionTwo, instanceTypeInfos: [{ stockStatus: "OutOfStock" }] },
      ],
    });
    const infos = body["instanceInfos"] as Body[];
    expect(infos.find((info) => info["isSpotInstance"] === true)).toMatchObject({
      gpuName: "B200-SXM-180GB-SPOT",
    });
    const cpu = infos.find((info) => info["gpuName"] === undefined);
    expect(at(cpu, "regionInfos.0.instanceTypeInfos.0")).not.toHaveProperty("gpuNum");
    cloud.kit.event("hpc-ai", "stock", { typeId: type("01"), stockStatus: "OutOfStock" });
    expect(await cloud.create()).toMatchObject({ status: 400 });
    cloud.kit.event("hpc-ai", "stock", { typeId: type("01"), stockStatus: "InStock" });
    expect(await cloud.create()).toMatchObject({ status: 200 });
  });

  it("shows what is left, and rents nothing to the penniless", async () => {
    await using cloud = await openHpcAi();
    cloud.kit.event("hpc-ai", "balance", { username: cloud.kit.credentials["hpc-ai"].username, balance: 0 });
    expect((await cloud.send("GET", "/balance")).body).toEqual({
      balance: 0,
      availableBalance: 0,
      availableVoucherAmount: 0,
      availableCreditAmount: 0,
    });
    expect(await cloud.create()).toMatchObject({
      body: { message: "insufficient balance, please recharge" },
    });
    expect(await cloud.send("GET", "/balance", undefined, {})).toMatchObject({ status: 401 });
  });

  it("keeps volumes", async () => {
    await using cloud = await openHpcAi();
    const volume = { name: "data", sizeGB: 100, region: regionOne, volumeType: "highspeedstorage" };
    const create = (more: Body = {}) => cloud.post("/storage/volume/create", { ...volume, ...more });
    const { body } = await create();
    const volumeId = String(body["volumeId"]);
    expect(
      (await cloud.post("/storage/volume/list", { pager: { currentPage: 1, pageSize: 10 } })).body,
    ).toEqual({
      volumeList: [{ ...volume, volumeId }],
    });
    expect(await cloud.post("/storage/volume/list", {})).toMatchObject({ status: 500 });
    for (const name of ["name", "sizeGB", "region", "volumeType"]) {
      expect((await create({ [name]: undefined })).body).toEqual({ message: `field "${name}" is not set` });
    }
    expect(await create({ sizeGB: 0 })).toMatchObject({ status: 400 });
    expect(await create({ volumeType: "tape" })).toMatchObject({ status: 400 });
    expect(await create({ region: "x" })).toMatchObject({ status: 404 });
    const mount = {
      mountPath: "/root/data",
      remoteStorageName: "data",
      remoteStorageId: volumeId,
      type: "highspeedstorage",
    };
    expect(await cloud.create({ remoteStorages: [mount] })).toMatchObject({ status: 200 });
    expect(await cloud.create({ remoteStorages: [{ ...mount, remoteStorageId: "x" }] })).toMatchObject({
      status: 404,
    });
    expect((await cloud.post("/storage/volume/delete", { volumeId })).body).toEqual({});
    expect((await cloud.post("/storage/volume/delete", { volumeId })).body).toEqual({
      message: "Volume not found",
    });
    await using silent = await openHpcAi({ volumeCreateAnswer: "empty" });
    expect((await silent.post("/storage/volume/create", volume)).body).toEqual({});
  });
});

describe("switches", () => {
  it("refuses for want of machines or money, in Chinese too", async () => {
    await using cloud = await openHpcAi();
    cloud.kit.faults.add(flag("noCapacity", "instance.create"), flag("chinese", "instance.create"));
    expect((await cloud.create()).body).toEqual({ message: "库存不足" });
    cloud.kit.faults.add(flag("insufficientBalance", "instance.create"));
    expect(await cloud.create()).toMatchObject({ body: { message: expect.stringContaining("balance") } });
    await using luchen = await openHpcAi({ language: "zh", currency: "CNY" });
    expect((await luchen.act("stop", "x")).body).toEqual({ message: "实例不存在" });
    expect(await luchen.post("/instance/list", {}, {})).toMatchObject({
      body: { code: -1, message: expect.stringContaining("未登录") },
    });
    expect((await luchen.create({ name: undefined })).body).toEqual({ message: 'field "name" is not set' });
    await luchen.rent();
    expect(luchen.kit.bill()).toMatchObject([{ currency: "CNY" }]);
  });

  it.each([
    ["stuck", "Initializing"],
    ["failInitialization", "InitializationFailed"],
    ["failStart", "StartingFailed"],
    ["pullBackOff", "Starting"],
  ])("%s leaves an instance in %s, billing", async (name, word) => {
    await using cloud = await openHpcAi();
    cloud.kit.faults.add(flag(name, "instance.create"));
    const id = await cloud.rent();
    cloud.kit.clock.advance(3_600_000);
    expect(status((await cloud.rows())[0])).toBe(word);
    expect(cloud.kit.bill()).toMatchObject([{ id }]);
    await cloud.act("terminate", id);
    expect(cloud.kit.bill()).toEqual([]);
  });

  it("spoils the list", async () => {
    await using cloud = await openHpcAi();
    cloud.kit.faults.add(flag("nullInstances", "instance.list"));
    expect(await cloud.list()).toMatchObject({ instances: null, pager: { totalEntries: 0 } });
    cloud.kit.faults.add(flag("missingInstances", "instance.list"));
    expect(await cloud.list()).not.toHaveProperty("instances");
    await cloud.rent();
    cloud.kit.faults.add(flag("missingPager", "instance.list"), flag("nullInstances", "instance.list"));
    expect(await cloud.list()).toEqual({ instances: [expect.anything()] });
    cloud.kit.faults.add(flag("unknownStatus", "instance.list", "Dreaming"));
    expect(status((await cloud.rows())[0])).toBe("Dreaming");
    cloud.kit.faults.add(flag("unknownStatus", "instance.create"), flag("stuck", "instance.create"));
    await cloud.rent();
    expect(status((await cloud.rows())[0])).toBe("Hibernating");
  });

  it("takes away prices, and whole endpoints", async () => {
    await using cloud = await openHpcAi();
    cloud.kit.faults.add(flag("nullPrices", "catalog.types"));
    const { body } = await cloud.post("/resource/user/instance/list", {});
    expect(at(body, "instanceInfos.0.regionInfos.0.instanceTypeInfos.0.price.0.price")).toBeNull();
    cloud.kit.faults.add(flag("gone", "catalog.types"), flag("gone", "account.balance"));
    expect(await cloud.post("/resource/user/instance/list", {})).toMatchObject({
      status: 404,
      text: "404 page not found",
    });
    expect(await cloud.send("GET", "/balance")).toMatchObject({ status: 404 });
  });

  it("shows late, deletes late or not at all, and brings back", async () => {
    await using cloud = await openHpcAi();
    cloud.kit.faults.add(flag("visibleAfterMs", "instance.create", 20_000));
    const id = await cloud.rent();
    expect(await cloud.rows()).toEqual([]);
    expect(cloud.kit.bill()).toHaveLength(1);
    cloud.kit.clock.advance(20_000);
    expect(await cloud.rows()).toHaveLength(1);
    cloud.kit.faults.add(flag("lostDelete", "instance.terminate"));
    expect(await cloud.act("terminate", id)).toMatchObject({ status: 200 });
    expect(cloud.kit.bill()).toHaveLength(1);
    cloud.kit.faults.add(flag("delayedDeleteMs", "instance.terminate", 5000));
    await cloud.act("terminate", id);
    cloud.kit.clock.advance(4999);
    expect(cloud.kit.bill()).toHaveLength(1);
    cloud.kit.clock.advance(1);
    expect(cloud.kit.bill()).toEqual([]);

    const ghost = await cloud.rent();
    cloud.kit.clock.advance(untilRunning);
    cloud.kit.faults.add(
      flag("lingerMs", "instance.terminate", 10_000),
      flag("resurrectAfterMs", "instance.terminate", 60_000),
    );
    await cloud.act("terminate", ghost);
    cloud.kit.clock.advance(9000);
    expect(status((await cloud.rows())[0])).toBe("Running");
    expect(cloud.kit.bill()).toEqual([]);
    cloud.kit.clock.advance(1000);
    expect(await cloud.rows()).toEqual([]);
    cloud.kit.clock.advance(50_000);
    expect(status((await cloud.rows())[0])).toBe("Running");
    expect(cloud.kit.bill()).toMatchObject([{ id: ghost }]);
  });

  it("can be created without the caller's learning of it", async () => {
    await using cloud = await openHpcAi();
    cloud.kit.faults.add({
      cloud: "hpc-ai",
      endpoint: "instance.create",
      fault: "reset",
      work: "done",
      times: 1,
    });
    await expect(cloud.create()).rejects.toThrow();
    expect(await cloud.rows()).toHaveLength(1);
    expect(cloud.kit.bill()).toHaveLength(1);
  });
});
