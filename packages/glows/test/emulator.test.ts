import type { CommonOptions, LaunchRequest } from "@gpuport/core";
import { type Emulator, type EmulatorOptions, type Fault, startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { glows } from "../src/index.ts";
import { all } from "./support.ts";

const request: LaunchRequest = { gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" };

function connect(emulator: Emulator, options: CommonOptions & { token?: string } = {}) {
  return glows({
    baseUrl: emulator.urls.glows,
    token: emulator.credentials.glows.token,
    clock: emulatedClock(emulator),
    ...options,
  });
}
type Provider = ReturnType<typeof connect>;

/** The machines that exist by the cloud's own account. */
const alive = (emulator: Emulator) =>
  emulator.machines().filter(({ cloud, terminatedAt }) => cloud === "glows" && terminatedAt === undefined);

async function onEmulator(
  work: (provider: Provider, emulator: Emulator) => Promise<void>,
  options: Partial<EmulatorOptions> = {},
): Promise<void> {
  await using emulator = await startEmulator({ clock: "manual", ...options });
  await work(connect(emulator), emulator);
}

describe("the life of a machine", () => {
  it("is launched, described, listed, awaited and terminated with evidence, and bills nobody then", async () => {
    await onEmulator(async (provider, emulator) => {
      const launched = await provider.launch({
        ...request,
        ...{ gpu: { model: "RTX 4090", count: 2 }, region: "TW-04", name: "trainer-a" },
        ...{ env: { MODE: "train" }, ports: [{ port: 22 }, { port: 8080, protocol: "http" }] },
      });
      expect(launched).toMatchObject({
        status: "pending",
        reason: "queued",
        name: "trainer-a",
        region: "TW-04",
      });
      // Two units of 65 000 millicents.
      expect(launched.price?.perHourMicros).toBe(1_300_000);
      expect(emulator.bill()).toEqual([]);

      const running = await provider.waitFor(launched.id, "running");
      expect(running).toMatchObject({
        billing: "compute",
        price: { currency: "CREDIT:glows", perHourMicros: 1_300_000 },
        hardware: { gpu: { id: "rtx-4090", count: 2, memoryMiB: 24_564 }, vcpus: 20 },
        access: {
          ssh: [{ user: "root", via: "proxy" }],
          ports: [{ port: 22 }, { port: 8080, protocol: "http" }],
        },
      });
      expect(running.createdAt).toBeInstanceOf(Date);
      expect(emulator.bill()).toMatchObject([{ id: launched.id, perHour: 1.3 }]);
      expect((await all(provider.list({ name: "trainer-a" }))).map(({ id }) => id)).toEqual([launched.id]);

      await expect(provider.terminate(launched.id)).resolves.toMatchObject({ evidence: "terminal_status" });
      expect(await all(provider.list())).toEqual([]);
      expect(await provider.describe(launched.id)).toMatchObject({ status: "terminated", billing: "none" });
      expect(emulator.bill()).toEqual([]);
    });
  });

  it("is proven ended where ended machines cannot be read any more", async () => {
    await onEmulator(
      async (provider, emulator) => {
        const { id } = await provider.launch(request);
        await expect(provider.terminate(id)).resolves.toMatchObject({ evidence: "absent_from_list" });
        expect(alive(emulator)).toEqual([]);
      },
      { glows: { releasedReadable: false, secondCancelCode: 6 } },
    );
  });

  it("is launched as a machine without GPU, from a model's name", async () => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch({
        ...{ image: "img-d93kwt5n", region: "TW-03" },
        providerOptions: { glows: { cpu_name: "AMD EPYC 9354 32-Core Processor", unit_qty: 2 } },
      });
      const running = await provider.waitFor(id, "running");
      expect(running.hardware).toEqual(
        expect.objectContaining({ vcpus: 16, cpuModel: "AMD EPYC 9354 32-Core Processor" }),
      );
      expect(running.hardware.gpu).toBeUndefined();
      await provider.terminate(id);
      expect(emulator.bill()).toEqual([]);
    });
  });

  it("goes on to the next region when the cheapest is sold out between search and launch", async () => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add({
        cloud: "glows",
        endpoint: "instance.create",
        fault: "flag",
        flag: "noCapacity",
        times: 1,
      });
      const { id } = await provider.launch(request);
      expect(await provider.describe(id)).toMatchObject({ region: "TW-04" });
      expect(alive(emulator)).toHaveLength(1);
    });
  });

  it("is listed completely over many pages, console machines included", async () => {
    await onEmulator(async (provider, emulator) => {
      for (let count = 0; count < 45; count += 1) {
        emulator.event("glows", "consoleInstance", { region: "TW-03", model: "NVIDIA GeForce RTX 4090" });
      }
      expect(await all(provider.list())).toHaveLength(45);
      emulator.faults.add({ cloud: "glows", endpoint: "instance.list", fault: "rows", missing: 1 });
      // Each walk misses some other rows, which is noticed by the count, and made up by another walk.
      expect(await all(provider.list())).toHaveLength(45);
    });
  });

  it("is not believed gone when it cannot be cancelled", async () => {
    await onEmulator(async (provider, emulator) => {
      emulator.event("glows", "consoleInstance", { region: "TW-03", model: "NVIDIA GeForce RTX 4090" });
      const [machine] = alive(emulator);
      await expect(provider.terminate(machine?.id ?? "")).rejects.toMatchObject({
        code: "termination_unconfirmed",
      });
      expect(emulator.bill()).toHaveLength(1);
    });
  });

  it.each([
    ["priceChanged", "pending", "PriceChanged"],
    ["hostLost", "failed", "Unavail"],
    ["migrate", "provisioning", "Migrating"],
    ["finish", "terminated", "Finished"],
  ])("after %s is %s", async (event, status, providerStatus) => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch(request);
      emulator.event("glows", event, { id });
      expect(await provider.describe(id)).toMatchObject({ status, providerStatus });
      await provider.terminate(id);
      expect(alive(emulator)).toEqual([]);
    });
  });
});

