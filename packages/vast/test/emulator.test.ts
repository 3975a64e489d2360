import type { LaunchRequest } from "@gpuport/core";
import { type Fault, type FaultKind, startEmulator, type VastSettings } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { vast, vastRaw } from "../src/index.ts";
import { all } from "./fixtures/open.ts";

const request = {
  gpu: { model: "RTX 4090" },
  image: "example/trainer:2.1",
  minDiskMiB: 20 * 1024,
} satisfies LaunchRequest;

/** The emulated cloud, and a provider that lives in its time. Ends with nothing that bills unless the test looks itself. */
async function open(settings: Partial<VastSettings> = {}, options: Parameters<typeof vast>[0] = {}) {
  const emulator = await startEmulator({ clock: "manual", vast: settings });
  onTestFinished(() => emulator.close());
  const provider = vast({
    ...emulator.credentials.vast,
    baseUrl: emulator.urls.vast,
    clock: emulatedClock(emulator),
    ...options,
  });
  const machines = () => emulator.machines().filter(({ cloud }) => cloud === "vast");
  const bill = () => emulator.bill().filter(({ cloud }) => cloud === "vast");
  const requests = (endpoint: string) => emulator.requests().filter((sent) => sent.endpoint === endpoint);
  return { emulator, provider, machines, bill, requests };
}

describe("a machine's life", () => {
  it("is launched, read, listed, stopped, started, restarted and ended", async () => {
    const { provider, machines, bill } = await open({ enforceRateLimits: true });
    const launched = await provider.launch({
      ...request,
      ...{ name: "trainer", env: { MODE: "train" }, ports: [{ port: 8080 }], startup: "touch /root/ready" },
      sshPublicKeys: ["ssh-ed25519 AAAAC3Nz synthetic"],
    });
    expect(launched).toMatchObject({
      status: "pending",
      name: "trainer",
      hardware: { gpu: { id: "rtx-4090" } },
    });
    expect(machines()).toHaveLength(1);

    const running = await provider.waitFor(launched.id, "running");
    expect(running).toMatchObject({ name: "trainer", billing: "compute", image: "example/trainer:2.1" });
    expect(running.access.ssh.map(({ via }) => via)).toEqual(["direct", "proxy"]);
    expect(running.access.ports).toEqual([expect.objectContaining({ port: 8080, protocol: "tcp" })]);
    expect(running.price?.perHourMicros).toBe(launched.price?.perHourMicros);
    expect(vastRaw(running)?.["onstart"]).toMatch(/AAAAC3Nz[\s\S]*touch \/root\/ready$/);
    expect((await all(provider.list())).map(({ id }) => id)).toEqual([launched.id]);

    await provider.power.stop(launched.id);
    expect(await provider.waitFor(launched.id, "stopped")).toMatchObject({ billing: "storage" });
    await provider.power.start(launched.id);
    expect(await provider.describe(launched.id)).toMatchObject({ status: "provisioning", reason: "restart" });
    await provider.waitFor(launched.id, "running");
    for (const again of ["restart", "recycle"] as const) {
      await provider.power[again](launched.id);
      expect(await provider.describe(launched.id)).toMatchObject({
        status: "provisioning",
        reason: "restart",
      });
      await provider.waitFor(launched.id, "running");
    }

    expect(await provider.terminate(launched.id)).toMatchObject({ evidence: "not_found" });
    expect(await provider.terminate(launched.id)).toMatchObject({ evidence: "not_found" });
    expect(await all(provider.list())).toEqual([]);
    expect(bill()).toEqual([]);
  });

  it.each<[Partial<VastSettings>]>([
    [{ missingAs: "404" }],
    [{ missingAs: "empty" }],
    [{ noPortsAs: "absent", visibleAfterMs: 4000 }],
  ])("ends with evidence on a cloud with %j", async (settings) => {
    const { provider, bill } = await open(settings);
    const { id } = await provider.launch(request);
    expect(await provider.describe(id)).toMatchObject({ id });
    await provider.waitFor(id, "running");
    expect(await provider.terminate(id)).toMatchObject({ evidence: "not_found" });
    await expect(provider.describe(id)).rejects.toMatchObject({ code: "not_found" });
    expect(bill()).toEqual([]);
  });

  it("shows what happens without a call", async () => {
    const { emulator, provider, bill } = await open();
    const { id } = await provider.launch({ ...request, pricing: { kind: "spot" } });
    expect(await provider.waitFor(id, "running")).toMatchObject({ price: { kind: "spot" } });
    emulator.event("vast", "hostOffline", { id });
    expect(await provider.describe(id)).toMatchObject({
      status: "unknown",
      reason: "host_lost",
      billing: "none",
    });
    emulator.event("vast", "hostUnknown", { id });
    expect(await provider.describe(id)).toMatchObject({ status: "unknown", reason: "host_lost" });
    emulator.event("vast", "hostBack", { id });
    emulator.event("vast", "freeze", { id });
    expect(await provider.describe(id)).toMatchObject({ status: "unknown", billing: "compute" });
    emulator.event("vast", "outbid", { id });
    expect(await provider.describe(id)).toMatchObject({ status: "stopped", billing: "storage" });
    await provider.terminate(id);
    expect(bill()).toEqual([]);
  });

  it.each([
    ["pull", "image_error"],
    ["oci", undefined],
    ["exit", "exited"],
  ])("gives up waiting for a machine that fails to start (%s)", async (value, reason) => {
    const { emulator, provider, bill } = await open();
    emulator.faults.add({
      cloud: "vast",
      endpoint: "instance.create",
      fault: "flag",
      flag: "failStart",
      value,
    });
    const { id } = await provider.launch(request);
    // A container that exits has been running for a moment, which the wait may see.
    await provider.waitFor(id, "running").catch((error: unknown) => {
      expect(error).toMatchObject({ code: "instance_failed", instanceId: id });
    });
    emulator.clock.advance(10_000);
    expect(await provider.describe(id)).toMatchObject({ status: "failed", reason });
    await provider.terminate(id);
    expect(bill()).toEqual([]);
  });

  it("gives up waiting for a machine that was stopped from the start", async () => {
    const { emulator, provider, bill } = await open();
    emulator.faults.add({ cloud: "vast", endpoint: "instance.create", fault: "flag", flag: "startRace" });
    const { id } = await provider.launch(request);
    await expect(provider.waitFor(id, "running")).rejects.toMatchObject({ code: "instance_failed" });
    await provider.terminate(id);
    expect(bill()).toEqual([]);
  });
});

