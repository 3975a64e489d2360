import { type AdapterTables, instanceSchema, type Kept, kept, lookup, offerSchema } from "@gpuport/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toInstance, toVolume } from "../src/map.ts";
import { type Place, readOfferId, toOffer, toOfferId } from "../src/offers.ts";
import { tables } from "../src/tables.ts";
import {
  gpuPageSchema,
  podAnswerSchema,
  type ReadGpu,
  type ReadPod,
  volumeAnswerSchema,
} from "../src/wire.ts";
import { fixture, podId } from "./support.ts";

const sample = fixture("pod");
const observed = { provider: "runpod", observedAt: new Date(0), labels: {} };

const readPod = (pod: object): Kept<ReadPod> => podAnswerSchema.parse(pod);
const mapped = (more: object, words: AdapterTables["statuses"] = tables.statuses) =>
  toInstance(readPod({ ...sample, ...more }), { statuses: words });

function gpus(...rows: readonly object[]): readonly Kept<ReadGpu>[] {
  return gpuPageSchema.parse({ gpus: rows }).gpus;
}
const [rtx4090, h100] = fixture("gpus")["gpus"] as readonly [object, object];

describe("an instance", () => {
  it("is made of everything that the sample says", () => {
    const instance = toInstance(readPod(sample), tables);
    expect(instance).toMatchObject({
      ...{ id: podId, name: "trainer", identity: "trainer-gp0123456789abcdefgh" },
      ...{ status: "running", providerStatus: "RUNNING", billing: "compute", region: "EU-RO-1" },
      image: "runpod/base:1.0.0-ubuntu2204",
      createdAt: new Date("2026-10-10T08:00:00Z"),
      hardware: {
        gpu: { id: "rtx-4090", count: 2, memoryMiB: 24_576, providerModel: "NVIDIA GeForce RTX 4090" },
        vcpus: 16,
        memoryMiB: 63_488, // 62 GB × 1024
        diskMiB: 40_960, // 40 GB × 1024
      },
      // 1.38 USD an hour for the whole pod, not for each of its two GPUs.
      price: { currency: "USD", perHourMicros: 1_380_000, kind: "on_demand" },
      access: {
        ssh: [
          { host: "192.0.2.20", port: 40_122, user: "root", via: "direct" },
          { host: "ssh.runpod.io", port: 22, user: "q7synth0abc123-64410000", via: "proxy" },
        ],
        ports: [
          {
            ...{ port: 8080, protocol: "http", publicPort: 443 },
            host: "q7synth0abc123-8080.proxy.runpod.net",
            url: "https://q7synth0abc123-8080.proxy.runpod.net",
          },
          { port: 9000, protocol: "tcp", host: "192.0.2.20", publicPort: 40_123 },
        ],
      },
    });
    expect(instance.message).toBeUndefined();
  });

  it.each([
    ["PROVISIONING", "provisioning", "compute"],
    ["STARTING", "provisioning", "compute"],
    ["RUNNING", "running", "compute"],
    ["EXITED", "stopped", "none"],
    ["ERROR", "failed", "unknown"],
    ["TERMINATED", "terminated", "none"],
    ["HIBERNATING", "unknown", "unknown"],
    ["constructor", "unknown", "unknown"],
  ])("that is %s is %s, and bills %s", (word, status, billing) => {
    expect(mapped({ status: word })).toMatchObject({ status, billing, providerStatus: word });
    expect(mapped({ status: word }).reason).toBe(status === "unknown" ? "unrecognized" : undefined);
  });

  it("covers the whole table", () => {
    for (const key of Object.keys(tables.statuses)) {
      const [status, kind] = key.split("/");
      const mounts = kind === undefined ? {} : { persistent: { size: 20, path: "/workspace" } };
      expect(mapped({ status, mounts })).toMatchObject(lookup(tables.statuses, key) ?? {});
    }
  });

  it("that has stopped pays for its persistent disk, and has no price of 0", () => {
    const stopped = { status: "EXITED", cost: 0, runtime: null, ssh: null };
    expect(mapped(stopped)).toMatchObject({ billing: "none", access: { ssh: [], ports: [] } });
    expect(mapped(stopped).price).toBeUndefined();
    const mounts = { persistent: { size: 20, path: "/workspace" } };
    expect(mapped({ ...stopped, mounts }).billing).toBe("storage");
    expect(mapped({ ...stopped, mounts: { network: [{ volumeId: "v", path: "/data" }] } }).billing).toBe(
      "none",
    );
  });

  it("that runs without its GPUs says so", () => {
    const gpu = { id: "NVIDIA GeForce RTX 4090", count: 0 };
    expect(mapped({ gpu })).toMatchObject({
      status: "running",
      message: expect.stringContaining("without a GPU"),
    });
    expect(mapped({ gpu }).hardware.gpu).toBeUndefined();
    const cpu = mapped({ gpu: null, cpu: { id: "cpu3c", vcpuCount: 4, memory: 8 } });
    expect(cpu).toMatchObject({ hardware: { vcpus: 4, memoryMiB: 8192 } });
    expect(cpu.message).toBeUndefined();
  });

  it("shows no address that does not lead to it", () => {
    expect(mapped({ status: "STARTING" }).access).toEqual({ ssh: [], ports: [] });
    const ports = [
      { private: 9000, public: null, type: "tcp", ip: null },
      { private: 9001, public: 40_000, type: "udp", ip: "192.0.2.1" },
      null,
    ];
    const ssh = { direct: { host: "192.0.2.20", port: null, username: "root" }, proxy: null };
    expect(mapped({ runtime: { ports }, ssh }).access).toEqual({ ssh: [], ports: [] });
  });

  it("is valid, whatever the cloud sends", () => {
    const odd = fc.oneof(fc.anything(), fc.constant(null), fc.string(), fc.double(), fc.integer());
    const model = { requiredKeys: [] };
    const pod = fc.record(
      {
        ...{ name: odd, image: odd, dataCenterId: odd, cost: odd, disk: odd, createdAt: odd },
        status: fc.oneof(odd, fc.constantFrom("RUNNING", "EXITED")),
        gpu: fc.oneof(odd, fc.record({ id: odd, count: odd, vcpuCount: odd, memory: odd }, model)),
        cpu: fc.oneof(odd, fc.record({ vcpuCount: odd, memory: odd }, model)),
        mounts: fc.oneof(odd, fc.record({ persistent: odd }, model)),
        ssh: fc.oneof(
          odd,
          fc.record({ direct: fc.record({ host: odd, port: odd, username: odd }), proxy: odd }, model),
        ),
        runtime: fc.oneof(
          odd,
          fc.record({
            ports: fc.array(
              fc.record({
                ...{ private: odd, public: odd, ip: odd },
                type: fc.oneof(odd, fc.constantFrom("tcp", "http")),
              }),
            ),
          }),
        ),
      },
      model,
    );
    fc.assert(
      fc.property(pod, (members) => {
        const { identity: _, ...instance } = toInstance(readPod({ ...members, id: podId }), tables);
        expect(instanceSchema.safeParse({ ...instance, ...observed }).error).toBeUndefined();
      }),
    );
  });

  it("is none without an id", () => {
    for (const id of [undefined, null, "", " ", 7]) {
      expect(podAnswerSchema.safeParse({ ...sample, id }).success).toBe(false);
    }
  });
});