describe("an answer of another version", () => {
  it.each(["legacyIds", "secondsAsText", "nullBaseSnap", "nullNetEndpointInfos"])("%s", async (flag) => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add({ cloud: "glows", fault: "flag", flag });
      const { id } = await provider.launch(request);
      const running = await provider.waitFor(id, "running");
      expect(running.createdAt?.getTime()).toBeGreaterThan(0);
      expect(await all(provider.list())).toHaveLength(1);
      await provider.terminate(id);
      expect(emulator.bill()).toEqual([]);
    });
  });

  it("a status word that nobody knows is unknown, and never gone", async () => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch(request);
      emulator.event("glows", "status", { id, status: "Hibernating" });
      expect(await provider.describe(id)).toMatchObject({ status: "unknown", reason: "unrecognized" });
      for (const query of [{}, { statuses: ["unknown"] as const }]) {
        const found = await all(provider.list(query));
        expect(found).toMatchObject([{ id, status: "unknown", providerStatus: "Hibernating" }]);
      }
      await provider.terminate(id);
      expect(alive(emulator)).toEqual([]);
    });
  });

  it("a missing code is no empty list, and no proof of an end", async () => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch(request);
      await provider.waitFor(id, "running");
      emulator.faults.add({ cloud: "glows", fault: "flag", flag: "codeMissing" });
      await expect(all(provider.list())).rejects.toMatchObject({ code: "bad_response" });
      await expect(provider.describe(id)).rejects.toMatchObject({ code: "bad_response" });
      await emulator.faults.clear();
      await provider.terminate(id);
    });
  });

  it("other paths are a matter of configuration", async () => {
    await using emulator = await startEmulator({
      clock: "manual",
      glows: {
        routes: { "instance.cancel": { method: "POST", path: "/instance/cancel", parameters: "body" } },
      },
    });
    const { id } = await connect(emulator).launch(request);
    // A wrong path is never a machine that is not there.
    await expect(connect(emulator).terminate(id)).rejects.toMatchObject({ code: "invalid_config" });
    const rows = { "instance.cancel": { method: "POST", path: "sdk/v1/instance/cancel" } } as const;
    await connect(emulator, { endpoints: rows }).terminate(id);
    expect(alive(emulator)).toEqual([]);
  });

  it("a token may be refused with status 401", async () => {
    await using emulator = await startEmulator({ clock: "manual", glows: { rejectedTokenStatus: 401 } });
    const stranger = connect(emulator, { token: "somebody-elses-token" });
    const refused = { code: "unauthenticated", effect: "none" };
    await expect(
      stranger.launch({ ...request, gpu: undefined, offerId: "TW-03/gpu/container/1/L40S" }),
    ).rejects.toMatchObject(refused);
    await expect(stranger.describe("ins-1")).rejects.toMatchObject(refused);
  });
});

