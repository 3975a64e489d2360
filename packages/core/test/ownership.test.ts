import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Alarm,
  type Journal,
  type LaunchRecord,
  memoryJournal,
  newToken,
  reap,
  recover,
  renewLease,
  terminateAll,
  whatBills,
} from "../src/index.ts";
import { northwind } from "./northwind/adapter.ts";
import { type Northwind, startNorthwind } from "./northwind/server.ts";

let cloud: Northwind;
let journal: Journal;
beforeEach(async () => {
  cloud = await startNorthwind();
  journal = memoryJournal();
});
afterEach(() => cloud[Symbol.asyncDispose]());

/** A provider of a new process: it shares the journal and nothing else. */
const open = (more: object = {}) =>
  northwind({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock, journal, ...more });
const request = { offerId: "a", image: "pytorch" };
const gpu = { image: "pytorch", gpu: { model: "rtx-4090" } };
const create = /^POST \/machines$/;
const minutes = (count: number): number => count * 60_000;
const caught = (work: Promise<unknown>): Promise<unknown> => work.catch((thrown: unknown) => thrown);

async function states(): Promise<LaunchRecord["state"][]> {
  const all: LaunchRecord["state"][] = [];
  for await (const { state } of journal.list()) all.push(state);
  return all;
}

/** What a process leaves in the journal that dies right after it has written its intent. */
async function crashedLaunch(
  key: string,
  label = newToken(),
  late: LaunchRecord["late"] = "adopt",
): Promise<string> {
  const hold = await journal.hold("northwind", key, new AbortController().signal);
  const about = { provider: "northwind", key, requestHash: "hash", identity: label, late };
  await hold.write({ ...about, state: "open", sentAt: cloud.clock.now() });
  await hold.release();
  return label;
}

/** A machine that the cloud made, with this label, so long ago. */
function machineAtCloud(label: string, ageMs = 0): string {
  const id = `x${cloud.machines.size}`;
  const createdAt = cloud.clock.now() - ageMs;
  cloud.machines.set(id, { id, label, image: "pytorch", state: "up", createdAt, visibleAt: createdAt });
  return id;
}

describe("recover", () => {
  it("adopts the machine of a launch whose process died", async () => {
    const id = machineAtCloud(await crashedLaunch("k"));
    expect(await recover([open()])).toEqual([
      { provider: "northwind", key: "k", outcome: "adopted", instanceId: id },
    ]);
    expect(await states()).toEqual(["created"]);
    expect(cloud.creates()).toBe(0);
  });

  it("ends it instead where its caller wanted that", async () => {
    const id = machineAtCloud(await crashedLaunch("k", newToken(), "terminate"));
    expect(await recover([open()])).toMatchObject([{ outcome: "terminated", instanceId: id }]);
    expect(cloud.machines.size).toBe(0);
    expect(await states()).toEqual(["refused"]);
  });

  it("proves that a machine was never created, and only after the window", async () => {
    await crashedLaunch("k");
    const started = cloud.clock.now();
    expect(await recover([open()])).toMatchObject([{ outcome: "never_created" }]);
    expect(cloud.clock.now() - started).toBeGreaterThanOrEqual(5_000 + 20_000 + 2_000);
    expect(await states()).toEqual(["refused"]);
  });

  it("leaves open what it cannot know, and raises an alarm", async () => {
    await crashedLaunch("k");
    const alarms: unknown[] = [];
    const note = (about: unknown): void => void alarms.push(about);
    subscribe("gpuport:alarm", note);
    cloud.spoilNext(/^GET/, ...Array.from({ length: 500 }, () => ({ how: { status: 503 } })));
    const [recovery] = await recover([open()], { timeoutMs: 60_000 });
    unsubscribe("gpuport:alarm", note);
    expect(recovery).toMatchObject({ outcome: "open", error: { code: "launch_ambiguous", launchKey: "k" } });
    expect(alarms as Alarm[]).toMatchObject([
      { provider: "northwind", launchKey: "k", error: { effect: "maybe" } },
    ]);
    expect(await states()).toEqual(["open"]);
  });

  it("goes on with a termination that was not proven", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    cloud.spoilNext(/^DELETE/, ...Array.from({ length: 50 }, () => ({ how: { status: 200, body: "{}" } })));
    await expect(provider.terminate(id, { timeoutMs: 10_000 })).rejects.toMatchObject({
      code: "termination_unconfirmed",
    });
    expect(await states()).toEqual(["ending"]);
    expect(await recover([open()], { timeoutMs: minutes(30) })).toMatchObject([
      { outcome: "terminated", instanceId: id },
    ]);
    expect(cloud.machines.size).toBe(0);
    expect(await states()).toEqual(["ended"]);
  });

  it("that is stopped while it looks ends nothing, and leaves the launch open", async () => {
    const abort = new AbortController();
    const label = await crashedLaunch("k");
    const fetch = (input: Request): Promise<Response> => {
      const answer = globalThis.fetch(input);
      abort.abort();
      machineAtCloud(label);
      return answer;
    };
    expect(await recover([open({ fetch })], { signal: abort.signal })).toMatchObject([{ outcome: "open" }]);
    expect(await states()).toEqual(["open"]);
    expect(cloud.machines.size).toBeGreaterThan(0);
    expect(cloud.seen.every(({ method }) => method === "GET")).toBe(true);
  });

  it("leaves a launch alone that another process has in its hands", async () => {
    await crashedLaunch("k");
    const hold = await journal.hold("northwind", "k", new AbortController().signal);
    const recovering = recover([open()]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(cloud.seen).toHaveLength(0);
    await hold.release();
    await recovering;
  });
});

