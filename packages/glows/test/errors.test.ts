import { type Clock, isComputeError } from "@gpuport/core";
import { nock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { glows } from "../src/index.ts";
import { ok, pagination, running } from "./fixtures/answers.ts";

const token = "sdk-token-of-the-tests";
const request = { offerId: "TW-04/gpu/container/1/NVIDIA L40S PCIe", image: "img-bbbb2222" };
const api = () => nock("https://a.glows.ai");

/** Time passes only where somebody waits for it. */
function waitlessClock(): Clock {
  let now = 1_760_000_000_000;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    alarm() {
      throw new Error("nothing here is leased");
    },
  };
}

const web = "<html><body>Bad gateway</body></html>";

const open = () => glows({ token, clock: waitlessClock() });

async function listAll(provider: ReturnType<typeof open>): Promise<void> {
  for await (const _ of provider.list());
}

/**
 * A launch whose every create is answered the same, and whose machine is never there. The effect `none` of an answer is
 * believed: one create, no look. After `maybe` the machine is looked for, and the create repeated under the same key, until
 * it is proven that nothing was rented.
 */
async function failedLaunch(status: number, body: string): Promise<Record<string, unknown>> {
  const seen = { creates: 0, looks: 0 };
  const counted = (what: keyof typeof seen, answer: string | object) => () => {
    seen[what] += 1;
    return answer;
  };
  api().post("/sdk/v1/instance").reply(status, counted("creates", body)).persist();
  api().get("/sdk/v1/instance").query(true).reply(200, counted("looks", noSuchMachine)).persist();
  const error: unknown = await open()
    .launch(request)
    .catch((reason: unknown) => reason);
  nock.cleanAll();
  if (!isComputeError(error)) throw new Error("it was not refused", { cause: error });
  const { code, scope, effect, retryable, providerCode } = error;
  return { ...seen, code, scope, effect, retryable, providerCode };
}

const expectedCounts = (effect: "none" | "maybe") =>
  effect === "none"
    ? { creates: 1, looks: 0 }
    : { creates: 4, looks: expect.toSatisfy((looks) => looks > 4) };

const noSuchMachine = { code: 6, msg: "illegal instance" };
const noMachines = ok({ ...pagination(0), instances: [] });

/** code, meaning, effect on a create, scope, whether trying again may help. */
const rows: readonly [
  number,
  string,
  { code: string; effect: "none" | "maybe"; scope: string; retryable: boolean },
][] = [
  [1, "InternalError", { code: "unavailable", effect: "maybe", scope: "provider", retryable: true }],
  [6, "ParamIllegal", { code: "invalid_argument", effect: "none", scope: "request", retryable: false }],
  [7, "PermissionDenied", { code: "permission_denied", effect: "none", scope: "account", retryable: false }],
  [10, "MetaKeyExist", { code: "conflict", effect: "none", scope: "request", retryable: false }],
  [17, "DiskQuotaExceeded", { code: "quota_exceeded", effect: "none", scope: "account", retryable: false }],
  [20, "IllegalStatus", { code: "conflict", effect: "none", scope: "request", retryable: false }],
  [88, "OutOfNetCountLimit", { code: "quota_exceeded", effect: "none", scope: "account", retryable: false }],
  [89, "EndpointExist", { code: "conflict", effect: "none", scope: "request", retryable: false }],
  [114, "TakingSnapNotAllowed", { code: "conflict", effect: "none", scope: "request", retryable: false }],
  [133, "NetNameRepeat", { code: "conflict", effect: "none", scope: "request", retryable: false }],
  [164, "OutOfNetEndpoint", { code: "quota_exceeded", effect: "none", scope: "account", retryable: false }],
  [174, "ImageAlreadyExists", { code: "conflict", effect: "none", scope: "request", retryable: false }],
  [176, "invalid token", { code: "unauthenticated", effect: "none", scope: "account", retryable: false }],
  [192, "ImagePendingLimit", { code: "quota_exceeded", effect: "none", scope: "account", retryable: true }],
  [198, "UserNodeQtyExceed", { code: "quota_exceeded", effect: "none", scope: "account", retryable: false }],
  [199, "UserSnapQtyExceed", { code: "quota_exceeded", effect: "none", scope: "account", retryable: false }],
  [206, "InvalidDomainInfo", { code: "invalid_argument", effect: "none", scope: "region", retryable: false }],
  [
    208,
    "RegionAccessDenied",
    { code: "permission_denied", effect: "none", scope: "region", retryable: false },
  ],
  [215, "NoResource", { code: "no_capacity", effect: "none", scope: "region", retryable: true }],
  [4711, "in no table", { code: "unknown", effect: "maybe", scope: "request", retryable: false }],
  [-3, "in no table", { code: "unknown", effect: "maybe", scope: "request", retryable: false }],
];

