import { describe, expect, it } from "vitest";
import { at, type Body, openRunpod, rtx4090, startAt } from "./runpod-client.ts";

describe("the door", () => {
  it("turns away a caller that does not say who it is, in plain text and before looking at the key", async () => {
    await using cloud = await openRunpod();
    for (const agent of ["node", ""]) {
      const told = await cloud.send("GET", "/v2/pods", undefined, { "user-agent": agent, authorization: "" });
      expect([told.status, told.text]).toEqual([403, "error code: 1010"]);
    }
    await using open = await openRunpod({ refuseLibraryAgents: false });
    expect((await open.send("GET", "/v2/pods", undefined, { "user-agent": "node" })).status).toBe(200);
  });

  it("wants the key in the header, and lets a restricted one read", async () => {
    await using cloud = await openRunpod();
    for (const authorization of ["", "Bearer wrong", "Basic emulator-runpod-api-key"]) {
      const told = await cloud.send("GET", "/v2/pods?api_key=emulator-runpod-api-key", undefined, {
        authorization,
      });
      expect(told).toMatchObject({ status: 401, body: { title: "Unauthorized", status: 401 } });
      expect(told.headers.get("content-type")).toBe("application/problem+json");
    }
    const authorization = "Bearer emulator-runpod-read-only-key";
    expect((await cloud.send("GET", "/v2/pods", undefined, { authorization })).status).toBe(200);
    expect((await cloud.send("POST", "/v2/pods", {}, { authorization })).status).toBe(403);
  });

  it("names every answer, and knows no path in its older spelling", async () => {
    await using cloud = await openRunpod();
    const told = await cloud.send("GET", "/v2/networkvolumes");
    expect(told.status).toBe(404);
    expect(told.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect((await cloud.send("GET", "/v1/pods")).status).toBe(404);
  });

  it("counts calls in three windows, and says how many are left", async () => {
    await using cloud = await openRunpod({
      enforceRateLimits: true,
      rateLimits: { minute: 2, hour: 3, day: 9 },
    });
    const first = await cloud.list();
    expect(first.headers.get("ratelimit")).toBe('"minute";r=1;t=60, "hour";r=2;t=3600, "day";r=8;t=86400');
    expect(first.headers.get("ratelimit-policy")).toBe(
      '"minute";q=2;w=60, "hour";q=3;w=3600, "day";q=9;w=86400',
    );
    await cloud.list();
    const refused = await cloud.create();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
    cloud.kit.clock.advance(60_000);
    expect((await cloud.list()).status).toBe(200);
    const longer = await cloud.list();
    expect([longer.status, longer.headers.get("retry-after")]).toEqual([429, "3540"]);
    expect(cloud.kit.machines()).toEqual([]);
    await using exempt = await openRunpod();
    expect((await exempt.list()).headers.get("ratelimit")).toBeNull();
  });
});

describe("what a create refuses", () => {
  const gpu = { id: rtx4090, count: 1 };
  const capacity = /no instances|no longer any instances|could not find any pods/i;

  it("members it does not know, by name, and values that do not fit", async () => {
    await using cloud = await openRunpod();
    const told = await cloud.create({ gpuTypeIds: [], gpu: { id: rtx4090, count: 0 }, ports: ["53/udp"] });
    expect(told).toMatchObject({
      status: 422,
      body: {
        errors: [
          "gpuTypeIds: unexpected property",
          expect.stringContaining("gpu.count"),
          expect.stringContaining("53/udp"),
        ],
      },
    });
    const mistakes: readonly Body[] = [
      { name: "" },
      { image: undefined },
      { cloud: "ALL" },
      { disk: 0 },
      { env: { A: 1 } },
      { gpu: { id: "RTX 4090", count: 1 } },
      { image: "example/missing:latest" },
      { mounts: { persistent: { size: 5 } } },
      { gpu: undefined, cpu: { id: "cpu3c", vcpuCount: 3 } },
    ];
    for (const mistake of mistakes)
      expect([mistake, (await cloud.create(mistake)).status]).toEqual([mistake, 422]);
    expect(cloud.kit.machines()).toEqual([]);
  });

  it("rules that are broken", async () => {
    await using cloud = await openRunpod();
    const network = [{ volumeId: "none", path: "/workspace" }];
    const persistent = { size: 20, path: "/workspace" };
    const http = Array.from({ length: 11 }, (_, index) => `${8000 + index}/http`);
    const broken: readonly Body[] = [
      { gpu: undefined },
      { cpu: { id: "cpu3c", vcpuCount: 2 } },
      { gpu: { ...gpu, allowedCudaVersions: ["12.8"], minCudaVersion: "12.4" } },
      { ports: http },
      { mounts: { network, persistent } },
      { mounts: { network } },
      { registry: "none" },
      { gpu: undefined, cpu: { id: "cpu3c", vcpuCount: 2 }, mounts: { persistent } },
    ];
    for (const body of broken) {
      const told = await cloud.create(body);
      expect([body, told.status]).toEqual([body, 400]);
      expect(told.text).not.toMatch(capacity);
    }
    expect((await cloud.create({ templateId: "none" })).status).toBe(404);
    expect((await cloud.create({ env: { LARGE: "x".repeat(103_000) } })).status).toBe(413);
    expect(cloud.kit.machines()).toEqual([]);
  });

  it("what looks optional and is not, with texts that mislead", async () => {
    await using cloud = await openRunpod();
    expect(await cloud.create({ gpu: { id: rtx4090 } })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(capacity) },
    });
    expect(await cloud.create({ disk: undefined })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/must either provide a template id or pod configuration/) },
    });
    expect((await cloud.create({ disk: 10 })).body["detail"]).toMatch(/enough disk space/);
  });

  it("for want of machines, where nothing but the text says so", async () => {
    await using cloud = await openRunpod();
    for (const body of [
      { gpu: { id: "NVIDIA L40S", count: 1 } },
      { gpu: { ...gpu, count: 9 } },
      { dataCenterIds: ["EUR-IS-1"] },
      { dataCenterIds: ["eu-ro-1"] },
      { gpu: { ...gpu, minCudaVersion: "13.0" } },
    ]) {
      const told = await cloud.create(body);
      expect([body, told.status]).toEqual([body, 400]);
      expect(told.body["detail"]).toMatch(capacity);
    }
    for (const value of [400, 500, 200]) {
      cloud.flag("pods.create", "noCapacity", value);
      const told = await cloud.create();
      expect([told.status, capacity.test(told.text)]).toEqual([value, true]);
    }
    cloud.kit.event("runpod", "soldOut", { gpuId: rtx4090 });
    expect((await cloud.create({ dataCenterIds: undefined })).status).toBe(400);
    cloud.kit.event("runpod", "restock", { gpuId: rtx4090 });
    cloud.flag("pods.create", "poolClosed");
    expect(await cloud.create()).toMatchObject({ status: 403, body: { status: 403 } });
    cloud.flag("pods.create", "insufficientFunds");
    expect((await cloud.create()).status).toBe(402);
    expect(cloud.kit.machines()).toEqual([]);
    expect((await cloud.create()).status).toBe(201);
  });

  it("fills machines, and frees them", async () => {
    await using cloud = await openRunpod();
    const gpuIds = { gpu: { id: "NVIDIA H100 80GB HBM3", count: 8 } };
    const id = await cloud.rent(gpuIds);
    expect((await cloud.create(gpuIds)).status).toBe(400);
    await cloud.remove(id);
    expect((await cloud.create(gpuIds)).status).toBe(201);
  });
});