it("gives the machine of a dead process to whoever launches with its key again", async () => {
  const abort = new AbortController();
  const fetch = (input: Request): Promise<Response> => {
    if (input.method === "POST")
      return globalThis.fetch(input).then(() => Promise.reject(new TypeError("died")));
    return Promise.reject(new TypeError("died"));
  };
  await caught(open({ fetch }).launch({ ...request, key: "k" }, { timeoutMs: 3_000, signal: abort.signal }));
  expect(await states()).toEqual(["open"]);
  const instance = await open().launch({ ...request, key: "k" });
  expect([...cloud.machines.keys()]).toEqual([instance.id]);
  expect(cloud.creates()).toBe(1);
});

describe("a key of an earlier process", () => {
  it("gives its machine although the cloud does not show it yet, or cannot be read", async () => {
    cloud.settings.visibleAfterMs = 4_000;
    const { id } = await open().launch({ ...request, key: "k" });
    await expect(open().launch({ ...request, key: "k" })).resolves.toMatchObject({ id, status: "pending" });
    cloud.spoilNext(/^GET/, ...Array.from({ length: 4 }, () => ({ how: { status: 503 } })));
    await expect(open().launch({ ...request, key: "k" })).resolves.toMatchObject({ id, status: "unknown" });
    cloud.advance(minutes(5));
    cloud.machines.clear();
    await expect(open().launch({ ...request, key: "k" })).resolves.toMatchObject({
      id,
      status: "terminated",
    });
    expect(cloud.creates()).toBe(1);
  });

  it("does not forget the machines of its earlier attempts", async () => {
    const provider = open();
    cloud.spoilNext(create, { how: "reset", lateMs: minutes(10) });
    await expect(provider.launch({ ...request, key: "k" })).rejects.toMatchObject({ effect: "none" });
    const { id } = await provider.launch({ ...request, key: "k" });
    cloud.advance(minutes(30));
    expect(cloud.machines.size).toBe(2);
    expect((await reap([provider], journal)).findings).toMatchObject([
      { kind: "late", action: "terminate", key: "k" },
    ]);
    expect([...cloud.machines.keys()]).toEqual([id]);
  });
});