describe("a code with status 200", () => {
  it.each(rows)("%d (%s) on a read is %o, without effect", async (code, msg, expected) => {
    api().get("/sdk/v1/instance/list").query(true).reply(200, { code, msg }).persist();
    await expect(listAll(open())).rejects.toMatchObject({
      ...expected,
      effect: "none",
      status: 200,
      providerCode: String(code),
      message: expect.stringContaining(`${msg} (code ${code})`),
    });
  });

  const refusals = rows.filter(([code]) => code !== 10);
  it.each(refusals)("%d (%s) on a create is %o", async (code, msg, { effect, ...expected }) => {
    expect(await failedLaunch(200, JSON.stringify({ code, msg, instance: null }))).toEqual({
      ...expected,
      ...expectedCounts(effect),
      effect: "none",
      providerCode: String(code),
    });
  });

  it("10 (MetaKeyExist) on a create says that its machine is there, which no look disproves", async () => {
    expect(await failedLaunch(200, JSON.stringify({ code: 10, msg: "duplicate meta key" }))).toEqual({
      ...{ code: "launch_ambiguous", effect: "maybe", scope: "request", retryable: false },
      ...{ creates: 1, looks: expect.toSatisfy((looks) => looks > 4) },
    });
  });

  it("6 is about the machine where its id is all that was sent, and the list has none", async () => {
    api().get("/sdk/v1/instance").query({ request_id: "ins-1" }).reply(200, noSuchMachine);
    api().get("/sdk/v1/instance/list").query(true).reply(200, noMachines);
    await expect(open().describe("ins-1")).rejects.toMatchObject({ code: "not_found", scope: "request" });
  });

  it("6 on a cancel says that there is no machine, which the list must confirm more than once", async () => {
    let walks = 0;
    const walked = () => {
      walks += 1;
      return noMachines;
    };
    api().delete("/sdk/v1/instance").query(true).reply(200, noSuchMachine);
    api().get("/sdk/v1/instance").query(true).reply(200, noSuchMachine).persist();
    api().get("/sdk/v1/instance/list").query(true).reply(200, walked).persist();
    await expect(open().terminate("ins-1")).resolves.toMatchObject({ evidence: "absent_from_list" });
    expect(walks).toBeGreaterThan(1);
  });

  it.each([
    ["shows the machine running", ok({ ...pagination(1), instances: [running] })],
    ["is refused", { code: 7, msg: "denied" }],
    ["is shorter than its count", ok({ ...pagination(1), instances: [] })],
    ["cannot be read", { msg: "" }],
  ])("6 on a cancel and on every look proves nothing while the list %s", async (_, list) => {
    api().delete("/sdk/v1/instance").query(true).reply(200, noSuchMachine).persist();
    api().get("/sdk/v1/instance").query(true).reply(200, noSuchMachine).persist();
    api().get("/sdk/v1/instance/list").query(true).reply(200, list).persist();
    await expect(open().terminate(running.instanceID)).rejects.toMatchObject({
      ...{ code: "termination_unconfirmed", effect: "maybe", instanceId: running.instanceID },
    });
  });

  it("7 on a cancel is said at once", async () => {
    api().delete("/sdk/v1/instance").query(true).reply(200, { code: 7, msg: "" });
    await expect(open().terminate("ins-1")).rejects.toMatchObject({ code: "permission_denied" });
  });

  it("no machine is taken for gone because the token is refused", async () => {
    api().delete("/sdk/v1/instance").query(true).reply(200, ok());
    api().get("/sdk/v1/instance").query(true).reply(200, { code: 176, msg: "invalid token" });
    await expect(open().terminate("ins-1")).rejects.toMatchObject({ code: "termination_unconfirmed" });
  });

  it("is read by the configuration's rows before our own", async () => {
    const taught = glows({
      token,
      errors: {
        "4711": { code: "insufficient_funds", effect: "none" },
        "instance.get 20": { code: "not_found" },
      },
    });
    api().post("/sdk/v1/instance").reply(200, { code: 4711, msg: "no credit" });
    await expect(taught.launch(request)).rejects.toMatchObject({
      code: "insufficient_funds",
      effect: "none",
    });
    api().get("/sdk/v1/instance").query(true).reply(200, { code: 20, msg: "" });
    api().get("/sdk/v1/instance/list").query(true).reply(200, noMachines);
    await expect(taught.describe("ins-1")).rejects.toMatchObject({ code: "not_found" });
  });

  it("says nothing of the token, the environment or the query that the cloud echoes", async () => {
    api()
      .post("/sdk/v1/instance")
      .reply(200, { code: 6, msg: `bad envs KEY=sesame-open for Bearer ${token}` });
    const failed = open().launch({ ...request, env: { KEY: "sesame-open" } });
    await expect(failed).rejects.toMatchObject({
      message: expect.not.stringMatching(/sesame-open|sdk-token-of-the-tests/),
    });
  });
});