const cloud = "glows";
type Wrong = [name: string, fault: Fault, machines: number];

describe("a launch that goes wrong", () => {
  const endpoint = "instance.create";
  const once = { cloud, endpoint, times: 1 } as const;

  /** What goes wrong once ends in one machine: found by its key, or created by the repeated request. */
  it.each<Wrong>([
    ["reset before the work", { ...once, fault: "reset", work: "none" }, 1],
    ["reset after the work", { ...once, fault: "reset", work: "done" }, 1],
    ["work long after the reset", { ...once, fault: "reset", work: "late", lateMs: 20_000 }, 1],
    ["half of the answer", { ...once, fault: "truncate" }, 1],
    ["half of a chunked answer", { ...once, fault: "truncate", framing: "chunked" }, 1],
    ["a web page with 200 after the work", { ...once, fault: "html", work: "done" }, 1],
    ["a web page with 502 before the work", { ...once, fault: "html", status: 502 }, 1],
    ["broken JSON after the work", { ...once, fault: "malformed", work: "done" }, 1],
    ["500 after the work", { ...once, fault: "answer", status: 500, body: { code: 1 }, work: "done" }, 1],
    [
      "MetaKeyExist after the work",
      { ...once, fault: "answer", status: 200, body: { code: 10, msg: "" }, work: "done" },
      1,
    ],
    ["503 before the work", { ...once, fault: "answer", status: 503 }, 1],
    ["429", { ...once, fault: "rate_limit" }, 1],
    ["429 with Retry-After", { ...once, fault: "rate_limit", retryAfter: 7 }, 1],
    ["429 with a date", { ...once, fault: "rate_limit", retryAfter: "date" }, 1],
    ["InternalError", { ...once, fault: "flag", flag: "internalError" }, 1],
    ["no code in the answer", { ...once, fault: "flag", flag: "codeMissing" }, 1],
    ["an answer without id", { ...once, fault: "patch", set: { "instance.instanceID": "" } }, 1],
    ["a slow answer", { ...once, fault: "slow_body", ms: 30 }, 1],
    ["a delayed answer", { ...once, fault: "delay", ms: 30 }, 1],
    ["a machine that shows late", { ...once, fault: "flag", flag: "visibleAfterMs", value: 1_500 }, 1],
  ])("%s: one machine, and its id", async (_, fault, machines) => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add(fault);
      const { id } = await provider.launch(request);
      await provider.waitFor(id, "running");
      emulator.clock.advance(120_000);
      expect(emulator.machines().map((machine) => machine.id)).toEqual([id]);
      expect(alive(emulator)).toHaveLength(machines);
      await provider.terminate(id);
      expect(emulator.bill()).toEqual([]);
    });
  });

  it.each<[string, Fault, string]>([
    ["instanceQuota", { ...once, fault: "flag", flag: "instanceQuota" }, "quota_exceeded"],
    [
      "diskQuota",
      { ...once, fault: "answer", status: 200, body: { code: 17, msg: "disk" } },
      "quota_exceeded",
    ],
    ["a refused token", { ...once, fault: "flag", flag: "tokenExpired" }, "unauthenticated"],
    ["the closed port", { cloud, fault: "refuse" }, "unavailable"],
  ])("%s: no machine", async (_, fault, code) => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add(fault);
      const byOffer = {
        ...request,
        gpu: undefined,
        offerId: "TW-03/gpu/container/1/NVIDIA GeForce RTX 4090",
      };
      await expect(provider.launch(byOffer)).rejects.toMatchObject({ code, effect: "none" });
      expect(emulator.machines()).toEqual([]);
    });
  });

  it("sold out everywhere: no machine", async () => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add({ cloud, endpoint, fault: "flag", flag: "noCapacity" });
      await expect(provider.launch(request)).rejects.toMatchObject({ code: "no_capacity", effect: "none" });
      expect(emulator.machines()).toEqual([]);
    });
  });

  it("a machine whose price has changed is waited for no longer", async () => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch(request);
      emulator.event("glows", "priceChanged", { id });
      const before = emulator.clock.now();
      await expect(provider.waitFor(id, "running")).rejects.toMatchObject({
        code: "instance_failed",
        instanceId: id,
        message: expect.stringContaining("the API cannot confirm it: terminate it and launch again"),
      });
      expect(emulator.clock.now() - before).toBeLessThan(60_000);
      await provider.terminate(id);
      expect(alive(emulator)).toEqual([]);
    });
  });

  it("a machine that fails at once can be terminated", async () => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add({ ...once, fault: "flag", flag: "failStart" });
      const { id } = await provider.launch(request);
      await expect(provider.waitFor(id, "running")).rejects.toMatchObject({ code: "instance_failed" });
      await provider.terminate(id);
      expect(alive(emulator)).toEqual([]);
    });
  });

  it("nothing can be read afterwards: it is said, and the same key finds the machine", async () => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add({ ...once, fault: "reset", work: "done" });
      emulator.faults.add({ cloud, endpoint: "instance.get", fault: "html", status: 503 });
      const asked = { ...request, key: "job-1" };
      await expect(provider.launch(asked)).rejects.toMatchObject({
        ...{ code: "launch_ambiguous", effect: "maybe", launchKey: "job-1" },
      });
      await emulator.faults.clear();
      const { id } = await provider.launch(asked);
      expect(emulator.machines().map((machine) => machine.id)).toEqual([id]);
    });
  });

  it("the caller leaves: the machine is ended", async () => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add({ ...once, fault: "delay", ms: 50 });
      const leave = new AbortController();
      const launch = provider.launch(request, { signal: leave.signal });
      while (emulator.machines().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      leave.abort();
      await expect(launch).rejects.toMatchObject({ code: "cancelled" });
      expect(alive(emulator)).toEqual([]);
      expect(emulator.bill()).toEqual([]);
    });
  });
});

