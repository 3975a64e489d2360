import type { ComputeErrorCode, Effect, ErrorScope } from "@gpuport/core";
import { nock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import {
  collect,
  driverCall,
  engine,
  noSuchContainer,
  noSuchImage,
  open,
  openDriver,
  origin,
  routeMissing,
} from "./support.ts";

interface Row {
  readonly what: string;
  readonly status: number;
  /** `detail`, or the whole body where it is a string that is not JSON. */
  readonly detail?: unknown;
  readonly text?: string;
  readonly code: ComputeErrorCode;
  /** Of a create. A failed read has changed nothing. */
  readonly effect: Effect;
  readonly scope: ErrorScope;
  /** Of a read. A create that failed like this is not made again by itself. */
  readonly retryable?: boolean;
  /** Of a create, where it is: only what is proven to be harmless. */
  readonly createRetryable?: boolean;
}

const account = { scope: "account" } as const;
const request = { scope: "request" } as const;
const provider = { scope: "provider" } as const;
const refused = { effect: "none" } as const;
const unproven = { effect: "maybe" } as const;

const rows: readonly Row[] = [
  {
    what: "no credentials",
    status: 401,
    detail: "Not authenticated",
    code: "unauthenticated",
    ...refused,
    ...account,
  },
  {
    ...{ what: "garbled credentials", status: 401, detail: "Invalid authentication credentials" },
    ...{ code: "unauthenticated", ...refused, ...account },
  },
  {
    ...{ what: "wrong password", status: 403, detail: "Invalid username or password" },
    ...{ code: "unauthenticated", ...refused, ...account },
  },
  {
    what: "pod limit",
    status: 403,
    detail: "Exceed max pod limit",
    code: "quota_exceeded",
    ...refused,
    ...account,
  },
  {
    ...{
      what: "commit limit",
      status: 403,
      detail: "Exceed user commit limit (3), please remove some commits",
    },
    ...{ code: "quota_exceeded", ...refused, ...account },
  },
  {
    ...{ what: "commit size", status: 403, detail: "Container size 9 GB exceeds user commit size limit" },
    ...{ code: "quota_exceeded", ...refused, ...account },
  },
  {
    ...{ what: "no free port", status: 403, detail: "No available port" },
    ...{ code: "no_capacity", ...refused, ...provider, retryable: true, createRetryable: true },
  },
  {
    ...{ what: "somebody else's pod", status: 403, detail: "Invalid pod name, please check the username" },
    ...{ code: "permission_denied", ...refused, ...request },
  },
  {
    ...{ what: "another prefix", status: 403, detail: "Invalid pod name, please check the prefix" },
    ...{ code: "permission_denied", ...refused, ...request },
  },
  {
    ...{ what: "not an admin", status: 403, detail: "User does not have permission: admin" },
    ...{ code: "permission_denied", ...refused, ...account },
  },
  {
    ...{ what: "somebody else's image", status: 403, detail: "Can only delete user commit images" },
    ...{ code: "permission_denied", ...refused, ...request },
  },
  {
    ...{ what: "an image not to be looked at", status: 403, detail: "Invalid image name, please check" },
    ...{ code: "permission_denied", ...refused, ...request },
  },
  {
    ...{ what: "wrong image before 0.1.12", status: 403, detail: "Image x/start:latest is not allowed" },
    ...{ code: "invalid_argument", ...refused, ...request },
  },
  {
    what: "wrong name",
    status: 400,
    detail: "Invalid pod name: a-b",
    code: "invalid_argument",
    ...refused,
    ...request,
  },
  {
    what: "wrong tag",
    status: 400,
    detail: "Invalid tag name",
    code: "invalid_argument",
    ...refused,
    ...request,
  },
  {
    ...{ what: "wrong image", status: 400, detail: "Invalid image name, please check the available images" },
    ...{ code: "invalid_argument", ...refused, ...request },
  },
  {
    what: "no image",
    status: 400,
    detail: "Image not found: x",
    code: "invalid_argument",
    ...refused,
    ...request,
  },
  {
    ...{ what: "missing parameter", status: 422 },
    detail: [{ loc: ["query", "ins"], msg: "field required", type: "value_error.missing" }],
    ...{ code: "invalid_argument", ...refused, ...request },
  },
  {
    ...{ what: "missing parameter, newer words", status: 422 },
    detail: [{ type: "missing", loc: ["query", "ins"], msg: "Field required", input: null }],
    ...{ code: "invalid_argument", ...refused, ...request },
  },
  {
    what: "wrong method",
    status: 405,
    detail: "Method Not Allowed",
    code: "invalid_config",
    ...refused,
    ...provider,
  },
  {
    ...{ what: "no such pod, from a command", status: 404, detail: "Container pd-alice-x not found" },
    ...{ code: "not_found", ...unproven, ...request },
  },
  {
    ...{ what: "duplicate", status: 409, detail: "Container pd-alice-main already exists" },
    ...{ code: "conflict", ...refused, ...request },
  },
  {
    ...{ what: "duplicate before 0.1.11", status: 500 },
    detail: engine(
      "409 Client Error",
      "/containers/create?name=alice-main",
      'Conflict. The container name "/alice-main" is already in use by container "77d0". You have to remove it',
    ),
    ...{ code: "conflict", ...refused, ...request },
  },
  {
    ...{ what: "a disk limit that the engine cannot hold", status: 500 },
    detail: engine(
      "500 Server Error",
      "/containers/create?name=pd-alice-main",
      "--storage-opt is supported only for",
    ),
    ...{ code: "instance_failed", ...refused, ...provider },
  },
  {
    ...{ what: "a tiny memory limit", status: 500 },
    detail: engine(
      "400 Client Error",
      "/containers/create?name=pd-alice-main",
      "Minimum memory limit allowed is 6MB",
    ),
    ...{ code: "instance_failed", ...refused, ...provider },
  },
  {
    ...{ what: "a create refused for an image called start", status: 500 },
    detail: engine("404 Client Error", "/containers/create?name=pd-alice-main", "No such image: a/start:b"),
    ...{ code: "instance_failed", ...refused, ...provider },
  },
  {
    ...{ what: "a network that is gone", status: 500, detail: "Network pody not found." },
    ...{ code: "unavailable", ...unproven, ...provider, retryable: true },
  },
  {
    ...{ what: "a server broken down", status: 500, text: "Internal Server Error" },
    ...{ code: "unavailable", ...unproven, ...provider, retryable: true },
  },
  {
    ...{ what: "a silent engine", status: 504, detail: "Request timed out" },
    ...{ code: "timeout", ...unproven, ...provider, retryable: true },
  },
  // What Pody never says.
  { what: "a new 400", status: 400, detail: "Whatever", code: "invalid_argument", ...unproven, ...request },
  { what: "a new 403", status: 403, detail: "Whatever", code: "permission_denied", ...unproven, ...account },
  { what: "a new 404", status: 404, detail: "Whatever", code: "unknown", ...unproven, ...request },
  { what: "a new 409", status: 409, detail: "Whatever", code: "conflict", ...unproven, ...request },
  {
    ...{ what: "a new 500", status: 500, detail: "Whatever", code: "unavailable" },
    ...{ ...unproven, ...provider, retryable: true },
  },
  { what: "a proxy's 403", status: 403, text: "<html>", code: "permission_denied", ...unproven, ...account },
  { what: "a proxy's 404", status: 404, text: "<html>", code: "invalid_config", ...unproven, ...provider },
  {
    ...{ what: "a gateway's 404", status: 404, text: '{"message":"no Route matched"}' },
    ...{ code: "invalid_config", ...unproven, ...provider },
  },
  {
    what: "a proxy's 502",
    status: 502,
    text: "<html>",
    code: "unavailable",
    ...unproven,
    ...provider,
    retryable: true,
  },
  {
    ...{ what: "a proxy's 429", status: 429, text: "slow down", code: "rate_limited" },
    ...{ ...refused, ...account, retryable: true, createRetryable: true },
  },
];

const bodyOf = ({ text, detail }: Row): string => text ?? JSON.stringify({ detail });
const launchRequest = { identity: "main", image: "a:b" };

/** One create, by the driver itself: core would go and look after every one that proves nothing. */
const created = () => openDriver().launch(launchRequest, {}, driverCall("launch"));
const answerCreate = (status: number, body: string) =>
  nock(origin).post("/pod/create").query({ ins: "main", image: "a:b" }).reply(status, body);

describe("on a create", () => {
  it.each(rows)("$status $what is $code, effect $effect", async (row) => {
    answerCreate(row.status, bodyOf(row)).persist();
    const { code, effect, scope, status, createRetryable = false } = row;
    await expect(created()).rejects.toMatchObject({
      code,
      effect,
      scope,
      status,
      retryable: createRetryable,
    });
  });

  it("500 from the start is instance_failed: the pod is there, under the name that was asked for", async () => {
    const detail = engine("400 Client Error", "/containers/b514/start", "failed to create shim task");
    answerCreate(500, JSON.stringify({ detail }));
    await expect(created()).rejects.toMatchObject({
      ...{ code: "instance_failed", effect: "done", instanceId: "main", scope: "request", retryable: false },
      message:
        'pody: launch: POST pod/create answered 500: 400 Client Error: Bad Request ("failed to create shim task")',
    });
  });

  it("500 from the start for want of ports is the same", async () => {
    const detail = engine("500 Server Error", "/containers/b514/start", "bind: address already in use");
    answerCreate(500, JSON.stringify({ detail }));
    await expect(created()).rejects.toMatchObject({
      code: "instance_failed",
      effect: "done",
      instanceId: "main",
    });
  });

  it("404 without the route is invalid_config", async () => {
    answerCreate(404, JSON.stringify(routeMissing));
    await expect(created()).rejects.toMatchObject({
      code: "invalid_config",
      effect: "none",
      scope: "provider",
    });
  });
});

describe("on a read", () => {
  it.each(rows)("$status $what is $code, effect none", async (row) => {
    nock(origin).get("/pod/inspect").query({ ins: "main" }).reply(row.status, bodyOf(row)).persist();
    const { code, scope, status, retryable = false } = row;
    const read = openDriver().describe?.("main", driverCall("describe"));
    await expect(read).rejects.toMatchObject({ code, effect: "none", scope, status, retryable });
  });

  it("404 means three things", async () => {
    const answers = [
      [noSuchContainer(), "not_found"],
      [noSuchImage, "conflict"],
      [routeMissing, "invalid_config"],
    ] as const;
    for (const [body, code] of answers) {
      nock(origin).get("/pod/list").reply(404, body);
      const listed = collect(open().list());
      await expect(listed).rejects.toMatchObject({ code, effect: "none", retryable: false });
    }
  });
});

describe("on stop, start and restart", () => {
  const taken = engine(
    "500 Server Error",
    "/containers/b5/start",
    "Bind for 0.0.0.0:20027 failed: port is already allocated",
  );
  const paused = engine(
    "500 Server Error",
    "/containers/b5/start",
    "cannot start a paused container, try unpause",
  );
  const broken = engine("500 Server Error", "/containers/b5/start", "failed to create shim task");

  it.each([
    ["start", taken, "conflict", "none"],
    ["start", paused, "conflict", "none"],
    ["start", broken, "instance_failed", "none"],
    ["restart", taken, "conflict", "maybe"],
    ["restart", broken, "instance_failed", "maybe"],
    ["restart", broken.replace("/start:", "/restart:"), "instance_failed", "maybe"],
  ] as const)("a %s that fails with %s is %s, effect %s", async (verb, detail, code, effect) => {
    nock(origin).post(`/pod/${verb}`).query({ ins: "main" }).reply(500, { detail });
    const failed = open().power[verb]("main");
    await expect(failed).rejects.toMatchObject({ code, effect, retryable: false, instanceId: "main" });
  });

  it.each(["stop", "start", "restart"] as const)(
    "%s of a pod that is not there is not_found",
    async (verb) => {
      nock(origin).post(`/pod/${verb}`).query({ ins: "main" }).reply(404, noSuchContainer());
      await expect(open().power[verb]("main")).rejects.toMatchObject({ code: "not_found", effect: "none" });
    },
  );
});

describe("on a command", () => {
  const conflict = (state: string) =>
    `Docker API error: 409 Client Error for http+docker://localhost/v1.41/containers/b5/exec: Conflict ("Container b5 ${state}")`;
  const noBash =
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/bash": stat /bin/bash: no such file or directory: unknown\r\n';

  it.each([
    [-1, "Timeout", "timeout", "maybe", "request"],
    [-1, conflict("is not running"), "conflict", "none", "request"],
    [-1, conflict("is restarting, wait until the container is running"), "conflict", "none", "request"],
    [-1, conflict("is paused, unpause the container before exec"), "conflict", "none", "request"],
    [
      -1,
      `Docker API error: ${engine("404 Client Error", "/containers/b5/exec", "No such container: b5")}`,
    ].concat("not_found", "none", "request"),
    [
      -1,
      `Docker API error: ${engine("500 Server Error", "/exec/77/start", "oh")}`,
      "unavailable",
      "maybe",
      "provider",
    ],
    [126, noBash, "unsupported", "none", "request"],
    [126, "OCI runtime exec failed: exec failed: cwd is not there: unknown", "unknown", "none", "request"],
    [-1, "Error: whatever", "unknown", "maybe", "request"],
    [-1, "", "unknown", "maybe", "request"],
  ] as [number, string, ComputeErrorCode, Effect, ErrorScope][])(
    "exit code %i with %s is %s, effect %s",
    async (exit_code, log, code, effect, scope) => {
      nock(origin).post("/pod/exec").query(true).reply(200, { exit_code, log });
      const failed = open().exec.run("main", "true", { timeoutMs: 9000 });
      await expect(failed).rejects.toMatchObject({
        ...{ code, effect, scope, status: 200, retryable: false, instanceId: "main" },
      });
    },
  );
});

describe("on images and commits", () => {
  it.each([
    [400, "Image not found, please check the available images", "not_found", "request"],
    [403, "Can only delete user commit images", "permission_denied", "request"],
  ] as const)("a removal answered %i %s is %s", async (status, detail, code, scope) => {
    nock(origin).post("/image/delete").query({ image: "alice-t2" }).times(2).reply(status, { detail });
    const expected = { code, scope, status, effect: "none", retryable: false };
    await expect(open().images.remove("alice-t2")).rejects.toMatchObject(expected);
    await expect(open().snapshots.remove("alice-t2")).rejects.toMatchObject(expected);
  });

  it.each([
    [400, "Invalid tag name: a b", "invalid_argument", "none"],
    [403, "Exceed user commit limit (3), please delete some images first", "quota_exceeded", "none"],
    [403, "Container size 9 GB exceeds user commit size limit -1", "quota_exceeded", "none"],
    [404, "Not Found", "invalid_config", "none"],
    [504, "Request timed out", "timeout", "maybe"],
    [500, "Whatever", "unavailable", "maybe"],
  ] as const)(
    "a commit answered %i %s is %s, effect %s, and not repeated",
    async (status, detail, code, effect) => {
      nock(origin).post("/pod/commit").query({ ins: "main", tag: "a b" }).reply(status, { detail });
      const failed = open().snapshots.create("main", { name: "a b" });
      await expect(failed).rejects.toMatchObject({
        code,
        effect,
        status,
        retryable: false,
        instanceId: "main",
      });
    },
  );

  it("a commit of a pod that is not there is not_found", async () => {
    nock(origin).post("/pod/commit").query({ ins: "main" }).reply(404, noSuchContainer());
    await expect(open().snapshots.create("main")).rejects.toMatchObject({ code: "not_found" });
  });
});

it("names the parameter that is wrong", async () => {
  const detail = [{ loc: ["query", "tag"], msg: "value is not valid", type: "value_error" }];
  nock(origin).post("/pod/commit").query({ ins: "main" }).reply(422, { detail });
  const failed = open().snapshots.create("main");
  await expect(failed).rejects.toMatchObject({ code: "invalid_argument", field: "tag", effect: "none" });
  answerCreate(422, JSON.stringify({ detail: [{ loc: null }, { loc: ["query", "ins"] }] }));
  await expect(created()).rejects.toMatchObject({ field: "ins" });
});

it("goes by the configured rows before the adapter's", async () => {
  nock(origin).get("/pod/list").reply(403, { detail: "Invalid username or password" });
  const provider = open({
    errors: { "403 invalid USERNAME**": { code: "permission_denied", scope: "request" } },
  });
  await expect(collect(provider.list())).rejects.toMatchObject({
    code: "permission_denied",
    scope: "request",
  });
});

it("names what is wrong, and shows no credential that is echoed", async () => {
  const detail = [
    { loc: ["query", "ins"], msg: "field required" },
    { msg: "correct horse" },
    { loc: ["query", 0] },
  ];
  nock(origin).get("/pod/list").reply(422, { detail });
  await expect(collect(open().list())).rejects.toThrow(
    "pody: list: GET pod/list answered 422: ins: field required; parameters: [secret]; 0: refused",
  );
});
