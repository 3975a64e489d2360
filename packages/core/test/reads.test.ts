import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Instance, Secret } from "../src/index.ts";
import { northwind, northwindRaw } from "./northwind/adapter.ts";
import { type Northwind, startNorthwind } from "./northwind/server.ts";

let cloud: Northwind;
beforeEach(async () => {
  cloud = await startNorthwind();
});
afterEach(() => cloud[Symbol.asyncDispose]());

const open = (more: object = {}) =>
  northwind({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock, ...more });
const request = { offerId: "a", image: "pytorch" };

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("describe", () => {
  it("gives the machine, and the cloud's own record out of sight", async () => {
    const { id } = await open().launch({ ...request, name: "trainer" });
    const instance = await open({ name: "north" }).describe(id);
    expect(instance).toMatchObject({
      id,
      provider: "north",
      name: "trainer",
      status: "running",
      billing: "compute",
    });
    expect(northwindRaw(instance)).toMatchObject({ id, state: "up" });
    expect(JSON.stringify(instance)).not.toContain("gp");
    expect(Object.keys(instance)).not.toContain("identity");
  });

  it("keeps an unknown word, and does not take it for anything", async () => {
    const { id } = await open().launch(request);
    const machine = cloud.machines.get(id);
    if (machine) machine.state = "hibernating";
    await expect(open().describe(id)).resolves.toMatchObject({
      ...{ status: "unknown", reason: "unrecognized", providerStatus: "hibernating" },
    });
    const taught = open({ statuses: { Hibernating: { status: "stopped", billing: "storage" } } });
    await expect(taught.describe(id)).resolves.toMatchObject({ status: "stopped", billing: "storage" });
  });

  it("says pending, not gone, of a machine that the cloud does not show yet", async () => {
    cloud.settings.visibleAfterMs = 3_000;
    const provider = open();
    const { id } = await provider.launch(request);
    await expect(provider.describe(id)).resolves.toMatchObject({ id, status: "pending" });
    cloud.advance(31_000);
    cloud.machines.clear();
    await expect(provider.describe(id)).rejects.toMatchObject({ code: "not_found", instanceId: id });
  });
});

describe("list", () => {
  it("walks all pages and gives each machine once", async () => {
    const provider = open();
    const ids = [];
    for (let count = 0; count < 5; count += 1) ids.push((await provider.launch(request)).id);
    expect((await collect(provider.list())).map(({ id }) => id)).toEqual(ids);
    expect(cloud.seen.filter(({ method }) => method === "GET")).toHaveLength(3);
  });

  it("filters by status and name", async () => {
    const provider = open();
    await provider.launch({ ...request, name: "one" });
    const { id } = await provider.launch({ ...request, name: "two" });
    await provider.power.stop(id);
    expect(await collect(provider.list({ statuses: ["stopped"] }))).toMatchObject([{ id }]);
    expect(await collect(provider.list({ name: "two" }))).toMatchObject([{ id }]);
  });

  it("throws rather than pass a part off as the whole", async () => {
    const provider = open();
    await provider.launch(request);
    cloud.settings.missingRows = 1;
    await expect(collect(provider.list())).rejects.toMatchObject({ code: "unavailable", operation: "list" });
  });

  it("does not take a broken answer for an empty list", async () => {
    for (const body of ["<html>", '{"error":"bad_key"}', "{}", '{"machines":null}', "[]", ""]) {
      cloud.spoilNext(/^GET/, ...Array.from({ length: 4 }, () => ({ how: { status: 200, body } })));
      await expect(collect(open().list())).rejects.toMatchObject({ effect: "none" });
    }
  });

  it("stops when its consumer stops", async () => {
    const provider = open();
    for (let count = 0; count < 5; count += 1) await provider.launch(request);
    for await (const _ of provider.list()) break;
    expect(cloud.seen.filter(({ method }) => method === "GET")).toHaveLength(1);
  });
});