describe("what a create accepts", () => {
  it("a community machine whose place is not told", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rentRunning({ cloud: "COMMUNITY", dataCenterIds: undefined });
    expect((await cloud.get(id)).body).toMatchObject({ cloud: "COMMUNITY", cost: 0.34, dataCenterId: null });
    cloud.flag("pods.get", "earlySpec");
    expect((await cloud.get(id)).body["gpu"]).toEqual({ id: rtx4090, count: 1 });
  });

  it("a pod of cores alone", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rentRunning({ gpu: undefined, cpu: { id: "cpu3c", vcpuCount: 4 } });
    expect((await cloud.get(id)).body).toMatchObject({
      cpu: { id: "cpu3c", vcpuCount: 4, memory: 8 },
      cost: 0.12,
    });
    expect((await cloud.get(id)).body["gpu"]).toBeUndefined();
  });

  it("a template for what is left out, which the pod then knows nothing of", async () => {
    await using cloud = await openRunpod();
    const template = await cloud.send("POST", "/v2/templates", {
      name: "base",
      image: "example/base:1",
      disk: 30,
      env: { FROM: "template", MODE: "eval" },
    });
    expect(template.status).toBe(201);
    const templateId = template.body["id"];
    expect((await cloud.create({ templateId, image: undefined, disk: undefined })).body).toMatchObject({
      image: "example/base:1",
      disk: 30,
      env: { FROM: "template", MODE: "train" },
      template: null,
    });
    const serverless = await cloud.send("POST", "/v2/templates", {
      name: "less",
      image: "example/base:1",
      serverless: true,
    });
    expect((await cloud.create({ templateId: serverless.body["id"] })).status).toBe(422);
  });

  it("the account's keys, unless the order brings its own", async () => {
    await using cloud = await openRunpod();
    const keys = ["ssh-ed25519 AAAA one", "ecdsa-sha2-nistp256 AAAA two"];
    expect((await cloud.send("PUT", "/v2/account/ssh-keys", { keys })).body).toEqual({ keys });
    expect((await cloud.send("PUT", "/v2/account/ssh-keys", { keys: ["no key"] })).status).toBe(422);
    expect((await cloud.send("GET", "/v2/account/ssh-keys")).body).toEqual({ keys });
    expect(at((await cloud.create()).body, "env.PUBLIC_KEY")).toBeUndefined();
    expect(at((await cloud.create({ startSsh: true })).body, "env.PUBLIC_KEY")).toBe(keys.join("\n"));
    const own = await cloud.create({ startSsh: true, env: { PUBLIC_KEY: "ssh-ed25519 BBBB" } });
    expect(at(own.body, "env.PUBLIC_KEY")).toBe("ssh-ed25519 BBBB");
  });

  it("the wish for one port inside and outside", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rentRunning({ ports: ["70001/tcp"] });
    const { body } = await cloud.get(id);
    expect(at(body, "runtime.ports.0.private")).toBe(at(body, "runtime.ports.0.public"));
    expect(at(body, "ssh.direct")).toBeNull();
  });

  it("a start command in the form in which it is told", async () => {
    await using cloud = await openRunpod();
    const { body } = await cloud.create({ entrypoint: ["bash", "-c"], cmd: ["sleep 1"] });
    expect(body["args"]).toBe('{"entrypoint":["bash","-c"],"cmd":["sleep 1"]}');
  });
});

