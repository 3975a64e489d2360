import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { runpod } from "../src/index.ts";
import { tables } from "../src/tables.ts";
import { collect, image } from "./support.ts";

/** Real time-outs, so that a hanging answer does not hold a test up. */
const hasty = Object.fromEntries(Object.keys(tables.endpoints).map((name) => [name, { timeoutMs: 150 }]));

async function openCloud(options: Parameters<typeof runpod>[0] = {}) {
  const emulator = await startEmulator({ clock: "manual" });
  const open = (more: Parameters<typeof runpod>[0] = {}) =>
    runpod({
      ...emulator.credentials.runpod,
      ...{ baseUrl: emulator.urls.runpod, clock: emulatedClock(emulator) },
      ...{ endpoints: hasty, maxResponseBytes: 1_000_000 },
      ...options,
      ...more,
    });
  return {
    emulator,
    open,
    provider: open(),
    flag: (name: string, endpoint: string, value: string | number | boolean = true) =>
      emulator.faults.add({ cloud: "runpod", endpoint, fault: "flag", flag: name, value, times: 1 }),
    creates: () =>
      emulator.requests().filter(({ method, path }) => method === "POST" && path === "/v2/pods").length,
    [Symbol.asyncDispose]: emulator.close,
  };
}

const request = { gpu: { model: "RTX 4090" }, image };

describe("a pod", () => {
  it("is rented, runs, stops, starts elsewhere on its host, and is gone", async () => {
    await using cloud = await openCloud();
    const { provider, emulator } = cloud;
    const ports = [{ port: 8080, protocol: "http" } as const, { port: 9000 }];
    const launched = await provider.launch({ ...request, ports, name: "trainer" });
    const running = await provider.waitFor(launched.id, "running");
    expect(running).toMatchObject({ name: "trainer", price: { perHourMicros: 690_000 }, billing: "compute" });
    expect(running.access.ssh.map(({ via }) => via)).toEqual(["direct", "proxy"]);
    expect(running.access.ports.map(({ protocol }) => protocol).sort()).toEqual(["http", "tcp"]);
    await provider.power.stop(launched.id);
    expect(await provider.waitFor(launched.id, "stopped")).toMatchObject({ billing: "none" });
    expect(emulator.bill()).toEqual([]);
    await provider.power.start(launched.id);
    await provider.waitFor(launched.id, "running");
    // The disk comes on top of the price: 20 GB × 0.10 USD ÷ 730 hours.
    expect(emulator.bill()).toMatchObject([{ id: launched.id, perHour: expect.closeTo(0.69 + 0.0027, 4) }]);
    expect(await provider.terminate(launched.id)).toMatchObject({ evidence: "absent_from_list" });
    expect(emulator.bill()).toEqual([]);
  });

  it("that is not shown for a minute is neither lost nor taken for gone", async () => {
    await using cloud = await openCloud();
    cloud.flag("visibleAfterMs", "pods.create", 50_000);
    const { id } = await cloud.provider.launch(request);
    expect(await cloud.provider.describe(id)).toMatchObject({ id });
    // Another process knows nothing of its age: a DELETE that answers 404 now deletes nothing.
    await cloud.open().terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });

  it("that comes up without its GPUs is stopped again", async () => {
    await using cloud = await openCloud();
    const { id } = await cloud.provider.launch(request);
    await cloud.provider.waitFor(id, "running");
    await cloud.provider.power.stop(id);
    cloud.flag("zeroGpus", "pods.action");
    await expect(cloud.provider.power.start(id)).rejects.toMatchObject({
      code: "no_capacity",
      effect: "none",
    });
    expect(await cloud.provider.describe(id)).toMatchObject({ status: "stopped" });
    cloud.flag("noFreeGpu", "pods.action");
    await expect(cloud.provider.power.start(id)).rejects.toMatchObject({
      code: "no_capacity",
      scope: "request",
    });
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });

  it("that is ending already is ended with evidence", async () => {
    await using cloud = await openCloud();
    const { id } = await cloud.provider.launch(request);
    await cloud.provider.waitFor(id, "running");
    cloud.flag("alreadyEnding", "pods.delete");
    await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });

  it("is read from any page, short or empty, and from the older answers", async () => {
    await using cloud = await openCloud({ facts: { pageSize: 2 } });
    const ids: string[] = [];
    for (let pods = 0; pods < 5; pods += 1) ids.push((await cloud.provider.launch(request)).id);
    cloud.flag("shortPage", "pods.list");
    cloud.flag("emptyPage", "pods.list");
    expect((await collect(cloud.provider.list())).map(({ id }) => id).sort()).toEqual(ids.sort());
    cloud.flag("earlySpec", "pods.get");
    expect(await cloud.provider.describe(ids[0] ?? "")).toMatchObject({ hardware: { gpu: { count: 1 } } });
    for (const id of ids) await cloud.provider.terminate(id);
    expect(cloud.emulator.bill()).toEqual([]);
  });
});

