import { instanceSchema, offerSchema } from "@gpuport/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closedPort, readOfferId } from "../src/launch.ts";
import { toHardware, toInstance, toOffers } from "../src/map.ts";
import { tables } from "../src/tables.ts";
import { singleSchema, typesSchema } from "../src/wire.ts";
import { fixture, now } from "./support.ts";

const { data: row } = fixture("instance") as { readonly data: Record<string, unknown> };
const { data: types } = fixture("types") as { readonly data: Record<string, Record<string, object>> };
const readOne = (raw: unknown) => singleSchema.parse({ data: raw }).data;
const toOne = (more: object) => toInstance(readOne({ ...row, ...more }), tables, now);
const offersFrom = (type: string, raw: unknown) =>
  Object.entries(typesSchema.parse({ data: { [type]: raw } }).data).flatMap((entry) => toOffers(...entry));
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

describe("status", () => {
  const long = minutesAgo(60);
  const short = minutesAgo(4);
  it.each([
    ["booting", null, "provisioning", undefined, "none"],
    ["booting", undefined, "provisioning", undefined, "unknown"],
    ["booting", long, "provisioning", "restart", "compute"],
    ["active", long, "running", undefined, "compute"],
    ["active", undefined, "running", undefined, "compute"],
    ["unhealthy", null, "provisioning", undefined, "compute"],
    ["unhealthy", short, "provisioning", undefined, "compute"],
    ["unhealthy", minutesAgo(5), "failed", undefined, "compute"],
    ["unhealthy", undefined, "failed", undefined, "compute"],
    ["preempted", long, "stopping", "preempted", "unknown"],
    ["terminating", long, "terminating", undefined, "unknown"],
    ["terminated", long, "terminated", undefined, "none"],
    ["contactable", long, "unknown", "unrecognized", "unknown"],
    ["constructor", null, "unknown", "unrecognized", "unknown"],
    ["", null, "unknown", "unrecognized", "unknown"],
  ])("%s, first healthy %s, is %s", (word, first_healthy, status, reason, billing) => {
    expect(toOne({ status: word, first_healthy })).toMatchObject({ status, billing, providerStatus: word });
    expect(toOne({ status: word, first_healthy }).reason).toBe(reason);
  });

  it("is terminal for one word alone", () => {
    const terminal = Object.entries(tables.statuses).filter(([, { status }]) => status === "terminated");
    expect(terminal.map(([word]) => word)).toEqual(["terminated"]);
  });
});