describe("offers", () => {
  it("finds every offer of a kind, beyond one page and in spite of wrong rows", async () => {
    const { emulator, provider } = await open({ machines: 400, searchCap: 64 });
    emulator.faults.add({
      cloud: "vast",
      endpoint: "offers.search",
      fault: "flag",
      flag: "offerNoise",
      value: 5,
    });
    const found = await all(provider.offers.search({ gpu: { model: "A100" } }));
    expect(found.length).toBeGreaterThan(64);
    expect(found.every(({ hardware }) => hardware.gpu?.model.startsWith("A100"))).toBe(true);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  });

  it("finds a GPU by its id, by its family and by any spelling", async () => {
    const { provider } = await open();
    const found = async (model: string) => {
      const offers = await all(provider.offers.search({ gpu: { model, count: 1 } }));
      return [...new Set(offers.map(({ hardware }) => hardware.gpu?.providerModel))].sort();
    };
    expect(await found("a100-sxm-80gb")).toEqual(["A100 SXM4"]);
    expect(await found("H100")).toEqual(["H100 NVL", "H100 PCIE", "H100 SXM"]);
    expect(await found("NVIDIA GeForce RTX 4070 Ti SUPER")).toEqual(["RTX 4070S Ti"]);
    expect(await found("rtx-6000-ada")).toEqual(["RTX 6000Ada"]);
    expect(await found("quadro-rtx-8000")).toEqual(["Q RTX 8000"]);
    expect(await found("H200")).toEqual(["H200"]);
    expect(await found("RTX 9999")).toEqual([]);
  });

  it("launches a named offer within its limit, and refuses it above", async () => {
    const { provider, machines, bill } = await open();
    const [cheapest] = await all(provider.offers.search({ gpu: { model: "L4" } }));
    const named = { offerId: cheapest?.id, image: "example/trainer:2.1" };
    await expect(provider.launch({ ...named, maxPerHourMicros: 1 })).rejects.toMatchObject({
      ...{ code: "no_capacity", effect: "none" },
    });
    expect(machines()).toHaveLength(0);
    const { id } = await provider.launch({ ...named, maxPerHourMicros: cheapest?.price?.perHourMicros });
    await expect(provider.launch(named)).rejects.toMatchObject({ code: "offer_gone", scope: "offer" });
    await provider.terminate(id);
    expect(machines()).toHaveLength(1);
    expect(bill()).toEqual([]);
  });
});

