import { isComputeError } from "@gpuport/core";
import { type Emulator, type EmulatorOptions, type FaultKind, startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pody, podyRaw } from "../src/index.ts";
import { collect } from "./support.ts";

let emulator: Emulator;
const start = async (settings: EmulatorOptions["pody"] = {}): Promise<void> => {
  emulator = await startEmulator({ clock: "manual", pody: settings });
};
beforeEach(() => start());
afterEach(() => emulator.close());

const restart = async (settings: EmulatorOptions["pody"]): Promise<void> => {
  await emulator.close();
  await start(settings);
};

/** Lives in the emulator's time, and gives a silent server 300 ms of ours. */
const open = (options: Parameters<typeof pody>[0] = {}) => {
  const timeoutMs = 300;
  const changes = ["create", "terminate", "start", "stop", "restart"].map((verb) => `instance.${verb}`);
  return pody({
    baseUrl: emulator.urls.pody,
    ...emulator.credentials.pody,
    clock: emulatedClock(emulator),
    facts: { requestTimeoutMs: timeoutMs },
    endpoints: Object.fromEntries(changes.map((name) => [name, { timeoutMs }])),
    ...options,
  });
};

const request = { image: "ubuntu-cuda:12.4" };
const alive = () => emulator.machines().filter(({ terminatedAt }) => terminatedAt === undefined);
const creates = () => emulator.requests().filter(({ endpoint }) => endpoint === "pod.create").length;
const onCreate = (fault: FaultKind, more: object = { times: 1 }) =>
  emulator.faults.add({ cloud: "pody", endpoint: "pod.create", ...fault, ...more });
const onDelete = (fault: FaultKind, more: object = { times: 1 }) =>
  emulator.faults.add({ cloud: "pody", endpoint: "pod.delete", ...fault, ...more });
const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
};

describe.each(["0.4.1", "0.3.4", "0.2.5", "0.1.13"])("on %s", (version) => {
  beforeEach(() => restart({ version }));

  it("launches, describes, lists, waits and terminates, and nothing is left", async () => {
    const provider = open();
    const instance = await provider.launch({ ...request, name: "main" });
    expect(alive().map(({ identity }) => identity)).toEqual(["main"]);
    expect(await provider.describe("main")).toMatchObject({ id: "main", name: "main", status: "running" });
    const second = await provider.launch(request);
    expect((await collect(provider.list())).map(({ id }) => id)).toEqual([second.id, "main"]);
    const running = await provider.waitFor(instance.id, "running");
    expect(running.access.ssh).toEqual([
      { host: "127.0.0.1", port: expect.any(Number), user: "root", via: "direct" },
    ]);
    expect(podyRaw(running)?.container_id).toMatch(/^[0-9a-f]{12}$/);
    expect(await provider.terminate(instance.id)).toMatchObject({ evidence: "not_found" });
    await provider.terminate(second.id);
    expect(await collect(provider.list())).toEqual([]);
    expect(emulator.bill()).toEqual([]);
    await expect(provider.describe("main")).rejects.toMatchObject({ code: "not_found" });
  });

  it("stops, starts and restarts", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    await provider.power.stop(id);
    await provider.power.stop(id);
    const stopped = await provider.waitFor(id, "stopped");
    expect(stopped.access).toEqual({ ssh: [], ports: [] });
    await provider.power.start(id);
    await provider.power.start(id);
    await provider.waitFor(id, "running");
    await provider.power.restart(id);
    await provider.waitFor(id, "running");
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });
});

