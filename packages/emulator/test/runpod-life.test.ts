import { describe, expect, it } from "vitest";
import { at, openRunpod, order, rtx4090, startAt, untilRunning } from "./runpod-client.ts";

/** 40 GB of container disk at 0.10 a GB and month of 730 hours. */
const diskPerHour = (40 * 0.1) / 730;

describe("life of a pod", () => {
  it("is placed, comes up, can be reached, and bills until it is deleted", async () => {
    await using cloud = await openRunpod();
    const created = await cloud.create();
    expect(created).toMatchObject({
      status: 201,
      body: {
        name: "cp-7f3a9c21d0b4",
        status: "PROVISIONING",
        cost: 0.69,
        runtime: {},
        ssh: { direct: null, proxy: null },
        dataCenterId: null,
        startedAt: null,
        env: { MODE: "train" },
      },
    });
    expect(at(created.body, "gpu")).toEqual({ id: rtx4090, count: 1 });
    const id = String(created.body["id"]);
    const [bill] = cloud.kit.bill();
    expect(bill).toMatchObject({ cloud: "runpod", id, name: "cp-7f3a9c21d0b4", since: startAt });
    expect(bill?.perHour).toBeCloseTo(0.69 + diskPerHour, 9);

    cloud.kit.clock.advance(2000);
    expect((await cloud.get(id)).body).toMatchObject({
      status: "PROVISIONING",
      dataCenterId: "EU-RO-1",
      ssh: { direct: null, proxy: { host: "ssh.runpod.io", port: 22 } },
    });
    cloud.kit.clock.advance(25_000);
    const { body } = await cloud.get(id);
    expect(body).toEqual({
      id,
      name: "cp-7f3a9c21d0b4",
      status: "RUNNING",
      actions: ["stop", "restart", "terminate"],
      image: "runpod/base:1.0.0-ubuntu2204",
      args: "",
      disk: 40,
      ports: ["22/tcp", "8080/http"],
      env: { MODE: "train" },
      registry: null,
      mounts: {},
      cloud: "SECURE",
      dataCenterId: "EU-RO-1",
      cudaVersion: "12.8",
      gpu: { id: rtx4090, count: 1, vcpuCount: 16, memory: 62 },
      cost: 0.69,
      ssh: {
        direct: {
          host: "192.0.2.10",
          port: expect.any(Number),
          username: "root",
          command: expect.any(String),
        },
        proxy: {
          host: "ssh.runpod.io",
          port: 22,
          username: expect.stringMatching(new RegExp(`^${id}-[0-9a-f]{8}$`)),
          command: expect.any(String),
        },
      },
      runtime: {
        uptime: 0,
        gpus: [{ util: 0, memoryUtil: 0 }],
        cpu: { util: 3 },
        memory: { util: 5 },
        ports: [
          { private: 22, public: at(body, "ssh.direct.port"), type: "tcp", ip: "192.0.2.10" },
          {
            private: 8080,
            public: expect.any(Number),
            type: "http",
            ip: expect.stringMatching(/^100\.65\./),
          },
        ],
      },
      template: null,
      locked: false,
      globalNetworking: { enabled: false },
      createdAt: "2026-10-10T08:00:00Z",
      startedAt: "2026-10-10T08:00:27Z",
    });

    expect(await cloud.remove(id)).toMatchObject({ status: 204, text: "" });
    expect(cloud.kit.bill()).toEqual([]);
    expect(await cloud.get(id)).toMatchObject({
      status: 404,
      body: { title: "Not Found", status: 404, detail: "pod not found" },
    });
    expect(await cloud.ids()).toEqual([]);
    expect(await cloud.remove(id)).toMatchObject({ status: 404 });
    expect(cloud.kit.machines()).toMatchObject([
      { id, identity: "cp-7f3a9c21d0b4", terminatedAt: startAt + untilRunning, state: "TERMINATED" },
    ]);
  });

  it("stops for nothing, starts on its own machine with new ports, and tells the old ones for a while", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rentRunning();
    const before = at((await cloud.get(id)).body, "runtime.ports.0.public");
    expect((await cloud.act(id, "stop")).body).toMatchObject({
      status: "EXITED",
      cost: 0,
      runtime: null,
      ssh: { direct: null, proxy: null },
      gpu: { count: 1 },
    });
    expect(cloud.kit.bill()).toEqual([]);
    expect(await cloud.act(id, "stop")).toMatchObject({ status: 409 });

    expect((await cloud.act(id, "start")).body).toMatchObject({ status: "STARTING", cost: 0.69 });
    expect(await cloud.act(id, "start")).toMatchObject({ status: 409 });
    expect(cloud.kit.bill()).toMatchObject([{ id, since: startAt + untilRunning }]);
    cloud.kit.clock.advance(8000);
    expect(at((await cloud.get(id)).body, "runtime.ports.0.public")).toBe(before);
    expect(at((await cloud.get(id)).body, "ssh.direct.port")).toBe(before);
    cloud.kit.clock.advance(3000);
    expect(at((await cloud.get(id)).body, "runtime.ports.0.public")).not.toBe(before);

    expect((await cloud.act(id, "restart")).body).toMatchObject({ status: "STARTING" });
    cloud.kit.clock.advance(8000);
    expect(await cloud.status(id)).toBe("RUNNING");
  });

  it("decides what is allowed by the state, whatever the record says", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rent();
    expect((await cloud.get(id)).body["actions"]).toEqual(["start", "terminate"]);
    expect(await cloud.act(id, "start")).toMatchObject({ status: 409 });
    expect(await cloud.act(id, "restart")).toMatchObject({ status: 409 });
    expect(await cloud.act(id, "stop")).toMatchObject({ status: 200, body: { status: "EXITED" } });
    expect(await cloud.act(id, "reset")).toMatchObject({ status: 422 });
    expect(await cloud.act(id, "terminate")).toMatchObject({ status: 204, text: "" });
    expect(cloud.kit.machines()).toMatchObject([{ id, state: "TERMINATED" }]);
  });

  it("gives a stopped pod's GPUs away, and may start it with none", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rentRunning({ gpu: { id: rtx4090, count: 2 } });
    await cloud.act(id, "stop");
    cloud.kit.event("runpod", "hostTaken", { id });
    expect(await cloud.act(id, "start")).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("not enough free GPUs on the host machine"), status: 400 },
    });
    cloud.flag("pods.action", "noFreeGpu", "problem");
    expect((await cloud.act(id, "start")).body["detail"]).toContain("not enough free GPUs");
    cloud.flag("pods.action", "zeroGpus");
    expect(await cloud.act(id, "start")).toMatchObject({ status: 200, body: { gpu: { count: 0 }, cost: 0 } });
    cloud.kit.clock.advance(8000);
    expect((await cloud.get(id)).body).toMatchObject({ status: "RUNNING", gpu: { count: 0 } });
    await cloud.act(id, "stop");
    cloud.kit.event("runpod", "hostFree", { id });
    expect((await cloud.act(id, "start")).body).toMatchObject({ gpu: { count: 2 }, cost: 1.38 });
  });

  it("keeps a locked pod from being stopped, and restarts for a new environment", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rentRunning();
    expect(await cloud.send("PATCH", `/v2/pods/${id}`, { locked: true, name: "kept" })).toMatchObject({
      status: 200,
      body: { locked: true, name: "kept", status: "RUNNING" },
    });
    expect(await cloud.act(id, "stop")).toMatchObject({ status: 409 });
    expect((await cloud.send("PATCH", `/v2/pods/${id}`, { env: { A: "1" } })).body).toMatchObject({
      status: "STARTING",
      env: { A: "1" },
    });
  });

  it("goes on costing for a persistent disk when it stands still, twice as much by the gigabyte", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rentRunning({ mounts: { persistent: { size: 100, path: "/data" } } });
    expect(cloud.kit.bill()[0]?.perHour).toBeCloseTo(0.69 + (140 * 0.1) / 730, 9);
    await cloud.act(id, "stop");
    expect(cloud.kit.bill()).toMatchObject([{ id, state: "EXITED", since: startAt }]);
    expect(cloud.kit.bill()[0]?.perHour).toBeCloseTo((100 * 0.2) / 730, 9);
    expect((await cloud.get(id)).body["cost"]).toBe(0);
  });

  it("ends by itself, breaks, and says words nobody knows", async () => {
    await using cloud = await openRunpod();
    const [ended, broken] = [await cloud.rentRunning(), await cloud.rentRunning()];
    cloud.kit.event("runpod", "exit", { id: ended });
    cloud.kit.event("runpod", "fail", { id: broken });
    expect([await cloud.status(ended), await cloud.status(broken)]).toEqual(["EXITED", "ERROR"]);
    expect(cloud.kit.bill().map(({ id }) => id)).toEqual([broken]);
    expect((await cloud.act(broken, "start")).body["status"]).toBe("STARTING");
    cloud.kit.event("runpod", "status", { id: ended, status: "MIGRATING" });
    expect(await cloud.status(ended)).toBe("MIGRATING");
    cloud.flag("pods.get", "unknownStatus");
    expect(await cloud.status(broken)).toBe("HIBERNATING");
    cloud.flag("pods.create", "failStart");
    expect(await cloud.status(await cloud.rentRunning())).toBe("ERROR");
    cloud.flag("pods.create", "stuck");
    expect(await cloud.status(await cloud.rentRunning())).toBe("PROVISIONING");
  });
});

