import { spawnSync } from "node:child_process";
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

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe.each(["0.4.1", "0.3.1", "0.2.5", "0.1.13"])("a command on %s", (version) => {
  beforeEach(() => restart({ version }));

  it("gives back what it did", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const command = "echo 'it'\\''s' \"$(nproc)\"; printf '\\xff\\x00'; echo no >&2; exit 7";
    const result = await provider.exec.run(id, command, { timeoutMs: 60_000 });
    expect(result).toMatchObject({ exitCode: 7, truncated: false });
    expect([...result.stdout.slice(0, 8)]).toEqual([...new TextEncoder().encode("it's 32\n")]);
    expect([...result.stdout.slice(8)]).toEqual([255, 0]);
    expect(text(result.stderr)).toBe("no\n");
    await provider.terminate(id);
  });

  it("keeps what it writes, and cuts what it says", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const write = "for i in 1 2 3; do seq 1 20000; done >/tmp/many; echo $?";
    await provider.exec.run(id, write, { timeoutMs: 60_000 });
    const { stdout, truncated } = await provider.exec.run(id, "cat /tmp/many", { timeoutMs: 60_000 });
    expect([text(stdout).slice(0, 6), truncated]).toEqual(["1\n2\n3\n", true]);
    await provider.terminate(id);
  });

  it("is ended in time", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const begun = emulator.clock.now();
    const late = provider.exec.run(id, "sleep 3000; echo never", { timeoutMs: 60_000 });
    await expect(late).rejects.toMatchObject({ code: "timeout", effect: "maybe", instanceId: id });
    const seconds = (emulator.clock.now() - begun) / 1000;
    expect(seconds).toBeLessThan(version.startsWith("0.3") || version.startsWith("0.4") ? 60 : 10);
    expect((await provider.exec.run(id, "echo still there", { timeoutMs: 5000 })).exitCode).toBe(0);
    await provider.terminate(id);
  });
});

describe("a command", () => {
  it("is run by a real shell", async () => {
    const exec = (command: string) => {
      const merged = ["-c", 'exec 2>&1; exec /bin/bash -c "$0"', command];
      const { stdout, status } = spawnSync("/bin/bash", merged, { input: "", encoding: "utf8" });
      return { exitCode: status ?? -1, output: stdout.replaceAll("\n", "\r\n") };
    };
    await restart({ exec });
    const provider = open();
    const { id } = await provider.launch(request);
    const command = "head -c 100000 /dev/urandom; echo err >&2; exit 3";
    const result = await provider.exec.run(id, command, { timeoutMs: 9000 });
    expect(result).toMatchObject({ exitCode: 3, truncated: true });
    expect([result.stdout.length, text(result.stderr)]).toEqual([33_000, "err\n"]);
    const slow = provider.exec.run(id, "sleep 600", { timeoutMs: 600 });
    await expect(slow).rejects.toMatchObject({ code: "timeout", effect: "maybe" });
    await provider.terminate(id);
  });

  it("needs a running pod", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const run = () => provider.exec.run(id, "true", { timeoutMs: 5000 });
    emulator.faults.add({
      cloud: "pody",
      endpoint: "pod.exec",
      fault: "flag",
      flag: "execRestarting",
      times: 1,
    });
    await expect(run()).rejects.toMatchObject({ code: "conflict", effect: "none" });
    emulator.event("pody", "pause", { id });
    await expect(run()).rejects.toMatchObject({ code: "conflict", effect: "none" });
    emulator.event("pody", "unpause", { id });
    await provider.power.stop(id);
    await expect(run()).rejects.toMatchObject({ code: "conflict", effect: "none", instanceId: id });
    await provider.terminate(id);
    await expect(run()).rejects.toMatchObject({ code: "not_found", effect: "none" });
  });

  it("needs bash in the image", async () => {
    const provider = open();
    const { id } = await provider.launch({ image: "alpine:3.20" });
    const run = provider.exec.run(id, "true", { timeoutMs: 5000 });
    await expect(run).rejects.toMatchObject({ code: "unsupported", effect: "none" });
    await provider.terminate(id);
  });

  it.each([
    ["a time-out of the server", { fault: "flag", flag: "execTimeout" }, "timeout"],
    ["a reset after the work", { fault: "reset", work: "done" }, "unavailable"],
    ["silence after the work", { fault: "hang", work: "done" }, "timeout"],
    ["half of the answer", { fault: "truncate" }, "unavailable"],
    ["a page with 200", { fault: "html", work: "done" }, "bad_response"],
    ["502", { fault: "html", status: 502 }, "unavailable"],
  ] as [string, FaultKind, string][])("is not repeated after %s", async (_, fault, code) => {
    const provider = open();
    const { id } = await provider.launch(request);
    emulator.faults.add({ cloud: "pody", endpoint: "pod.exec", ...fault, times: 1 });
    const run = provider.exec.run(id, "echo once >>/root/log", { timeoutMs: 500 });
    await expect(run).rejects.toMatchObject({ code, effect: "maybe", retryable: false });
    expect(emulator.requests().filter(({ endpoint }) => endpoint === "pod.exec")).toHaveLength(1);
    await provider.terminate(id);
  });

  it("is sent again when the server was told to be asked later, and only then", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const slow: FaultKind = { fault: "rate_limit", retryAfter: 1 };
    emulator.faults.add({ cloud: "pody", endpoint: "pod.exec", ...slow, times: 1 });
    await provider.exec.run(id, "echo once >>/root/log", { timeoutMs: 9000 });
    const { stdout } = await provider.exec.run(id, "cat /root/log", { timeoutMs: 9000 });
    expect(text(stdout)).toBe("once\n");
    await provider.terminate(id);
  });
});