describe("a launch has one machine or none, when its answer is spoiled by", () => {
  const adopted: [string, FaultKind][] = [
    ["a reset after the work", { fault: "reset", work: "done" }],
    ["a reset before the work", { fault: "reset" }],
    ["a reset, and the work is done 20 s later", { fault: "reset", work: "late", lateMs: 20_000 }],
    ["silence after the work", { fault: "hang", work: "done" }],
    ["silence", { fault: "hang" }],
    ["a time too long", { fault: "delay", ms: 500 }],
    ["a body too slow", { fault: "slow_body", ms: 1000 }],
    ["a body without end", { fault: "endless_body" }],
    ["half of it", { fault: "truncate" }],
    ["half of it in chunks", { fault: "truncate", framing: "chunked" }],
    ["half of it, and the end of the connection", { fault: "truncate", framing: "close" }],
    ["a page with 200 after the work", { fault: "html", work: "done" }],
    ["a page with 200", { fault: "html" }],
    ["broken JSON", { fault: "malformed", work: "done" }],
    ["502 after the work", { fault: "html", status: 502, work: "done" }],
    ["502", { fault: "html", status: 502 }],
    [
      "an unknown refusal after the work",
      { fault: "answer", status: 400, body: { detail: "?" }, work: "done" },
    ],
    ["429 with a date", { fault: "rate_limit", retryAfter: "date" }],
    ["429 with seconds", { fault: "rate_limit", retryAfter: 3 }],
    ["429", { fault: "rate_limit" }],
    ["500 in plain text", { fault: "flag", flag: "internalError" }],
    ["a network that is gone for a moment", { fault: "flag", flag: "networkGone" }],
    ["no info in it", { fault: "flag", flag: "nullInfo" }],
    ["a pod that shows late", { fault: "flag", flag: "visibleAfterMs", value: 20_000 }],
    ["the end of the connection", { fault: "drop_connection" }],
    ["another content type", { fault: "content_type", type: "text/plain" }],
  ];
  it.each(adopted)("%s: one", async (_, fault) => {
    onCreate(fault);
    const provider = open();
    const { id } = await provider.launch(request);
    emulator.clock.advance(60_000);
    expect(alive().map(({ identity }) => identity)).toEqual([id]);
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
    expect(emulator.machines()).toHaveLength(1);
  });

  it("a refused connection: none", async () => {
    emulator.faults.add({ cloud: "pody", fault: "refuse" });
    const failed = open().launch(request);
    await expect(failed).rejects.toMatchObject({ code: "unavailable", effect: "none", retryable: true });
    expect(emulator.machines()).toEqual([]);
  });

  const refused: [string, string, string][] = [
    ["no free port", "noCapacity", "no_capacity"],
    ["an engine that cannot create it", "failCreate", "instance_failed"],
    ["a refused password", "tokenExpired", "unauthenticated"],
  ];
  it.each(refused)("%s: none", async (_, flag, code) => {
    onCreate({ fault: "flag", flag });
    await expect(open().launch(request)).rejects.toMatchObject({ code, effect: "none" });
    expect(emulator.machines()).toEqual([]);
    expect(creates()).toBe(1);
  });

  it("a start that fails: the pod that stays behind is ended", async () => {
    onCreate({ fault: "flag", flag: "failStart" });
    const error = await failureOf(open().launch(request));
    expect(error).toMatchObject({ code: "instance_failed", effect: "none" });
    expect(emulator.machines().map(({ state }) => state)).toEqual(["created"]);
    expect(emulator.bill()).toEqual([]);
  });

  it("a start that fails, of which nobody hears: the same", async () => {
    onCreate({ fault: "flag", flag: "failStart" });
    onCreate({ fault: "reset", work: "done" });
    await expect(open().launch(request)).rejects.toMatchObject({ code: "instance_failed", effect: "none" });
    expect(emulator.machines()).toHaveLength(1);
    expect(emulator.bill()).toEqual([]);
  });

  it("an engine silent for ten minutes: it is kept open, and the same key ends the pod that never started", async () => {
    onCreate({ fault: "flag", flag: "stuck" });
    const provider = open();
    const keyed = { ...request, key: "slow" };
    await expect(provider.launch(keyed)).rejects.toMatchObject({
      code: "launch_ambiguous",
      launchKey: "slow",
    });
    emulator.clock.advance(600_000);
    const { id } = await provider.launch(keyed);
    const [never] = emulator.machines();
    expect(never).toMatchObject({ state: "created", terminatedAt: expect.any(Number) });
    expect(alive().map(({ identity }) => identity)).toEqual([id]);
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });

  it("a server that does not come back: none, or its name is on the error", async () => {
    onCreate({ fault: "reset", work: "done" }, {});
    emulator.faults.add({ cloud: "pody", endpoint: "pod.inspect", fault: "reset" });
    const provider = open();
    const error = await failureOf(provider.launch(request));
    expect(error).toMatchObject({ code: "launch_ambiguous", effect: "maybe" });
    const [machine] = alive();
    expect(alive()).toHaveLength(1);
    expect(String(error)).toContain(machine?.identity);
    await emulator.faults.clear();
    const key = isComputeError(error) ? error.launchKey : undefined;
    const found = await provider.launch({ ...request, key });
    expect(found.id).toBe(machine?.id);
    expect(emulator.machines()).toHaveLength(1);
    await provider.terminate(found.id);
    expect(emulator.bill()).toEqual([]);
  });

  it("a caller who leaves: the pod is ended", async () => {
    const leaving = new AbortController();
    onCreate({ fault: "delay", ms: 100 });
    const launched = open().launch(request, { signal: leaving.signal });
    setTimeout(() => leaving.abort(), 20);
    await expect(launched).rejects.toMatchObject({ code: "cancelled" });
    expect(emulator.machines()).toHaveLength(1);
    expect(emulator.bill()).toEqual([]);
  });
});