describe("money", () => {
  it("stops every pod when nothing is left, and destroys those without a network volume", async () => {
    await using cloud = await openRunpod({ balance: 1 });
    const volume = await cloud.send("POST", "/v2/network-volumes", {
      name: "data",
      size: 10,
      dataCenter: "EU-RO-1",
    });
    const mounts = { network: [{ volumeId: volume.body["id"], path: "/workspace" }] };
    const kept = await cloud.rent({ mounts, gpu: { id: rtx4090, count: 1 } });
    const lost = await cloud.rent({ gpu: { id: "NVIDIA GeForce RTX 4090", count: 1 } });
    // Two pods at 0.70 an hour: a dollar lasts for some 43 minutes, and it is looked at every five.
    cloud.kit.clock.advance(40 * 60_000);
    expect(await cloud.status(kept)).toBe("RUNNING");
    cloud.kit.clock.advance(10 * 60_000);
    expect(await cloud.status(kept)).toBe("EXITED");
    expect(await cloud.get(lost)).toMatchObject({ status: 404 });
    expect(cloud.kit.bill()).toMatchObject([{ state: "VOLUME", name: "data" }]);
  });

  it("wants credit for an hour, and keeps to the spend limit", async () => {
    await using poor = await openRunpod({ balance: 0.5 });
    expect(await poor.create()).toMatchObject({ status: 402 });
    await using capped = await openRunpod({ spendLimit: 1 });
    await capped.rent();
    expect(await capped.create()).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("spend limit") },
    });
    expect(capped.kit.machines()).toHaveLength(1);
  });

  it("tells what a pod has cost, an hour late", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rent();
    cloud.kit.clock.advance(3_600_000);
    expect((await cloud.send("GET", "/v2/billing/pods")).body["records"]).toEqual([]);
    cloud.kit.clock.advance(3_600_000);
    const { body } = await cloud.send("GET", `/v2/billing/pods?podId=${id}`);
    expect(body["records"]).toMatchObject([{ podId: id, gpuAmount: 0.69, cpuAmount: 0 }]);
    expect(at(body, "records.0.totalAmount")).toBeCloseTo(0.69 + diskPerHour, 9);
    expect((await cloud.send("GET", "/v2/billing/pods?podId=other")).body["records"]).toEqual([]);
  });

  it("tells the balance through GraphQL alone, whose refusals have status 200", async () => {
    await using cloud = await openRunpod();
    await cloud.rent();
    cloud.kit.clock.advance(3_600_000);
    const ask = (query: string, headers = {}) => cloud.send("POST", "/graphql", { query }, headers);
    const { body } = await ask("query { myself { clientBalance currentSpendPerHr spendLimit } }");
    expect(at(body, "data.myself.clientBalance")).toBeCloseTo(1000 - 0.69 - diskPerHour, 5);
    expect(at(body, "data.myself.currentSpendPerHr")).toBeCloseTo(0.69 + diskPerHour, 5);
    expect(at(body, "data.myself.spendLimit")).toBe(80);
    expect(await ask("query { myself { gone } }")).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] },
    });
    expect(await ask("query { myself { clientBalance } }", { authorization: "Bearer no" })).toMatchObject({
      status: 401,
    });
    cloud.flag("graphql", "graphqlError");
    expect(await ask("query { myself { clientBalance } }")).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ extensions: { code: "INTERNAL_SERVER_ERROR" } }] },
    });
    const open = await fetch(`${cloud.kit.urls.runpod}/graphql`, {
      method: "POST",
      headers: { "user-agent": "emulator-test/1" },
      body: JSON.stringify({ query: "{ gpuTypes { id } }" }),
    });
    expect(at(await open.json(), "data.gpuTypes.0.id")).toBe(rtx4090);
    expect((await cloud.send("GET", "/v2/account/balance")).status).toBe(404);
  });
});

