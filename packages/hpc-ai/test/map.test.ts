import { instanceSchema, lookup, offerSchema } from "@gpuport/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readOfferId, toOfferId } from "../src/launch.ts";
import { toBalance, toInstance, toSessionToken, toVolume } from "../src/map.ts";
import { toOffers } from "../src/offers.ts";
import { tables } from "../src/tables.ts";
import { balanceSchema, momentSchema } from "../src/wire.ts";
import { jwt } from "./support.ts";

const { statuses } = tables;
const observed = { provider: "hpc-ai", observedAt: new Date(0), labels: {} };

function machine(info: object, spec: object = {}, metadata: object = {}): object {
  return {
    instanceMetadata: { instanceId: "notebook-1", instanceUsername: "root", ...metadata },
    instanceRuntimeInfo: info,
    instanceSpecInfo: spec,
  };
}

describe("status", () => {
  it.each([
    ["Initializing", "provisioning", undefined, "compute"],
    ["PullingImage", "provisioning", undefined, "compute"],
    ["Starting", "provisioning", undefined, "compute"],
    ["Running", "running", undefined, "compute"],
    ["Restarting", "provisioning", "restart", "compute"],
    ["Stopping", "stopping", undefined, "compute"],
    ["Stopped", "stopped", undefined, "storage"],
    ["Archived", "stopped", undefined, "storage"],
    ["Released", "terminated", undefined, "none"],
    ["StartingFailed", "failed", undefined, "unknown"],
    ["InitializationFailed", "failed", undefined, "unknown"],
    ["Hibernating", "unknown", "unrecognized", "unknown"],
    ["", "unknown", "unrecognized", "unknown"],
    ["constructor", "unknown", "unrecognized", "unknown"],
  ])("%s is %s", (word, status, reason, billing) => {
    for (const spelling of [word, word.toLowerCase(), ` ${word} `]) {
      const instance = toInstance(machine({ status: spelling }), statuses);
      expect(instance).toMatchObject({ status, reason, billing, providerStatus: spelling.trim() });
    }
  });

  it("covers the whole table", () => {
    for (const word of Object.keys(statuses)) {
      const [status, phase, diagnosisReason] = word.split("/");
      const instance = toInstance(machine({ status, phase, diagnosisReason }), statuses);
      expect(instance).toMatchObject(lookup(statuses, word) ?? {});
    }
  });

  const backOff = {
    phase: "DownloadImage",
    diagnosisReason: "BackOff",
    diagnosisMessage: "Back-off pulling x",
  };

  it("is failed with the cloud's words where the image cannot be pulled", () => {
    expect(toInstance(machine({ status: "Starting", ...backOff }), statuses)).toMatchObject({
      ...{ status: "failed", reason: "image_error", message: "Back-off pulling x" },
      ...{ billing: "compute", providerStatus: "Starting" },
    });
  });

  it("is a row of the table, so patience can be configured", () => {
    const table = { ...statuses, "Starting/DownloadImage/BackOff": { status: "provisioning" } as const };
    expect(toInstance(machine({ status: "Starting", ...backOff }), table).status).toBe("provisioning");
  });

  it.each([
    ["another step", { status: "Starting", phase: "CreateVolume", diagnosisReason: "BackOff" }],
    ["another reason", { status: "Starting", phase: "DownloadImage", diagnosisReason: "Slow" }],
    ["no reason", { status: "Starting", phase: "DownloadImage" }],
  ])("goes on with %s", (_, info) => {
    expect(toInstance(machine(info), statuses).status).toBe("provisioning");
  });

  it("leaves what a machine has behind it", () => {
    expect(toInstance(machine({ status: "Running", ...backOff }), statuses).status).toBe("running");
  });

  it("tells the step as the message", () => {
    const at = (info: object) => toInstance(machine(info), statuses).message;
    expect(at({ status: "Starting", phase: "DownloadImage" })).toBe("DownloadImage");
    expect(at({ status: "Starting", phase: "DownloadImage", diagnosisReason: "Slow" })).toBe("Slow");
    expect(at({ status: "Running", phase: "Running" })).toBeUndefined();
    expect(at({})).toBeUndefined();
  });
});

