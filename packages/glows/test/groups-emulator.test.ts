import type { LaunchRequest } from "@gpuport/core";
import { type Emulator, type EmulatorOptions, type Fault, startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { glows, glowsRecord } from "../src/index.ts";
import { all } from "./support.ts";

const image = "img-4x7mz2va";
const request: LaunchRequest = { gpu: { model: "RTX 4090" }, image };

function connect(emulator: Emulator, options: { networkDomains?: number[]; groupByRegion?: boolean } = {}) {
  return glows({
    baseUrl: emulator.urls.glows,
    token: emulator.credentials.glows.token,
    clock: emulatedClock(emulator),
    catalogImage: image,
    ...options,
  });
}
type Provider = ReturnType<typeof connect>;

async function onEmulator(
  work: (provider: Provider, emulator: Emulator) => Promise<void>,
  options: Partial<EmulatorOptions> = {},
): Promise<void> {
  await using emulator = await startEmulator({ clock: "manual", ...options });
  const provider = connect(emulator);
  await work(provider, emulator);
  for await (const { id, status } of provider.list()) {
    if (status !== "terminated") await provider.terminate(id);
  }
  expect(emulator.bill()).toEqual([]);
}

async function running(provider: Provider, more: LaunchRequest = request): Promise<string> {
  const { id } = await provider.launch(more);
  await provider.waitFor(id, "running");
  return id;
}

/** How often an endpoint was asked, by the cloud's own account. */
const asked = (emulator: Emulator, endpoint: string) =>
  emulator.requests().filter((row) => row.endpoint === endpoint).length;

describe("stats", () => {
  it("count machines as they come and go", async () => {
    await onEmulator(async (provider, emulator) => {
      expect(await provider.stats.counts()).toEqual({});
      const id = await running(provider);
      await provider.launch(request);
      expect(await provider.stats.counts()).toEqual({ running: 1, pending: 1 });
      await provider.terminate(id);
      emulator.clock.advance(60_000);
      expect(await provider.stats.counts()).toEqual({ running: 1, terminated: 1 });
    });
  });
});

describe("images", () => {
  it("are made from a link, found, launched from, and removed", async () => {
    await onEmulator(async (provider, emulator) => {
      const stock = await all(provider.images.list());
      const { id, name } = await provider.images.create({ source: "docker.io/acme/train:1" });
      const again = provider.images.create({ source: "docker.io/acme/train:1" });
      await expect(again).rejects.toMatchObject({ code: "conflict", providerCode: "174", effect: "none" });
      expect(await all(provider.images.list())).toHaveLength(stock.length + 1);
      expect(await all(provider.images.list({ owned: true }))).toMatchObject([{ id, name, owned: true }]);
      expect(await all(provider.images.list({ search: "train" }))).toMatchObject([{ id }]);
      expect(await all(provider.images.list({ search: "no such" }))).toEqual([]);

      emulator.clock.advance(60_000);
      const launched = await running(provider, { ...request, image: id, ports: [{ port: 22 }] });
      expect(await provider.describe(launched)).toMatchObject({ image: id });

      await provider.images.remove(id);
      expect(await all(provider.images.list({ owned: true }))).toEqual([]);
      await expect(provider.images.remove(id)).rejects.toMatchObject({ code: "not_found" });
    });
  });

  it("cannot be removed when they are everybody's", async () => {
    await onEmulator(async (provider) => {
      await expect(provider.images.remove(image)).rejects.toMatchObject({ code: "not_found" });
    });
  });

  it("can be listed over many pages, and prepared a few at a time", async () => {
    await onEmulator(async (provider, emulator) => {
      for (let number = 0; number < 45; number += 1) {
        await provider.images.create({ source: `docker.io/acme/train:${number}` });
        emulator.clock.advance(60_000);
      }
      expect(await all(provider.images.list({ owned: true }))).toHaveLength(45);
      for (const part of ["a", "b", "c"]) await provider.images.create({ source: part });
      await expect(provider.images.create({ source: "d" })).rejects.toMatchObject({
        ...{ code: "quota_exceeded", providerCode: "192", retryable: true },
      });
    });
  });

  it("can be removed where a POST does it", async () => {
    const route = { method: "POST", path: "/image/delete", parameters: "body" } as const;
    await using emulator = await startEmulator({
      ...{ clock: "manual", glows: { routes: { "image.delete": route } } },
    });
    const provider = glows({
      ...{ baseUrl: emulator.urls.glows, token: emulator.credentials.glows.token },
      endpoints: { "image.delete": { method: "POST", path: "sdk/v1/image/delete" } },
    });
    const { id } = await provider.images.create({ source: "docker.io/acme/train:1" });
    await provider.images.remove(id);
    expect(await all(provider.images.list({ owned: true }))).toEqual([]);
  });

  it("can be removed where the query says which", async () => {
    const route = { method: "DELETE", path: "/image", parameters: "query" } as const;
    await using emulator = await startEmulator({
      ...{ clock: "manual", glows: { routes: { "image.delete": route } } },
    });
    const provider = glows({
      ...{ baseUrl: emulator.urls.glows, token: emulator.credentials.glows.token },
      endpoints: { "image.delete": { path: "sdk/v1/image?image_id={image_id}" } },
    });
    const { id } = await provider.images.create({ source: "docker.io/acme/train:1" });
    await provider.images.remove(id);
    expect(await all(provider.images.list({ owned: true }))).toEqual([]);
  });
});

describe("snapshots", () => {
  it("interrupt the machine, become ready, and start another one", async () => {
    await onEmulator(async (provider, emulator) => {
      const id = await running(provider);
      const [made] = await provider.snapshots.create(id, { name: "before-lunch" });
      expect(made).toMatchObject({ instanceId: id, name: "before-lunch", status: "creating" });
      expect(await provider.describe(id)).toMatchObject({ status: "stopping", billing: "none" });
      expect(await all(provider.snapshots.list())).toMatchObject([{ id: made?.id, status: "unknown" }]);
      expect(await all(provider.snapshots.list({ statuses: ["ready"] }))).toEqual([]);
      emulator.clock.advance(4_000);
      expect(await provider.describe(id)).toMatchObject({ status: "stopped", providerStatus: "Paused" });
      await provider.waitFor(id, "running");
      const [ready] = await all(provider.snapshots.list({ statuses: ["ready"] }));
      expect(ready).toMatchObject({ id: made?.id, instanceId: id, status: "ready", sizeBytes: 2 ** 30 });

      const second = await running(provider, { gpu: { model: "RTX 4090" }, snapshot: ready?.id });
      expect(await provider.describe(second)).not.toHaveProperty("image");
      const third = await running(provider, {
        ...{ snapshot: ready?.id, region: "TW-03" },
        providerOptions: { glows: { cpu_name: "AMD EPYC 9354 32-Core Processor" } },
      });
      expect(await provider.describe(third)).toMatchObject({ hardware: { vcpus: 8 } });
    });
  });

  it("may be several of one machine", async () => {
    await onEmulator(async (provider, emulator) => {
      const id = await running(provider);
      emulator.faults.add({ cloud: "glows", fault: "flag", flag: "snapshotCount", value: 25 });
      expect(await provider.snapshots.create(id)).toHaveLength(25);
      expect(new Set((await all(provider.snapshots.list())).map((row) => row.id)).size).toBe(25);
    });
  });

  it.each<[string, string, string, Fault?]>([
    ["of a machine that is not there", "invalid_argument", "6"],
    ["without a storage plan", "quota_exceeded", "17", flag("diskQuota")],
    ["where they are not allowed", "conflict", "114", flag("snapshotNotAllowed")],
  ])("%s are refused (%s, %s)", async (_, code, providerCode, fault) => {
    await onEmulator(async (provider, emulator) => {
      const id = fault === undefined ? "ins-neverwas" : await running(provider);
      if (fault !== undefined) emulator.faults.add(fault);
      await expect(provider.snapshots.create(id)).rejects.toMatchObject({
        code,
        providerCode,
        effect: "none",
      });
      await emulator.faults.clear();
      expect(await all(provider.snapshots.list())).toEqual([]);
    });
  });

  it("are refused of a machine that is not running, and beyond the quota", async () => {
    await onEmulator(
      async (provider) => {
        const { id } = await provider.launch(request);
        const early = provider.snapshots.create(id);
        await expect(early).rejects.toMatchObject({ code: "conflict", providerCode: "20" });
        await provider.waitFor(id, "running");
        await provider.snapshots.create(id);
        await provider.waitFor(id, "running");
        const late = provider.snapshots.create(id);
        await expect(late).rejects.toMatchObject({ code: "quota_exceeded", providerCode: "199" });
      },
      { glows: { maxSnapshots: 1 } },
    );
  });
});

function flag(name: string): Fault {
  return { cloud: "glows", fault: "flag", flag: name };
}

describe("networks", () => {
  it("are made, listed with the public addresses, joined, and shown with their machines", async () => {
    await onEmulator(async (provider, emulator) => {
      const mesh = await provider.networks.create({ name: "mesh-a", region: "TW-04" });
      emulator.event("glows", "publicIp", { region: "TW-04" });
      const [first, address] = await all(provider.networks.list());
      expect(first).toMatchObject({ id: mesh.id, name: "mesh-a", kind: "private" });
      expect(address).toMatchObject({ kind: "public_ip" });

      const glowsOptions = { net_ids: [mesh.id], network_type: 0, public_ip_id: address?.id };
      const inside = await running(provider, { ...request, providerOptions: { glows: glowsOptions } });
      const other = await running(provider);
      await provider.networks.attach(mesh.id, [other, other]);
      const joined = await all(provider.networks.endpoints(mesh.id));
      expect(joined.map(({ instanceId }) => instanceId)).toEqual([inside, other]);
      expect(joined[0]).toMatchObject({ networkId: mesh.id, providerStatus: "2" });

      await provider.terminate(other);
      expect(await all(provider.networks.endpoints(mesh.id))).toHaveLength(1);
    });
  });

  it("are joined even when the answer names fewer endpoints", async () => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.networks.create({ name: "mesh-a", region: "TW-04" });
      const machines = [await running(provider), await running(provider)];
      emulator.faults.add(flag("fewerEndpoints"));
      await provider.networks.attach(id, machines);
      expect(await all(provider.networks.endpoints(id))).toHaveLength(2);
    });
  });

  it("are listed in other domains when asked for", async () => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.networks.create({ name: "mesh-j", region: "JP-01" });
      expect(await all(provider.networks.list())).toEqual([]);
      const wide = connect(emulator, { networkDomains: [0, 2] });
      expect(await all(wide.networks.list())).toMatchObject([{ id }]);
    });
  });

  it("are listed over many pages of both kinds", async () => {
    await onEmulator(
      async (provider, emulator) => {
        for (let number = 0; number < 25; number += 1) {
          await provider.networks.create({ name: `mesh-${number}`, region: "TW-04" });
          emulator.event("glows", "publicIp", { region: "TW-03" });
        }
        const kinds = (await all(provider.networks.list())).map(({ kind }) => kind);
        expect([kinds.indexOf("public_ip"), kinds.length]).toEqual([25, 50]);
        emulator.faults.add({ cloud: "glows", endpoint: "network.list", fault: "rows", missing: 1 });
        expect(await all(provider.networks.list())).toHaveLength(50);
      },
      { glows: { maxNetworks: 30 } },
    );
  });

  it("are refused by name, number, region, state and quota", async () => {
    await onEmulator(
      async (provider) => {
        const { create, attach, endpoints } = provider.networks;
        const { id } = await create({ name: "mesh-a", region: "TW-04" });
        const refused = (work: Promise<unknown>, code: string, providerCode: string) =>
          expect(work).rejects.toMatchObject({ code, providerCode, effect: "none" });
        await refused(create({ name: "mesh-a", region: "TW-04" }), "conflict", "133");
        await refused(create({ name: "mesh-b", region: "TW-04" }), "quota_exceeded", "88");
        await refused(create({ name: "mesh-b", region: "TW-99" }), "invalid_argument", "206");
        await refused(create({ name: "mesh-b", region: "US-09" }), "permission_denied", "208");
        await refused(all(endpoints("net-neverwas")), "not_found", "6");
        await refused(attach("net-neverwas", ["ins-neverwas"]), "invalid_argument", "6");

        const queued = await provider.launch(request);
        await refused(attach(id, [queued.id]), "conflict", "20");
        await provider.waitFor(queued.id, "running");
        await attach(id, [queued.id]);
        await refused(attach(id, [queued.id]), "conflict", "89");
        await refused(attach(id, [await running(provider)]), "quota_exceeded", "164");
      },
      { glows: { maxNetworks: 1, maxEndpointsPerNetwork: 1 } },
    );
  });
});