describe("a start without a GPU", () => {
  it.each(["running", "stopped"] as const)(
    "is called off where the row shows %s meanwhile",
    async (queuedStart) => {
      const { emulator, provider, bill } = await open({ queuedStart });
      const { id } = await provider.launch(request);
      await provider.waitFor(id, "running");
      await provider.power.stop(id);
      await provider.waitFor(id, "stopped");
      emulator.event("vast", "rentOut", { id });
      await expect(provider.power.start(id)).rejects.toMatchObject({ code: "no_capacity", effect: "none" });
      // The GPU comes free, and nothing starts that nobody knows of.
      emulator.event("vast", "vacate", { id });
      emulator.clock.advance(600_000);
      expect(await provider.describe(id)).toMatchObject({ status: "stopped", billing: "storage" });
      await provider.terminate(id);
      expect(bill()).toEqual([]);
    },
  );
});

/** Every way in which an answer can go wrong. The work may have been done or not; the caller cannot tell. */
const wire: readonly FaultKind[] = [
  ...(["none", "done"] as const).flatMap((work): FaultKind[] => [
    { fault: "reset", work },
    { fault: "hang", work },
    { fault: "html", work },
    { fault: "html", status: 403, work },
    { fault: "malformed", work },
    { fault: "answer", status: 500, body: { success: false, error: "internal" }, work },
    // Words that prove a refusal with another status prove nothing of a server that broke down.
    { fault: "answer", status: 500, body: { success: false, error: "rate_limit_exceeded" }, work },
    { fault: "answer", status: 503, body: { success: false, error: "insufficient_credit" }, work },
    { fault: "answer", status: 502, body: "bad gateway", work },
    { fault: "answer", status: 200, body: { success: true }, work },
  ]),
  { fault: "reset", work: "late", lateMs: 20_000 },
  { fault: "hang", work: "late", lateMs: 40_000 },
  { fault: "answer", status: 504, body: "", work: "late", lateMs: 55_000 },
  { fault: "delay", ms: 1_000, when: "before_work" },
  { fault: "delay", ms: 1_000, when: "after_work" },
  { fault: "answer", status: 500, body: { success: false, error: "no_such_ask" }, work: "done" },
  { fault: "slow_body", ms: 600 },
  { fault: "endless_body" },
  { fault: "truncate", framing: "length" },
  { fault: "truncate", framing: "chunked" },
  { fault: "rate_limit" },
  { fault: "rate_limit", retryAfter: 20 },
  { fault: "rate_limit", retryAfter: "date" },
  { fault: "content_type", type: "text/html", bom: true },
  { fault: "drop_connection" },
];

/** Real time-outs, so that a hanging answer does not hold the test up. */
const hasty = {
  endpoints: { "instance.create": { timeoutMs: 200 }, "instance.destroy": { timeoutMs: 200 } },
  maxResponseBytes: 1_000_000,
};