describe("an instance", () => {
  it("has all that its row says, in the units of the model", () => {
    expect(toOne({})).toEqual({
      id: "00000000000000000000000000a10001",
      identity: "train-gp0123456789abcdefgh",
      name: "train",
      ...{
        status: "running",
        reason: undefined,
        billing: "compute",
        providerStatus: "active",
        message: undefined,
      },
      hardware: {
        gpu: {
          ...{ id: "a10", model: "A10", vendor: "nvidia", count: 1, providerModel: "A10 (24 GB PCIe)" },
          memoryMiB: 24_576, // 24 × 1024
        },
        vcpus: 30,
        memoryMiB: 204_800, // 200 × 1024
        diskMiB: 1_433_600, // 1400 × 1024
      },
      price: { currency: "USD", perHourMicros: 750_000, kind: "on_demand" }, // 75 cents × 10 000
      region: "us-east-1",
      access: {
        ssh: [{ host: "192.0.2.30", port: 22, user: "ubuntu", via: "direct" }],
        ports: [
          { port: 8080, protocol: "tcp", host: "192.0.2.30", publicPort: 8080 },
          { port: 9000, protocol: "udp", host: "192.0.2.30", publicPort: 9000 },
        ],
      },
      labels: { team: "vision" },
    });
  });

  it("has no moment of creation, because the cloud tells none", () => {
    expect(toOne({}).createdAt).toBeUndefined();
  });

  it.each([null, undefined])("may say nothing but its id: %s", (nothing) => {
    const bare = Object.fromEntries(Object.keys(row).map((member) => [member, nothing]));
    const instance = toOne({ ...bare, id: "x" });
    expect(instance).toMatchObject({
      ...{ id: "x", status: "unknown", hardware: {}, access: { ssh: [], ports: [] }, labels: {} },
    });
    expect(instance.identity).toBeUndefined();
  });

  it("is found by its name where the tags are not told", () => {
    expect(toOne({ tags: undefined }).identity).toBe("train-gp0123456789abcdefgh");
    expect(toOne({ name: undefined }).identity).toBe("train-gp0123456789abcdefgh");
    expect(toOne({ name: "renamed-gp0123456789abcdefgh" })).toMatchObject({
      ...{ name: "renamed", identity: "train-gp0123456789abcdefgh" },
    });
  });

  it("has reserved capacity where the row says so", () => {
    expect(toOne({ is_reserved: true }).price?.kind).toBe("reserved");
  });

  it.each(["terminating", "terminated", "preempted", "contactable"])(
    "gives no address away while %s: the next customer has it",
    (status) => {
      expect(toOne({ status }).access).toEqual({ ssh: [], ports: [] });
    },
  );

  it("has an address while it boots, as soon as there is one", () => {
    expect(toOne({ status: "booting", first_healthy: null }).access.ssh).toHaveLength(1);
    expect(toOne({ status: "booting", first_healthy: null, ip: undefined }).access.ssh).toEqual([]);
  });

  it("has no row without an id", () => {
    for (const broken of [{}, null, [], "x", { id: "" }, { id: 7 }]) {
      expect(singleSchema.safeParse({ data: broken }).success).toBe(false);
    }
  });
});

describe("hardware", () => {
  const gpuOf = (words: object, gpus = 1) => toHardware({ ...words, specs: { gpus } } as never).gpu;
  it.each([
    [{ gpu_description: "H100 (80 GB SXM5)" }, "h100-sxm-80gb", 81_920],
    [{ gpu_description: "H100 (80 GB PCIe)" }, "h100-pcie-80gb", 81_920],
    [{ gpu_description: "A100 (40 GB SXM4)" }, "a100-sxm-40gb", 40_960],
    [{ gpu_description: "GH200 (96 GB)" }, "gh200-96gb", 98_304],
    [{ gpu_description: "RTX 6000 (24 GB)" }, "quadro-rtx-6000", 24_576],
    [{ gpu_description: "A6000 (48 GB)" }, "rtx-a6000", 49_152],
    [{ description: "8x A100 (80 GB SXM4)" }, "a100-sxm-80gb", 81_920],
    [{ description: "1x Something New (7 GB)" }, undefined, 7168],
    [{ gpu_description: "Something New" }, undefined, undefined],
  ])("%j is %s", (words, id, memoryMiB) => {
    const gpu = gpuOf(words);
    expect([gpu?.id, gpu?.memoryMiB]).toEqual([id, memoryMiB]);
    expect(gpu?.providerModel).not.toMatch(/^\d+x /);
  });

  it("has no GPU where there is none", () => {
    expect(gpuOf({ gpu_description: "N/A" }, 0)).toBeUndefined();
  });
});

describe("offers", () => {
  const offersOf = (type: string) => offersFrom(type, types[type]);

  it("cost what the whole machine costs", () => {
    // 2392 cents an hour for eight GPUs: 23.92 dollars, 23 920 000 micros, undivided.
    expect(offersOf("gpu_8x_h100_sxm5")).toMatchObject([
      { available: false, price: { currency: "USD", perHourMicros: 2392 * 10_000, kind: "on_demand" } },
    ]);
    expect(offersOf("gpu_1x_a10")).toMatchObject([
      { region: "us-east-1", price: { perHourMicros: 75 * 10_000 } },
      { region: "us-west-2", price: { perHourMicros: 75 * 10_000 } },
    ]);
  });

  it("have no price where none is told, and are never free for want of one", () => {
    const raw = { ...types["gpu_1x_a10"], instance_type: { name: "gpu_1x_a10", price_cents_per_hour: null } };
    expect(offersFrom("gpu_1x_a10", raw)[0]?.price).toBeUndefined();
  });

  it("say where they are in their id, which is read back", () => {
    expect(readOfferId(offersOf("gpu_1x_a10")[0]?.id ?? "")).toEqual({
      type: "gpu_1x_a10",
      region: "us-east-1",
    });
    expect(() => readOfferId(offersOf("gpu_8x_h100_sxm5")[0]?.id ?? "")).toThrow(/not an offer/);
  });

  it("are not made of something else", () => {
    expect(typesSchema.safeParse({ data: { x: { regions: [] } } }).success).toBe(false);
  });
});

