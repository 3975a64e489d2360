import { type AdapterTables, instanceSchema, instanceStatuses, offerSchema } from "@gpuport/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { glowsRaw } from "../src/index.ts";
import { toInstance } from "../src/map.ts";
import { offerIdOf, type Selection, selectionOf, toOffer, type Wanted } from "../src/offer.ts";
import { nextOf, placeOf } from "../src/paging.ts";
import { toCounts, toImage, toNetwork, toNetworkEndpoint, toSnapshot } from "../src/resources.ts";
import * as tables from "../src/tables.ts";
import { snapshotStatuses } from "../src/tables.ts";
import {
  endpointPageSchema,
  imagePageSchema,
  instanceAnswerSchema,
  networkPageSchema,
  snapshotPageSchema,
  specPageSchema,
  statsSchema,
} from "../src/wire.ts";
import { cpuSpec, legacy, ok, pagination, queued, running, spec } from "./fixtures/answers.ts";

const mapped = (instance: unknown, own: Pick<AdapterTables, "statuses"> = tables) =>
  toInstance(instanceAnswerSchema.parse(ok({ instance })).instance, own);

const offered = (row: unknown, wanted: Wanted = {}) => {
  const [read] = specPageSchema.parse(ok({ ...pagination(1), specs: [row] })).rows;
  if (read === undefined) throw new Error("no row");
  return toOffer(read, wanted);
};

describe("status", () => {
  it.each([
    ["SchedInit", "pending", "queued", "none"],
    ["SchedQueued", "pending", "queued", "none"],
    ["PriceChanged", "pending", "queued", "none"],
    ["Pending", "provisioning", undefined, "none"],
    ["Running", "running", undefined, "compute"],
    ["Rebooted", "provisioning", "restart", "none"],
    ["Resuming", "provisioning", undefined, "none"],
    ["Migrating", "provisioning", "restart", "none"],
    ["Pausing", "stopping", undefined, "none"],
    ["Paused", "stopped", undefined, "none"],
    ["Snapshotted", "stopped", undefined, "none"],
    ["Checkpointed", "stopped", undefined, "none"],
    ["Canceling", "terminating", undefined, "none"],
    ["Exited", "terminated", undefined, "none"],
    ["Finished", "terminated", "exited", "none"],
    ["ExitSnapshotted", "terminated", undefined, "none"],
    ["Unavail", "failed", "host_lost", "none"],
    ["InvalidNodeStatus", "unknown", undefined, "unknown"],
    ["Hibernating", "unknown", "unrecognized", "unknown"],
    ["constructor", "unknown", "unrecognized", "unknown"],
    ["", "unknown", "unrecognized", "unknown"],
  ])("%j is %s (%s), billed %s", (word, status, reason, billing) => {
    const instance = mapped({ ...running, status: word });
    expect(instance).toMatchObject({ status, billing, providerStatus: word });
    expect(instance.reason).toBe(reason);
  });

  it("covers the 18 documented words and no others", () => {
    expect(Object.keys(tables.statuses)).toHaveLength(18);
  });

  it("is unknown where there is none", () => {
    expect(mapped({ ...running, status: null })).toMatchObject({ status: "unknown", providerStatus: "" });
  });

  it("goes by the table that it is given", () => {
    const own = { statuses: { Running: { status: "failed", reason: "image_error" } } } as const;
    expect(mapped(running, own)).toMatchObject({
      status: "failed",
      reason: "image_error",
      billing: "unknown",
    });
  });

  it("says what a person must know about a changed price", () => {
    expect(mapped({ ...queued, status: "PriceChanged" }).message).toContain("terminate it and launch again");
    expect(mapped(running).message).toBeUndefined();
  });
});