describe("an offer", () => {
  const anywhere = { count: 1, cloud: "SECURE" } as const;
  const offered = (row: object, place: Omit<Place, "gpuId"> = anywhere) =>
    gpus(row).map((each) => toOffer(each, place))[0];

  it("costs its count times the price of one GPU", () => {
    // 0.69 USD × 1
    expect(offered(rtx4090)).toMatchObject({
      ...{ id: "NVIDIA GeForce RTX 4090|1|SECURE|*", available: true, maxCount: 8 },
      price: { currency: "USD", perHourMicros: 690_000, kind: "on_demand" },
      hardware: { gpu: { id: "rtx-4090", count: 1, memoryMiB: 24_576 } }, // 24 GB × 1024
    });
    // 0.69 USD × 7 = 4.83, which floating point makes 4.829999…
    expect(offered(rtx4090, { ...anywhere, count: 7 })?.price?.perHourMicros).toBe(4_830_000);
    // 0.34 USD × 4
    expect(offered(rtx4090, { count: 4, cloud: "COMMUNITY" })?.price?.perHourMicros).toBe(1_360_000);
    // 2.99 USD × 8
    expect(offered(h100, { ...anywhere, count: 8 })).toMatchObject({
      price: { perHourMicros: 23_920_000 },
      hardware: { gpu: { id: "h100-sxm-80gb", count: 8, memoryMiB: 81_920 } },
      available: false,
    });
  });

  it.each([null, 0, undefined])("has an unknown price, never none, where the cloud says %s", (secure) => {
    expect(offered({ ...rtx4090, price: { secure } })?.price).toBeUndefined();
    expect(offered({ ...rtx4090, price: { secure } })?.id).toBe("NVIDIA GeForce RTX 4090|1|SECURE|*");
  });

  it("is there where it is sold, by what the cloud says and not by the price", () => {
    expect(offered({ ...h100, price: { community: 1 } }, { count: 1, cloud: "COMMUNITY" })).toBeUndefined();
    expect(offered({ ...rtx4090, secure: null })).toBeUndefined();
    expect(offered(rtx4090, { ...anywhere, region: "US-KS-2" })).toMatchObject({ available: false });
    expect(offered(rtx4090, { ...anywhere, region: "us-ks-2" })?.region).toBe("US-KS-2");
    expect(offered(rtx4090, { ...anywhere, region: "EU-SE-1" })).toBeUndefined();
    expect(offered(h100, { ...anywhere, region: "EU-RO-1" })).toBeUndefined();
    expect(offered(rtx4090, { ...anywhere, count: 9 })?.available).toBe(false);
    expect(offered({ ...rtx4090, availability: "PLENTY" })?.available).toBe(true);
  });

  it("of a slice is not the whole card", () => {
    const slice = { ...h100, id: "NVIDIA H100 80GB HBM3 MIG 1g.10gb", memory: 10 };
    expect(offered(slice)?.hardware.gpu?.id).toBeUndefined();
  });

  it("says in its id all that a create needs", () => {
    const text = fc.string({ minLength: 1 }).filter((some) => !some.includes("|"));
    const place = fc.record({
      gpuId: text,
      count: fc.integer({ min: 1, max: 999 }),
      cloud: fc.constantFrom("SECURE" as const, "COMMUNITY" as const),
      region: fc.option(
        text.filter((some) => some !== "*"),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(place, (said) => {
        expect(readOfferId(toOfferId(said))).toEqual(said);
      }),
    );
  });

  it("is valid, whatever the catalogue says", () => {
    const odd = fc.oneof(fc.anything(), fc.constant(null), fc.double(), fc.string());
    const pair = fc.record({ secure: odd, community: odd }, { requiredKeys: [] });
    const row = fc.record(
      {
        ...{ memory: odd, availability: odd, price: fc.oneof(odd, pair), maxCount: fc.oneof(odd, pair) },
        secure: fc.oneof(odd, fc.boolean()),
        community: fc.oneof(odd, fc.boolean()),
        dataCenters: fc.oneof(odd, fc.array(fc.record({ id: odd, availability: odd }))),
      },
      { requiredKeys: [] },
    );
    const place = fc.record({
      count: fc.integer({ min: 1, max: 64 }),
      cloud: fc.constantFrom("SECURE" as const, "COMMUNITY" as const),
      region: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(row, fc.string({ minLength: 1 }), place, (members, name, where) => {
        const offer = offered({ ...members, id: `GPU ${name}` }, where);
        if (offer === undefined) return;
        const { provider, observedAt } = observed;
        expect(offerSchema.safeParse({ ...offer, provider, observedAt }).error).toBeUndefined();
      }),
    );
  });
});

it("a volume's GB are GiB", () => {
  const volume = volumeAnswerSchema.parse({ id: "v", name: "data", size: 100, dataCenter: "EU-RO-1" });
  expect(toVolume(volume)).toMatchObject({ id: "v", name: "data", sizeMiB: 102_400, region: "EU-RO-1" });
  expect(kept(volumeAnswerSchema).safeParse({ name: "no id" }).success).toBe(false);
});