describe("waitFor", () => {
  it("reports what changes and returns the machine", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const machine = cloud.machines.get(id);
    if (machine) machine.state = "odd";
    const progress: Instance[] = [];
    const done = provider.waitFor(id, "running", {
      onProgress(instance) {
        progress.push(instance);
        if (machine) machine.state = "up";
      },
    });
    await expect(done).resolves.toMatchObject({ id, status: "running" });
    expect(progress.map(({ status }) => status)).toEqual(["unknown", "running"]);
  });

  it("fails fast on a machine that failed, or was stopped and nobody starts it", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const machine = cloud.machines.get(id);
    for (const state of ["crashed", "paused"]) {
      if (machine) machine.state = state;
      await expect(provider.waitFor(id, "running")).rejects.toMatchObject({
        code: "instance_failed",
        instanceId: id,
      });
    }
    expect(cloud.clock.now() - (machine?.createdAt ?? 0)).toBeLessThan(60_000);
  });

  it("outlasts a cloud that is away for a while, but not a refused key", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    cloud.spoilNext(/^GET/, ...Array.from({ length: 10 }, () => ({ how: { status: 503 } })));
    await expect(provider.waitFor(id, "running")).resolves.toMatchObject({ id });
    cloud.settings.key = "another";
    await expect(provider.waitFor(id, "stopped")).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("wants to see a machine run twice that restarts by itself", async () => {
    const taught = open({ statuses: { bouncing: { status: "provisioning", reason: "restart" } } });
    const { id } = await taught.launch(request);
    const machine = cloud.machines.get(id);
    const states = ["up", "bouncing", "up", "up"];
    if (machine) machine.state = "bouncing";
    const seen: string[] = [];
    const instance = await taught.waitFor(id, "running", {
      onProgress({ providerStatus }) {
        seen.push(providerStatus);
        if (machine) machine.state = states.shift() ?? "up";
      },
    });
    expect(instance.status).toBe("running");
    expect(seen).toEqual(["bouncing", "up", "bouncing", "up"]);
  });

  it("has a deadline", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const started = cloud.clock.now();
    await expect(provider.waitFor(id, "stopped", { timeoutMs: 42_000 })).rejects.toMatchObject({
      ...{ code: "timeout", instanceId: id, operation: "waitFor" },
    });
    expect(cloud.clock.now() - started).toBe(42_000);
  });

  it("sees a machine terminated that the cloud no longer knows", async () => {
    const provider = open();
    const { id } = await provider.launch(request);
    const onProgress = (): void => cloud.machines.clear();
    await expect(provider.waitFor(id, "terminated", { onProgress })).resolves.toMatchObject({
      ...{ id, status: "terminated", billing: "none" },
    });
  });

  it("is done at once when nobody knows the machine that is to be gone", async () => {
    await expect(open().waitFor("m7", "terminated")).resolves.toMatchObject({
      id: "m7",
      status: "terminated",
    });
    await expect(open().waitFor("m7", "running")).rejects.toMatchObject({ code: "not_found" });
  });

  it("waits for ssh to greet, not for a port to open", async () => {
    const { createServer } = await import("node:net");
    const greetings = ["HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-test\r\n"];
    const server = createServer((socket) => socket.end(greetings.shift() ?? ""));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { waitForStatus } = await import("../src/watching/wait.ts");
    const instance: Instance = {
      ...{
        id: "m1",
        provider: "p",
        status: "running",
        providerStatus: "up",
        billing: "compute",
        hardware: {},
        labels: {},
      },
      access: {
        ssh: [{ host: "127.0.0.1", port, user: "root", via: "direct", password: new Secret("pw") }],
        ports: [],
      },
      observedAt: new Date(0),
    };
    const means = {
      clock: cloud.clock,
      pollIntervalMs: 10,
      look: async () => instance,
      gone: () => instance,
      stoppedStays: true,
    };
    const call = {
      operation: "waitFor",
      signal: new AbortController().signal,
      deadline: { at: 0, remainingMs: () => 1000 },
    };
    await expect(waitForStatus(means, { id: "m1", status: "running", ready: "ssh" }, call)).resolves.toBe(
      instance,
    );
    expect(greetings).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
  });
});