describe("images and snapshots", () => {
  it.each([
    ["0.4.1", 5],
    ["0.3.0", 5],
    ["0.2.5", 5],
  ])("are listed by %s", async (version, count) => {
    await restart({ version });
    const images = await collect(open().images.list());
    expect(images).toHaveLength(count);
    expect(images.every(({ owned }) => owned === false)).toBe(true);
    expect(await collect(open().images.list({ owned: true }))).toEqual([]);
  });

  it("are made, listed, started from and removed", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const [made] = await provider.snapshots.create(id, {
      name: "t2",
      providerOptions: { pody: { msg: "hi" } },
    });
    expect(made).toMatchObject({ id: "alice-t2", name: "t2", instanceId: id, status: "ready" });
    const [listed] = await collect(provider.snapshots.list());
    expect(listed).toMatchObject({ id: "alice-t2", name: "t2", sizeBytes: 7_340_032_000 });
    expect(listed?.createdAt).toBeInstanceOf(Date);
    expect(await collect(provider.snapshots.list({ statuses: ["creating"] }))).toEqual([]);
    expect(await collect(provider.snapshots.list({ statuses: ["ready"] }))).toHaveLength(1);
    expect(await collect(provider.images.list({ owned: true }))).toMatchObject([{ id: "alice-t2" }]);
    const copy = await provider.launch({ snapshot: "alice-t2" });
    expect(copy).toMatchObject({ status: "running", image: "pody-commit:alice-t2" });
    await provider.terminate(copy.id);
    await provider.snapshots.remove("alice-t2");
    expect(await collect(provider.snapshots.list())).toEqual([]);
    await expect(provider.images.remove("pytorch:2.5")).rejects.toMatchObject({ code: "permission_denied" });
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });

  it.each(["none", "done"] as const)(
    "are removed although the first answer is lost, its work %s",
    async (work) => {
      const provider = open();
      const { id } = await provider.launch(request);
      await provider.snapshots.create(id);
      emulator.faults.add({ cloud: "pody", endpoint: "image.delete", fault: "reset", work, times: 1 });
      await provider.snapshots.remove("alice");
      expect(await collect(provider.snapshots.list())).toEqual([]);
      await expect(provider.snapshots.remove("alice")).rejects.toMatchObject({ effect: "none" });
      await provider.terminate(id);
    },
  );

  it("are kept apart by tag, replaced under the same one, and limited in number", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    for (const name of ["a", "b", "a", "c"]) await provider.snapshots.create(id, { name });
    expect((await collect(provider.snapshots.list())).map(({ name }) => name)).toEqual(["a", "b", "c"]);
    const more = provider.snapshots.create(id);
    await expect(more).rejects.toMatchObject({ code: "quota_exceeded", effect: "none" });
    const wrong = provider.snapshots.create(id, { name: "a b" });
    await expect(wrong).rejects.toMatchObject({ code: "invalid_argument", effect: "none" });
    await provider.terminate(id);
  });

  it("are not somebody else's", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    await provider.snapshots.create(id);
    const bob = open({ username: "bob", password: "bobs-password" });
    expect(await collect(bob.snapshots.list())).toEqual([]);
    await expect(bob.snapshots.remove("alice")).rejects.toMatchObject({ code: "permission_denied" });
    expect(await collect(provider.snapshots.list())).toMatchObject([{ id: "alice" }]);
    await provider.terminate(id);
  });

  it("are unknown to a server before 0.3.0", async () => {
    await restart({ version: "0.2.5" });
    const provider = open();
    const { id } = await provider.launch(request);
    await expect(provider.snapshots.create(id)).rejects.toMatchObject({
      code: "invalid_config",
      effect: "none",
    });
    expect(await collect(provider.snapshots.list())).toEqual([]);
    await provider.terminate(id);
  });

  it("leave a pod unreadable when its image is removed, and it can be ended", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    await provider.snapshots.create(id);
    await provider.terminate(id);
    const copy = await provider.launch({ snapshot: "alice" });
    await provider.power.stop(copy.id);
    await provider.snapshots.remove("alice");
    expect(await provider.describe(copy.id)).toMatchObject({ status: "unknown", reason: "image_error" });
    await provider.terminate(copy.id);
    expect(emulator.bill()).toEqual([]);
  });
});