describe("offers", () => {
  it("include CPU machines, which can be launched by them in several units", async () => {
    await onEmulator(async (provider, emulator) => {
      const offers = await all(provider.offers.search());
      const cpu = offers.find(({ hardware }) => hardware.gpu === undefined);
      expect(cpu).toMatchObject({ price: { perHourMicros: 120_000 }, hardware: { vcpus: 8 }, maxCount: 4 });
      expect(offers[0]).toBe(cpu);
      const offerId = cpu?.id.replace("/1/", "/3/");
      // The price of three units is read, because there is a limit to hold.
      const three = { offerId, image, maxPerHourMicros: 360_000 };
      const id = await running(provider, three);
      expect(await provider.describe(id)).toMatchObject({
        ...{ hardware: { vcpus: 24, memoryMiB: 3 * 32_768 }, price: { perHourMicros: 360_000 } },
      });
      expect(emulator.bill()).toMatchObject([{ id, perHour: 0.36 }]);
      await expect(provider.launch({ ...three, maxPerHourMicros: 359_999 })).rejects.toMatchObject({
        ...{ code: "no_capacity", effect: "none" },
      });
    });
  });

  it("carry the resource that a launch may name itself", async () => {
    await onEmulator(async (provider) => {
      const [offer] = await all(provider.offers.search({ gpu: { model: "H100" }, region: "TW-04" }));
      const base = glowsRecord(offer ?? {})?.["base_resource"];
      const asking = { offerId: offer?.id, image, providerOptions: { glows: { base_resource: base } } };
      const id = await running(provider, asking);
      expect(await provider.describe(id)).toMatchObject({ hardware: { gpu: { id: "h100-sxm-80gb" } } });
    });
  });

  it("are the same by regions", async () => {
    await onEmulator(async (provider, emulator) => {
      const ids = async (by: Provider) => (await all(by.offers.search())).map(({ id }) => id).toSorted();
      const grouped = await ids(connect(emulator, { groupByRegion: true }));
      expect(grouped).toEqual(await ids(provider));
      expect(grouped.length).toBeGreaterThan(4);
    });
  });

  it("cost with an addition what the machine then costs", async () => {
    await onEmulator(async (provider, emulator) => {
      const asking = { ...request, providerOptions: { glows: { extra_resource: { cpus: 4 } } } };
      const launched = await provider.launch(asking);
      const up = await provider.waitFor(launched.id, "running");
      expect(launched.price).toEqual(up.price);
      expect(up).toMatchObject({ price: { perHourMicros: 690_000 }, hardware: { vcpus: 14 } });
      expect(launched.hardware.vcpus).toBe(14);
      expect(emulator.bill()).toMatchObject([{ perHour: 0.69 }]);
    });
  });
});

