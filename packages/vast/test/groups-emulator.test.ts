import { formOfToken } from "@gpuport/core";
import { type Fault, type FaultKind, startEmulator, type VastSettings } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { vast, vastRaw } from "../src/index.ts";
import { all } from "./fixtures/open.ts";

const request = { gpu: { model: "RTX 4090" }, image: "example/trainer:2.1", name: "trainer" };
const publicKey = "ssh-ed25519 AAAAC3Nz someone@example";

async function open(settings: Partial<VastSettings> = {}) {
  const emulator = await startEmulator({ clock: "manual", vast: { enforceRateLimits: true, ...settings } });
  onTestFinished(() => emulator.close());
  const options = { baseUrl: emulator.urls.vast, clock: emulatedClock(emulator) };
  const provider = vast({ ...emulator.credentials.vast, ...options });
  const stranger = vast({ apiKey: "wrong-key", ...options });
  const bill = () => emulator.bill().filter(({ cloud }) => cloud === "vast");
  const requests = (endpoint: string) => emulator.requests().filter((sent) => sent.endpoint === endpoint);
  return { emulator, provider, stranger, bill, requests };
}

/** One running machine, which ends with the test. */
async function running(settings: Partial<VastSettings> = {}, more: object = {}) {
  const opened = await open(settings);
  const { id } = await opened.provider.launch({ ...request, ...more });
  await opened.provider.waitFor(id, "running");
  onTestFinished(async () => {
    await opened.provider.terminate(id);
    expect(opened.bill()).toEqual([]);
  });
  return { ...opened, id };
}

const spoiled: readonly FaultKind[] = [
  ...(["none", "done"] as const).flatMap((work): FaultKind[] => [
    { fault: "reset", work },
    { fault: "html", work },
    { fault: "malformed", work },
    { fault: "answer", status: 502, body: "bad gateway", work },
  ]),
  ...[{ fault: "rate_limit" } as const, { fault: "html", status: 403 } as const],
  ...[{ fault: "truncate", framing: "length" } as const, { fault: "drop_connection" } as const],
];

describe("logs and commands", () => {
  it("are fetched once they are there", async () => {
    const { provider, id, requests } = await running();
    const log = await all(provider.logs.tail(id));
    expect(log[0]).toBe("image example/trainer:2.1");
    expect(await all(provider.logs.tail(id, { lines: 1 }))).toEqual(log.slice(-1));
    expect(await all(provider.logs.tail(id, { filter: "image" }))).toEqual([log[0]]);
    expect((await all(provider.logs.tail(id, { daemon: true })))[0]).toMatch(/^\[daemon\] /);
    const { stdout } = await provider.exec.run(id, "ls");
    expect(new TextDecoder().decode(stdout)).toContain("onstart.sh");
    // Each was looked for before it was there.
    expect(requests("result").length).toBeGreaterThan(5);
  });

  it("are given up where they never come", async () => {
    const { provider, id } = await running({ resultMs: 60_000 });
    await expect(all(provider.logs.tail(id))).rejects.toMatchObject({ code: "unavailable", effect: "none" });
    await expect(provider.exec.run(id, "rm a")).rejects.toMatchObject({
      code: "unavailable",
      effect: "done",
    });
  });

  it("are not found of a machine that is gone", async () => {
    const { provider } = await open();
    await expect(all(provider.logs.tail("99999999"))).rejects.toMatchObject({ code: "not_found" });
    await expect(provider.exec.run("99999999", "ls")).rejects.toMatchObject({ code: "not_found" });
  });

  it.each(spoiled)("come through %j", async (fault) => {
    const { emulator, provider, id } = await running();
    emulator.faults.add({ ...fault, cloud: "vast", endpoint: "instance.logs", times: 1 } as Fault);
    expect((await all(provider.logs.tail(id)))[0]).toContain("image");
  });
});