describe("an instance", () => {
  it("has everything that a running one says", () => {
    expect(mapped(running)).toEqual({
      id: "ins-aaaa1111",
      name: "trainer-a",
      status: "running",
      providerStatus: "Running",
      billing: "compute",
      hardware: {
        gpu: {
          id: "rtx-4090",
          model: "RTX 4090",
          vendor: "nvidia",
          count: 2,
          memoryMiB: 24_564,
          providerModel: "NVIDIA GeForce RTX 4090",
        },
        vcpus: 20,
        memoryMiB: 86_016,
        diskMiB: 100 * 1024,
        cpuModel: "Intel(R) Xeon(R) Platinum 8352V CPU @ 2.10GHz",
      },
      // 130 hundredths of a credit are 1.30 credits, which are 1 300 000 millionths.
      price: { currency: "CREDIT:glows", perHourMicros: 1_300_000, kind: "on_demand" },
      region: "TW-04",
      image: "img-bbbb2222",
      access: {
        ssh: [
          {
            ...{ host: "tw-05.access.glows.ai", port: 23_022, user: "root", via: "proxy" },
            password: expect.anything(),
          },
        ],
        ports: [
          { port: 22, protocol: "tcp", host: "tw-05.access.glows.ai", publicPort: 23_022 },
          {
            ...{ port: 8888, protocol: "http", host: "tw-05.access.glows.ai", publicPort: 23_088 },
            url: "https://tw-05.access.glows.ai:23088/lab",
          },
          { port: 6006, protocol: "tcp", host: "tw-05.access.glows.ai", publicPort: 23_006 },
        ],
      },
      createdAt: new Date("2025-10-09T08:53:20.000Z"),
      identity: "gp00000000000000abcd",
    });
  });

  it("shows its password to nobody but who asks", () => {
    const instance = mapped(running);
    expect(JSON.stringify(instance)).not.toMatch(/hunter2|sesame/);
    expect(instance.access.ssh[0]?.password?.reveal()).toBe("hunter2hunter2");
  });

  it("never shows the zeros of a queued one", () => {
    const instance = mapped(queued);
    expect(instance.price).toBeUndefined();
    expect(instance.hardware).toEqual({
      gpu: expect.objectContaining({ count: 2, memoryMiB: 24 * 1024 }),
    });
    expect(instance.access).toEqual({ ssh: [], ports: [] });
    expect(mapped({ ...queued, hardware: { ...queued.hardware, gpuNum: 0 } }).hardware).toEqual({});
    expect(mapped({ ...queued, hardware: null }).hardware).toEqual({});
  });

  it("keeps the cloud's own record, by reference and out of sight", () => {
    const instance = mapped(running);
    expect(glowsRaw(instance)).toBe(running);
    expect(Object.keys(instance)).not.toContain("raw");
  });
});

describe("what older and newer versions differ in", () => {
  it("bare ids, no region, no name, no key", () => {
    const instance = mapped(legacy);
    expect(instance).toMatchObject({ id: "boyqp4g8", image: "p0t4kx92", hardware: {} });
    for (const absent of ["region", "name", "identity", "price"]) expect(instance).not.toHaveProperty(absent);
  });

  it.each([
    ["a number", { seconds: 1_760_000_000 }, "2025-10-09T08:53:20.000Z"],
    ["text", { seconds: "1760000000" }, "2025-10-09T08:53:20.000Z"],
    ["with nanoseconds", { seconds: 1_760_000_000, nanos: 5 }, "2025-10-09T08:53:20.000Z"],
    ["zero", { seconds: 0 }, undefined],
    ["null", null, undefined],
    ["missing", undefined, undefined],
    ["out of all bounds", { seconds: "99999999999999999999" }, undefined],
  ])("seconds as %s", (_, createTime, expected) => {
    expect(mapped({ ...running, createTime }).createdAt?.toISOString()).toBe(expected);
  });

  it.each([
    [null, null],
    [[], {}],
    [undefined, undefined],
    [[{ netID: "net-1", cidr: "10.1.2.0/24", mac: "02:00:00:00:00:01", status: "Connected" }], null],
  ])("netEndpointInfos %j and baseSnap %j", (netEndpointInfos, baseSnap) => {
    expect(mapped({ ...running, netEndpointInfos, baseSnap })).toMatchObject({ id: "ins-aaaa1111" });
  });

  it("no base image on a machine from a snapshot", () => {
    const instance = mapped({ ...running, baseImage: null, baseSnap: { snapID: "snap-1", snapName: "" } });
    expect(instance).not.toHaveProperty("image");
  });

  it("numbers written as text", () => {
    const hardware = { gpuName: "NVIDIA L40S PCIe", gpuNum: "1", gpuRamMB: "46068", ramMB: "43008" };
    expect(mapped({ ...running, priceCent: "120", hardware })).toMatchObject({
      price: { perHourMicros: 1_200_000 },
      hardware: { gpu: { count: 1, memoryMiB: 46_068 }, memoryMiB: 43_008 },
    });
  });
});

