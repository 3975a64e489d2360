import type { Fault } from "@gpuport/emulator";
import { describe, expect, it } from "vitest";
import { collect, openEmulated, publicKey } from "./support.ts";

const request = { gpu: { model: "A10" }, sshPublicKeys: [publicKey] };

/** The endpoint of the emulator that launches. */
const launching = { cloud: "lambda", endpoint: "instances.launch", times: 1 } as const;
const flag = (endpoint: string, name: string, value: string | number | boolean = true): Fault => ({
  ...{ cloud: "lambda", endpoint, fault: "flag", flag: name, value, times: 1 },
});

describe("life of a machine", () => {
  it("is launched with a key, boots, can be reached, and bills until it is ended, within the limits of calls", async () => {
    await using cloud = await openEmulated({ enforceRateLimits: true });
    const { provider, emulator } = cloud;
    const launched = await provider.launch({ ...request, name: "train", labels: { team: "a" } });
    expect(launched).toMatchObject({
      status: "pending",
      name: "train",
      billing: "none",
      labels: { team: "a" },
    });
    const running = await provider.waitFor(launched.id, "running");
    expect(running).toMatchObject({
      ...{ id: launched.id, name: "train", status: "running", billing: "compute", labels: { team: "a" } },
      access: { ssh: [{ port: 22, user: "ubuntu", via: "direct" }], ports: [] },
    });
    const [machine] = cloud.machines();
    expect(machine?.id).toBe(launched.id);
    expect(await collect(provider.list())).toMatchObject([{ id: launched.id }]);
    const ended = await provider.terminate(launched.id);
    expect(["terminal_status", "not_found"]).toContain(ended.evidence);
    expect(emulator.bill()).toEqual([]);
    expect(emulator.requests().filter(({ status }) => status === 429)).toEqual([]);
  });

  it("uses a key of the account again, and keeps the twelve seconds between launches", async () => {
    await using cloud = await openEmulated({ enforceRateLimits: true });
    const { provider, emulator } = cloud;
    const one = await provider.launch(request);
    const two = await provider.launch(request);
    const sent = emulator.requests().filter(({ endpoint }) => endpoint === "instances.launch");
    expect(sent).toHaveLength(2);
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(12_000);
    expect(emulator.requests().filter(({ endpoint }) => endpoint === "sshKeys.add")).toHaveLength(1);
    expect(await collect(provider.sshKeys.list())).toEqual(
      expect.arrayContaining([expect.objectContaining({ publicKey })]),
    );
    for (const { id } of [one, two]) await provider.terminate(id);
    expect(emulator.bill()).toEqual([]);
  });

  it("waits for a machine that is unhealthy for a moment while it boots", async () => {
    await using cloud = await openEmulated();
    cloud.emulator.faults.add(flag("instances.launch", "unhealthyWhileBooting"));
    const { id } = await cloud.provider.launch(request);
    expect(await cloud.provider.waitFor(id, "running")).toMatchObject({ status: "running" });
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });

  it.each([
    ["an empty answer", flag("instances.terminate", "emptyTerminate")],
    [
      "an answer that was lost",
      { cloud: "lambda", endpoint: "instances.terminate", fault: "reset", work: "done", times: 1 },
    ],
    [
      "a breakdown",
      { cloud: "lambda", endpoint: "instances.terminate", fault: "html", status: 502, times: 1 },
    ],
  ] as readonly (readonly [string, Fault])[])("is ended in spite of %s", async (_, fault) => {
    await using cloud = await openEmulated();
    const { id } = await cloud.provider.launch(request);
    await cloud.provider.waitFor(id, "running");
    cloud.emulator.faults.add(fault);
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
    expect(cloud.alive()).toEqual([]);
  });

  it("is ended when it cannot be yet", async () => {
    await using cloud = await openEmulated();
    cloud.emulator.faults.add(flag("instances.launch", "notTerminableMs", 60_000));
    const { id } = await cloud.provider.launch(request);
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
    expect(cloud.alive()).toEqual([]);
  });

  it("is not gone while it is preempted, and gone when reads leave it out", async () => {
    await using cloud = await openEmulated();
    const { id } = await cloud.provider.launch(request);
    await cloud.provider.waitFor(id, "running");
    cloud.emulator.event("lambda", "preempt", { id });
    expect(await cloud.provider.describe(id)).toMatchObject({
      ...{ status: "stopping", reason: "preempted", billing: "unknown" },
    });
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });
});

