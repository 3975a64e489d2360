import type { ComputeErrorCode, Effect, ErrorScope } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { collect, driverCall, image, launchOptions, offerId, open, openDriver } from "./support.ts";

interface Row {
  readonly status: number;
  readonly body: unknown;
  readonly code: ComputeErrorCode;
  /** Of a create. A failed read has changed nothing. */
  readonly effect: Effect;
  readonly scope: ErrorScope;
  /** Whether the same read may be made again; a create only where nothing was done. */
  readonly retryable: boolean;
  /** Of a read, where "not found" cannot be about a machine. */
  readonly readCode?: ComputeErrorCode;
  readonly readScope?: ErrorScope;
}

type Meaning = Omit<Row, "status" | "body">;

const none = { effect: "none", retryable: false } as const;
const meanings = {
  auth: { code: "unauthenticated", scope: "account", ...none },
  looseAuth: { code: "unauthenticated", scope: "account", effect: "maybe", retryable: false },
  permission: { code: "permission_denied", scope: "account", ...none },
  notFound: { code: "not_found", scope: "request", ...none, readCode: "unknown" },
  invalid: { code: "invalid_argument", scope: "request", ...none },
  exists: { code: "conflict", scope: "request", effect: "maybe", retryable: false },
  funds: { code: "insufficient_funds", scope: "account", ...none },
  quota: { code: "quota_exceeded", scope: "account", ...none },
  noCapacity: { code: "no_capacity", scope: "region", effect: "none", retryable: true },
  throttled: { code: "rate_limited", scope: "account", effect: "none", retryable: true },
  conflict: { code: "conflict", scope: "request", effect: "maybe", retryable: false },
  unavailable: { code: "unavailable", scope: "provider", effect: "maybe", retryable: true },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Section by section of what the cloud says, in both languages. */
const phrases: readonly (readonly [Meaning, readonly string[]])[] = [
  [
    meanings.auth,
    [
      "Not logged in or login expired, please log in again",
      "Unauthorized",
      "invalid token",
      "the token expired",
      "用户未登录",
    ],
  ],
  // May be about a machine's own password, and then come after the work: a create must not be replayed for it.
  [meanings.looseAuth, ["Incorrect username or password", "登录失败"]],
  [meanings.permission, ["no permission for this", "Forbidden", "无权限操作"]],
  [
    meanings.notFound,
    ["ent: instance not found", "Volume not found", "volume not found", "实例不存在", "未找到镜像"],
  ],
  [
    meanings.invalid,
    [
      'field "billing.duration" is not set',
      "invalid region",
      "illegal params",
      "name is required",
      "参数错误",
    ],
  ],
  [meanings.exists, ["it already exists", "duplicate name", "名称已存在"]],
  [
    meanings.funds,
    ["insufficient balance", "insufficient funds", "account in arrears", "余额不足，请充值", "账户欠费"],
  ],
  [meanings.quota, ["quota used up", "limit exceeded", "超出配额"]],
  [
    meanings.noCapacity,
    ["out of stock", "sold out", "no available machine", "insufficient resources", "库存不足", "资源不足"],
  ],
  [meanings.throttled, ["Too many requests", "too frequent", "操作频繁"]],
  [
    meanings.conflict,
    ["illegal status", "wrong state", "cannot do this now", "is not running", "实例状态不允许该操作"],
  ],
];

const statuses: readonly (readonly [number, Meaning])[] = [
  [400, meanings.invalid],
  [401, meanings.auth],
  [402, { ...meanings.funds, effect: "maybe" }],
  [403, meanings.permission],
  [404, { code: "invalid_config", scope: "provider", ...none }],
  [405, { code: "invalid_config", scope: "provider", effect: "maybe", retryable: false }],
  [408, meanings.unavailable],
  [409, meanings.conflict],
  [418, { ...meanings.invalid, effect: "maybe" }],
  [429, meanings.throttled],
  [500, meanings.unavailable],
  [502, meanings.unavailable],
  [503, meanings.unavailable],
  [504, meanings.unavailable],
  [507, meanings.unavailable],
  [301, { code: "invalid_config", scope: "provider", ...none }],
];

const unknown = { code: "unknown", scope: "request", effect: "maybe", retryable: false } as const;

const rows: readonly Row[] = [
  ...phrases.flatMap(([meaning, messages]) =>
    [200, 400].flatMap((status) => messages.map((message) => ({ status, body: { message }, ...meaning }))),
  ),
  ...statuses.map(([status, meaning]) => ({ status, body: "<html>something</html>", ...meaning })),
  { status: 401, body: { code: -1, message: "什么" }, ...meanings.auth },
  { status: 401, body: { code: "-1", message: "the resource is not found" }, ...meanings.auth },
  { status: 401, body: { message: "wrong password" }, ...meanings.auth },
  { status: 500, body: { message: "token expired" }, ...meanings.looseAuth },
  // -1 alone is no class.
  { status: 200, body: { code: -1, message: "oops" }, ...unknown },
  { status: 200, body: { message: "oops" }, ...unknown },
  { status: 200, body: { message: "oops", instances: null, instanceId: null }, ...unknown },
  { status: 403, body: { message: "oops" }, ...meanings.permission },
  // Throttling and gateways, whatever they say.
  { status: 429, body: { message: "invalid" }, ...meanings.throttled },
  { status: 503, body: { message: "invalid state" }, ...meanings.unavailable },
  // What a server says that broke down proves nothing.
  { status: 500, body: { message: "invalid memory address" }, ...meanings.invalid, effect: "maybe" },
  { status: 500, body: { message: "out of stock" }, ...meanings.noCapacity, effect: "maybe" },
  // A list that says 404 says nothing about a machine.
  {
    status: 404,
    body: { message: "ent: instance not found" },
    ...meanings.notFound,
    readCode: "invalid_config",
    readScope: "provider",
  },
  // Neither a success nor a message.
  { status: 200, body: {}, code: "bad_response", scope: "provider", effect: "maybe", retryable: false },
  { status: 200, body: "[]", code: "bad_response", scope: "provider", effect: "maybe", retryable: false },
  { status: 200, body: "<html>", code: "bad_response", scope: "provider", effect: "maybe", retryable: true },
];

function answering({ status, body }: { readonly status: number; readonly body: unknown }) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return openDriver(async () => new Response(text, { status, headers: { location: "https://hpc-ai.com/" } }));
}