describe("ssh keys", () => {
  it("are added once, listed, attached and removed", async () => {
    const { provider, id } = await running();
    expect(await all(provider.sshKeys.list())).toEqual([]);
    const added = await provider.sshKeys.add(publicKey);
    expect(added).toMatchObject({ publicKey, createdAt: expect.any(Date) as Date });
    expect(await provider.sshKeys.add("ssh-ed25519 AAAAC3Nz renamed")).toMatchObject({ id: added.id });
    expect(await all(provider.sshKeys.list())).toHaveLength(1);
    await provider.sshKeys.attach(id, publicKey);
    expect(await all(provider.sshKeys.attached(id))).toMatchObject([{ id: added.id, publicKey }]);
    await provider.sshKeys.detach(id, added.id);
    expect(await all(provider.sshKeys.attached(id))).toEqual([]);
    expect(await all(provider.sshKeys.list())).toHaveLength(1);
    await provider.sshKeys.remove(added.id);
    expect(await all(provider.sshKeys.list())).toEqual([]);
    await expect(provider.sshKeys.remove(added.id)).rejects.toMatchObject({ code: "not_found" });
  });

  it.each(["none", "done"] as const)(
    "are removed although the first answer is lost, its work %s",
    async (work) => {
      const { emulator, provider } = await open();
      const { id } = await provider.sshKeys.add(publicKey);
      emulator.faults.add({ cloud: "vast", endpoint: "sshkey.delete", fault: "reset", work, times: 1 });
      await provider.sshKeys.remove(id);
      expect(await all(provider.sshKeys.list())).toEqual([]);
    },
  );

  it.each([401, 403, 404] as const)("are not none because a key was refused (%i)", async (badKeyStatus) => {
    const { stranger } = await open({ badKeyStatus });
    await expect(all(stranger.sshKeys.list())).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(stranger.sshKeys.add(publicKey)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it.each(spoiled)("are there once after %j", async (fault) => {
    const { emulator, provider } = await open();
    emulator.faults.add({ ...fault, cloud: "vast", endpoint: "sshkey.create", times: 1 } as Fault);
    await provider.sshKeys.add(publicKey).catch((error: unknown) => {
      expect(error).toMatchObject({ retryable: false });
    });
    await provider.sshKeys.add(publicKey);
    expect(await all(provider.sshKeys.list())).toHaveLength(1);
  });
});

describe("names", () => {
  it("change, and the machine stays ours", async () => {
    const { emulator, provider, id } = await running();
    const before = vastRaw(await provider.describe(id))?.label ?? undefined;
    emulator.faults.add({
      cloud: "vast",
      endpoint: "instance.label",
      fault: "reset",
      work: "done",
      times: 1,
    });
    await provider.naming.rename(id, "evaluator");
    const after = await provider.describe(id);
    expect(after.name).toBe("evaluator");
    expect(formOfToken(before)).toBeDefined();
    expect(formOfToken(vastRaw(after)?.label ?? undefined)).toBe(formOfToken(before));
    await expect(provider.naming.rename("99999999", "a")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("bids", () => {
  it("that are raised bring an outbid machine back", async () => {
    const { emulator, provider, id } = await running({}, { pricing: { kind: "spot" } });
    emulator.event("vast", "outbid", { id, price: 0.9 });
    expect(await provider.describe(id)).toMatchObject({ status: "stopped" });
    await provider.bids.change(id, 1_000_000);
    await provider.waitFor(id, "running");
    await expect(provider.bids.change(id, 1_000_000_000)).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(provider.bids.change("99999999", 1_000_000)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("volumes", () => {
  it("are found, rented, billed, listed and removed", async () => {
    const { provider, bill } = await open();
    const places = await all(provider.volumes.search({ sizeMiB: 50 * 1024, region: "SE" }));
    expect(places.length).toBeGreaterThan(0);
    expect(places.every(({ region, price }) => region === "SE" && (price?.perHourMicros ?? 0) > 0)).toBe(
      true,
    );
    const offerId = places[0]?.id ?? "";
    expect(vastRaw(places[0] ?? {})?.["machine_id"]).toEqual(expect.any(Number));
    const made = await provider.volumes.create({ offerId, sizeMiB: 50 * 1024, name: "data" });
    expect(bill()).toHaveLength(1);
    expect(await all(provider.volumes.list())).toEqual([
      expect.objectContaining({
        ...{ id: made.id, name: "data", sizeMiB: 51_200, region: "SE", providerStatus: "created" },
        price: places[0]?.price,
      }),
    ]);
    await provider.volumes.remove(made.id);
    await expect(provider.volumes.remove(made.id)).rejects.toMatchObject({ code: "not_found" });
    expect(bill()).toEqual([]);
  });

  it("are searched cheapest first, and rows that break the filters are left out", async () => {
    const { emulator, provider } = await open();
    emulator.faults.add({
      ...{ cloud: "vast", endpoint: "volume.search", fault: "flag", flag: "offerNoise", value: 5 },
    } as Fault);
    const places = await all(provider.volumes.search({ sizeMiB: 500 * 1024, region: "SE" }));
    const rows = places.map((place) => vastRaw(place) as Record<string, unknown> | undefined);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => Number(row?.["disk_space"]) >= 500)).toBe(true);
    expect(rows.every((row) => row?.["verification"] === "verified")).toBe(true);
    const costs = rows.map((row) => Number(row?.["storage_cost"]));
    expect(costs).toEqual(costs.toSorted((one, other) => one - other));
  });

  it("that are mounted say where, and cannot be removed", async () => {
    const { provider, bill } = await open();
    const [offer] = await all(provider.offers.search({ gpu: { model: "RTX 4090" } }));
    const volume_id = 9_000_000 + Number(vastRaw(offer ?? {})?.["machine_id"]);
    const volume_info = { create_new: true, volume_id, size: 20, mount_path: "/data", name: "data" };
    const { id } = await provider.launch({
      ...{ offerId: offer?.id, image: "example/trainer:2.1" },
      providerOptions: { vast: { volume_info } },
    });
    const [volume] = await all(provider.volumes.list());
    expect(volume).toMatchObject({ name: "data", instanceId: id, providerStatus: "in-use" });
    const remove = () => provider.volumes.remove(volume?.id ?? "");
    await expect(remove()).rejects.toMatchObject({ code: "conflict", effect: "none" });
    await provider.terminate(id);
    await new Promise((resolve) => setImmediate(resolve));
    expect(bill()).toHaveLength(1);
  });

  it.each(["none", "done"] as const)(
    "are removed although the first answer is lost, its work %s",
    async (work) => {
      const { emulator, provider, bill } = await open();
      const [place] = await all(provider.volumes.search({ sizeMiB: 1024 }));
      const { id } = await provider.volumes.create({ offerId: place?.id ?? "", sizeMiB: 1024 });
      emulator.faults.add({ cloud: "vast", endpoint: "volume.delete", fault: "reset", work, times: 1 });
      await provider.volumes.remove(id);
      expect(bill()).toEqual([]);
    },
  );

  it.each(spoiled)("are rented once or not at all through %j", async (fault) => {
    const { emulator, provider, bill } = await open();
    const [place] = await all(provider.volumes.search({ sizeMiB: 1024 }));
    emulator.faults.add({ ...fault, cloud: "vast", endpoint: "volume.create", times: 1 } as Fault);
    const spec = { offerId: place?.id ?? "", sizeMiB: 1024 };
    const outcome = await provider.volumes.create(spec).catch((error: unknown) => error);
    expect(bill().length).toBeLessThan(2);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ effect: "maybe", retryable: false });
    else expect(bill()).toHaveLength(1);
    for (const { id } of await all(provider.volumes.list())) await provider.volumes.remove(id);
    expect(bill()).toEqual([]);
  });
});

describe("snapshots, the account and many machines", () => {
  it("pushes to a registry", async () => {
    const { provider, id, requests } = await running();
    const registry = {
      ...{ container_registry: "docker.io", personal_repo: "someone/trainer" },
      ...{ docker_login_user: "someone", docker_login_pass: "synthetic" },
    };
    const [snapshot] = await provider.snapshots.create(id, { providerOptions: { vast: registry } });
    expect(snapshot).toMatchObject({ status: "creating", instanceId: id });
    expect(requests("instance.snapshot")).toHaveLength(1);
  });

  it("says what can be spent, and by whom", async () => {
    const { provider, stranger } = await open({ credit: 20.5, balance: 1.25, username: "someone" });
    expect(await provider.account.balance?.()).toMatchObject({ availableMicros: 21_750_000 });
    expect(await provider.account.whoami?.()).toEqual({ id: "1234", name: "someone" });
    await expect(stranger.account.whoami?.()).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("reads a fleet with one request", async () => {
    const { provider, requests } = await open();
    const ids: string[] = [];
    for (const model of ["RTX 4090", "RTX 3090", "L4"]) {
      ids.push((await provider.launch({ ...request, gpu: { model } })).id);
    }
    const found = await provider.bulk.describe([...ids, "99999999"]);
    expect(found.map(({ id }) => id).sort()).toEqual(ids);
    expect(requests("instance.list")).toHaveLength(1);
    for (const id of ids) await provider.terminate(id);
  });
});