describe("a launch", () => {
  it("shows a pod whose process keeps ending as coming up", async () => {
    const provider = open();
    const instance = await provider.launch({ image: "crashing:latest" });
    expect(instance).toMatchObject({ status: "provisioning", reason: "restart", access: { ssh: [] } });
    await provider.terminate(instance.id);
  });

  it("keeps a status that nobody knows", async () => {
    onCreate({ fault: "flag", flag: "unknownStatus" });
    const provider = open();
    const instance = await provider.launch(request);
    expect(instance).toMatchObject({
      status: "unknown",
      reason: "unrecognized",
      providerStatus: "hibernating",
    });
    await provider.terminate(instance.id);
  });

  it.each(["0.4.1", "0.1.10"])(
    "under a name that is taken is a conflict on %s, and takes nobody's pod",
    async (version) => {
      await restart({ version });
      const named = { ...request, name: "main" };
      await open().launch(named);
      await expect(open().launch(named)).rejects.toMatchObject({ code: "conflict", effect: "none" });
      expect(alive()).toHaveLength(1);
      expect(creates()).toBe(1);
    },
  );

  it.each([
    ["0.4.1", "invalid_argument"],
    ["0.1.10", "invalid_argument"],
  ])("of an image that is not there is refused by %s", async (version, code) => {
    await restart({ version });
    await expect(open().launch({ image: "ubuntu-cuda" })).rejects.toMatchObject({ code, effect: "none" });
  });

  it("over the limit of pods is quota_exceeded", async () => {
    const bob = { username: "bob", password: "bobs-password" };
    await open(bob).launch(request);
    await open(bob).launch(request);
    await expect(open(bob).launch(request)).rejects.toMatchObject({ code: "quota_exceeded", effect: "none" });
    expect(alive()).toHaveLength(2);
  });

  it("on GPUs that the machine has not fails, and its pod is ended", async () => {
    const [alice] = await usersWith({ gpus: "7" });
    await restart({ users: alice ? [alice] : [] });
    await expect(open().launch(request)).rejects.toMatchObject({ code: "instance_failed", effect: "none" });
    expect(emulator.bill()).toEqual([]);
  });

  it("tells of the GPUs that the quota names", async () => {
    await restart({ users: await usersWith({ gpus: "0,1" }) });
    const { hardware } = await open({ hardware: { gpu: { model: "RTX 4090", count: 8 } } }).launch(request);
    expect(hardware).toMatchObject({ memoryMiB: 16_384, gpu: { count: 2, providerModel: "RTX 4090" } });
  });
});

/** Alice, with another quota. */
async function usersWith(quota: { readonly gpus: string }) {
  const { username: name, password } = emulator.credentials.pody;
  const unlimited = {
    max_pods: -1,
    gpu_count: -1,
    memory_limit: 16 * 2 ** 30,
    storage_size: -1,
    shm_size: 0,
  };
  const commits = { tmpfs_size: 0, commit_count: 0, commit_size_limit: 0 };
  return [{ name, password, isAdmin: false, quota: { ...unlimited, ...commits, ...quota } }];
}