describe("an HTTP status", () => {
  it.each<[number, string, string, string, boolean, "none" | "maybe"]>([
    [400, "Bad Request", "invalid_argument", "request", false, "maybe"],
    [401, '{"code":176,"msg":"invalid token"}', "unauthenticated", "account", false, "none"],
    [403, "Forbidden", "permission_denied", "account", false, "maybe"],
    [404, "404 page not found", "invalid_config", "provider", false, "maybe"],
    [404, '{"code":6,"msg":"illegal instance"}', "invalid_config", "provider", false, "maybe"],
    [408, "", "unavailable", "provider", true, "maybe"],
    [429, "Too Many Requests", "rate_limited", "account", true, "none"],
    [500, '{"code":1,"msg":"internal"}', "unavailable", "provider", true, "maybe"],
    [502, web, "unavailable", "provider", true, "maybe"],
    [503, web, "unavailable", "provider", true, "maybe"],
    [504, web, "unavailable", "provider", true, "maybe"],
  ])(
    "%d with %j is %s (%s, retryable: %s), on a create with effect %s",
    async (status, body, code, scope, retryable, effect) => {
      api().get("/sdk/v1/instance").query(true).reply(status, body).persist();
      await expect(open().describe("ins-1")).rejects.toMatchObject({
        code,
        scope,
        retryable,
        effect: "none",
        status,
      });
      nock.cleanAll();

      const launch = await failedLaunch(status, body);
      expect(launch).toMatchObject({ code, scope, retryable, effect: "none" });
      // A throttled request counts for none, and is repeated as it is.
      const counts = status === 429 ? { creates: 4, looks: 0 } : expectedCounts(effect);
      expect(launch).toMatchObject(counts);
    },
  );

  it("404 names the path, and never an absent machine", async () => {
    api().get("/sdk/v1/instance").query(true).reply(404, "404 page not found");
    await expect(open().describe("ins-1")).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringContaining("GET sdk/v1/instance"),
    });
  });
});

describe("an answer of no documented shape", () => {
  it.each([
    ["no JSON", web],
    ["half of an answer", '{"code":0,"msg":"","inst'],
    ["no code", '{"msg":"","instance":{"instanceID":"ins-1"}}'],
    ["a code as text", '{"code":"0","msg":"","instance":{"instanceID":"ins-1"}}'],
    ["a fraction for a code", '{"code":0.5,"msg":""}'],
    ["no instance", '{"code":0,"msg":""}'],
    ["an instance without an id", '{"code":0,"msg":"","instance":{"status":"Running"}}'],
  ])("(%s) to a create may mean anything, and to a read proves nothing", async (_, body) => {
    expect(await failedLaunch(200, body)).toMatchObject({ code: "bad_response", ...expectedCounts("maybe") });

    api().get("/sdk/v1/instance").query(true).reply(200, body).persist();
    await expect(open().describe("ins-1")).rejects.toMatchObject({ code: "bad_response", effect: "none" });
  });
});

type Provider = ReturnType<typeof open>;