describe("account and stats", () => {
  it.each([
    ["0.4.1", { memoryMiB: 16_384, maxSnapshots: 3 }],
    ["0.2.5", { memoryMiB: 16_384, maxSnapshots: undefined }],
    ["0.1.13", { memoryMiB: 16_384 }],
    ["0.1.5", { memoryMiB: 16_384 }],
  ])("tell who it is and what it may use, on %s", async (version, expected) => {
    await restart({ version });
    const { account } = open();
    expect(await account.whoami()).toEqual({ name: "alice", isAdmin: false });
    expect(await account.quota()).toMatchObject({ maxInstances: 8, maxGpus: 2, ...expected });
    expect(await account.users()).toEqual([{ name: "alice" }, { name: "bob" }, { name: "root" }]);
  });

  it("change the password, after which the old one is refused", async () => {
    const { account } = open();
    await account.changePassword("another one");
    await expect(account.whoami()).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await open({ password: "another one" }).account.whoami()).toMatchObject({ name: "alice" });
  });

  it.each(["0.4.1", "0.1.5"])("tell what runs on the GPUs, on %s", async (version) => {
    await restart({ version });
    emulator.event("pody", "process", { gpu: 1 });
    expect(await open().stats.gpuProcesses()).toMatchObject([
      { gpu: 1, command: "[host process]", instanceId: undefined, gpuMemoryBytes: 2 ** 31 },
    ]);
  });

  it("tell in which pod it runs", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    emulator.event("pody", "process", { id, gpu: 0, cmd: "python train.py" });
    emulator.clock.advance(5000);
    expect(await provider.stats.gpuProcesses()).toMatchObject([
      { gpu: 0, command: "python train.py", instanceId: id, uptimeMs: 5000 },
    ]);
    await provider.terminate(id);
    expect(await provider.stats.gpuProcesses()).toEqual([]);
  });

  it("tell the versions of the host", async () => {
    expect(await open().stats.host()).toMatchObject({ pody_version: "0.4.1", docker_version: "20.10.24" });
    await restart({ machine: { gpus: [], cpus: 8, memoryKiB: 1024 } });
    expect(Object.keys(await open().stats.host())).toEqual(["pody_version", "docker_version"]);
  });
});

/** Answers that do not come, or not whole. */
const broken: readonly [string, FaultKind][] = [
  ["a reset after the work", { fault: "reset", work: "done" }],
  ["a reset before the work", { fault: "reset" }],
  ["a reset, and the work is done 20 s later", { fault: "reset", work: "late", lateMs: 20_000 }],
  ["silence after the work", { fault: "hang", work: "done" }],
  ["silence", { fault: "hang" }],
  ["a time too long", { fault: "delay", ms: 500 }],
  ["a body too slow", { fault: "slow_body", ms: 1000 }],
  ["a body without end", { fault: "endless_body" }],
  ["half of it", { fault: "truncate" }],
];

describe("a launch has one machine or none, when its answer is spoiled by", () => {
  const adopted: [string, FaultKind][] = [
    ...broken,
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

  it("waits no longer for a pod whose process keeps ending", async () => {
    const provider = open();
    const { id } = await provider.launch({ image: "crashing:latest" });
    const before = emulator.clock.now();
    await expect(provider.waitFor(id, "running")).rejects.toMatchObject({
      code: "instance_failed",
      instanceId: id,
      message: expect.stringContaining("its main process ended"),
    });
    expect(emulator.clock.now() - before).toBeLessThan(60_000);
    await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
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
    ...broken,
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
