import { type Hardware, instanceSchema, newToken, toGpu } from "@gpuport/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { podyRaw } from "../src/index.ts";
import { type Place, toInstance, toPlace, toShortName, toUnreadableInstance } from "../src/map.ts";
import { optionsSchema } from "../src/options.ts";
import { tables } from "../src/tables.ts";
import { podRecordSchema } from "../src/wire.ts";
import { credentials } from "./support.ts";

const place: Place = { statuses: tables.statuses, host: "lab.test", sshUser: "root", hardware: undefined };
const mapped = (record: object, at: Place = place) =>
  toInstance("main", podRecordSchema.parse({ name: "pd-alice-main", status: "running", ...record }), at);

describe("status", () => {
  it.each([
    ["created", "failed", undefined],
    ["running", "running", undefined],
    ["restarting", "provisioning", "restart"],
    ["paused", "stopped", undefined],
    ["exited", "stopped", undefined],
    ["removing", "terminating", undefined],
    ["dead", "failed", undefined],
    ["hibernating", "unknown", "unrecognized"],
    ["constructor", "unknown", "unrecognized"],
  ])("%s is %s", (status, normalized, reason) => {
    expect(mapped({ status })).toMatchObject({ status: normalized, reason, billing: "none" });
    expect(mapped({ status }).providerStatus).toBe(status);
  });

  it.each([{ status: null }, { status: undefined }, { status: "" }])(
    "is unknown where there is none",
    (none) => {
      expect(mapped(none)).toMatchObject({ status: "unknown", reason: "unrecognized", providerStatus: "" });
    },
  );

  it("says why a pod failed", () => {
    expect(mapped({ status: "created" }).message).toMatch(/never started/);
    expect(mapped({ status: "running" }).message).toBeUndefined();
  });

  it("goes by the configured rows before the adapter's", () => {
    const statuses = { ...tables.statuses, hibernating: { status: "stopped", billing: "storage" } } as const;
    const instance = mapped({ status: "Hibernating" }, { ...place, statuses });
    expect(instance).toMatchObject({ status: "stopped", billing: "storage" });
    expect(instance.reason).toBeUndefined();
  });
});

describe("names", () => {
  it("are shown as they were given, and tokens are not names", () => {
    expect(mapped({}).name).toBe("main");
    const record = podRecordSchema.parse({ name: "alice-x", status: "running" });
    const token = newToken();
    expect(toInstance(token, record, place)).toMatchObject({ id: token, identity: token, name: undefined });
  });

  it.each([
    ["main", "main"],
    ["alice-main", "main"],
    ["pd-alice-main", "main"],
  ])("short of %s is %s", (name, short) => expect(toShortName(name)).toBe(short));
});

describe("hardware", () => {
  const machine: Hardware = {
    gpu: toGpu("RTX 4090", { count: 2 }),
    vcpus: 32,
    memoryMiB: 128_000,
    diskMiB: 10_000,
  };

  it("is unknown where nobody says what it is", () => {
    expect(mapped({ gpu_ids: [], memory_limit: -1 }).hardware).toEqual({
      gpu: undefined,
      memoryMiB: undefined,
    });
    expect(mapped({ gpu_ids: null, memory_limit: null }).hardware).toEqual({});
  });

  it("counts the GPUs that the quota names, of whatever model", () => {
    expect(mapped({ gpu_ids: [0, 3] }).hardware.gpu).toEqual({
      model: "unknown",
      vendor: "unknown",
      providerModel: "",
      count: 2,
    });
  });

  it("is the declared machine, as far as the pod may use it", () => {
    const declared = { ...place, hardware: machine };
    expect(mapped({ gpu_ids: [], memory_limit: -1 }, declared).hardware).toEqual(machine);
    const limited = mapped({ gpu_ids: [1], memory_limit: 1_073_741_824 }, declared).hardware;
    expect(limited).toMatchObject({ vcpus: 32, memoryMiB: 1024, gpu: { id: machine.gpu?.id, count: 1 } });
  });

  it.each([-1, 0, 1, 2 ** 63, 1e300])("makes no nonsense of a limit of %d bytes", (bytes) => {
    const { memoryMiB } = mapped({ memory_limit: bytes }).hardware;
    expect(memoryMiB === undefined || Number.isSafeInteger(memoryMiB)).toBe(true);
    if (bytes < 2 ** 20 || bytes > 2 ** 73) expect(memoryMiB).toBeUndefined();
  });
});

describe("access", () => {
  it("is every mapping that can be read, and ssh where 22 is among them", () => {
    const mappings = ["20027:22", " 20039 : 8000", "8888", "0:80", "70000:80", "20001:22/tcp", "", "a:b"];
    const { access } = mapped({ port_mapping: mappings });
    expect(access.ports.map(({ port, publicPort }) => [port, publicPort])).toEqual([
      [22, 20_027],
      [8000, 20_039],
    ]);
    expect(access.ssh).toEqual([{ host: "lab.test", port: 20_027, user: "root", via: "direct" }]);
  });

  it.each([
    ["http://lab:8799", "lab"],
    ["http://10.0.0.7:8799/pody/", "10.0.0.7"],
    ["http://[fd00::7]:8799", "fd00::7"],
  ])("is at the host of %s", (baseUrl, host) => {
    const options = optionsSchema.parse({ ...credentials, baseUrl });
    expect(toPlace(options, tables).host).toBe(host);
  });
});

it("keeps the server's own record, by reference and out of sight", () => {
  const record = { name: "pd-alice-main", status: "running", networks: ["bridge"], later: true };
  const instance = toInstance("main", podRecordSchema.parse(record), place);
  expect(podyRaw(instance)).toBe(record);
  expect(JSON.stringify(instance)).not.toContain("bridge");
});

it("takes only for a pod what has a name", () => {
  for (const none of [
    null,
    undefined,
    [],
    "main",
    {},
    { name: "" },
    { deprecated: "use inspect", res: null },
  ]) {
    expect(podRecordSchema.safeParse(none).success).toBe(false);
  }
});

describe("makes a valid instance", () => {
  const complete = { provider: "pody", labels: {}, observedAt: new Date() };
  const valid = ({ identity: _, ...instance }: ReturnType<typeof toInstance>) =>
    expect(instanceSchema.safeParse({ ...instance, ...complete }).error).toBeUndefined();
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.constantFrom(null, undefined));
  const mapping = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(99_999), fc.nat(99_999)).map((pair) => pair.join(":")),
  );
  const pod = fc.record({
    name: fc.string({ minLength: 1 }),
    status: maybe(fc.oneof(fc.string(), fc.constantFrom(...Object.keys(tables.statuses)))),
    image: maybe(fc.string()),
    port_mapping: maybe(fc.array(mapping)),
    gpu_ids: maybe(fc.array(fc.anything())),
    memory_limit: maybe(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer())),
  });
  const hardware = fc.constantFrom(undefined, { gpu: toGpu("H100", { count: 8 }), memoryMiB: 1_000_000 });

  it("of anything that a server can send", () => {
    fc.assert(
      fc.property(pod, hardware, fc.string({ minLength: 1 }), (record, machine, ins) => {
        valid(toInstance(ins, podRecordSchema.parse(record), { ...place, hardware: machine }));
      }),
    );
  });

  it("of a pod that cannot be read", () => {
    valid(toUnreadableInstance("main", place));
  });
});