describe("the list", () => {
  it("goes from the newest by cursors that new pods do not shift, and ignores filters", async () => {
    await using cloud = await openRunpod();
    const made = [];
    for (const name of ["a", "b", "c", "d"]) made.unshift(await cloud.rent({ name }));
    expect(await cloud.ids("?name=a&desiredStatus=EXITED")).toEqual(made);
    const first = await cloud.list("?limit=2");
    expect(first.body["pagination"]).toEqual({ nextCursor: expect.any(String), hasNextPage: true });
    const cursor = String(at(first.body, "pagination.nextCursor"));
    await cloud.rent({ name: "e" });
    const second = await cloud.list(`?limit=2&cursor=${cursor}`);
    expect((second.body["pods"] as readonly Body[]).map(({ id }) => id)).toEqual(made.slice(2));
    expect(second.body["pagination"]).toEqual({ nextCursor: null, hasNextPage: false });
  });

  it("has pages that are short or empty with more to come, and refuses strange cursors", async () => {
    await using cloud = await openRunpod();
    for (const name of ["a", "b", "c"]) await cloud.rent({ name });
    cloud.flag("pods.list", "shortPage");
    const short = await cloud.list("?limit=2");
    expect([
      (short.body["pods"] as readonly Body[]).length,
      at(short.body, "pagination.hasNextPage"),
    ]).toEqual([1, true]);
    cloud.flag("pods.list", "emptyPage");
    const empty = await cloud.list();
    expect(empty.body["pods"]).toEqual([]);
    expect(at(empty.body, "pagination.hasNextPage")).toBe(true);
    expect(await cloud.ids(`?cursor=${String(at(empty.body, "pagination.nextCursor"))}`)).toHaveLength(3);
    for (const query of ["?cursor=foreign", "?limit=0", "?limit=1001", "?limit=x"]) {
      expect([query, (await cloud.list(query)).status]).toEqual([query, 422]);
    }
  });

  it("may be whole and say nothing of pages", async () => {
    await using cloud = await openRunpod({ pagination: false });
    for (const name of ["a", "b"]) await cloud.rent({ name });
    const { body } = await cloud.list("?limit=1");
    expect(Object.keys(body)).toEqual(["pods"]);
    expect(body["pods"]).toHaveLength(2);
  });
});