describe("reap", () => {
  const old = minutes(60);

  it("ends what carries our mark and no launch made, and nothing else", async () => {
    const provider = open();
    const { id: known } = await provider.launch(request);
    const orphan = machineAtCloud(`lost-${newToken()}`, old);
    const stranger = machineAtCloud("gp-my-own-machine", old);
    const lookalike = machineAtCloud("gp0123456789abcdefgh", old);
    const unnamed = machineAtCloud("", old);
    const { findings, failed } = await reap([provider], journal);
    expect(findings).toMatchObject([
      { instanceId: orphan, kind: "orphan", action: "terminate", done: true, name: "lost" },
    ]);
    expect(failed).toEqual([]);
    expect([...cloud.machines.keys()].sort()).toEqual([known, stranger, lookalike, unnamed].sort());
  });

  it("touches nothing in a dry run, and nothing that is young", async () => {
    const provider = open();
    await provider.launch(request);
    const orphan = machineAtCloud(newToken(), old);
    const young = machineAtCloud(newToken(), minutes(1));
    const dry = await reap([provider], journal, { dryRun: true });
    expect(dry.findings).toMatchObject([
      { instanceId: orphan, action: "terminate", done: false },
      { instanceId: young, action: "none", done: false },
    ]);
    expect(cloud.machines.size).toBe(3);
    await reap([provider], journal);
    expect(cloud.machines.has(young)).toBe(true);
    expect(cloud.machines.has(orphan)).toBe(false);
  });

  it("leaves the machines of another owner on the same account alone", async () => {
    const provider = open({ owner: "team-a" });
    await provider.launch(request);
    machineAtCloud(newToken("team-b"), old);
    expect((await reap([provider], journal)).findings).toEqual([]);
    const ours = machineAtCloud(newToken("team-a"), old);
    expect((await reap([provider], journal)).findings).toMatchObject([{ instanceId: ours }]);
  });

  it("refuses to act on a journal that knows nobody, unless it is told to", async () => {
    machineAtCloud(newToken(), old);
    const { findings, failed } = await reap([open()], journal);
    expect(findings).toEqual([]);
    expect(failed).toMatchObject([{ provider: "northwind", error: { code: "invalid_config" } }]);
    expect(cloud.machines.size).toBe(1);
    await reap([open()], journal, { force: true });
    expect(cloud.machines.size).toBe(0);
  });

  it("touches nothing on an incomplete list", async () => {
    const provider = open();
    await provider.launch(request);
    machineAtCloud(newToken(), old);
    cloud.settings.missingRows = 1;
    expect((await reap([provider], journal)).failed).toMatchObject([{ error: { code: "unavailable" } }]);
    expect(cloud.machines.size).toBe(2);
  });

  it("ends a machine that shows up after its launch was given up, or takes it in, as its caller chose", async () => {
    const provider = open();
    for (const late of ["terminate", "adopt"] as const) {
      cloud.spoilNext(create, { how: "reset", lateMs: minutes(10) });
      await expect(provider.launch(request, { late })).rejects.toMatchObject({ effect: "none" });
    }
    cloud.advance(minutes(30));
    expect(cloud.machines.size).toBe(2);
    const { findings } = await reap([provider], journal);
    expect(findings.map(({ kind, action, done }) => [kind, action, done]).sort()).toEqual([
      ["late", "adopt", true],
      ["late", "terminate", true],
    ]);
    expect(cloud.machines.size).toBe(1);
    expect((await states()).sort()).toEqual(["created", "refused"]);
  });

  it("ends again what comes back, and takes up what was forgotten", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const machine = cloud.machines.get(id);
    await provider.terminate(id);
    if (machine) cloud.machines.set(id, machine);
    const forgotten = machineAtCloud(await crashedLaunch("k"));
    expect((await reap([provider], journal)).findings.find(({ kind }) => kind === "forgotten")?.action).toBe(
      "none",
    );
    cloud.advance(minutes(1));
    if (machine) cloud.machines.set(id, machine);
    const { findings } = await reap([provider], journal);
    expect(findings).toHaveLength(2);
    expect(findings).toContainEqual(
      expect.objectContaining({ instanceId: id, kind: "returned", done: true }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ instanceId: forgotten, kind: "forgotten", done: true }),
    );
    expect([...cloud.machines.keys()]).toEqual([forgotten]);
  });
});

