import { instanceSchema } from "@gpuport/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toInstance } from "../src/map.ts";
import { tables } from "../src/tables.ts";
import { machineSchema } from "../src/wire.ts";

const mapped = (record: object) =>
  toInstance(machineSchema.parse({ id: "m-1", state: "up", ...record }), tables);

describe("an instance", () => {
  it.each([
    ["queued", "pending", "none"],
    ["booting", "provisioning", "compute"],
    ["up", "running", "compute"],
    ["halting", "stopping", "compute"],
    ["halted", "stopped", "storage"],
    ["deleting", "terminating", "unknown"],
    ["deleted", "terminated", "none"],
    ["broken", "failed", "compute"],
    ["hibernating", "unknown", "unknown"],
  ])("that is %s reads as %s", (state, status, billing) => {
    expect(mapped({ state })).toMatchObject({ status, billing, providerStatus: state });
  });

  it("has its units converted, and the machine's name without the token", () => {
    const record = {
      ...{ name: "trainer-gp", gpu_name: "NVIDIA RTX 4090", gpu_count: 2, gpu_memory_gb: 24 },
      ...{ price_cents: 45, created_at: 1_769_860_800 },
    };
    expect(mapped(record)).toMatchObject({
      name: "trainer-gp",
      hardware: { gpu: { id: "rtx-4090", count: 2, memoryMiB: 24_576 } },
      price: { currency: "USD", perHourMicros: 450_000 },
      createdAt: new Date("2026-01-31T12:00:00Z"),
    });
  });

  it("leaves out what the cloud did not say", () => {
    const { price, createdAt, hardware, access } = mapped({ price_cents: null, created_at: 0 });
    expect({ price, createdAt, hardware, access }).toEqual({
      ...{ price: undefined, createdAt: undefined },
      ...{ hardware: { gpu: undefined }, access: { ssh: [], ports: [] } },
    });
  });

  it("is valid, whatever the cloud sends", () => {
    const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
    const machine = fc.record({
      id: fc.string({ minLength: 1 }),
      name: maybe(fc.string()),
      state: fc.oneof(fc.constantFrom(...Object.keys(tables.statuses)), fc.string()),
      gpu_name: maybe(fc.oneof(fc.constantFrom("H100 SXM", "RTX_4090"), fc.string())),
      gpu_count: maybe(fc.oneof(fc.integer(), fc.double())),
      gpu_memory_gb: maybe(fc.double()),
      price_cents: maybe(fc.double({ noNaN: true })),
      created_at: maybe(fc.double({ noNaN: true })),
    });
    fc.assert(
      fc.property(machine, (record) => {
        const parsed = machineSchema.safeParse(record);
        if (!parsed.success) return; // refused at the door
        const stamp = { provider: "test", labels: {}, observedAt: new Date() };
        const { identity: _, ...instance } = toInstance(parsed.data, tables);
        expect(instanceSchema.safeParse({ ...instance, ...stamp }).error).toBeUndefined();
      }),
    );
  });
});
