import {
  type InstanceStatus,
  instanceSchema,
  newToken,
  offerSchema,
  priceSchema,
  type StatusReason,
} from "@gpuport/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowOf, toInstance } from "../src/map.ts";
import { toOffer, toSearch } from "../src/offers.ts";
import { toSshKey, toVolume, toVolumeOffer } from "../src/resources.ts";
import { tables } from "../src/tables.ts";
import { offerSchema as offerRowSchema, sshKeySchema, volumeOfferSchema } from "../src/wire.ts";
import { fixture } from "./fixtures/open.ts";

const running = fixture("instance-running");
const offer = fixture("offer");

type Word = string | null | undefined;
const read = (actual: Word, intended: Word, current: Word, next: Word = current, message?: Word) =>
  toInstance(
    {
      ...{ id: 1, actual_status: actual, intended_status: intended, cur_state: current },
      ...{ next_state: next, status_msg: message },
    },
    tables,
  );

type Row = readonly [Word, Word, Word, InstanceStatus, StatusReason | undefined, string];

const states: readonly Row[] = [
  [null, "running", "running", "provisioning", undefined, "storage"],
  [null, "running", "stopped", "pending", "queued", "storage"],
  [null, "running", null, "pending", "queued", "storage"],
  ["created", "running", "running", "provisioning", undefined, "storage"],
  ["loading", "running", "running", "provisioning", undefined, "storage"],
  ["connecting", "running", "running", "provisioning", undefined, "storage"],
  ["creating", "running", "running", "provisioning", undefined, "storage"],
  ["scheduling", "running", "running", "provisioning", undefined, "storage"],
  ["running", "running", "running", "running", undefined, "compute"],
  ["Running ", " RUNNING", "running\n", "running", undefined, "compute"],
  ["running", "running", "stopped", "pending", "queued", "storage"],
  ["exited", "running", "stopped", "pending", "queued", "storage"],
  ["loading", "running", "stopped", "pending", "queued", "storage"],
  ["stopped", "running", "stopped", "pending", "queued", "storage"],
  ["running", "stopped", "running", "stopping", undefined, "compute"],
  ["loading", "stopped", "running", "stopping", undefined, "storage"],
  ["rebooting", "stopped", "running", "stopping", undefined, "compute"],
  ["running", "stopped", "stopped", "stopping", undefined, "storage"],
  ["exited", "stopped", "running", "stopping", undefined, "compute"],
  ["stopped", "stopped", "running", "stopping", undefined, "compute"],
  ["exited", "stopped", "stopped", "stopped", undefined, "storage"],
  ["stopped", "stopped", "stopped", "stopped", undefined, "storage"],
  [null, "stopped", "stopped", "stopped", undefined, "storage"],
  ["created", "stopped", "stopped", "stopped", undefined, "storage"],
  ["loading", "stopped", "stopped", "stopped", undefined, "storage"],
  ["exited", "running", "running", "provisioning", "restart", "compute"],
  ["stopped", "running", "running", "provisioning", "restart", "compute"],
  ["rebooting", "running", "running", "provisioning", "restart", "compute"],
  ["recycling", "running", "stopped", "provisioning", "restart", "compute"],
  ["restarting", "running", "running", "provisioning", "restart", "compute"],
  ["frozen", "frozen", "frozen", "unknown", undefined, "compute"],
  ["frozen", "running", "running", "unknown", undefined, "compute"],
  ["unknown", "running", "running", "unknown", "host_lost", "unknown"],
  ["offline", "running", "running", "unknown", "host_lost", "none"],
  ["offline", "stopped", "stopped", "unknown", "host_lost", "none"],
  ["running", "running", "unloaded", "terminated", undefined, "none"],
  [null, "stopped", "unloaded", "terminated", undefined, "none"],
  ["offline", "stopped", "unloaded", "terminated", undefined, "none"],
  ["destroyed", null, null, "terminated", undefined, "none"],
  ["hibernating", "running", "running", "unknown", "unrecognized", "unknown"],
  ["running", "active", "pending", "unknown", "unrecognized", "unknown"],
  ["constructor", "running", "stopped", "unknown", "unrecognized", "unknown"],
  [undefined, undefined, undefined, "unknown", "unrecognized", "unknown"],
];