describe("a termination that goes wrong", () => {
  const endpoint = "instance.cancel";
  const once = { cloud, endpoint, times: 1 } as const;
  const look = { cloud, endpoint: "instance.get", times: 1 } as const;

  it.each<[string, Fault]>([
    ["reset before the work", { ...once, fault: "reset", work: "none" }],
    ["reset after the work", { ...once, fault: "reset", work: "done" }],
    ["work long after the reset", { ...once, fault: "reset", work: "late", lateMs: 20_000 }],
    ["half of the answer", { ...once, fault: "truncate" }],
    ["a web page with 200", { ...once, fault: "html" }],
    ["broken JSON", { ...once, fault: "malformed" }],
    ["500", { ...once, fault: "answer", status: 500 }],
    ["429", { ...once, fault: "rate_limit", retryAfter: 3 }],
    ["InternalError", { ...once, fault: "flag", flag: "internalError" }],
    ["no code in the answer", { ...once, fault: "flag", flag: "codeMissing" }],
    ["a yes, and nothing done", { ...once, fault: "flag", flag: "lostDelete" }],
    ["a yes, and done much later", { ...once, fault: "flag", flag: "delayedDeleteMs", value: 30_000 }],
    ["reads that lag", { ...once, fault: "flag", flag: "lingerMs", value: 10_000 }],
    ["a slow answer", { ...once, fault: "slow_body", ms: 30 }],
    ["a web page instead of the look", { ...look, fault: "html" }],
    ["a look that is throttled", { ...look, fault: "rate_limit" }],
    [
      "a look with an answer about another machine",
      { ...look, fault: "patch", set: { "instance.instanceID": "ins-x", "instance.status": "Exited" } },
    ],
    [
      "a look with a word that nobody knows",
      { ...look, fault: "patch", set: { "instance.status": "Vanishing" } },
    ],
    [
      "a look that says unknown id once",
      { ...look, fault: "answer", status: 200, body: { code: 6, msg: "" } },
    ],
    ["a dropped connection", { ...once, fault: "drop_connection" }],
  ])("%s: returns only when the machine is gone", async (_, fault) => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch(request);
      await provider.waitFor(id, "running");
      emulator.faults.add(fault);
      await expect(provider.terminate(id)).resolves.toMatchObject({ id });
      expect(alive(emulator)).toEqual([]);
      expect(emulator.bill()).toEqual([]);
    });
  });

  const everyLookIsUnknown: Fault = {
    ...{ cloud, endpoint: "instance.get", fault: "answer", status: 200 },
    body: { code: 6, msg: "illegal instance" },
  };

  it("every look says unknown id while the list shows it running: no proof", async () => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch(request);
      await provider.waitFor(id, "running");
      emulator.faults.add(everyLookIsUnknown);
      emulator.faults.add({ cloud, endpoint, fault: "flag", flag: "lostDelete" });
      await expect(provider.terminate(id)).rejects.toMatchObject({
        ...{ code: "termination_unconfirmed", effect: "maybe", instanceId: id },
      });
      expect(emulator.bill()).toMatchObject([{ id }]);
      await emulator.faults.clear();
      await provider.terminate(id);
      expect(emulator.bill()).toEqual([]);
    });
  });

  it("every look says unknown id, and the list shows its end", async () => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch(request);
      emulator.faults.add(everyLookIsUnknown);
      await expect(provider.terminate(id)).resolves.toMatchObject({ evidence: "terminal_status" });
      expect(alive(emulator)).toEqual([]);
    });
  });

  it("a machine that shows only half a minute after its launch is not taken for gone before", async () => {
    await onEmulator(async (provider, emulator) => {
      emulator.faults.add({
        ...{ cloud, endpoint: "instance.create", times: 1 },
        ...{ fault: "flag", flag: "visibleAfterMs", value: 30_000 },
      });
      emulator.faults.add({ ...once, fault: "answer", status: 200, body: { code: 6, msg: "" } });
      const { id } = await provider.launch(request);
      await expect(provider.terminate(id)).resolves.toMatchObject({ evidence: "terminal_status" });
      expect(alive(emulator)).toEqual([]);
    });
  });

  it.each<[string, Fault, string]>([
    [
      "every cancel is lost",
      { cloud, endpoint, fault: "flag", flag: "lostDelete" },
      "termination_unconfirmed",
    ],
    ["every look is broken", { cloud, endpoint: "instance.get", fault: "html" }, "termination_unconfirmed"],
    ["the port is closed", { cloud, fault: "refuse" }, "termination_unconfirmed"],
    ["the token is refused", { cloud, fault: "flag", flag: "tokenExpired" }, "unauthenticated"],
  ])("%s: says that it is not sure", async (_, fault, code) => {
    await onEmulator(async (provider, emulator) => {
      const { id } = await provider.launch(request);
      await provider.waitFor(id, "running");
      emulator.faults.add(fault);
      await expect(provider.terminate(id)).rejects.toMatchObject({ code, instanceId: id });
      await emulator.faults.clear();
      await provider.terminate(id);
      expect(emulator.bill()).toEqual([]);
    });
  });
});