describe("a lease", () => {
  const lease = { ttlMs: minutes(10), onExpiry: "terminate" } as const;

  it("ends a machine that nobody renews, while the process lives", async () => {
    const provider = open();
    const { id } = await provider.launch({ ...request, lease });
    cloud.advance(minutes(9));
    const { expiresAt } = await renewLease(provider, id);
    cloud.advance(minutes(9));
    await cloud.clock.sleep(minutes(2));
    await vi.waitFor(async () => expect(await states()).toEqual(["ended"]));
    expect(cloud.machines.size).toBe(0);
    const removals = cloud.seen.filter(({ method }) => method === "DELETE");
    expect(removals[0]?.at).toBeGreaterThanOrEqual(expiresAt);
    await expect(renewLease(provider, id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("stops it instead where that was wished", async () => {
    const { id } = await open().launch({ ...request, lease: { ...lease, onExpiry: "stop" } });
    cloud.advance(minutes(11));
    await vi.waitFor(() => expect(cloud.machines.get(id)?.state).toBe("paused"));
  });

  it("is enforced by reap when the process does not live, with room for clocks that differ", async () => {
    await open({ clock: { ...cloud.clock, alarm() {} } }).launch({ ...request, lease });
    cloud.advance(minutes(14));
    expect((await reap([open()], journal)).findings).toEqual([]);
    cloud.advance(minutes(2));
    expect((await reap([open()], journal)).findings).toMatchObject([
      { kind: "lease_expired", action: "terminate", done: true },
    ]);
    expect(cloud.machines.size).toBe(0);
  });

  it("can be required", async () => {
    await expect(open({ requireLease: true }).launch(request)).rejects.toMatchObject({ field: "lease" });
    expect(cloud.seen).toHaveLength(0);
  });
});

describe("a budget", () => {
  const budgets = [{ currency: "USD", maxPerHourMicros: 900_000 }];

  it("refuses the launch that would pass it, before anything is sent, also for launches at once", async () => {
    const provider = open({ budgets });
    const results = await Promise.allSettled([
      provider.launch(gpu),
      provider.launch(gpu),
      provider.launch(gpu),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
    const [refused] = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(refused).toMatchObject({ code: "quota_exceeded", effect: "none" });
    expect(cloud.creates()).toBe(2);
  });

  it("frees what was terminated", async () => {
    const provider = open({ budgets: [{ currency: "USD", maxPerHourMicros: 400_000 }] });
    const { id } = await provider.launch(gpu);
    await expect(provider.launch(gpu)).rejects.toMatchObject({ code: "quota_exceeded" });
    await provider.terminate(id);
    await provider.launch(gpu);
  });
});

it("rents nothing under a budget of which nobody says what it costs", async () => {
  for (const offer of cloud.settings.offers) offer.price = 0;
  const budgets = [{ currency: "USD", maxPerHourMicros: 900_000 }];
  await expect(open({ budgets }).launch(gpu)).rejects.toMatchObject({
    code: "no_capacity",
    effect: "none",
    message: expect.stringContaining("no known price"),
  });
  expect(cloud.creates()).toBe(0);
  await open().launch(gpu);
});

it("says what bills, ours or not, with the launch that made it", async () => {
  const provider = open();
  const { id } = await provider.launch({ ...request, key: "job-7" });
  const stranger = machineAtCloud("somebody", minutes(5));
  expect(await whatBills([provider])).toMatchObject([
    { id, billing: "compute", key: "job-7", since: new Date(cloud.machines.get(id)?.createdAt ?? 0) },
    { id: stranger, billing: "compute", key: undefined },
  ]);
});

it("terminates many, each with a result of its own", async () => {
  const provider = open();
  const ids = [(await provider.launch(request)).id, "..", (await provider.launch(request)).id];
  const results = await terminateAll(provider, ids);
  expect(results.map(({ id }) => id)).toEqual(ids);
  expect(results.map(({ termination }) => termination?.evidence)).toEqual([
    "not_found",
    undefined,
    "not_found",
  ]);
  expect(results[1]?.error).toMatchObject({ code: "invalid_argument" });
  expect(cloud.machines.size).toBe(0);
});