describe("access", () => {
  const spec = {
    regionInfo: { sshAddress: " ssh.test " },
    nodePorts: [
      { port: 22, nodePort: 31_022 },
      { port: "80", nodePort: "31080" },
      { port: 81, nodePort: 0 },
      null,
    ],
  };
  const ssh = { host: "ssh.test", port: 31_022, user: "root", via: "direct" };

  it("is there when the machine runs, with what is published", () => {
    expect(toInstance(machine({ status: "Running" }, spec), statuses).access).toEqual({
      ssh: [ssh],
      ports: [{ port: 80, protocol: "tcp", host: "ssh.test", publicPort: 31_080 }],
    });
  });

  it.each(["Starting", "Stopped", "Restarting", "Hibernating"])("is not there while %s", (status) => {
    expect(toInstance(machine({ status }, spec), statuses).access).toEqual({ ssh: [], ports: [] });
  });

  it.each([
    ["an address", { ...spec, regionInfo: { sshAddress: "" } }, {}, 0],
    ["a published port", { ...spec, nodePorts: [{ port: 22, nodePort: 0 }] }, {}, 0],
    ["a user", spec, { instanceUsername: "" }, 1],
  ])("has no ssh without %s", (_, partial, metadata, ports) => {
    const { access } = toInstance(machine({ status: "Running" }, partial, metadata), statuses);
    expect(access.ssh).toEqual([]);
    expect(access.ports).toHaveLength(ports);
  });
});

describe("names and what is not documented", () => {
  it.each([
    [{ instanceName: "train-gp37m4q690jz0g00b9v8" }, "train-gp37m4q690jz0g00b9v8"],
    [{ name: "by hand" }, "by hand"],
    [{ instanceName: "", name: "by hand" }, "by hand"],
    [{}, undefined],
  ])("reads the identity from either member: %j", (metadata, identity) => {
    expect(toInstance(machine({}, {}, metadata), statuses).identity).toBe(identity);
  });

  const extras = { gpuName: "H200-SXM-141GB", gpuNum: "8", regionName: "region-one", imageId: "i-1" };
  it.each([
    ["the row", { ...machine({}), ...extras, createdAt: "2026-01-02T03:04:05Z" }],
    ["the metadata", machine({}, {}, { ...extras, createTime: 1_767_323_045 })],
    ["the specification", machine({}, { ...extras, createTime: "1767323045000" })],
    ["the region", machine({}, { regionInfo: { ...extras, createdAt: "2026-01-02 11:04:05+08:00" } })],
  ])("is found on any level: %s", (_, row) => {
    expect(toInstance(row, statuses)).toMatchObject({
      hardware: { gpu: { id: "h200-sxm-141gb", count: 8 } },
      ...{ region: "region-one", image: "i-1", createdAt: new Date("2026-01-02T03:04:05Z") },
    });
  });

  it("is undefined where the cloud does not say", () => {
    const { createdAt, region, image, hardware, price } = toInstance(machine({}), statuses);
    expect([createdAt, region, image, hardware.gpu, price]).toEqual(Array(5).fill(undefined));
  });

  it.each([[null], [0], ["0"], [""], ["yesterday"], ["2026-01-02 03:04:05"], [-5], [8e15 + 1e17]])(
    "takes %s for no date",
    (moment) => {
      expect(momentSchema.parse(moment) ?? undefined).toBeUndefined();
    },
  );
});