describe("an ambiguous create", () => {
  it("may have made a pod whatever was answered", async () => {
    await using cloud = await openRunpod();
    const fault = { cloud: "runpod", endpoint: "pods.create", work: "done", times: 1 } as const;
    cloud.kit.faults.add(
      { ...fault, fault: "answer", status: 500, body: { title: "Internal Server Error", status: 500 } },
      { ...fault, fault: "answer", status: 408, body: "" },
      { ...fault, fault: "html", status: 502 },
      { ...fault, fault: "reset" },
    );
    expect((await cloud.create()).status).toBe(500);
    expect((await cloud.create()).status).toBe(408);
    expect((await cloud.create()).status).toBe(502);
    await expect(cloud.create()).rejects.toThrow();
    cloud.flag("pods.create", "withoutId");
    const nameless = await cloud.create();
    expect([nameless.status, nameless.body["id"], nameless.body["name"]]).toEqual([
      201,
      undefined,
      order["name"],
    ]);
    // Five pods of one name: names are not unique.
    expect(cloud.kit.machines()).toHaveLength(5);
    expect(cloud.kit.bill()).toHaveLength(5);
    expect(await cloud.ids()).toHaveLength(5);
  });

  it("hides a new pod from reads, and a delete in that time deletes nothing", async () => {
    await using cloud = await openRunpod({ visibleAfterMs: 30_000 });
    const id = await cloud.rent();
    expect([(await cloud.get(id)).status, await cloud.ids(), (await cloud.remove(id)).status]).toEqual([
      404,
      [],
      404,
    ]);
    expect(cloud.kit.bill()).toHaveLength(1);
    cloud.kit.clock.advance(30_000);
    expect([(await cloud.get(id)).status, await cloud.ids()]).toEqual([200, [id]]);
    expect((await cloud.remove(id)).status).toBe(204);
    expect(cloud.kit.bill()).toEqual([]);
  });
});