describe("access", () => {
  const accessOf = (accesses: unknown, more = {}) => mapped({ ...running, accesses, ...more }).access;
  const ssh = { protocol: "ssh", listenPort: 22, url: "ssh://tw-05.access.glows.ai:23022" };

  it.each([null, undefined, [], [{ protocol: "ssh", listenPort: 22, url: "" }], [null], "none"])(
    "%j is none",
    (accesses) => {
      expect(accessOf(accesses)).toEqual({ ssh: [], ports: [] });
    },
  );

  it("takes the user from the answer, and promises no login without one", () => {
    expect(accessOf([ssh], { sshCred: { user: "glows", password: "p" } }).ssh).toMatchObject([
      { user: "glows" },
    ]);
    expect(accessOf([ssh], { sshCred: { user: "glows" } }).ssh[0]).not.toHaveProperty("password");
    expect(accessOf([ssh], { sshCred: null })).toEqual({
      ssh: [],
      ports: [{ port: 22, protocol: "tcp", host: "tw-05.access.glows.ai", publicPort: 23_022 }],
    });
  });

  it("leaves the query and the user of an address behind", () => {
    const url = " https://me:secret@tw-05.access.glows.ai:23088/?token=sesame#top ";
    expect(accessOf([{ protocol: "http", listenPort: 8888, url }]).ports).toEqual([
      {
        ...{ port: 8888, protocol: "http", host: "tw-05.access.glows.ai", publicPort: 23_088 },
        url: "https://tw-05.access.glows.ai:23088",
      },
    ]);
  });

  it.each([
    ["https://tw-05.access.glows.ai/", 443],
    ["http://tw-05.access.glows.ai", 80],
  ])("knows the port of %s", (url, publicPort) => {
    expect(accessOf([{ protocol: "http", listenPort: 8888, url }]).ports).toMatchObject([{ publicPort }]);
  });

  it("takes a protocol that it does not know for TCP", () => {
    const rdp = { protocol: "rdp", listenPort: 3389, url: "rdp://tw-05.access.glows.ai:23389" };
    expect(accessOf([rdp])).toMatchObject({
      ssh: [],
      ports: [{ port: 3389, protocol: "tcp", publicPort: 23_389 }],
    });
  });

  it.each(["not a url", "rdp://host", "ssh://host:0", "mailto:me"])("makes nothing of %j", (url) => {
    expect(accessOf([{ protocol: "ssh", listenPort: 22, url }])).toEqual({ ssh: [], ports: [] });
  });
});

const gpu4090 = {
  id: "rtx-4090",
  model: "RTX 4090",
  vendor: "nvidia",
  providerModel: "NVIDIA GeForce RTX 4090",
};

describe("an offer", () => {
  it("is of one unit where no number of GPUs is asked for", () => {
    expect(offered(spec)).toEqual({
      id: "TW-04/gpu/container/1/NVIDIA GeForce RTX 4090",
      hardware: {
        gpu: { ...gpu4090, count: 1, memoryMiB: 24 * 1024 },
        vcpus: 10,
        memoryMiB: 43_008,
        diskMiB: 100 * 1024,
        cpuModel: "Intel(R) Xeon(R) Platinum 8352V CPU @ 2.10GHz",
      },
      // 65 000 thousandths of a cent are 0.65 credits, which are 650 000 millionths.
      price: { currency: "CREDIT:glows", perHourMicros: 650_000, kind: "on_demand" },
      region: "TW-04",
      available: true,
      maxCount: 4,
    });
  });

  it("has the GPU's memory from the table, because the catalogue does not give it", () => {
    const named = structuredClone(spec);
    named.base_resource.unit_spec.gpu_name = "NVIDIA H100 80GB HBM3";
    expect(offered(named)?.hardware.gpu).toMatchObject({ id: "h100-sxm-80gb", memoryMiB: 80 * 1024 });
  });

  it("grows by units", () => {
    const pair = structuredClone(spec);
    pair.base_resource.unit_spec.gpus = 2;
    expect(offered(pair, { gpus: 6 })).toMatchObject({
      id: "TW-04/gpu/container/3/NVIDIA GeForce RTX 4090",
      hardware: { gpu: { count: 6 }, vcpus: 30, memoryMiB: 129_024, diskMiB: 100 * 1024 },
      price: { perHourMicros: 1_950_000 },
      maxCount: 8,
    });
    expect(offered(pair, { gpus: 3 })).toBeUndefined();
    expect(offered(pair, { gpus: 1 })).toBeUndefined();
  });

  it.each([
    [{ avail: true, max_available_units: 2 }, true],
    [{ avail: true, max_available_units: 1 }, false],
    [{ avail: true, max_available_units: null }, true],
    [{ avail: false, max_available_units: 8 }, false],
    [{ avail: null, max_available_units: 8 }, false],
  ])("of two units with %j is available: %s", (state, available) => {
    expect(offered({ ...spec, ...state }, { gpus: 2 })).toMatchObject({ available });
  });

  it.each([
    [[0], undefined, "container"],
    [[1], undefined, "vm"],
    [[0, 1], undefined, "container"],
    [null, undefined, "container"],
    [[0, 1], "vm", "vm"],
    [[0], "vm", undefined],
    [[2], undefined, undefined],
  ] as const)("with categories %j, asked for as %s, is a %s", (instance_categories, category, expected) => {
    const offer = offered({ ...spec, instance_categories }, { category });
    expect(offer && selectionOf(offer.id)?.category).toBe(expected);
  });

  it("may be a CPU machine", () => {
    const offer = offered(cpuSpec);
    expect(offer).toMatchObject({ id: "TW-04/cpu/container/1/AMD EPYC 9354", hardware: { vcpus: 8 } });
    expect(offer?.hardware).not.toHaveProperty("gpu");
    expect(offered(cpuSpec, { gpus: 1 })).toBeUndefined();
  });

  it("has no price where the cloud gives none", () => {
    for (const price of [null, {}, { millicent_per_hour: 0 }]) {
      expect(offered({ ...spec, price })).not.toHaveProperty("price");
    }
  });

  it("keeps the catalogue's own row", () => {
    expect(glowsRaw(offered(spec) ?? {})).toBe(spec);
  });
});