const body = { title: "Internal Server Error", status: 500, detail: "There are no instances available" };
const wire = [
  ...(["none", "done"] as const).flatMap((work) => [
    { fault: "reset", work } as const,
    { fault: "hang", work } as const,
    { fault: "answer", status: 500, body, work } as const,
    { fault: "answer", status: 408, body: "", work } as const,
    { fault: "html", status: 502, work } as const,
    { fault: "malformed", work } as const,
  ]),
  { fault: "reset", work: "late", lateMs: 20_000 },
  { fault: "truncate", framing: "length" },
  { fault: "rate_limit", retryAfter: 5 },
  { fault: "flag", flag: "withoutId" },
  { fault: "flag", flag: "noCapacity", value: 400 },
  { fault: "flag", flag: "noCapacity", value: 500 },
  { fault: "flag", flag: "noCapacity", value: 200 },
  { fault: "flag", flag: "visibleAfterMs", value: 40_000 },
] as const;

describe("a launch through", () => {
  it.each(wire)("%j rents one pod or none, and says which", { timeout: 30_000 }, async (fault) => {
    await using cloud = await openCloud();
    cloud.emulator.faults.add({ ...fault, cloud: "runpod", endpoint: "pods.create", times: 1 });
    const launched = await cloud.provider.launch(request, { timeoutMs: 600_000 }).catch((error) => error);
    const pods = cloud.emulator.machines().filter(({ terminatedAt }) => terminatedAt === undefined);
    if (launched instanceof Error) {
      expect(launched).toMatchObject({ effect: "none" });
      expect(pods).toEqual([]);
      return;
    }
    expect(pods).toMatchObject([{ id: launched.id }]);
    await cloud.provider.terminate(launched.id);
    expect(cloud.emulator.bill()).toEqual([]);
  });
});

it("keeps volumes and ssh keys, and reads a log that never ends", async () => {
  await using cloud = await openCloud();
  const { provider } = cloud;
  const volume = await provider.volumes.create({ name: "data", sizeMiB: 10_240, region: "EU-RO-1" });
  expect(await collect(provider.volumes.list())).toMatchObject([{ id: volume.id, sizeMiB: 10_240 }]);
  const key = await provider.sshKeys.add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHn3 me");
  expect(await collect(provider.sshKeys.list())).toMatchObject([key]);
  await provider.sshKeys.remove(key.id);
  expect(await collect(provider.sshKeys.list())).toEqual([]);
  const networkVolume = { id: volume.id, path: "/data" };
  const launched = await provider.launch({
    ...{ ...request, region: "EU-RO-1" },
    providerOptions: { runpod: { networkVolume } },
  });
  await provider.waitFor(launched.id, "running");
  cloud.emulator.event("runpod", "log", { id: launched.id, line: "step 1" });
  const patient = cloud.open({ endpoints: {} });
  expect(await collect(patient.logs.tail(launched.id))).toContain("step 1");
  await provider.terminate(launched.id);
  await provider.volumes.remove(volume.id);
  expect(cloud.emulator.bill()).toEqual([]);
});