describe("a termination is proven, when its answer is spoiled by", () => {
  const spoiled: [string, FaultKind][] = [
    ["a reset after the work", { fault: "reset", work: "done" }],
    ["a reset before the work", { fault: "reset" }],
    ["a reset, and the work is done 20 s later", { fault: "reset", work: "late", lateMs: 20_000 }],
    ["silence after the work", { fault: "hang", work: "done" }],
    ["silence", { fault: "hang" }],
    ["a time too long", { fault: "delay", ms: 500 }],
    ["a body too slow", { fault: "slow_body", ms: 1000 }],
    ["a body without end", { fault: "endless_body" }],
    ["half of it", { fault: "truncate" }],
    ["a page with 200", { fault: "html" }],
    ["broken JSON", { fault: "malformed" }],
    ["a lie with 200", { fault: "answer", status: 200, body: { log: "Container deleted" } }],
    ["502 from a proxy", { fault: "html", status: 502 }],
    ["503 from a proxy", { fault: "html", status: 503 }],
    ["429", { fault: "rate_limit", retryAfter: 3 }],
    ["500 in plain text", { fault: "flag", flag: "internalError" }],
    ["work that is lost", { fault: "flag", flag: "lostDelete" }],
    ["work that is done later", { fault: "flag", flag: "delayedDeleteMs", value: 20_000 }],
    ["reads that go on showing it", { fault: "flag", flag: "lingerMs", value: 20_000 }],
    ["the end of the connection", { fault: "drop_connection" }],
  ];
  it.each(spoiled)("%s", async (_, fault) => {
    const provider = open();
    const { id } = await provider.launch(request);
    onDelete(fault);
    expect(await provider.terminate(id)).toMatchObject({ id, evidence: "not_found" });
    expect(alive()).toEqual([]);
    expect(emulator.bill()).toEqual([]);
  });

  it.each([
    ["a refused password", { fault: "flag", flag: "tokenExpired" }, "unauthenticated"],
    [
      "404 without the route",
      { fault: "answer", status: 404, body: { detail: "Not Found" } },
      "invalid_config",
    ],
  ] as [string, FaultKind, string][])("%s: it says so, and claims nothing", async (_, fault, code) => {
    const provider = open();
    const { id } = await provider.launch(request);
    emulator.faults.add({ cloud: "pody", ...fault });
    await expect(provider.terminate(id)).rejects.toMatchObject({ code, instanceId: id });
    expect(alive()).toHaveLength(1);
    await emulator.faults.clear();
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });

  it("a server that is gone: it is not confirmed", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    emulator.faults.add({ cloud: "pody", fault: "refuse" });
    await expect(provider.terminate(id)).rejects.toMatchObject({
      ...{ code: "termination_unconfirmed", effect: "maybe", instanceId: id, retryable: true },
    });
    expect(alive()).toHaveLength(1);
    await emulator.faults.clear();
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });

  it("a pod that comes back: it is there, and can be ended again", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    onDelete({ fault: "flag", flag: "resurrectAfterMs", value: 5000 });
    await provider.terminate(id);
    emulator.clock.advance(10_000);
    expect((await collect(provider.list())).map((instance) => instance.id)).toEqual([id]);
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });
});

describe("reads", () => {
  it("show a list in which names come twice once", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    emulator.faults.add({ cloud: "pody", endpoint: "pod.list", fault: "rows", duplicate: 1 });
    expect((await collect(provider.list())).map((instance) => instance.id)).toEqual([id]);
    await provider.terminate(id);
  });

  it("leave out the pods of a stranger whose name ends like ours", async () => {
    const [alice] = await usersWith({ gpus: "all" });
    if (alice === undefined) throw new TypeError("no user");
    await restart({ prefix: "", users: [alice, { ...alice, name: "jimalice" }] });
    const { id } = await open().launch(request);
    await open({ username: "jimalice" }).launch({ ...request, name: "theirs" });
    expect((await collect(open().list())).map((instance) => instance.id)).toEqual([id]);
    expect(alive()).toHaveLength(2);
  });

  it("know that a pod without its image is there, and end it", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    await provider.power.stop(id);
    emulator.event("pody", "imageGone", request);
    expect(await provider.describe(id)).toMatchObject({ status: "unknown", reason: "image_error" });
    expect(await collect(provider.list())).toMatchObject([{ id, status: "unknown" }]);
    expect(await provider.terminate(id)).toMatchObject({ evidence: "not_found" });
    expect(emulator.bill()).toEqual([]);
  });

  it("believe nothing of a server that answers something else", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    for (const fault of [{ fault: "html" }, { fault: "malformed" }, { fault: "reset" }] as const) {
      emulator.faults.add({ cloud: "pody", ...fault });
      const code = fault.fault === "reset" ? "unavailable" : "bad_response";
      await expect(provider.describe(id)).rejects.toMatchObject({ code, effect: "none" });
      await expect(collect(provider.list())).rejects.toMatchObject({ code, effect: "none" });
      await emulator.faults.clear();
    }
    expect(await provider.describe(id)).toMatchObject({ status: "running" });
    await provider.terminate(id);
  });

  it.each([
    ["gpuSweep", "stopped", "exited"],
    ["pause", "stopped", "paused"],
    ["dead", "failed", "dead"],
  ])("show what happened without us: %s", async (event, status, providerStatus) => {
    const provider = open();
    const { id } = await provider.launch(request);
    emulator.event("pody", event, { id });
    expect(await provider.describe(id)).toMatchObject({ status, providerStatus });
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });
});

it("cannot start a pod whose ports went to another one, and says that it is stopped", async () => {
  await restart({ ports: [20_000, 20_001] });
  const provider = open();
  const first = await provider.launch(request);
  await provider.power.stop(first.id);
  const second = await provider.launch(request);
  await expect(provider.power.start(first.id)).rejects.toMatchObject({ code: "conflict", effect: "none" });
  expect(await provider.describe(first.id)).toMatchObject({ status: "stopped" });
  await provider.terminate(second.id);
  await provider.power.start(first.id);
  await provider.terminate(first.id);
  expect(emulator.bill()).toEqual([]);
});