describe("status", () => {
  it.each(states)("%s/%s/%s is %s (%s), billed %s", (actual, intended, current, status, reason, billing) => {
    expect(read(actual, intended, current)).toMatchObject({ status, reason, billing });
  });

  it("is terminating while the contract is being released", () => {
    expect(read("exited", "stopped", "stopped", "unloaded")).toMatchObject({ status: "terminating" });
  });

  const runtime = [
    "Error response from daemon: failed to create task for container: OCI runtime create failed: runc",
    "nvidia-container-cli: device error: unknown",
    "CDI device injection failed",
  ];
  const image = [
    "Error response from daemon: manifest for example/x:1 not found: manifest unknown",
    "Error response from daemon: pull access denied for example/x, repository does not exist",
    "failed to resolve reference",
    "unauthorized: authentication required",
    "write /var/lib/docker: no space left on device",
  ];

  it.each(runtime)("is failed while coming up with: %s", (message) => {
    for (const actual of [null, "created", "loading"]) {
      expect(read(actual, "stopped", "stopped", "stopped", message)).toMatchObject({
        status: "failed",
        message,
      });
      expect(read(actual, "running", "running", "running", message)).toMatchObject({ status: "failed" });
    }
    expect(read("exited", "running", "running", "running", message)).toMatchObject({
      ...{ status: "failed", billing: "compute" },
    });
  });

  it.each(image)("is failed for its image with: %s", (message) => {
    const failed = { status: "failed", reason: "image_error" };
    expect(read("loading", "running", "running", "running", message)).toMatchObject(failed);
    expect(read("stopped", "running", "stopped", "stopped", message)).toMatchObject(failed);
  });

  it.each([...runtime, ...image])("is stopped, restartable, whatever the last message was: %s", (message) => {
    expect(read("exited", "stopped", "stopped", "stopped", message)).toMatchObject({ status: "stopped" });
  });

  it("is unknown, not failed, where a silent host left such a message", () => {
    const message = runtime[0];
    expect(read("offline", "running", "running", "running", message)).toMatchObject({ status: "unknown" });
  });

  it.each(["1f2e: Pulling fs layer", "1f2e: Extracting", "success, running example/x:1/ssh\n"])(
    "is not failed with: %s",
    (message) => {
      expect(read("loading", "running", "running", "running", message)).toMatchObject({
        status: "provisioning",
      });
    },
  );

  it("is failed where a container that should run has exited with an error", () => {
    const message = "Error: container exited with code 1";
    expect(read("exited", "running", "running", "running", message)).toMatchObject({
      ...{ status: "failed", reason: "exited", billing: "compute" },
    });
  });

  it("keeps the cloud's words, null included", () => {
    expect(read(null, "Running", undefined, "stopped", " pulling\n")).toMatchObject({
      ...{ providerStatus: "null/Running/null/stopped", message: "pulling" },
    });
  });
});