type Write = (provider: Provider, id: string) => Promise<unknown>;

describe("what cannot be recognised is sent once", () => {
  const creates: readonly [
    endpoint: string,
    create: Write,
    made: (provider: Provider) => AsyncIterable<unknown>,
  ][] = [
    [
      "image.create",
      ({ images }) => images.create({ source: "docker.io/acme/train:1" }),
      ({ images }) => images.list({ owned: true }),
    ],
    ["snapshot.create", ({ snapshots }, id) => snapshots.create(id), ({ snapshots }) => snapshots.list()],
    [
      "network.create",
      ({ networks }) => networks.create({ name: "mesh-a", region: "TW-04" }),
      ({ networks }) => networks.list(),
    ],
  ];

  it.each(
    creates.flatMap(([endpoint, create, made]) =>
      (
        [
          ["reset", { fault: "reset", work: "done" }, "unavailable", 1],
          ["a web page", { fault: "html", work: "done" }, "bad_response", 1],
          ["503 before the work", { fault: "answer", status: 503 }, "unavailable", 0],
          ["half of the answer", { fault: "truncate" }, "unavailable", 1],
        ] as const
      ).map(([name, fault, code, count]) => ({ endpoint, create, made, name, fault, code, count })),
    ),
  )("$endpoint, answered with $name: $count made", async ({ endpoint, create, made, fault, code, count }) => {
    await onEmulator(async (provider, emulator) => {
      const id = endpoint === "snapshot.create" ? await running(provider) : "";
      emulator.faults.add({ cloud: "glows", endpoint, times: 1, ...fault });
      await expect(create(provider, id)).rejects.toMatchObject({ code, effect: "maybe", retryable: false });
      expect(asked(emulator, endpoint)).toBe(1);
      expect(await all(made(provider))).toHaveLength(count);
    });
  });

  it.each(["none", "done"] as const)("but a removal, whose lost answer had its work %s", async (work) => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.images.create({ source: "docker.io/acme/train:1" });
      emulator.faults.add({
        cloud: "glows",
        endpoint: "image.delete",
        times: 1,
        fault: "reset",
        work,
      });
      await provider.images.remove(id);
      expect(asked(emulator, "image.delete")).toBe(2);
      expect(await all(provider.images.list({ owned: true }))).toEqual([]);
    });
  });
});