describe("a delete", () => {
  it("lingers, is lost, comes late, comes back, or was already under way", async () => {
    await using cloud = await openRunpod();
    const lingering = await cloud.rentRunning();
    cloud.flag("pods.delete", "lingerMs", 5000);
    expect((await cloud.remove(lingering)).status).toBe(204);
    expect(cloud.kit.bill()).toEqual([]);
    expect(await cloud.status(lingering)).toBe("RUNNING");
    cloud.kit.clock.advance(5000);
    expect((await cloud.get(lingering)).status).toBe(404);

    const lost = await cloud.rentRunning();
    cloud.flag("pods.delete", "lostDelete");
    expect((await cloud.remove(lost)).status).toBe(204);
    expect(await cloud.status(lost)).toBe("RUNNING");
    cloud.flag("pods.delete", "delayedDeleteMs", 9000);
    await cloud.remove(lost);
    expect(cloud.kit.bill()).toHaveLength(1);
    cloud.kit.clock.advance(9000);
    expect(cloud.kit.bill()).toEqual([]);

    const revenant = await cloud.rentRunning();
    cloud.flag("pods.delete", "resurrectAfterMs", 4000);
    await cloud.remove(revenant);
    expect(await cloud.ids()).toEqual([]);
    cloud.kit.clock.advance(4000);
    expect(await cloud.ids()).toEqual([revenant]);
    cloud.flag("pods.delete", "alreadyEnding");
    expect((await cloud.remove(revenant)).status).toBe(409);
    expect(cloud.kit.bill()).toEqual([]);
  });

  it("may show TERMINATED for a while", async () => {
    await using cloud = await openRunpod({ terminatedMs: 10_000 });
    const id = await cloud.rentRunning();
    await cloud.remove(id);
    expect((await cloud.get(id)).body).toMatchObject({ status: "TERMINATED", cost: 0 });
    cloud.kit.clock.advance(10_000);
    expect((await cloud.get(id)).status).toBe(404);
  });
});