describe("the catalogue", () => {
  const path = "/v2/catalog/gpus?include=AVAILABILITY&product=POD";
  const rowsOf = (body: Body) => body["gpus"] as readonly Body[];

  it("tells prices of one GPU, and what is free for the asked number and cloud", async () => {
    await using cloud = await openRunpod();
    const { body } = await cloud.send("GET", `${path}&count=8&cloud=SECURE`);
    expect(rowsOf(body)[0]).toEqual({
      id: rtx4090,
      name: "RTX 4090",
      manufacturer: "NVIDIA",
      pool: "ADA_24",
      memory: 24,
      secure: true,
      community: true,
      price: { secure: 0.69, community: 0.34 },
      maxCount: { secure: 8, community: 4 },
      cudaVersions: [
        { version: "12.4", available: true },
        { version: "12.8", available: true },
      ],
      availability: "HIGH",
      dataCenters: [
        { id: "EU-RO-1", name: "EU-RO-1", availability: "HIGH" },
        { id: "US-KS-2", name: "US-KS-2", availability: "LOW" },
      ],
    });
    const named = (id: string) => rowsOf(body).find((row) => row["id"] === id);
    expect(named("NVIDIA L40S")).toMatchObject({ availability: "NONE" });
    expect(named("NVIDIA L40S")).not.toHaveProperty("dataCenters");
    expect(named("AMD Instinct MI300X OAM")).not.toHaveProperty("cudaVersions");
    expect(named("NVIDIA H100 80GB HBM3")).toMatchObject({ price: { community: null } });
    expect(named("NVIDIA H100 NVL")).toMatchObject({ community: false, price: { community: 0 } });
    const community = await cloud.send("GET", `${path}&cloud=COMMUNITY`);
    expect(rowsOf(community.body)[0]).toMatchObject({ availability: "MEDIUM" });
    expect(rowsOf(community.body)[0]).not.toHaveProperty("dataCenters");
    await cloud.rent({ gpu: { id: rtx4090, count: 8 }, dataCenterIds: ["US-KS-2"] });
    const after = await cloud.send("GET", `${path}&count=1`);
    expect(at(rowsOf(after.body)[0], "dataCenters")).toHaveLength(1);
  });

  it("wants a product with availability, filters, and finds one type by its id", async () => {
    await using cloud = await openRunpod();
    expect((await cloud.send("GET", "/v2/catalog/gpus?include=AVAILABILITY")).status).toBe(400);
    expect(rowsOf((await cloud.send("GET", "/v2/catalog/gpus")).body)[0]).not.toHaveProperty("availability");
    expect(rowsOf((await cloud.send("GET", "/v2/catalog/gpus?cudaVersions=12.4")).body)).toHaveLength(6);
    expect(rowsOf((await cloud.send("GET", "/v2/catalog/gpus?minCudaVersion=12.5")).body)).toHaveLength(7);
    const one = await cloud.send("GET", `/v2/catalog/gpus/${encodeURIComponent(rtx4090)}`);
    expect(one.body).toMatchObject({ id: rtx4090 });
    expect((await cloud.send("GET", "/v2/catalog/gpus/none")).status).toBe(404);
    cloud.flag("gpus.list", "nullPrice");
    expect(rowsOf((await cloud.send("GET", path)).body)[0]).toMatchObject({ price: { secure: null } });
    expect((await cloud.send("GET", "/v2/catalog/cpus")).body["cpus"]).toHaveLength(2);
    const places = await cloud.send("GET", "/v2/catalog/datacenters?include=GPU_AVAILABILITY");
    expect(at(places.body, "datacenters.0")).toMatchObject({
      id: "EU-RO-1",
      gpuAvailability: expect.arrayContaining([
        expect.objectContaining({ id: rtx4090, availability: "HIGH" }),
      ]),
    });
  });
});