describe("instance", () => {
  it("speaks the language of the model", () => {
    expect(toInstance(running, tables)).toEqual({
      ...{ id: "52000017", identity: "trainer", name: "trainer" },
      ...{ status: "running", reason: undefined, billing: "compute" },
      message: "success, running example/trainer_2.1/ssh",
      providerStatus: "running/running/running/running",
      hardware: {
        gpu: expect.objectContaining({ id: "rtx-4090", count: 2, memoryMiB: 24_564 }) as object,
        // 128 000 MB of 48 cores, of which 24 are ours; 60 GB.
        ...{ vcpus: 24, memoryMiB: 64_000, diskMiB: 61_440, cpuModel: "AMD EPYC 7413 24-Core Processor" },
      },
      price: {
        ...{ currency: "USD", kind: "on_demand", perHourMicros: 712_500, stoppedPerHourMicros: 12_500 },
        parts: [
          { kind: "compute", perHourMicros: 700_000 },
          { kind: "disk", perHourMicros: 12_500 },
        ],
      },
      ...{ region: "NO", image: "example/trainer:2.1" },
      access: {
        ssh: [
          { host: "198.51.100.20", port: 41_022, user: "root", via: "direct" },
          { host: "ssh7.example.test", port: 20_016, user: "root", via: "proxy" },
        ],
        ports: [
          { port: 8080, protocol: "tcp", host: "198.51.100.20", publicPort: 41_080 },
          { port: 9000, protocol: "udp", host: "198.51.100.20", publicPort: 41_090 },
        ],
      },
      ...{ createdAt: new Date(1_795_100_000_500), expiresAt: new Date(1_801_000_000_000) },
    });
  });

  it("has the caller's name without the token", () => {
    const token = newToken();
    expect(toInstance({ id: 1, label: `trainer 2-${token}` }, tables)).toMatchObject({
      ...{ name: "trainer 2", identity: `trainer 2-${token}` },
    });
    expect(toInstance({ id: 1, label: token }, tables).name).toBeUndefined();
    expect(toInstance({ id: 1, label: "by hand" }, tables).name).toBe("by hand");
    expect(toInstance({ id: 1, label: null }, tables).identity).toBeUndefined();
  });

  it("has no more than the cloud says", () => {
    expect(toInstance({ id: "9" }, tables)).toEqual({
      ...{ id: "9", status: "unknown", reason: "unrecognized", providerStatus: "null/null/null/null" },
      ...{ billing: "unknown", hardware: {}, access: { ssh: [], ports: [] } },
    });
  });

  it.each([null, 0])("knows no memory where the machine has %s cores", (cpu_cores) => {
    expect(toInstance({ ...running, cpu_cores }, tables).hardware.memoryMiB).toBeUndefined();
  });

  it("takes numbers as text, and other types for not said", () => {
    const odd = { ...running, num_gpus: "2", gpu_ram: " 24564 ", dph_total: {}, label: 7, is_bid: "yes" };
    expect(toInstance(odd, tables)).toMatchObject({
      ...{ hardware: { gpu: { count: 2, memoryMiB: 24_564 } }, price: undefined, identity: undefined },
    });
  });

  it("is spot where it was bid for", () => {
    expect(toInstance({ ...running, is_bid: true }, tables).price?.kind).toBe("spot");
  });

  it("throws on a row without an id, so that no list gets shorter in silence", () => {
    for (const row of [{}, null, "row", { id: null }, { id: 0 }, { id: "abc" }, { id: -1 }]) {
      expect(() => toInstance(row, tables)).toThrow(
        expect.objectContaining({ code: "bad_response" }) as Error,
      );
    }
  });
});

describe("access", () => {
  const access = (over: object) => toInstance({ ...running, ...over }, tables).access;

  it.each([
    null,
    undefined,
    [22, 8080],
    "22",
    {},
    { "22/tcp": null },
    { "22/tcp": [] },
    { "22/tcp": [{ HostPort: "x" }] },
  ])("has only the proxy while ports are %j", (ports) => {
    expect(access({ ports })).toEqual({
      ssh: [{ host: "ssh7.example.test", port: 20_016, user: "root", via: "proxy" }],
      ports: [],
    });
  });

  it("has nothing direct before the address is known", () => {
    expect(access({ public_ipaddr: null }).ssh.map(({ via }) => via)).toEqual(["proxy"]);
    expect(access({ public_ipaddr: " \n" }).ports).toEqual([]);
  });

  it("finds the proxy one port further with Jupyter", () => {
    expect(access({ image_runtype: "jupyter_direc ssh_direc ssh_proxy" }).ssh[1]?.port).toBe(20_017);
  });

  it("has no proxy in args mode", () => {
    expect(access({ image_runtype: "args" }).ssh.map(({ via }) => via)).toEqual(["direct"]);
  });
});

describe("region", () => {
  it.each([
    ["Oslo, NO", "NO"],
    [", US", "US"],
    ["Quebec, Canada, CA ", "CA"],
    ["se", "SE"],
    ["Norway", undefined],
    ["", undefined],
    [null, undefined],
  ])("%j is %s", (geolocation, region) => {
    expect(toInstance({ id: 1, geolocation }, tables).region).toBe(region);
  });
});