describe("volumes", () => {
  const createdAt = new Date("2026-01-02T03:04:05Z");
  it.each([
    [
      {
        volumeId: "v-1",
        name: "data",
        sizeGB: 100,
        region: "r-1",
        volumeType: "filesystem",
        status: "Ready",
      },
      {
        id: "v-1",
        name: "data",
        sizeMiB: 102_400,
        region: "r-1",
        type: "filesystem",
        providerStatus: "Ready",
      },
    ],
    [
      { id: 7, sizeGB: "1.5", regionId: "r-2", type: "x", createdAt: 1_767_323_045 },
      { id: "7", sizeMiB: 1536, region: "r-2", type: "x", createdAt },
    ],
    [
      { volumeId: "", id: "v-2", name: " data ", sizeGB: 0 },
      { id: "v-2", name: "data" },
    ],
  ])("are read leniently: %j", (row, volume) => {
    expect(toVolume(row)).toEqual(volume);
  });

  it.each([null, 7, {}, { name: "data" }, { volumeId: "" }, { volumeId: { a: 1 } }])(
    "are refused without an id: %j",
    (row) => {
      expect(() => toVolume(row)).toThrow(expect.objectContaining({ code: "bad_response" }));
    },
  );

  it("are read whatever else their members hold", () => {
    const row = fc.record({
      ...{ volumeId: fc.string({ minLength: 1 }), name: fc.jsonValue(), sizeGB: fc.jsonValue() },
      ...{ region: fc.jsonValue(), type: fc.jsonValue(), status: fc.jsonValue(), createdAt: fc.jsonValue() },
    });
    fc.assert(
      fc.property(row, (json) => {
        const { id, sizeMiB = 1, createdAt = new Date(0), ...words } = toVolume(json);
        expect(id).toBe(json.volumeId);
        expect(Number.isSafeInteger(sizeMiB) && sizeMiB > 0 && !Number.isNaN(createdAt.getTime())).toBe(true);
        for (const word of Object.values(words)) expect(["string", "undefined"]).toContain(typeof word);
      }),
    );
  });
});

describe("the balance", () => {
  const read = (json: object) => toBalance(balanceSchema.parse(json), "USD");

  it("is in micros, with what is said beside it", () => {
    const said = { balance: 12.34, availableBalance: "10.5", availableVoucherAmount: 0 };
    expect(read({ ...said, availableCreditAmount: 2.000_001 })).toEqual({
      currency: "USD",
      availableMicros: 10_500_000,
      parts: [
        { kind: "balance", micros: 12_340_000 },
        { kind: "voucher", micros: 0 },
        { kind: "credit", micros: 2_000_001 },
      ],
    });
  });

  it("may be owed", () => {
    expect(read({ availableBalance: -3.25, balance: null })).toMatchObject({
      availableMicros: -3_250_000,
      parts: [],
    });
    expect(read({ availableBalance: -1e-9 }).availableMicros).toBe(0);
  });

  it.each([{}, { availableBalance: null }, { availableBalance: "much" }, { availableBalance: 1e300 }])(
    "is not read from %j",
    (json) => {
      expect(balanceSchema.safeParse(json).success).toBe(false);
    },
  );
});

describe("tokens", () => {
  const now = 1_000_000_000_000;

  it.each([
    ["nothing is said", { value: "opaque" }, undefined],
    ["the login says", { value: "opaque", lifeSeconds: 60 }, 60_000],
    ["the login says nonsense", { value: "opaque", lifeSeconds: 0 }, undefined],
    [
      "the token says, by a clock that is an hour ahead",
      { value: jwt({ iat: 1_000_003_600, exp: 1_000_003_900 }) },
      300_000,
    ],
    [
      "the token holds letters of base64url",
      { value: jwt({ sub: "\u00ff\u00fe???>>>~~~", exp: 1_000_000_060 }) },
      60_000,
    ],
    ["the token is broken", { value: "a.b.c", lifeSeconds: 60 }, 60_000],
    ["the token has no claims", { value: jwt([]) }, undefined],
  ])("end when %s", (_, login, lifeMs) => {
    const token = toSessionToken({ lifeSeconds: undefined, ...login }, now);
    expect(token.expiresAt).toBe(lifeMs === undefined ? undefined : now + lifeMs);
  });
});