describe("what is stored", () => {
  it("network volumes: billed, tied to a place, only growing, kept while in use", async () => {
    await using cloud = await openRunpod();
    const path = "/v2/network-volumes";
    const volume = { name: "data", size: 1000, dataCenter: "EU-RO-1" };
    for (const wrong of [{ size: 9 }, { size: 4097 }, { dataCenter: "eu-ro-1" }, { name: undefined }]) {
      expect((await cloud.send("POST", path, { ...volume, ...wrong })).status).toBe(422);
    }
    const created = await cloud.send("POST", path, volume);
    expect(created).toMatchObject({ status: 201, body: { ...volume, type: "STANDARD" } });
    const id = String(created.body["id"]);
    expect(cloud.kit.bill()).toMatchObject([{ id, name: "data", state: "VOLUME", since: startAt }]);
    // A terabyte: 0.05 a GB and month.
    expect(cloud.kit.bill()[0]?.perHour).toBeCloseTo((1000 * 0.05) / 730, 9);
    expect((await cloud.send("GET", path)).body["networkVolumes"]).toHaveLength(1);
    expect((await cloud.send("PATCH", `${path}/${id}`, { size: 500 })).status).toBe(400);
    expect((await cloud.send("PATCH", `${path}/${id}`, { size: 2000 })).body["size"]).toBe(2000);

    const mounts = { network: [{ volumeId: id, path: "/workspace" }] };
    const elsewhere = await cloud.create({ mounts, dataCenterIds: ["US-KS-2"] });
    expect(elsewhere).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/could not find any pods/i) },
    });
    const pod = await cloud.rent({ mounts, dataCenterIds: undefined });
    expect((await cloud.send("DELETE", `${path}/${id}`)).status).toBe(409);
    await cloud.remove(pod);
    expect(await cloud.send("DELETE", `${path}/${id}`)).toMatchObject({ status: 204, text: "" });
    expect((await cloud.send("GET", `${path}/${id}`)).status).toBe(404);
    expect(cloud.kit.bill()).toEqual([]);
  });

  it("templates, registry credentials and secrets, whose values never come back", async () => {
    await using cloud = await openRunpod();
    const template = await cloud.send("POST", "/v2/templates", { name: "t", image: "example/base:1" });
    const changed = await cloud.send("PATCH", `/v2/templates/${String(template.body["id"])}`, { disk: 50 });
    expect(changed.body).toMatchObject({ name: "t", disk: 50 });
    expect((await cloud.send("DELETE", `/v2/templates/${String(template.body["id"])}`)).status).toBe(204);
    expect((await cloud.send("GET", "/v2/templates")).body).toEqual({ templates: [] });

    const registry = await cloud.send("POST", "/v2/registries", { name: "r", username: "u", password: "p" });
    expect(registry).toMatchObject({ status: 201, body: { name: "r" } });
    expect(registry.text).not.toContain("password");
    expect((await cloud.create({ registry: registry.body["id"] })).status).toBe(201);
    expect((await cloud.send("DELETE", `/v2/registries/${String(registry.body["id"])}`)).status).toBe(204);

    expect((await cloud.send("POST", "/v2/account/secrets", { name: "RUNPOD_X", value: "v" })).status).toBe(
      422,
    );
    const secret = await cloud.send("POST", "/v2/account/secrets", { name: "token", value: "hidden-value" });
    expect(secret.status).toBe(201);
    expect((await cloud.send("GET", "/v2/account/secrets")).text).not.toContain("hidden-value");
    const path = `/v2/account/secrets/${String(secret.body["id"])}`;
    expect((await cloud.send("PATCH", path, { value: "other" })).status).toBe(200);
    expect((await cloud.send("DELETE", path)).status).toBe(204);
    expect((await cloud.send("DELETE", path)).status).toBe(404);
  });
});

describe("logs", () => {
  /** Reads until `count` events have come: the stream does not end by itself. */
  async function read(url: string, count: number, headers: Record<string, string> = {}): Promise<string[]> {
    const controller = new AbortController();
    const authorization = "Bearer emulator-runpod-api-key";
    const response = await fetch(url, {
      headers: { authorization, "user-agent": "emulator-test/1", ...headers },
      signal: controller.signal,
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.split("\n\n").length > count) break;
    }
    controller.abort();
    return text.split("\n\n").filter((event) => event !== "");
  }

  it("come as a stream that goes on, by source and from where one left off", async () => {
    await using cloud = await openRunpod();
    const id = await cloud.rentRunning();
    cloud.kit.event("runpod", "log", { id, line: "epoch 1" });
    const url = `${cloud.kit.urls.runpod}/v2/pods/${id}/logs`;
    const events = await read(`${url}?source=container&tail=5`, 2);
    const last = events.at(-1) ?? "";
    expect(last).toMatch(/^id: \d+\ndata: /);
    expect(JSON.parse(last.slice(last.indexOf("data: ") + 6))).toMatchObject({
      source: "container",
      line: "epoch 1",
    });
    const lastId = /^id: (\d+)/.exec(last)?.[1] ?? "";
    cloud.kit.event("runpod", "log", { id, line: "epoch 2" });
    const resumed = await read(url, 1, { "last-event-id": lastId });
    expect(resumed).toHaveLength(1);
    expect(resumed[0]).toContain("epoch 2");
    for (const query of ["source=kernel", "tail=5001", "since=yesterday"]) {
      expect((await cloud.send("GET", `/v2/pods/${id}/logs?${query}`)).status).toBe(422);
    }
    expect((await cloud.send("GET", "/v2/pods/none/logs")).status).toBe(404);
  });
});