describe("offer", () => {
  const price = (over: object, spot = false, minDiskMiB = 40 * 1024) => {
    const pricing = spot ? ({ kind: "spot" } as const) : undefined;
    const raw = { ...offer, ...over };
    return toOffer(rowOf(offerRowSchema, raw), toSearch({ minDiskMiB, pricing }, {}), raw).price;
  };

  it("costs its GPUs and the wanted disk for a 720th of a month", () => {
    // 0.4 + 40 * 0.15 / 720 = 0.408333; 0.16 + 100 * 0.15 / 720 = 0.180833
    expect(price({})).toMatchObject({ perHourMicros: 408_333, kind: "on_demand" });
    expect(price({}, true, 100 * 1024)).toMatchObject({ perHourMicros: 180_833, kind: "spot" });
  });

  it("costs the cloud's own total where it does not say the parts, and nothing known without that", () => {
    expect(price({ dph_base: null })).toEqual({ currency: "USD", perHourMicros: 408_333, kind: "on_demand" });
    expect(price({ dph_base: null, dph_total: null })).toBeUndefined();
    expect(price({ dph_base: -1, dph_total: -1 })).toBeUndefined();
  });

  it("is not there where its disk is too small", () => {
    const raw = { ...offer, disk_space: 39.9 };
    expect(toOffer(rowOf(offerRowSchema, raw), toSearch({ minDiskMiB: 40 * 1024 }, {}), raw).available).toBe(
      false,
    );
  });
});

// Whatever a field may hold: what is documented, what was seen, and nonsense.
const junk = fc.oneof(
  ...[fc.constant(null), fc.constant(undefined), fc.boolean(), fc.double(), fc.integer(), fc.string()],
  ...[fc.constantFrom("-1", "0", "1e400", "40122", "nan", "2024-01-01", " ", "\n"), fc.array(fc.integer())],
  ...[fc.dictionary(fc.string(), fc.string()), fc.constantFrom(1e300, -1e300, 1e16, 0.1, -0)],
);
const status = fc.oneof(
  fc.constantFrom(
    null,
    "running",
    "stopped",
    "exited",
    "loading",
    "created",
    "unloaded",
    "frozen",
    "offline",
  ),
  junk,
);
const ports = fc.oneof(
  fc.dictionary(
    fc.constantFrom("22/tcp", "8080/tcp", "9000/udp", "0/tcp", "99999/tcp", "x"),
    fc.oneof(junk, fc.array(fc.record({ HostIp: fc.string(), HostPort: junk }))),
  ),
  junk,
);
const fields = [...new Set([...Object.keys(running), ...Object.keys(offer)])].filter((name) => name !== "id");
const anything = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1 }), fc.integer({ min: 1 }).map(String)),
    fc.dictionary(fc.constantFrom(...fields), junk),
    fc.record(
      { actual_status: status, intended_status: status, cur_state: status, ports },
      { requiredKeys: [] },
    ),
    fc.boolean(),
  )
  .map(([id, odd, states, whole]) => ({ ...(whole ? { ...running, ...offer } : {}), ...odd, ...states, id }));

describe("anything that Vast.ai can send", () => {
  const stamp = { provider: "vast", observedAt: new Date(0) };

  it("makes a valid instance", () => {
    fc.assert(
      fc.property(anything, (row) => {
        const { identity: _, ...instance } = toInstance(row, tables);
        expect(instanceSchema.safeParse({ ...instance, ...stamp, labels: {} }).error).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it("makes a valid offer", () => {
    fc.assert(
      fc.property(anything, fc.boolean(), (row, spot) => {
        const pricing = spot ? ({ kind: "spot" } as const) : undefined;
        const made = toOffer(rowOf(offerRowSchema, row), toSearch({ pricing, minDiskMiB: 20_000 }, {}), row);
        expect(offerSchema.safeParse({ ...made, ...stamp }).error).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it("makes a volume and a place for one with a valid price", () => {
    fc.assert(
      fc.property(anything, (row) => {
        const place = rowOf(volumeOfferSchema, row);
        for (const { price } of [toVolume(row), toVolumeOffer(place, 40, row)]) {
          expect(priceSchema.optional().safeParse(price).error).toBeUndefined();
        }
      }),
    );
  });

  it("makes an ssh key that has a text, and a moment that is one", () => {
    const moments = fc.oneof(
      junk,
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1 }), junk, moments, (id, public_key, created_at) => {
        const made = toSshKey(sshKeySchema.parse({ id, public_key, created_at }));
        expect(made?.publicKey).not.toBe("");
        expect(Number(made?.createdAt ?? 0)).not.toBeNaN();
      }),
    );
  });

  it("is never taken for gone unless it says so", () => {
    fc.assert(
      fc.property(junk, junk, junk, junk, junk, (actual, intended, current, next, message) => {
        const row = { id: 1, actual_status: actual, intended_status: intended, cur_state: current };
        const instance = toInstance({ ...row, next_state: next, status_msg: message }, tables);
        expect(["terminated", "terminating"]).not.toContain(instance.status);
      }),
    );
  });
});