describe("what the cloud refuses with", () => {
  it.each(rows)("$status $body", async (row) => {
    const driver = answering(row);
    const create = driver.launch({ identity: "gp", offerId, image }, launchOptions, driverCall("launch"));
    const safe = row.effect === "none" && row.retryable;
    await expect(create).rejects.toMatchObject({
      code: row.code,
      effect: row.effect,
      scope: row.scope,
      retryable: safe,
    });
    const { readCode = row.code, readScope = row.scope } = row;
    await expect(driver.list(driverCall("list"))).rejects.toMatchObject({
      ...{ code: readCode, scope: readScope, retryable: row.retryable, effect: "none" },
    });
  });

  const spec = { name: "data", sizeMiB: 1024, region: "r-1", type: "filesystem" };
  // There `{}` is a yes.
  it.each(rows.filter(({ body }) => JSON.stringify(body) !== "{}"))(
    "$status $body, of volumes and the account",
    async (row) => {
      const { volumes, account } = answering(row);
      const { code, effect, scope, retryable } = row;
      await expect(volumes?.create(spec, driverCall("volumes.create"))).rejects.toMatchObject({
        ...{ code, effect, scope, retryable: effect === "none" && retryable },
      });
      await expect(volumes?.remove("v-1", driverCall("volumes.remove"))).rejects.toMatchObject({
        code: row.status === 404 ? "not_found" : code,
      });
      const { readCode = code, readScope = scope } = row;
      const read = { code: readCode, scope: readScope, retryable, effect: "none" };
      await expect(volumes?.list({}, driverCall("volumes.list"))).rejects.toMatchObject(read);
      await expect(account?.balance?.(driverCall("account.balance"))).rejects.toMatchObject(read);
    },
  );

  it.each(rows)("$status $body, of power and the catalogue", async (row) => {
    const { power, offers } = answering(row);
    const { code } = row;
    // A refusal proves that a restart was not carried out, unless the server broke down or nobody knows its words.
    const broke = row.status >= 500 || row.status === 408 || code === "unknown" || code === "bad_response";
    const effect = broke && row.effect === "maybe" ? "maybe" : "none";
    // "Not found" is about the machine here; without words it is about a path that nobody has confirmed.
    const byPath = row.status === 404 && typeof row.body === "string";
    const restart = power?.restart?.("notebook-1", driverCall("power.restart"));
    await expect(restart).rejects.toMatchObject({ code: byPath ? "invalid_config" : code, effect });
    for (const change of [power?.start, power?.stop]) {
      const wrongPath = byPath && change === power?.start;
      const changed = change?.("notebook-1", driverCall("power"));
      const expected = wrongPath ? "invalid_config" : byPath ? "not_found" : code;
      await expect(changed).rejects.toMatchObject({ code: expected });
    }
    const catalogue = offers?.search({}, driverCall("offers.search"));
    const { readCode = code } = row;
    await expect(catalogue).rejects.toMatchObject({ code: readCode, effect: "none" });
  });

  it.each([
    [401, { code: -1, message: "Incorrect username or password" }, "unauthenticated"],
    [200, { message: "Incorrect username or password" }, "unauthenticated"],
    [400, { message: 'field "username" is not set' }, "invalid_argument"],
    [429, { message: "Too many requests" }, "rate_limited"],
    [403, { message: "Forbidden" }, "permission_denied"],
    [500, { message: "oops" }, "unavailable"],
    [200, {}, "bad_response"],
    [200, { accessToken: "" }, "bad_response"],
  ])("a login that is answered with %i %j has rented nothing: %s", async (status, body, code) => {
    const paths: string[] = [];
    const provider = open({
      ...{ apiKey: undefined, username: "someone", password: "synthetic" },
      async fetch(request) {
        paths.push(new URL(request instanceof Request ? request.url : request).pathname);
        return new Response(JSON.stringify(body), { status });
      },
    });
    await expect(provider.launch({ image, offerId })).rejects.toMatchObject({ code, effect: "none" });
    expect(new Set(paths)).toEqual(new Set(["/api/user/login"]));
  });

  it("keeps the cloud's words and code", async () => {
    const driver = answering({ status: 200, body: { code: 1207, message: "实例状态不允许该操作" } });
    await expect(driver.terminate("notebook-1", driverCall("terminate"))).rejects.toMatchObject({
      code: "conflict",
      providerCode: "1207",
      message: expect.stringContaining("实例状态不允许该操作"),
    });
  });

  it("believes a bare 404 of a confirmed path where it names a machine, and nowhere else", async () => {
    const driver = answering({ status: 404, body: "404 page not found" });
    const terminate = driver.terminate("notebook-1", driverCall("terminate"));
    await expect(terminate).rejects.toMatchObject({ code: "not_found" });
    await expect(driver.list(driverCall("list"))).rejects.toMatchObject({ code: "invalid_config" });
  });

  it("blames the path for a bare 404 where nobody has confirmed it", async () => {
    const driver = answering({ status: 404, body: "404 page not found" });
    const start = driver.power?.start("notebook-1", driverCall("power.start"));
    await expect(start).rejects.toMatchObject({ code: "invalid_config", scope: "provider" });
  });

  it("takes a row of the configuration first", async () => {
    const body = JSON.stringify({ message: "Instance is invalid: budget frozen" });
    const provider = open({
      errors: { "budget frozen": { code: "permission_denied", scope: "account" } },
      fetch: async () => new Response(body, { status: 400 }),
    });
    await expect(collect(provider.list())).rejects.toMatchObject({ code: "permission_denied" });
  });

  it("says that an access token cannot be renewed", async () => {
    const answer = { code: -1, message: "Not logged in or login expired, please log in again" };
    const provider = open({
      apiKey: undefined,
      accessToken: "token-of-yesterday",
      fetch: async () => new Response(JSON.stringify(answer), { status: 401 }),
    });
    await expect(collect(provider.list())).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringMatching(/Not logged in.*cannot be renewed/),
    });
  });
});