describe("a launch through", () => {
  it.each(wire)("%j rents one machine or none, and says which", async (fault) => {
    const { emulator, provider, machines, bill } = await open({}, hasty);
    emulator.faults.add({ ...fault, cloud: "vast", endpoint: "instance.create", times: 1 } as Fault);
    const outcome = await provider.launch(request).catch((error: unknown) => error);
    emulator.clock.advance(600_000);
    const undone =
      ("work" in fault && fault.work === "none") || ("when" in fault && fault.when === "before_work");
    expect(machines()).toHaveLength(undone ? 0 : 1);
    if (undone) {
      expect(outcome).toMatchObject({ effect: "none" });
      expect(bill()).toEqual([]);
      return;
    }
    const [machine] = machines();
    expect(outcome).toMatchObject({ id: machine?.id });
    await provider.terminate(machine?.id ?? "");
    expect(bill()).toEqual([]);
  });

  it.each([
    ["noNewContract", true],
    ["visibleAfterMs", 4500],
  ] as const)("a lost answer with %s adopts the machine", async (flag, value) => {
    const { emulator, provider, machines, bill } = await open();
    const at = { cloud: "vast", endpoint: "instance.create", times: 1 } as const;
    emulator.faults.add({ ...at, fault: "flag", flag, value });
    if (flag !== "noNewContract") emulator.faults.add({ ...at, fault: "reset", work: "done" });
    const { id } = await provider.launch(request);
    expect(machines().map((machine) => machine.id)).toEqual([id]);
    await provider.terminate(id);
    expect(bill()).toEqual([]);
  });

  it.each([400, 200, 410])(
    "an error that carries a machine ends that one and takes the next offer (%i)",
    async (value) => {
      const { emulator, provider, machines, bill } = await open();
      const at = { cloud: "vast", endpoint: "instance.create", times: 1 } as const;
      emulator.faults.add({ ...at, fault: "flag", flag: "newContractInError", value });
      const { id } = await provider.launch(request);
      const [leftover, taken] = machines();
      expect(machines()).toHaveLength(2);
      expect(leftover?.terminatedAt).toBeDefined();
      expect(taken?.id).toBe(id);
      await provider.terminate(id);
      expect(bill()).toEqual([]);
    },
  );

  it.each([400, 404, 410])("an offer that is gone (%i) takes the next one", async (value) => {
    const { emulator, provider, machines, requests, bill } = await open();
    emulator.faults.add({
      ...{ cloud: "vast", endpoint: "instance.create", times: 1 },
      fault: "flag",
      flag: "noCapacity",
      value,
    });
    const { id } = await provider.launch(request);
    expect(requests("instance.create")).toHaveLength(2);
    expect(machines()).toHaveLength(1);
    await provider.terminate(id);
    expect(bill()).toEqual([]);
  });

  it.each([
    ["insufficientCredit", 200, "insufficient_funds"],
    ["insufficientCredit", 400, "insufficient_funds"],
    ["spendRateLimit", true, "quota_exceeded"],
    ["hostAccount", true, "permission_denied"],
  ] as const)("%s (%s) is refused at once, with nothing rented", async (flag, value, code) => {
    const { emulator, provider, machines, requests } = await open();
    emulator.faults.add({ cloud: "vast", endpoint: "instance.create", fault: "flag", flag, value });
    await expect(provider.launch(request)).rejects.toMatchObject({ code, effect: "none", retryable: false });
    expect(requests("instance.create")).toHaveLength(1);
    expect(requests("instance.list")).toHaveLength(0);
    expect(machines()).toHaveLength(0);
  });

  it("an abort in mid-air leaves nothing behind", async () => {
    const { emulator, provider, bill } = await open({}, hasty);
    emulator.faults.add({ cloud: "vast", endpoint: "instance.create", fault: "delay", ms: 50 });
    const abort = new AbortController();
    const launching = provider.launch(request, { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(launching).rejects.toMatchObject({ code: "cancelled" });
    emulator.clock.advance(600_000);
    expect(bill()).toEqual([]);
  });

  it("a port that is closed is not sent anywhere", async () => {
    const { emulator, provider, machines } = await open();
    emulator.faults.add({ cloud: "vast", fault: "refuse" });
    await expect(provider.launch({ ...request, gpu: undefined, offerId: "7000001" })).rejects.toMatchObject({
      ...{ code: "unavailable", effect: "none", retryable: true },
    });
    expect(machines()).toHaveLength(0);
  });
});

describe("a termination through", () => {
  it.each(wire)("%j ends with evidence and an empty bill", async (fault) => {
    const { emulator, provider, bill } = await open({}, hasty);
    const { id } = await provider.launch(request);
    await provider.waitFor(id, "running");
    emulator.faults.add({ ...fault, cloud: "vast", endpoint: "instance.destroy", times: 1 } as Fault);
    expect(await provider.terminate(id)).toMatchObject({ evidence: "not_found" });
    expect(bill()).toEqual([]);
  });

  it.each([
    ["lostDelete", true],
    ["delayedDeleteMs", 15_000],
    ["lingerMs", 30_000],
    ["goneAs200", true],
    ["resurrectAfterMs", 3_000],
  ] as const)("%s ends with evidence and an empty bill", async (flag, value) => {
    const { emulator, provider, bill } = await open();
    const { id } = await provider.launch(request);
    emulator.faults.add({
      cloud: "vast",
      endpoint: "instance.destroy",
      times: 1,
      fault: "flag",
      flag,
      value,
    });
    await provider.terminate(id);
    expect(bill()).toEqual([]);
  });

  it.each([401, 403, 404] as const)(
    "a refused key (%i) says nothing of the machine",
    async (badKeyStatus) => {
      const { emulator, provider, bill } = await open({ badKeyStatus });
      const { id } = await provider.launch(request);
      const stranger = vast({
        apiKey: "wrong-key",
        baseUrl: emulator.urls.vast,
        clock: emulatedClock(emulator),
      });
      await expect(stranger.terminate(id)).rejects.toMatchObject({ code: "unauthenticated" });
      await expect(stranger.describe(id)).rejects.toMatchObject({ code: "unauthenticated" });
      await expect(all(stranger.list())).rejects.toMatchObject({ code: "unauthenticated" });
      expect(bill()).toHaveLength(1);
      await provider.terminate(id);
      expect(bill()).toEqual([]);
    },
  );

  it("reads that fail does not believe them", async () => {
    const { emulator, provider, bill } = await open();
    const { id } = await provider.launch(request);
    const at = { cloud: "vast", endpoint: "instance.get" } as const;
    emulator.faults.add({
      cloud: "vast",
      endpoint: "instance.destroy",
      times: 1,
      fault: "flag",
      flag: "lostDelete",
    });
    emulator.faults.add(
      { ...at, times: 1, fault: "html", status: 403 },
      { ...at, times: 1, fault: "answer", status: 404, body: "404: Not Found" },
      { ...at, times: 1, fault: "answer", status: 200, body: { success: true } },
    );
    // A path that is not there is nothing that a later look would change.
    await provider.terminate(id).catch((error: unknown) => {
      expect(error).toMatchObject({ code: "termination_unconfirmed", instanceId: id });
    });
    await provider.terminate(id);
    expect(bill()).toEqual([]);
  });
});

describe("a list through", () => {
  const at = { cloud: "vast", endpoint: "instance.list", times: 1 } as const;

  async function fleet(count: number) {
    const opened = await open();
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const gpu = { model: index % 2 === 0 ? "RTX 4090" : "RTX 3090" };
      ids.push((await opened.provider.launch({ image: "example/trainer:2.1", gpu })).id);
    }
    return { ...opened, ids };
  }

  it("pages and their faults is complete, or throws", async () => {
    const { emulator, provider, ids } = await fleet(6);
    const small = vast({
      ...emulator.credentials.vast,
      ...{ baseUrl: emulator.urls.vast, clock: emulatedClock(emulator), facts: { pageSize: 2 } },
    });
    const listed = async () => (await all(small.list())).map(({ id }) => id).sort();
    expect(await listed()).toEqual(ids);
    const faults: readonly FaultKind[] = [
      ...[{ fault: "rows", duplicate: 1 } as const, { fault: "rows", missing: 1 } as const],
      ...[{ fault: "html" } as const, { fault: "truncate" } as const, { fault: "rate_limit" } as const],
      ...[{ fault: "reset" } as const, { fault: "answer", status: 500, body: "" } as const],
      { fault: "flag", flag: "emptyLastPage" },
    ];
    for (const fault of faults) {
      emulator.faults.add({ ...fault, ...at, skip: 1 } as Fault);
      expect(await listed(), JSON.stringify(fault)).toEqual(ids);
    }
    for (const id of ids) await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });

  it("an empty answer with another shape throws", async () => {
    const { emulator, provider, ids } = await fleet(1);
    for (const body of [{ success: false, instances: [] }, { success: true }, [], { instances: "none" }]) {
      emulator.faults.add({ ...at, fault: "answer", status: 200, body });
      await expect(all(provider.list()), JSON.stringify(body)).rejects.toMatchObject({ effect: "none" });
    }
    await provider.terminate(ids[0] ?? "");
    expect(emulator.bill()).toEqual([]);
  });
});