describe("a launch whose answer is lost", () => {
  const problem = { error: { code: "provider/internal-unavailable", message: "synthetic" } };
  const lost: readonly Fault[] = [
    { ...launching, fault: "reset", work: "done" },
    { ...launching, fault: "html", status: 502, work: "done" },
    { ...launching, fault: "answer", status: 400, body: problem, work: "done" },
    { ...launching, fault: "malformed", work: "done" },
    flag("instances.launch", "noInstanceIds"),
  ];
  it.each(lost)("is found by its tag: %j", async (fault) => {
    await using cloud = await openEmulated();
    cloud.emulator.faults.add(fault);
    const { id } = await cloud.provider.launch(request);
    expect(cloud.machines()).toMatchObject([{ id }]);
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });

  it.each([
    { ...launching, fault: "reset", work: "late", lateMs: 20_000 },
    { ...launching, fault: "answer", status: 500, body: "", work: "late", lateMs: 45_000 },
  ] as readonly Fault[])("is found when it is carried out late: %j", async (fault) => {
    await using cloud = await openEmulated();
    cloud.emulator.faults.add(fault);
    const { id } = await cloud.provider.launch(request);
    expect(cloud.machines()).toMatchObject([{ id }]);
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });

  it("is proven not to have been carried out, and sent once", async () => {
    await using cloud = await openEmulated();
    cloud.emulator.faults.add({ ...launching, fault: "reset" });
    await expect(cloud.provider.launch(request)).rejects.toMatchObject({ effect: "none" });
    expect(cloud.machines()).toEqual([]);
    const sent = cloud.emulator.requests().filter(({ endpoint }) => endpoint === "instances.launch");
    expect(sent).toHaveLength(1);
  });

  it("believes none of two ids, and finds its machine by the tag", async () => {
    await using cloud = await openEmulated();
    cloud.emulator.faults.add(flag("instances.launch", "twoInstanceIds"));
    const { id } = await cloud.provider.launch(request);
    expect(cloud.emulator.requests().map(({ endpoint }) => endpoint)).toContain("instances.list");
    expect(cloud.alive()).toMatchObject([{ id }]);
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });
});

describe("groups", () => {
  it("offers what there is, tries the next when one is gone, and refuses what is nowhere to be had", async () => {
    await using cloud = await openEmulated();
    const offers = await collect(cloud.provider.offers.search());
    expect(offers.length).toBeGreaterThan(2);
    expect(offers.some(({ available }) => available)).toBe(true);
    cloud.emulator.faults.add(flag("instances.launch", "noCapacity"));
    await expect(
      cloud.provider.launch(request).then(({ id }) => cloud.provider.terminate(id)),
    ).resolves.toBeDefined();
    await expect(cloud.provider.launch({ ...request, gpu: { model: "RTX 4090" } })).rejects.toMatchObject({
      code: "no_capacity",
    });
    expect(cloud.emulator.bill()).toEqual([]);
  });

  it("keeps filesystems, mounts them, and refuses to remove one in use", async () => {
    await using cloud = await openEmulated();
    const { provider } = cloud;
    const offer = (await collect(provider.offers.search({ gpu: { model: "A10" } }))).find(
      (row) => row.available,
    );
    const region = offer?.region ?? "";
    const volume = await provider.volumes.create({ name: "data", region });
    expect(await collect(provider.volumes.list())).toMatchObject([{ id: volume.id, name: "data", region }]);
    const { id } = await provider.launch({
      ...{ offerId: offer?.id ?? "", sshPublicKeys: [publicKey] },
      providerOptions: { lambda: { file_system_names: ["data"] } },
    });
    await expect(provider.volumes.remove(volume.id)).rejects.toMatchObject({ code: "conflict" });
    await provider.terminate(id);
    cloud.emulator.clock.advance(3_600_000);
    await provider.volumes.remove(volume.id);
    expect(await collect(provider.volumes.list())).toEqual([]);
  });

  it("lists images by what a launch takes, and launches one", async () => {
    await using cloud = await openEmulated();
    const images = await collect(cloud.provider.images.list());
    expect(new Set(images.map(({ id }) => id)).size).toBe(images.length);
    const { id } = await cloud.provider.launch({ ...request, image: images[0]?.id });
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });

  it("renames a machine, which stays ours", async () => {
    await using cloud = await openEmulated();
    const { id } = await cloud.provider.launch({ ...request, name: "before" });
    await cloud.provider.naming.rename(id, "after");
    expect(await cloud.provider.describe(id)).toMatchObject({ name: "after" });
    expect(cloud.machines()[0]?.identity).toMatch(/^after-gp[0-9a-z]{18}$/);
    await cloud.provider.terminate(id);
  });

  it("publishes a port that the global rules let through, and refuses another", async () => {
    await using cloud = await openEmulated();
    const open = await cloud.provider.launch({ ...request, ports: [{ port: 22 }] });
    const running = await cloud.provider.waitFor(open.id, "running");
    expect(running.access.ports).toMatchObject([{ port: 22, publicPort: 22, protocol: "tcp" }]);
    await cloud.provider.terminate(open.id);
    await expect(cloud.provider.launch({ ...request, ports: [{ port: 8080 }] })).rejects.toMatchObject({
      ...{ code: "unsupported", field: "ports", effect: "none" },
    });
    expect(cloud.emulator.bill()).toEqual([]);
  });
});