describe("offer ids", () => {
  it("say what a launch needs", () => {
    const part = fc.string({ minLength: 1 }).filter((text) => !text.includes("/"));
    const place = fc.record({
      ...{ regionId: part, instanceTypeId: part, isSpotInstance: fc.boolean() },
      regionName: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(place, (wanted) => {
        expect(readOfferId(toOfferId(wanted))).toEqual(wanted);
      }),
    );
  });

  it.each(["", "a", "a/b", "a//spot", "/b/spot", "a/b/cheap"])("are not %j", (id) => {
    expect(() => readOfferId(id)).toThrow(/offerId/);
  });
});

/** Whatever JSON may hold, in the places where the cloud's members are. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    "",
    "Running",
    "DownloadImage",
    "BackOff",
    22,
    "31022",
    0,
    1e300,
    -1,
    0.4,
    "2026-01-02T03:04:05Z",
  ),
);
const some = <Members extends Record<string, fc.Arbitrary<unknown>>>(members: Members) =>
  fc.oneof({ weight: 4, arbitrary: fc.record(members, { requiredKeys: [] }) }, fc.jsonValue());
const unconfirmed = {
  ...{ createdAt: anything, createTime: anything, gpuName: anything, gpuNum: anything },
  ...{ regionId: anything, regionName: anything, imageId: anything },
};
const status = fc.oneof(fc.constantFrom(...Object.keys(statuses)), anything);

const anyMachine = fc.record(
  {
    ...unconfirmed,
    instanceMetadata: fc.record(
      {
        ...unconfirmed,
        instanceId: fc.oneof(fc.string({ minLength: 1 }), fc.integer()),
        ...{ instanceName: anything, name: anything, instanceUsername: anything },
      },
      { requiredKeys: ["instanceId"] },
    ),
    instanceRuntimeInfo: some({
      status,
      phase: anything,
      diagnosisReason: anything,
      diagnosisMessage: anything,
    }),
    instanceSpecInfo: some({
      ...unconfirmed,
      regionInfo: some({ ...unconfirmed, sshAddress: anything }),
      nodePorts: fc.oneof(fc.array(some({ port: anything, nodePort: anything })), anything),
    }),
  },
  { requiredKeys: ["instanceMetadata"] },
);

describe("whatever the cloud sends", () => {
  it("is a valid instance", () => {
    fc.assert(
      fc.property(anyMachine, (row) => {
        const { identity: _, ...instance } = toInstance(row, statuses);
        expect(instanceSchema.safeParse({ ...instance, ...observed }).error).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  const anyType = some({
    instanceTypeId: fc.string({ minLength: 1 }),
    ...{ gpuNum: anything, stockStatus: anything },
    price: fc.oneof(
      fc.array(some({ chargeMode: fc.constantFrom("perHour", "perDay", 7), price: anything })),
      anything,
    ),
  });
  const anyFamily = some({
    gpuName: anything,
    isSpotInstance: anything,
    regionInfos: fc.oneof(
      fc.array(
        some({
          regionId: fc.string({ minLength: 1 }),
          regionName: anything,
          instanceTypeInfos: fc.oneof(fc.array(anyType), anything),
        }),
      ),
      anything,
    ),
  });

  it("is valid offers", () => {
    const pricing = fc.constantFrom(undefined, { kind: "reserved", unit: "day", count: 1 } as const);
    fc.assert(
      fc.property(fc.array(anyFamily), pricing, (families, wanted) => {
        for (const offer of toOffers(families, { pricing: wanted }, "USD")) {
          const { labels: _, ...stamp } = observed;
          expect(offerSchema.safeParse({ ...offer, ...stamp }).error).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });
});