async function drained(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

/** The operations beyond the four verbs: how each is called, and where it goes. */
const writes: readonly [string, "post" | "delete", string, (provider: Provider) => Promise<unknown>][] = [
  ["image.create", "post", "image", ({ images }) => images.create({ source: "docker.io/acme/train:1" })],
  ["image.delete", "delete", "image", ({ images }) => images.remove("img-1")],
  ["snapshot.create", "post", "snapshot", ({ snapshots }) => snapshots.create("ins-1", { name: "a" })],
  ["network.create", "post", "network", ({ networks }) => networks.create({ name: "a", region: "TW-04" })],
  ["network.attach", "post", "network/attach", ({ networks }) => networks.attach("net-1", ["ins-1"])],
];
const reads: readonly [string, string, (provider: Provider) => Promise<unknown>][] = [
  ["instance.stat", "instance/stat", ({ stats }) => stats.counts()],
  ["spec.list", "spec/list", ({ offers }) => drained(offers.search({ image: "img-1" }))],
  ["image.list", "image/list", ({ images }) => drained(images.list())],
  ["snapshot.list", "snapshot/list", ({ snapshots }) => drained(snapshots.list())],
  ["network.list", "network/list", ({ networks }) => drained(networks.list())],
  ["network.endpoints", "network/endpoint/list", ({ networks }) => drained(networks.endpoints("net-1"))],
];

/** Where an id is all that is sent, number 6 says that there is no such thing. */
const aboutIds = new Set(["image.delete", "network.endpoints"]);

function expectedOn(endpoint: string, code: number, expected: object): object {
  return code === 6 && aboutIds.has(endpoint) ? { ...expected, code: "not_found" } : expected;
}

/** Calls it against one answer to everything; what was thrown, and how often was asked. */
async function failed(
  [, method, path, work]: (typeof writes)[number],
  status: number,
  body: string,
): Promise<Record<string, unknown>> {
  let asked = 0;
  const answer = () => {
    asked += 1;
    return body;
  };
  const scope = api();
  const requested = method === "post" ? scope.post(`/sdk/v1/${path}`) : scope.delete(`/sdk/v1/${path}`);
  requested.reply(status, answer).persist();
  const error: unknown = await work(open()).catch((reason: unknown) => reason);
  nock.cleanAll();
  if (!isComputeError(error)) throw new Error("it was not refused", { cause: error });
  const { code, scope: where, effect, retryable, providerCode } = error;
  return { asked, code, scope: where, effect, retryable, providerCode };
}

describe.each(writes)("a refusal of %s", (...write) => {
  const [endpoint] = write;
  /** Only what does nothing when it is done again is repeated. */
  const again = endpoint === "image.delete";

  it.each(rows)("%d (%s) is %o", async (code, msg, { effect, retryable, ...expected }) => {
    const repeatable = retryable && (effect === "none" || again);
    expect(await failed(write, 200, JSON.stringify({ code, msg }))).toEqual({
      ...expectedOn(endpoint, code, expected),
      ...{ effect, retryable: repeatable, providerCode: String(code) },
      asked: code === 1 && again ? 4 : 1,
    });
  });

  it.each<[number, string, string, "none" | "maybe", boolean]>([
    [400, "Bad Request", "invalid_argument", "none", false],
    [401, "{}", "unauthenticated", "none", false],
    [403, "Forbidden", "permission_denied", "none", false],
    [404, "404 page not found", "invalid_config", "none", false],
    [408, "", "unavailable", "maybe", true],
    [429, "Too Many Requests", "rate_limited", "none", true],
    [500, '{"code":1}', "unavailable", "maybe", true],
    [502, web, "unavailable", "maybe", true],
    [503, web, "unavailable", "maybe", true],
    [504, web, "unavailable", "maybe", true],
  ])("HTTP %d with %j is %s, with effect %s", async (status, body, code, effect, hopeful) => {
    const repeatable = hopeful && (effect === "none" || again);
    expect(await failed(write, status, body)).toMatchObject({
      ...{ code, effect, retryable: repeatable, asked: repeatable ? 4 : 1 },
    });
  });

  it.each([
    ["no JSON", web, true],
    ["half of an answer", '{"code":0,"msg":', true],
    ["no code", '{"msg":""}', false],
    ["a code as text", '{"code":"0","image_id":"img-1","network_id":"net-1"}', false],
  ])("an answer with %s may mean anything", async (_, body, passing) => {
    const asked = passing && again ? 4 : 1;
    expect(await failed(write, 200, body)).toMatchObject({ code: "bad_response", effect: "maybe", asked });
  });
});

it.each([
  [0, '{"code":0,"msg":""}'],
  [0, '{"code":0,"msg":"","image_id":" "}'],
  [2, '{"code":0,"msg":"","snapshot_ids":[]}'],
  [2, '{"code":0,"msg":"","snapshot_ids":["snap-1",null]}'],
  [3, '{"code":0,"msg":"","network_id":null}'],
])(
  "a yes without an id (write %d, %s) is not taken for one, and not asked for again",
  async (write, body) => {
    const [found] = writes.slice(write);
    if (found === undefined) throw new Error("no such write");
    expect(await failed(found, 200, body)).toMatchObject({ code: "bad_response", effect: "maybe", asked: 1 });
  },
);

describe.each(reads)("a refusal of %s", (endpoint, path, work) => {
  it.each(rows)("%d (%s) is %o, without effect", async (code, msg, expected) => {
    api().get(`/sdk/v1/${path}`).query(true).reply(200, { code, msg }).persist();
    await expect(work(open())).rejects.toMatchObject({
      ...expectedOn(endpoint, code, expected),
      ...{ effect: "none", status: 200, providerCode: String(code) },
    });
    nock.cleanAll();
  });

  it.each([
    [404, "invalid_config"],
    [408, "unavailable"],
    [429, "rate_limited"],
    [502, "unavailable"],
  ])("HTTP %d is %s", async (status, code) => {
    api().get(`/sdk/v1/${path}`).query(true).reply(status, web).persist();
    await expect(work(open())).rejects.toMatchObject({ code, status, effect: "none" });
    nock.cleanAll();
  });
});

describe("a lost answer to a create", () => {
  /** Answers creates with a body, and remembers the keys that they carry. */
  function rememberingKeys() {
    const keys: string[] = [];
    const answer = (body: string | object) => async (request: Request) => {
      keys.push(/"custom_meta_key":"(\w+)"/.exec(await request.text())?.[1] ?? "");
      return body;
    };
    return { keys, answer, found: () => ok({ instance: { ...running, metaKey: keys[0] } }) };
  }

  it("is found by its meta key, and adopted", async () => {
    const { keys, answer, found } = rememberingKeys();
    api().post("/sdk/v1/instance").reply(502, answer(web));
    api()
      .get("/sdk/v1/instance")
      .query(({ meta_key }) => meta_key === keys[0])
      .reply(200, found);
    await expect(open().launch(request)).resolves.toMatchObject({
      id: running.instanceID,
      status: "running",
    });
  });

  it("is sent again with the same key when nothing is there, and code 10 then means that it is on its way", async () => {
    const { keys, answer, found } = rememberingKeys();
    const taken = { code: 10, msg: "duplicate meta key" };
    api().post("/sdk/v1/instance").reply(502, answer(web));
    api().post("/sdk/v1/instance").reply(200, answer(taken)).persist();
    api().get("/sdk/v1/instance").query(true).times(2).reply(200, noSuchMachine);
    api().get("/sdk/v1/instance").query(true).reply(200, found);
    await expect(open().launch(request)).resolves.toMatchObject({ id: running.instanceID });
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(1);
  });

  it("is found by its meta key where the answer is replaced by code 10, and no other create is sent", async () => {
    const { keys, answer, found } = rememberingKeys();
    api()
      .post("/sdk/v1/instance")
      .reply(200, answer({ code: 10, msg: "duplicate meta key" }));
    api()
      .get("/sdk/v1/instance")
      .query(({ meta_key }) => meta_key === keys[0])
      .reply(200, found);
    await expect(open().launch(request)).resolves.toMatchObject({ id: running.instanceID });
    expect(keys).toHaveLength(1);
  });

  it("never adopts a machine that carries another key", async () => {
    api().post("/sdk/v1/instance").reply(502, web);
    api()
      .get("/sdk/v1/instance")
      .query(true)
      .reply(200, ok({ instance: running }))
      .persist();
    await expect(open().launch(request, { timeoutMs: 5_000 })).rejects.toMatchObject({
      code: "launch_ambiguous",
      effect: "maybe",
    });
  });
});
