import { nock } from "@gpuport/testkit";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toGpuProcesses, toQuota, toSnapshot } from "../src/resources.ts";
import { accountSchema, gpuProcessesSchema, imageSchema } from "../src/wire.ts";
import { basic, collect, credentials, open, origin, routeMissing } from "./support.ts";

const server = () => nock(origin, { reqheaders: { authorization: basic } });

describe("images", () => {
  const listed = ["alice", "alice-t2", "pytorch:2.5", "reg:5000/ubuntu:24.04"];

  it("are the account's commits and what the machine has", async () => {
    server().get("/image/list").reply(200, listed);
    expect(await collect(open().images.list())).toEqual([
      { id: "alice", provider: "pody", name: "alice", owned: true },
      { id: "alice-t2", provider: "pody", name: "alice-t2", owned: true },
      { id: "pytorch:2.5", provider: "pody", name: "pytorch:2.5", owned: false },
      { id: "reg:5000/ubuntu:24.04", provider: "pody", name: "reg:5000/ubuntu:24.04", owned: false },
    ]);
  });

  it.each([
    [{ owned: true }, ["alice", "alice-t2"]],
    [{ owned: false, search: "TORCH" }, ["pytorch:2.5"]],
    [{ search: "t2" }, ["alice-t2"]],
    [{ search: "nothing" }, []],
  ])("can be asked for: %j", async (query, ids) => {
    server().get("/image/list").reply(200, listed);
    expect((await collect(open().images.list(query))).map(({ id }) => id)).toEqual(ids);
  });

  it("come by the old route from a server without the new one, and none is a commit", async () => {
    server().get("/image/list").reply(404, routeMissing);
    server().get("/host/images").reply(200, ["pytorch:2.5", "bare"]);
    const images = await collect(open().images.list());
    expect(images).toMatchObject([{ owned: false }, { id: "bare", owned: false }]);
  });

  it("never are the empty 200 of 0.3.x", async () => {
    server().get("/image/list").reply(404, routeMissing);
    server().get("/host/images").reply(200, { deprecated: "Use /image/list", res: null });
    await expect(collect(open().images.list())).rejects.toMatchObject({ code: "bad_response" });
  });

  it("are not asked for by the old route for any other reason", async () => {
    server().get("/image/list").reply(403, { detail: "Invalid username or password" });
    await expect(collect(open().images.list())).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it.each(["images", "snapshots"] as const)(
    "%s are removed with one POST, which may be repeated",
    async (group) => {
      const removed = () => server().post("/image/delete", "").query({ image: "alice-t2" });
      removed().replyWithError(new Error("socket hang up"));
      removed().reply(200, { log: "Image pody-commit:alice-t2 deleted" });
      await expect(open()[group].remove("alice-t2")).resolves.toBeUndefined();
    },
  );
});

describe("snapshots", () => {
  const committed = (query: object) => server().post("/pod/commit", "").query(query);

  it("are made of a pod under a tag, with a comment", async () => {
    committed({ ins: "main", tag: "t2", msg: "before the update" }).reply(200, {
      ...{ image_name: "pody-commit:alice-t2", log: "" },
    });
    const providerOptions = { pody: { msg: "before the update" }, vast: { other: 1 } };
    expect(await open().snapshots.create("main", { name: "t2", providerOptions })).toEqual([
      {
        ...{ id: "alice-t2", provider: "pody", instanceId: "main", name: "t2", status: "ready" },
        ...{ sizeBytes: undefined, createdAt: undefined },
      },
    ]);
  });

  it("have no tag where none is given", async () => {
    committed({ ins: "main" }).reply(200, { image_name: "commits/pody:alice", log: "" });
    expect(await open().snapshots.create("main")).toMatchObject([{ id: "alice", name: undefined }]);
  });

  it("take no option that Pody has not", async () => {
    const refused = open().snapshots.create("main", { providerOptions: { pody: { pause: true } } });
    await expect(refused).rejects.toMatchObject({
      ...{ code: "invalid_argument", field: "providerOptions.pody.pause", effect: "none" },
    });
  });

  it.each([
    ["a lost answer", (at: ReturnType<typeof committed>) => at.replyWithError(new Error("socket hang up"))],
    ["a page", (at: ReturnType<typeof committed>) => at.reply(200, "<html>")],
    ["no name", (at: ReturnType<typeof committed>) => at.reply(200, { log: "" })],
  ])("are never made twice, after %s", async (_, spoil) => {
    spoil(committed({ ins: "main", tag: "t2" }));
    const failed = open().snapshots.create("main", { name: "t2" });
    await expect(failed).rejects.toMatchObject({ effect: "maybe", retryable: false, instanceId: "main" });
  });

  it("are the account's commits, each looked at", async () => {
    server().get("/image/list").reply(200, ["alice-t2", "alice-gone", "alice", "pytorch:2.5"]);
    const looked = (image: string) => server().post("/image/inspect", "").query({ image });
    looked("alice-t2").reply(200, {
      ...{
        name: "alice-t2",
        id: "sha256:77",
        tags: ["pody-commit:alice-t2"],
        comment: "",
        size: 7_340_032_000,
      },
      ...{ exposed_ports: "N/A", created: "2026-03-22T10:11:12.123456789Z" },
    });
    looked("alice-gone").reply(400, { detail: "Image not found, please check the available images" });
    looked("alice").reply(200, {});
    expect(await collect(open().snapshots.list())).toEqual([
      {
        ...{ id: "alice-t2", provider: "pody", instanceId: undefined, name: "t2", status: "ready" },
        ...{ sizeBytes: 7_340_032_000, createdAt: new Date("2026-03-22T10:11:12.123Z") },
      },
      {
        ...{ id: "alice", provider: "pody", instanceId: undefined, name: undefined, status: "ready" },
        ...{ sizeBytes: undefined, createdAt: undefined },
      },
    ]);
  });

  it("are none on a server before 0.3.0", async () => {
    server().get("/image/list").reply(404, routeMissing);
    server().get("/host/images").reply(200, ["pytorch:2.5"]);
    expect(await collect(open().snapshots.list())).toEqual([]);
  });

  it("are not passed off as complete when one could not be read", async () => {
    server().get("/image/list").reply(200, ["alice-t2"]);
    server().post("/image/inspect").query(true).times(4).reply(502, "<html>");
    await expect(collect(open().snapshots.list())).rejects.toMatchObject({
      code: "unavailable",
      effect: "none",
    });
  });
});

describe("account", () => {
  const unlimited = { max_pods: -1, gpu_count: -1, memory_limit: -1, storage_size: -1, commit_count: -1 };
  const account = (quota: object) => ({ user: { name: "alice", is_admin: 0 }, quota });

  it.each([
    [0, false],
    [1, true],
    [true, true],
    [null, undefined],
  ])("tells who it is, administrator by %j", async (is_admin, isAdmin) => {
    server()
      .get("/user/info")
      .reply(200, { user: { name: "alice", is_admin }, quota: unlimited });
    expect(await open().account.whoami()).toEqual({ name: "alice", isAdmin });
  });

  it("tells its quota", async () => {
    const quota = { max_pods: 4, gpu_count: 2, gpus: "all", memory_limit: 17_179_869_184, shm_size: 0 };
    const disk = { storage_size: 107_374_182_400, commit_count: 3, commit_size_limit: -1 };
    server()
      .get("/user/info")
      .reply(200, account({ ...quota, ...disk }));
    expect(await open().account.quota()).toEqual({
      ...{ maxInstances: 4, maxGpus: 2, memoryMiB: 16_384, diskMiB: 102_400, maxSnapshots: 3 },
    });
  });

  const none = { maxInstances: undefined, maxGpus: undefined, memoryMiB: undefined, diskMiB: undefined };
  it.each([
    ["without limits", unlimited, none],
    ["of 0.1.3, in gigabytes", { max_pods: 2, gpu_count: 1, memory_limit: 64 }, { memoryMiB: 65_536 }],
    ["of 0.1.3 without a limit", { memory_limit: -1 }, none],
    [
      "with zeros",
      { memory_limit: 0, max_pods: 0, gpu_count: 0 },
      { memoryMiB: undefined, maxInstances: 0, maxGpus: 0 },
    ],
    ["of 0.1.13, whose disk has another name", { storage_limit: 2 ** 30 }, { diskMiB: 1024 }],
    ["of as many GPUs as it names", { gpu_count: 4, gpus: "0, 3" }, { maxGpus: 2 }],
    ["of fewer GPUs than it names", { gpu_count: 1, gpus: "0,1,2" }, { maxGpus: 1 }],
    ["without GPUs", { gpu_count: -1, gpus: "none" }, { maxGpus: 0 }],
    ["of all GPUs", { gpu_count: -1, gpus: "" }, { maxGpus: undefined }],
  ])("reads a quota %s", (_, quota, expected) => {
    expect(toQuota(accountSchema.parse(account(quota)))).toMatchObject(expected);
  });

  it("has no quota where none is told", () => {
    expect(toQuota(accountSchema.parse({ user: { name: "a" } }))).toMatchObject(none);
  });

  it("names everybody on the server", async () => {
    server().get("/user/list").reply(200, ["alice", "bob"]);
    expect(await open().account.users()).toEqual([{ name: "alice" }, { name: "bob" }]);
  });

  it("changes the password with one POST", async () => {
    server().post("/user/ch-passwd", "").query({ passwd: "new one" }).reply(200, { message: "ok" });
    await expect(open().account.changePassword("new one")).resolves.toBeUndefined();
  });

  it("does not repeat the change, and does not show the password", async () => {
    server()
      .post("/user/ch-passwd")
      .query({ passwd: "hush-hush" })
      .reply(500, { detail: "no hush-hush here" });
    const failed = open().account.changePassword("hush-hush");
    await expect(failed).rejects.toMatchObject({
      effect: "maybe",
      message: expect.stringContaining("no [secret]"),
    });
  });

  it.each(["grün", "tab\there", "line\n"])(
    "refuses the password %j, which could not log in",
    async (password) => {
      await expect(open().account.changePassword(password)).rejects.toMatchObject({
        ...{ code: "invalid_argument", field: "password", effect: "none" },
      });
    },
  );
});

describe("stats", () => {
  const processes = [
    {
      ...{ pid: 4000, pod: "pd-alice-main", cmd: "python train.py", uptime: 12.3456 },
      ...{ memory_used: 2 ** 30, gpu_memory_used: 2 ** 31 },
    },
    { pid: 4001, pod: "pd-bob-main", cmd: "python" },
    { pid: 4002, pod: "", cmd: "[host process]", uptime: null, gpu_memory_used: null },
    { pid: 4003, pod: "registry", cmd: "serve" },
  ];
  const told = [
    {
      ...{ gpu: 0, pid: 4000, instanceId: "main", command: "python train.py", uptimeMs: 12_346 },
      ...{ memoryBytes: 2 ** 30, gpuMemoryBytes: 2 ** 31 },
    },
    { gpu: 0, pid: 4001, instanceId: "bob-main" },
    { gpu: 0, pid: 4002, instanceId: undefined, uptimeMs: undefined, gpuMemoryBytes: undefined },
    { gpu: 0, pid: 4003, instanceId: undefined },
  ];

  it.each([
    ["by GPU", { "0": processes, "1": [] }],
    ["with something around it, as in 0.1.3", { gpu: { "0": processes, "1": [] } }],
  ])("tells what runs on the GPUs: %s", async (_, body) => {
    server().get("/host/gpu-ps").reply(200, body);
    expect(await open().stats.gpuProcesses()).toMatchObject(told);
  });

  it("has no process on a machine without GPUs", async () => {
    server().get("/host/gpu-ps").reply(200, {});
    expect(await open().stats.gpuProcesses()).toEqual([]);
  });

  it.each([[[]], [{ gpu: null }], [{ a: [] }], ["0"]])("does not believe %j", async (body) => {
    server().get("/host/gpu-ps").reply(200, JSON.stringify(body));
    await expect(open().stats.gpuProcesses()).rejects.toMatchObject({ code: "bad_response" });
  });

  it("tells the versions of the host, without those that it does not know", async () => {
    server()
      .get("/host/spec")
      .reply(200, {
        ...{ pody_version: "0.4.1", docker_version: "20.10.24" },
        ...{ nvidia_driver_version: "N/A", nvidia_ctk_version: null },
      });
    expect(await open().stats.host()).toEqual({ pody_version: "0.4.1", docker_version: "20.10.24" });
  });
});

describe("is total for anything that a server can send", () => {
  const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(null, undefined));
  const text = fc.oneof(fc.string(), fc.constantFrom(null, undefined));
  const whole = (value: unknown) => expect(value === undefined || Number.isSafeInteger(value)).toBe(true);

  it("quotas", () => {
    const limits = ["max_pods", "gpu_count", "memory_limit", "storage_size", "storage_limit", "commit_count"];
    const quota = fc.record({ ...Object.fromEntries(limits.map((name) => [name, number])), gpus: text });
    fc.assert(
      fc.property(quota, (limited) => {
        const parsed = accountSchema.safeParse({ user: { name: "a" }, quota: limited });
        if (parsed.success) Object.values(toQuota(parsed.data)).forEach(whole);
      }),
    );
  });

  it("processes", () => {
    const row = fc.record({ pid: fc.integer(), pod: text, cmd: text, uptime: number, memory_used: number });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("0", "7"), fc.array(row)), (byGpu) => {
        const parsed = gpuProcessesSchema.safeParse(byGpu);
        if (!parsed.success) return;
        for (const process of toGpuProcesses(parsed.data, credentials.username)) {
          [process.gpu, process.uptimeMs, process.memoryBytes].forEach(whole);
        }
      }),
    );
  });

  it("images", () => {
    fc.assert(
      fc.property(fc.record({ size: number, created: text }), fc.string(), (record, id) => {
        const image = imageSchema.safeParse(record).data;
        const { sizeBytes, createdAt } = toSnapshot(id, { username: "alice", ...(image && { image }) });
        whole(sizeBytes);
        expect(Number.isNaN(createdAt?.getTime())).toBe(false);
      }),
    );
  });
});
