import type { Instance } from "@gpuport/core";
import { type Emulator, type FaultKind, type HpcAiSettings, startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { hpcAi } from "../src/index.ts";
import { collect } from "./support.ts";

const image = "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01";
const request = { name: "train", image, gpu: { model: "H200", count: 8 } } as const;

let emulator: Emulator | undefined;
afterEach(async () => {
  await emulator?.close();
  emulator = undefined;
});

async function start(settings: Partial<HpcAiSettings> = {}) {
  const started = await startEmulator({ clock: "manual", "hpc-ai": settings });
  emulator = started;
  const { username, password, apiKey } = started.credentials["hpc-ai"];
  const common = { baseUrl: started.urls["hpc-ai"], clock: emulatedClock(started) };
  const open = (options: Parameters<typeof hpcAi>[0] = {}) => hpcAi({ ...common, apiKey, ...options });
  return {
    emulator: started,
    open,
    provider: open(),
    byPassword: hpcAi({ ...common, username, password }),
    /** Arms one fault for the next call of an endpoint. */
    fault: (endpoint: string, kind: FaultKind, times = 1) =>
      started.faults.add({ ...kind, cloud: "hpc-ai", endpoint, times }),
    sent: (endpoint: string) => started.requests().filter((row) => row.endpoint === endpoint).length,
  };
}

const always = 1e9;

type Cloud = Awaited<ReturnType<typeof start>>;

/** Ends what is left, and sees the bill empty: by the emulator's word, not ours. */
async function endAll({ provider, emulator: { bill, faults } }: Cloud): Promise<void> {
  await faults.clear();
  for await (const { id } of provider.list()) await provider.terminate(id);
  expect(bill()).toEqual([]);
}

describe("a machine's life", () => {
  it("is launched, described, listed, waited for, and terminated with evidence", async () => {
    const { provider, emulator } = await start();
    const launched = await provider.launch({ ...request, ports: [{ port: 8080 }] });
    expect(launched).toMatchObject({ name: "train", status: "pending", region: "region-one" });
    expect(emulator.bill()).toMatchObject([{ id: launched.id, perHour: 21.6 }]);
    expect(await provider.describe(launched.id)).toMatchObject({ name: "train", status: "provisioning" });
    expect((await collect(provider.list({ name: "train" }))).map(({ id }) => id)).toEqual([launched.id]);

    const seen: string[] = [];
    const onProgress = ({ providerStatus }: Instance) => void seen.push(providerStatus);
    const running = await provider.waitFor(launched.id, "running", { onProgress });
    expect(seen.at(-1)).toBe("Running");
    expect(running.access.ssh).toMatchObject([{ host: "ssh.region-one.hpc-ai.example", user: "root" }]);
    expect(running.access.ports).toMatchObject([{ port: 8080, protocol: "tcp" }]);

    expect(await provider.terminate(launched.id)).toMatchObject({ evidence: "terminal_status" });
    expect(await provider.terminate(launched.id)).toMatchObject({ id: launched.id });
    expect(emulator.bill()).toEqual([]);
    expect(emulator.machines()).toHaveLength(1);
  });

  it("is stopped, started and restarted, each as often as asked", async () => {
    const cloud = await start();
    const { provider } = cloud;
    const { id } = await provider.launch(request);
    await expect(provider.power.stop(id)).rejects.toMatchObject({ code: "conflict" });
    const before = await provider.waitFor(id, "running");
    await provider.power.stop(id);
    await provider.power.stop(id);
    expect(await provider.waitFor(id, "stopped")).toMatchObject({ billing: "storage", access: { ssh: [] } });
    await provider.power.stop(id);
    await provider.power.start(id);
    await provider.power.start(id);
    const after = await provider.waitFor(id, "running");
    expect(after.access.ssh[0]?.port).not.toBe(before.access.ssh[0]?.port);
    await provider.power.restart(id);
    expect(await provider.describe(id)).toMatchObject({ status: "provisioning", reason: "restart" });
    await endAll(cloud);
  });

  it.each([
    ["failStart", "StartingFailed"],
    ["failInitialization", "InitializationFailed"],
    ["pullBackOff", 'Back-off pulling image "pytorch-2.5-cuda-12.4"'],
  ])("ends a wait at once when it fails: %s", async (flag, words) => {
    const cloud = await start();
    cloud.fault("instance.create", { fault: "flag", flag });
    const { id } = await cloud.provider.launch(request);
    await expect(cloud.provider.waitFor(id, "running")).rejects.toMatchObject({
      ...{ code: "instance_failed", instanceId: id },
      message: expect.stringContaining(words),
    });
    await endAll(cloud);
  });

  it("is found among many, over pages that move, under either name", async () => {
    const cloud = await start({ nameMember: "name", unconfirmedMembers: true });
    const provider = cloud.open({ facts: { pageSize: 2 } });
    const ids: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) ids.push((await provider.launch({ ...request, name })).id);
    const all = await collect(provider.list());
    expect(all.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(all.map(({ name }) => name).sort()).toEqual(["a", "b", "c", "d", "e"]);
    expect(all[0]).toMatchObject({
      ...{ region: "region-one", image, hardware: { gpu: { id: "h200-sxm-141gb", count: 8 } } },
      createdAt: expect.any(Date),
    });
    await endAll(cloud);
  });

  it("is spot, reserved or off-peak as asked", async () => {
    const cloud = await start();
    const { provider } = cloud;
    const spot = await provider.launch({
      ...{ image, gpu: { model: "B200", count: 8 } },
      pricing: { kind: "spot" },
    });
    expect(spot.price).toMatchObject({ kind: "spot", perHourMicros: 23_920_000 });
    const reserved = await provider.launch({
      ...request,
      pricing: { kind: "reserved", unit: "week", count: 2 },
    });
    expect(reserved.price).toMatchObject({ kind: "reserved", perHourMicros: 19_047_619 }); // 3200 / 168
    const billing = { chargeMode: "tidePerHour" };
    const tide = await provider.launch({ ...request, providerOptions: { "hpc-ai": { billing } } });
    expect(tide.price).toMatchObject({ kind: "on_demand", perHourMicros: 16_800_000 });
    const costs = new Map(cloud.emulator.bill().map(({ id, perHour }) => [id, perHour]));
    expect([spot, reserved, tide].map(({ id }) => costs.get(id)?.toFixed(2))).toEqual([
      "23.92",
      "19.05",
      "16.80",
    ]);
    await endAll(cloud);
  });
});

describe("a volume", () => {
  const spec = {
    ...{ name: "data", sizeMiB: 102_400, type: "filesystem" },
    region: "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a01",
  };
  const mounting = (remoteStorageId: string, name = "data") => ({
    "hpc-ai": {
      remoteStorages: [
        { mountPath: "/root/data", remoteStorageName: name, remoteStorageId, type: "filesystem" },
      ],
    },
  });

  it.each(["id", "empty"] as const)(
    "is made, mounted and removed; the create answers: %s",
    async (answer) => {
      const cloud = await start({ volumeCreateAnswer: answer });
      const { volumes } = cloud.provider;
      const other = await volumes.create({ ...spec, name: "other" });
      const made = await volumes.create(spec);
      expect(made.id).not.toBe(other.id);
      expect(await collect(volumes.list())).toMatchObject([other, made]);
      await cloud.provider.launch({ ...request, providerOptions: mounting(made.id) });
      expect(cloud.emulator.machines()).toHaveLength(1);
      await endAll(cloud);
      await volumes.remove(made.id);
      await volumes.remove(other.id);
      expect(await collect(volumes.list())).toEqual([]);
      await expect(volumes.remove(made.id)).rejects.toMatchObject({ code: "not_found" });
    },
  );

  it("is listed over pages, and ends there without a count", async () => {
    const { open, sent } = await start();
    const { volumes } = open({ facts: { pageSize: 2 } });
    for (const name of ["a", "b", "c", "d", "e"]) await volumes.create({ ...spec, name });
    expect((await collect(volumes.list())).map(({ name }) => name)).toEqual(["a", "b", "c", "d", "e"]);
    expect(sent("volume.list")).toBe(4);
  });

  it("that is not there rents nothing", async () => {
    const { provider, emulator } = await start();
    const launch = provider.launch({ ...request, providerOptions: mounting("no-such-volume") });
    await expect(launch).rejects.toMatchObject({ code: "not_found", effect: "none" });
    expect(emulator.machines()).toEqual([]);
  });

  it.each<[string, FaultKind, number]>([
    ["lost after the work", { fault: "reset", work: "done" }, 1],
    ["a server error before the work", { fault: "answer", status: 500 }, 0],
    ["a web page", { fault: "html", work: "done" }, 1],
  ])("is never made twice for an answer that is %s", async (_, kind, count) => {
    const { provider, fault, sent } = await start();
    fault("volume.create", kind);
    await expect(provider.volumes.create(spec)).rejects.toMatchObject({ effect: "maybe", retryable: false });
    expect(sent("volume.create")).toBe(1);
    expect(await collect(provider.volumes.list())).toHaveLength(count);
  });

  it.each<[string, FaultKind]>([
    ["cannot be read", { fault: "answer", status: 403 }],
    ["is a web page", { fault: "html" }],
    ["leaves it out", { fault: "rows", missing: 1 }],
  ])("is said to be made although the list that should show it %s", async (_, kind) => {
    const { provider, fault } = await start({ volumeCreateAnswer: "empty" });
    fault("volume.list", kind, always);
    await expect(provider.volumes.create(spec)).rejects.toMatchObject({
      code: "bad_response",
      effect: "done",
    });
  });

  it.each(["none", "done"] as const)(
    "is removed although the first answer is lost, its work %s",
    async (work) => {
      const { provider, fault } = await start();
      const { id } = await provider.volumes.create(spec);
      fault("volume.delete", { fault: "reset", work });
      await provider.volumes.remove(id);
      expect(await collect(provider.volumes.list())).toEqual([]);
      await expect(provider.volumes.remove(id)).rejects.toMatchObject({ code: "not_found" });
    },
  );
});

describe("the balance", () => {
  it("is what the cloud says at the time", async () => {
    const { provider, emulator, fault } = await start();
    expect(await provider.account.balance()).toMatchObject({
      ...{ currency: "USD", availableMicros: 1_000_000_000 },
    });
    const { username } = emulator.credentials["hpc-ai"];
    emulator.event("hpc-ai", "balance", { username, balance: -2.5 });
    expect((await provider.account.balance()).availableMicros).toBe(-2_500_000);
    await expect(provider.launch(request)).rejects.toMatchObject({ code: "insufficient_funds" });
    fault("account.balance", { fault: "flag", flag: "gone" });
    await expect(provider.account.balance()).rejects.toMatchObject({ code: "invalid_config" });
  });
});

describe("launch, exactly once", () => {
  const done = { work: "done" } as const;
  const gone = { work: "none" } as const;
  const quick = { endpoints: { "instance.create": { timeoutMs: 150 } } };

  it.each<[string, FaultKind]>([
    ["reset after the work", { fault: "reset", ...done }],
    ["reset, and the work comes late", { fault: "reset", work: "late", lateMs: 50_000 }],
    ["no answer", { fault: "hang", ...done }],
    ["a slow answer", { fault: "delay", ms: 400 }],
    ["a dripping body", { fault: "slow_body", ms: 600 }],
    ["a body without end", { fault: "endless_body" }],
    ["a truncated body", { fault: "truncate" }],
    ["a truncated chunked body", { fault: "truncate", framing: "chunked" }],
    ["a web page with 200", { fault: "html", ...done }],
    ["a web page with 502", { fault: "html", status: 502, ...done }],
    ["broken JSON", { fault: "malformed", ...done }],
    ["500", { fault: "answer", status: 500, ...done }],
    ["503 with words", { fault: "answer", status: 503, body: { message: "invalid" }, ...done }],
    [
      "500 with words of a refusal",
      { fault: "answer", status: 500, body: { message: "out of stock" }, ...done },
    ],
    ["200 with nothing in it", { fault: "answer", status: 200, body: {}, ...done }],
    ["200 with unknown words", { fault: "answer", status: 200, body: { message: "oops" }, ...done }],
  ])("adopts the machine of a create whose answer is lost: %s", async (_, kind) => {
    const cloud = await start();
    cloud.fault("instance.create", kind);
    const { id } = await cloud.open({ ...quick, maxResponseBytes: 65_536 }).launch(request);
    expect(cloud.emulator.machines()).toMatchObject([{ id }]);
    expect(cloud.sent("instance.create")).toBe(1);
    await endAll(cloud);
  });

  it.each<[string, FaultKind]>([
    ["reset before the work", { fault: "reset", ...gone }],
    ["no answer", { fault: "hang", ...gone }],
    ["a web page with 200", { fault: "html", ...gone }],
    ["502", { fault: "answer", status: 502, ...gone }],
    ["an illegal state", { fault: "answer", status: 400, body: { message: "illegal state" }, ...gone }],
  ])("proves that there is none before it says so, and sends nothing twice: %s", async (_, kind) => {
    const cloud = await start();
    const startedAt = cloud.emulator.clock.now();
    cloud.fault("instance.create", kind);
    await expect(cloud.open(quick).launch(request)).rejects.toMatchObject({ effect: "none" });
    expect(cloud.emulator.clock.now() - startedAt).toBeGreaterThan(70_000);
    expect(cloud.sent("instance.create")).toBe(1);
    expect(cloud.emulator.machines()).toEqual([]);
  });

  it.each<[string, string, FaultKind]>([
    ["no_capacity", "out of stock", { fault: "flag", flag: "noCapacity" }],
    ["insufficient_funds", "no money", { fault: "flag", flag: "insufficientBalance" }],
    ["unauthenticated", "an ended token", { fault: "flag", flag: "tokenExpired" }],
    ["invalid_config", "a closed endpoint", { fault: "flag", flag: "gone" }],
  ])("believes a refusal that comes before the work: %s (%s)", async (code, _, kind) => {
    const cloud = await start();
    cloud.fault("instance.create", kind);
    await expect(cloud.provider.launch(request)).rejects.toMatchObject({ code, effect: "none" });
    expect(cloud.sent("instance.list")).toBe(0);
    expect(cloud.emulator.machines()).toEqual([]);
  });

  it.each<[string, FaultKind]>([
    ["429", { fault: "rate_limit" }],
    ["429 with Retry-After", { fault: "rate_limit", retryAfter: 5 }],
    ["429 with a date", { fault: "rate_limit", retryAfter: "date" }],
    ["another content type", { fault: "content_type", type: "text/plain", bom: true }],
    ["a connection closed behind the answer", { fault: "drop_connection" }],
  ])("gets its one machine in spite of %s", async (_, kind) => {
    const cloud = await start();
    cloud.fault("instance.create", kind);
    await cloud.provider.launch(request);
    expect(cloud.emulator.machines()).toHaveLength(1);
    await endAll(cloud);
  });

  it("rents nothing through a closed port", async () => {
    const cloud = await start();
    cloud.fault("*", { fault: "refuse" });
    await expect(cloud.provider.launch(request)).rejects.toMatchObject({
      code: "unavailable",
      effect: "none",
    });
    expect(cloud.emulator.machines()).toEqual([]);
  });

  it("waits for a machine that shows up late", async () => {
    const cloud = await start();
    cloud.fault("instance.create", { fault: "reset", ...done });
    cloud.fault("instance.create", { fault: "flag", flag: "visibleAfterMs", value: 9000 });
    const { id } = await cloud.provider.launch(request);
    expect(cloud.emulator.machines()).toMatchObject([{ id }]);
    await endAll(cloud);
  });

  it("knows a machine that the list does not show yet", async () => {
    const cloud = await start();
    cloud.fault("instance.create", { fault: "flag", flag: "visibleAfterMs", value: 9000 });
    const { id } = await cloud.provider.launch(request);
    expect(await cloud.provider.describe(id)).toMatchObject({ id, status: "pending" });
    expect(await cloud.provider.waitFor(id, "running")).toMatchObject({ id });
    await endAll(cloud);
  });

  it("does not trust incomplete or broken lists while it looks", async () => {
    const cloud = await start();
    cloud.fault("instance.create", { fault: "reset", ...done });
    cloud.fault("instance.list", { fault: "html" });
    cloud.fault("instance.list", { fault: "rows", missing: 1 });
    cloud.fault("instance.list", { fault: "answer", status: 200, body: { message: "oops" } });
    cloud.fault("instance.list", { fault: "rate_limit", retryAfter: 1 });
    const { id } = await cloud.provider.launch(request);
    expect(cloud.emulator.machines()).toMatchObject([{ id }]);
    await endAll(cloud);
  });

  it("logs in again when the session has ended, and rents once", async () => {
    const cloud = await start({ tokenLifetimeSeconds: 600, singleSession: true });
    await cloud.byPassword.launch(request);
    cloud.emulator.clock.advance(541_000); // nine tenths
    await collect(cloud.byPassword.list());
    expect(cloud.sent("auth.login")).toBe(2);
    cloud.emulator.event("hpc-ai", "expireTokens");
    await cloud.byPassword.launch({ ...request, name: "second" });
    expect(cloud.sent("auth.login")).toBe(3);
    expect(cloud.emulator.machines()).toHaveLength(2);
    await endAll(cloud);
  });

  it.each([
    [500, "setting the password failed"],
    [200, "远程登录初始化失败"],
    [500, "unauthorized"],
  ])(
    "does not replay a create for words of a login that may come after the work: %i %s",
    async (status, message) => {
      const cloud = await start();
      cloud.fault("instance.create", { fault: "answer", status, body: { message }, work: "done" });
      const { id } = await cloud.byPassword.launch(request);
      expect(cloud.sent("instance.create")).toBe(1);
      expect(cloud.emulator.machines()).toMatchObject([{ id }]);
      await endAll(cloud);
    },
  );

  it("understands a site that speaks Chinese and answers everything with 200", async () => {
    const statuses = { missingField: 200, notFound: 200, refused: 200, notLoggedIn: 200 };
    const cloud = await start({ language: "zh", statuses });
    cloud.fault("instance.create", { fault: "flag", flag: "noCapacity" });
    await expect(cloud.provider.launch(request)).rejects.toMatchObject({
      code: "no_capacity",
      effect: "none",
    });
    const launch = cloud.provider.launch({ ...request, image: "no-such-image" });
    await expect(launch).rejects.toMatchObject({ code: "not_found", effect: "none" });
    const stranger = cloud.open({ apiKey: "wrong" });
    await expect(collect(stranger.list())).rejects.toMatchObject({ code: "unauthenticated" });
    expect(cloud.emulator.machines()).toEqual([]);
  });

  it("ends the machine of a launch whose caller has left", async () => {
    const cloud = await start();
    cloud.fault("instance.create", { fault: "delay", ms: 100 });
    const leaving = new AbortController();
    const launch = cloud.provider.launch(request, { signal: leaving.signal });
    await expect.poll(() => cloud.emulator.machines().length).toBe(1);
    leaving.abort();
    await expect(launch).rejects.toMatchObject({ code: "cancelled" });
    expect(cloud.emulator.bill()).toEqual([]);
  });
});

describe("terminate, with evidence", () => {
  it.each<[string, string, FaultKind]>([
    ...(["instance.terminate", "instance.list"] as const).flatMap((endpoint) =>
      (
        [
          ["a reset", { fault: "reset" }],
          ["a web page with 200", { fault: "html" }],
          ["500", { fault: "answer", status: 500 }],
          ["404 without words", { fault: "answer", status: 404, body: "404 page not found" }],
          ["429", { fault: "rate_limit", retryAfter: 1 }],
          ["nothing", { fault: "answer", status: 200, body: {} }],
          ["unknown words", { fault: "answer", status: 200, body: { message: "oops" } }],
          ["a truncated body", { fault: "truncate" }],
          ["broken JSON", { fault: "malformed" }],
        ] as const satisfies readonly (readonly [string, FaultKind])[]
      ).map(([what, kind]): [string, string, FaultKind] => [endpoint, what, kind]),
    ),
    ["instance.terminate", "an answer that is lost after the work", { fault: "reset", work: "done" }],
    ["instance.terminate", "a lost request", { fault: "flag", flag: "lostDelete" }],
    ["instance.terminate", "a late end", { fault: "flag", flag: "delayedDeleteMs", value: 40_000 }],
    ["instance.terminate", "a row that lingers", { fault: "flag", flag: "lingerMs", value: 40_000 }],
    [
      "instance.terminate",
      "words of absence",
      { fault: "answer", status: 200, body: { message: "not found" } },
    ],
    ["instance.list", "missing rows", { fault: "rows", missing: 1 }],
    ["instance.list", "repeated rows", { fault: "rows", duplicate: 1 }],
    ["instance.list", "no pager", { fault: "flag", flag: "missingPager" }],
    ["instance.list", "an unknown status", { fault: "flag", flag: "unknownStatus" }],
  ])("returns only when nothing bills: %s answers %s", async (endpoint, _, kind) => {
    const cloud = await start();
    const { id } = await cloud.provider.launch(request);
    await cloud.provider.waitFor(id, "running");
    cloud.fault(endpoint, kind);
    const wrongPath = endpoint === "instance.list" && "status" in kind && kind.status === 404;
    if (wrongPath)
      await expect(cloud.provider.terminate(id)).rejects.toMatchObject({ code: "termination_unconfirmed" });
    else {
      await cloud.provider.terminate(id);
      expect(cloud.emulator.bill()).toEqual([]);
    }
    await endAll(cloud);
  });

  it("believes an empty list only in the documented shape", async () => {
    const cloud = await start();
    const { id } = await cloud.provider.launch(request);
    cloud.fault("instance.list", { fault: "flag", flag: "nullInstances" }, always);
    expect(await cloud.provider.terminate(id)).toMatchObject({ id });
    cloud.emulator.clock.advance(60_000);
    cloud.fault("instance.list", { fault: "flag", flag: "missingInstances" }, always);
    expect(await collect(cloud.provider.list())).toEqual([]);
    cloud.fault("instance.list", { fault: "flag", flag: "missingPager" }, always);
    await expect(collect(cloud.provider.list())).rejects.toMatchObject({ code: "bad_response" });
    await endAll(cloud);
  });

  it("says that it cannot prove it, and can be asked again", async () => {
    const cloud = await start();
    const { id } = await cloud.provider.launch(request);
    cloud.fault("instance.terminate", { fault: "flag", flag: "lostDelete" }, always);
    await expect(cloud.provider.terminate(id)).rejects.toMatchObject({
      ...{ code: "termination_unconfirmed", instanceId: id, retryable: true },
    });
    expect(cloud.emulator.bill()).toHaveLength(1);
    await endAll(cloud);
  });

  it("ends again what came back after it was released", async () => {
    const cloud = await start();
    const { id } = await cloud.provider.launch(request);
    cloud.fault("instance.terminate", { fault: "flag", flag: "resurrectAfterMs", value: 30_000 });
    await cloud.provider.terminate(id);
    cloud.emulator.clock.advance(60_000);
    expect(cloud.emulator.bill()).toHaveLength(1);
    expect(await collect(cloud.provider.list())).toMatchObject([{ id, status: "running" }]);
    await endAll(cloud);
  });

  it("never takes a refused key for an end", async () => {
    const cloud = await start();
    const { id } = await cloud.provider.launch(request);
    const stranger = cloud.open({ apiKey: "wrong" });
    await expect(stranger.terminate(id)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(stranger.describe(id)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(cloud.emulator.bill()).toHaveLength(1);
    await endAll(cloud);
  });
});