describe("the id of an offer", () => {
  const selection: fc.Arbitrary<Selection> = fc.record({
    region: fc.string({ minLength: 1, unit: "grapheme" }),
    kind: fc.constantFrom("gpu", "cpu"),
    category: fc.constantFrom("container", "vm"),
    units: fc.integer({ min: 1, max: 99_999 }),
    name: fc.string({ minLength: 1 }),
  });

  it("says all that a create needs, and nothing is lost", () => {
    fc.assert(
      fc.property(selection, (all) => {
        expect(selectionOf(offerIdOf(all))).toEqual(all);
      }),
    );
  });

  it.each(["", "TW-04", "TW-04/gpu/container/0/L40S", "TW-04/gpu/pod/1/L40S", "%/gpu/vm/1/L40S", "12345"])(
    "%j is none",
    (id) => {
      expect(selectionOf(id)).toBeUndefined();
    },
  );
});

describe("whatever the cloud sends", () => {
  const oddities = fc.constantFrom<unknown>(null, undefined, "", 0, -1, 1.5, 1e300, "12", {}, [], true);
  const text = fc.oneof(fc.string(), oddities);
  const number = fc.oneof(fc.nat(), fc.double(), fc.nat().map(String), oddities);
  const object = (shape: Record<string, fc.Arbitrary<unknown>>) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.record(shape, { requiredKeys: [] }) },
      { weight: 1, arbitrary: oddities },
    );
  const url = fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.constant("ssh://h.example:23022"), text);

  const machine = fc.record({
    instanceID: fc.string({ minLength: 1 }),
    status: fc.oneof(fc.constantFrom(...Object.keys(tables.statuses)), text),
    priceCent: number,
    hardware: object({
      ...{ gpuName: fc.oneof(fc.constantFrom("NVIDIA L40S PCIe", "H100"), text), cpuName: text },
      ...{ gpuNum: number, gpuRamMB: number, cpuCoresNum: number, ramMB: number, diskGB: number },
    }),
    baseImage: object({ imageID: text }),
    sshCred: object({ user: text, password: text }),
    accesses: fc.oneof(
      fc.array(object({ protocol: fc.oneof(fc.constant("ssh"), text), listenPort: number, url })),
      oddities,
    ),
    createTime: object({ seconds: number }),
    ...{ remark: text, metaKey: text, regionName: text },
  });

  it("a machine with an id becomes a valid instance", () => {
    fc.assert(
      fc.property(machine, (wire) => {
        const parsed = instanceAnswerSchema.safeParse(ok({ instance: wire }));
        expect(parsed.success).toBe(wire.instanceID.trim() !== "");
        if (!parsed.success) return;
        const { identity: _, ...instance } = toInstance(parsed.data.instance, tables);
        const whole = { ...instance, provider: "glows", observedAt: new Date(), labels: {} };
        expect(instanceSchema.safeParse(whole).error).toBeUndefined();
      }),
    );
  });

  const row = fc.record({
    region_name: fc.string({ minLength: 1 }),
    instance_categories: fc.oneof(fc.array(number), oddities),
    base_resource: fc.record({
      unit_spec: fc.record({
        ...{ cpus: number, gpus: number, disk_gb: number, ram_mb: number },
        ...{ gpu_name: fc.oneof(fc.constant("NVIDIA L40S PCIe"), text), cpu_name: text },
      }),
    }),
    price: object({ millicent_per_hour: number }),
    avail: fc.oneof(fc.boolean(), oddities),
    max_available_units: number,
  });
  const wanted: fc.Arbitrary<Wanted> = fc.oneof(
    fc.record({ gpus: fc.option(fc.integer({ min: 1, max: 1024 }), { nil: undefined }) }),
    fc.record({ units: fc.integer({ min: 1, max: 99_999 }), category: fc.constantFrom("container", "vm") }),
  );

  it("a row of the catalogue becomes a valid offer, or none", () => {
    fc.assert(
      fc.property(row, wanted, (wire, wish) => {
        const parsed = specPageSchema.safeParse(ok({ ...pagination(1), specs: [wire] }));
        const [read] = parsed.data?.rows ?? [];
        const offer = read && toOffer(read, wish);
        if (offer === undefined) return;
        const whole = { ...offer, provider: "glows", observedAt: new Date() };
        expect(offerSchema.safeParse(whole).error).toBeUndefined();
        expect(selectionOf(offer.id)).toBeDefined();
      }),
    );
  });

  const stored = {
    ...{ image_id: text, snapshot_id: text, endpoint_id: text, netID: text, network_id: text },
    ...{ instance_id: text, name: text, status: number, cidr: text, mac: text, size_bytes: number },
    ...{ create_time: number, createTime: object({ seconds: number }) },
  };
  const word = fc.oneof(fc.constantFrom(...Object.keys(tables.statuses)), fc.string());

  it.each([
    [
      "image_id",
      (row: object) => imagePageSchema.parse(only("images", row)).rows.map((read) => toImage(read, true)),
    ],
    [
      "snapshot_id",
      (row: object) =>
        snapshotPageSchema
          .parse(only("snapshots", row))
          .rows.map((read) => toSnapshot(read, snapshotStatuses)),
    ],
    [
      "netID",
      (row: object) =>
        networkPageSchema.parse(only("networks", row)).rows.map((read) => toNetwork(read, "private")),
    ],
    [
      "endpoint_id",
      (row: object) =>
        endpointPageSchema.parse(only("endpoints", row)).rows.map((read) => toNetworkEndpoint(read, "net-1")),
    ],
  ])("a stored thing with a %s becomes one of the model", (id, mappedOf) => {
    fc.assert(
      fc.property(
        fc.record(stored, { requiredKeys: [] }),
        fc.stringMatching(/^[a-z0-9-]{1,64}$/),
        (row, own) => {
          const [resource] = mappedOf({ ...row, [id]: own });
          expect(resource?.id).toBe(own);
          for (const [key, value] of Object.entries(resource ?? {})) {
            if (key === "createdAt") expect(Number(value)).toBeGreaterThanOrEqual(0);
            else if (key === "sizeBytes") expect(Number.isSafeInteger(value) && Number(value) > 0).toBe(true);
            else if (key === "owned") expect(value).toBe(true);
            else expect(value).toEqual(expect.stringMatching(/\S/));
          }
        },
      ),
    );
  });

  it("counts of any words add up", () => {
    // zod leaves this key out of every record, so that no answer can reach a prototype.
    const status = word.filter((text) => text !== "__proto__");
    fc.assert(
      fc.property(fc.dictionary(status, fc.nat()), (stats) => {
        const total = (counts: object) => Object.values(counts).reduce((sum, count) => sum + count, 0);
        const counts = toCounts(statsSchema.parse(ok({ stats })).stats, tables);
        expect(total(counts)).toBe(total(stats));
        for (const neutral of Object.keys(counts)) expect(instanceStatuses).toContain(neutral);
      }),
    );
  });
});

const only = (name: string, row: object) => ok({ ...pagination(1), [name]: [row] });

describe("the place in a walk", () => {
  it("goes through the pages of each list, and counts them all", () => {
    const second = nextOf(placeOf(), 20, { total: 21, numPages: 2 }, 2);
    expect(second).toMatchObject({ next: "0/2/0", total: 21 });
    const third = nextOf(placeOf(second.next), 1, { total: 21, numPages: 2 }, 2);
    expect(third).toMatchObject({ next: "1/1/21", total: 21 });
    expect(nextOf(placeOf(third.next), 4, { total: 4, numPages: 1 }, 2)).toMatchObject({
      next: undefined,
      total: 25,
    });
  });

  it("goes on to an empty page where the number of pages is not said, and never beyond one", () => {
    expect(nextOf(placeOf(), 20, { total: 20 }).next).toBe("0/2/0");
    expect(nextOf(placeOf("0/2/0"), 0, { total: 20 }).next).toBeUndefined();
    expect(nextOf(placeOf(), 0, { total: 9, numPages: 3 }).next).toBeUndefined();
  });
});