describe("ports", () => {
  const rules = (fixture("firewall") as { readonly data: { rules: never[] } }).data.rules;
  it("are open where a rule for everybody covers them", () => {
    expect(
      closedPort([{ port: 22 }, { port: 8000 }, { port: 8100, protocol: "tcp" }], rules),
    ).toBeUndefined();
    expect(closedPort([{ port: 22 }, { port: 7999 }], rules)).toEqual({ port: 7999 });
    expect(closedPort([{ port: 53, protocol: "udp" }], [{ protocol: "all" }] as never)).toBeUndefined();
    expect(closedPort([{ port: 53 }], [])).toEqual({ port: 53 });
  });
});

/** Anything at all in place of a member, or the member as documented. */
const wild = fc.oneof(
  ...[fc.constant(null), fc.constant(undefined), fc.string(), fc.integer(), fc.double(), fc.boolean()],
  ...[fc.array(fc.anything(), { maxLength: 3 }), fc.object({ maxDepth: 2 })],
);
const orWild = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.oneof({ weight: 3, arbitrary }, wild);
const specs = fc.record({ vcpus: wild, memory_gib: wild, storage_gib: wild, gpus: orWild(fc.nat(16)) });
const type = fc.record({
  name: wild,
  description: orWild(fc.constantFrom("8x A100 (40 GB SXM4)", "1x A10 (24 GB PCIe)")),
  gpu_description: orWild(fc.constantFrom("H100 (80 GB SXM5)", "Tesla V100 (16 GB)", "N/A")),
  price_cents_per_hour: orWild(fc.nat(100_000)),
  specs: orWild(specs),
});
const tag = fc.record({ key: fc.string({ minLength: 1 }), value: fc.string() });
const machine = fc.record({
  id: fc.string({ minLength: 1 }),
  name: wild,
  ip: orWild(fc.ipV4()),
  status: orWild(fc.constantFrom(...Object.keys(tables.statuses))),
  region: orWild(fc.record({ name: wild, description: wild })),
  instance_type: orWild(type),
  tags: orWild(fc.array(orWild(tag))),
  is_reserved: wild,
  first_healthy: orWild(fc.constantFrom("2026-10-10T08:04:30Z", "soon")),
});

describe("whatever the cloud sends", () => {
  it("is a valid instance, and never gone by accident", () => {
    const observed = { provider: "lambda", observedAt: new Date(now) };
    fc.assert(
      fc.property(machine, (raw) => {
        const { identity: _, ...instance } = toInstance(readOne(raw), tables, now);
        expect(instanceSchema.safeParse({ ...instance, ...observed }).error).toBeUndefined();
        expect(instance.status === "terminated").toBe(
          typeof raw.status === "string" && raw.status.trim().toLowerCase() === "terminated",
        );
        expect(instance.price?.perHourMicros).not.toBeNaN();
      }),
    );
  });

  it("is valid offers", () => {
    const place = orWild(fc.record({ name: orWild(fc.constantFrom("us-east-1", "us-west-2")) }));
    const offered = fc.record({
      instance_type: type,
      regions_with_capacity_available: orWild(fc.array(place)),
    });
    fc.assert(
      fc.property(offered, (raw) => {
        for (const offer of offersFrom("gpu_1x", raw)) {
          const stamped = { ...offer, provider: "lambda", observedAt: new Date(now) };
          expect(offerSchema.safeParse(stamped).error).toBeUndefined();
        }
      }),
    );
  });
});
