import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { runpodOfferRaw, runpodRaw } from "../src/index.ts";
import { cloud, collect, fixture, image, offerId, open, ownClock, podId, publicKey } from "./support.ts";

const pod = fixture("pod");
const problem = (status: number, detail: string) => ({ title: "Problem", status, detail });

/** Launches against a cloud that says yes, and tells what it was sent. */
async function sent(request: object): Promise<Record<string, unknown>> {
  let body: unknown;
  cloud()
    .post("/v2/pods", (json) => {
      body = json;
      return true;
    })
    .reply(201, { ...pod, status: "PROVISIONING" });
  await open().launch({ image, offerId, ...request });
  return body as Record<string, unknown>; // JSON of a create
}

describe("launch", () => {
  it("sends one create, with everything in it that only looks optional, and returns at once", async () => {
    const { name, ...body } = await sent({});
    expect(body).toEqual({
      image,
      cloud: "SECURE",
      gpu: { id: "NVIDIA GeForce RTX 4090", count: 1 },
      disk: 20,
      ports: ["22/tcp"],
      env: {},
    });
    expect(name).toMatch(/^gp[0-9a-z]{18}$/);
  });

  it("says everything that it was asked for", async () => {
    const body = await sent({
      ...{ name: "trainer", offerId: "NVIDIA L40S|4|COMMUNITY|EU-RO-1", minDiskMiB: 102_401 },
      ...{ env: { MODE: "train" }, sshPublicKeys: [publicKey, publicKey] },
      ports: [{ port: 22 }, { port: 8080, protocol: "http" }, { port: 9000 }],
      providerOptions: {
        runpod: {
          ...{ registry: "reg-1", minCudaVersion: "12.8", startSsh: true },
          networkVolume: { id: "vol-1", path: "/data" },
        },
      },
    });
    expect(body).toEqual({
      name: expect.stringMatching(/^trainer-gp[0-9a-z]{18}$/),
      ...{
        image,
        cloud: "COMMUNITY",
        disk: 101,
        dataCenterIds: ["EU-RO-1"],
        registry: "reg-1",
        startSsh: true,
      },
      gpu: { id: "NVIDIA L40S", count: 4, minCudaVersion: "12.8" },
      ports: ["22/tcp", "8080/http", "9000/tcp"],
      env: { MODE: "train", PUBLIC_KEY: `${publicKey}\n${publicKey}` },
      mounts: { network: [{ volumeId: "vol-1", path: "/data" }] },
    });
  });

  it("puts a command in the place of the image's own start", async () => {
    const { args } = await sent({ command: "python train.py --name 'a b'" });
    expect(JSON.parse(String(args))).toEqual({
      entrypoint: ["/bin/sh", "-c"],
      cmd: ["python train.py --name 'a b'"],
    });
  });

  it("shows nothing of its environment and its command where the cloud echoes them", async () => {
    const echo = async (sent: Request) => Response.json(problem(400, await sent.text()), { status: 400 });
    const command = 'train --password "correct horse" --token battery-staple';
    const launched = open({ fetch: echo }).launch({ image, offerId, command, env: { TOKEN: "tok-9f3c" } });
    const error = await launched.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("[secret]") });
    expect(inspect(error)).not.toMatch(/correct horse|battery-staple|tok-9f3c/);
  });

  it("leaves to a template what it has: image and ports", async () => {
    const providerOptions = { runpod: { templateId: "tpl-1", dataCenterIds: ["EU-RO-1", "US-KS-2"] } };
    const body = await sent({ image: undefined, providerOptions });
    expect(body).toMatchObject({ templateId: "tpl-1", disk: 20, dataCenterIds: ["EU-RO-1", "US-KS-2"] });
    expect(body).not.toHaveProperty("ports");
    expect(body).not.toHaveProperty("image");
  });

  it("keeps what the answer says of the pod", async () => {
    cloud()
      .post("/v2/pods")
      .reply(201, { ...pod, status: "PROVISIONING", ssh: null, runtime: {} });
    const instance = await open().launch({ image, offerId, name: "trainer" });
    expect(instance).toMatchObject({
      ...{ id: podId, name: "trainer", status: "provisioning", providerStatus: "PROVISIONING" },
      price: { currency: "USD", perHourMicros: 1_380_000, kind: "on_demand" },
    });
    expect(runpodRaw(instance)?.["cloud"]).toBe("SECURE");
    expect(JSON.stringify(instance)).not.toContain('train"');
  });

  it("takes the cheapest that is there, and tries the next one where nothing is left", async () => {
    const gpus = { ...fixture("gpus") };
    cloud().get("/v2/catalog/gpus").query(true).reply(200, gpus);
    const other = { include: "AVAILABILITY", product: "POD", count: "2", cloud: "COMMUNITY" };
    cloud().get("/v2/catalog/gpus").query(other).reply(200, gpus);
    cloud()
      .post("/v2/pods", (body) => body.cloud === "COMMUNITY" && body.gpu.count === 2)
      .reply(
        400,
        problem(400, "There are no longer any instances available with the requested specifications."),
      );
    cloud()
      .post("/v2/pods", (body) => body.cloud === "SECURE" && body.gpu.count === 2)
      .reply(201, pod);
    const instance = await open({ community: true }).launch({ image, gpu: { model: "RTX 4090", count: 2 } });
    expect(instance.id).toBe(podId);
  });

  it.each([
    ["a 500", 500, problem(500, "Something went wrong.")],
    ["a 500 in the words for no capacity", 500, { error: "no instances available", status: 500 }],
    ["a gateway's page", 502, "<html>bad gateway</html>"],
    ["a time-out of its own", 408, problem(408, "timeout")],
    ["a yes without an id", 201, { status: "PROVISIONING" }],
    ["a refusal with status 200", 200, { error: "no instances currently available", status: 200 }],
  ])("looks for the pod after %s, and finds it", async (_, status, body) => {
    let name = "";
    cloud()
      .post("/v2/pods", (json) => {
        name = json.name;
        return true;
      })
      .reply(status, body);
    cloud()
      .get("/v2/pods")
      .query({ limit: 100 })
      .reply(200, () => ({ pods: [{ ...pod, name }] }));
    expect((await open().launch({ image, offerId })).id).toBe(podId);
  });

  it("never sends a create again that may have made a pod", async () => {
    cloud().post("/v2/pods").reply(503, "busy");
    cloud().persist().get("/v2/pods").query(true).reply(200, { pods: [] });
    const clock = ownClock(0);
    const launched = open({ clock }).launch({ image, offerId });
    await expect(launched).rejects.toMatchObject({ code: "unavailable", effect: "none" });
    // 60 s of the create, 60 s in which it may not be shown, 30 s in which it may still be carried out.
    expect(clock.now()).toBeGreaterThanOrEqual(150_000);
  });

  it.each([
    ["offerId", { offerId: "4090" }],
    ["offerId", { offerId: "NVIDIA L40S|0|SECURE|*" }],
    ["offerId", { offerId: "NVIDIA L40S|1|ALL|*" }],
    ["region", { region: "EU-RO-1" }],
    ["image", { image: undefined }],
    ["ports", { ports: Array.from({ length: 11 }, (_, n) => ({ port: 8000 + n, protocol: "http" })) }],
    ["env.PUBLIC_KEY", { sshPublicKeys: [publicKey], env: { PUBLIC_KEY: "x" } }],
    [
      "providerOptions.runpod.dataCenterIds",
      {
        offerId: "NVIDIA L40S|1|SECURE|EU-RO-1",
        providerOptions: { runpod: { dataCenterIds: ["US-KS-2"] } },
      },
    ],
    ["providerOptions.runpod.cloud", { providerOptions: { runpod: { cloud: "ALL" } } }],
  ])("refuses %s before anything is sent: %j", async (field, request) => {
    const launched = open().launch({ image, offerId, ...request } as never); // as a program without types
    await expect(launched).rejects.toMatchObject({ code: "invalid_argument", field, effect: "none" });
  });

  it.each([
    ["sshPublicKeys", { sshPublicKeys: [publicKey], command: "sleep 1" }],
    ["startup", { startup: "echo" }],
    ["labels", { labels: { team: "a" } }],
    ["snapshot", { image: undefined, snapshot: "s" }],
    ["pricing", { pricing: { kind: "spot" } }],
    ["pricing", { pricing: { kind: "reserved", unit: "day", count: 1 } }],
    ["ports", { ports: [{ port: 53, protocol: "udp" }] }],
  ])("has no %s: %j", async (field, request) => {
    const launched = open().launch({ image, offerId, ...request } as never); // as a program without types
    await expect(launched).rejects.toMatchObject({ code: "unsupported", field, effect: "none" });
  });
});

describe("reads", () => {
  it("describes a pod", async () => {
    cloud().get(`/v2/pods/${podId}`).reply(200, pod);
    expect(await open().describe(podId)).toMatchObject({ id: podId, status: "running" });
  });

  it("believes no answer about another pod", async () => {
    cloud().get("/v2/pods/other").reply(200, pod);
    await expect(open().describe("other")).rejects.toMatchObject({ code: "bad_response" });
  });

  it("believes that a pod is gone only with a list to match", async () => {
    cloud().get(`/v2/pods/${podId}`).times(2).reply(404, problem(404, "pod not found"));
    cloud()
      .get("/v2/pods")
      .query({ limit: 100 })
      .reply(200, { pods: [pod], pagination: { hasNextPage: false, nextCursor: null } });
    expect(await open().describe(podId)).toMatchObject({ id: podId });
    cloud().get("/v2/pods").query({ limit: 100 }).reply(200, { pods: [] });
    await expect(open().describe(podId)).rejects.toMatchObject({ code: "not_found" });
  });

  it("follows the pages by what they say, not by their length", async () => {
    const page = (pods: readonly object[], nextCursor: string | null) => ({
      pods,
      pagination: { hasNextPage: nextCursor !== null, nextCursor },
    });
    cloud().get("/v2/pods").query({ limit: 100 }).reply(200, page([], "c1"));
    cloud()
      .get("/v2/pods")
      .query({ limit: 100, cursor: "c1" })
      .reply(200, page([pod], "c2"));
    cloud()
      .get("/v2/pods")
      .query({ limit: 100, cursor: "c2" })
      .reply(200, page([{ ...pod, id: "other" }], null));
    expect((await collect(open().list())).map(({ id }) => id)).toEqual([podId, "other"]);
  });

  it.each([
    ["a page without rows", { pagination: { hasNextPage: false } }],
    ["a row without an id", { pods: [{ status: "RUNNING" }] }],
    ["a next page that nothing leads to", { pods: [], pagination: { hasNextPage: true, nextCursor: null } }],
  ])("believes no list with %s", async (_, body) => {
    cloud().get("/v2/pods").query(true).reply(200, body);
    await expect(collect(open().list())).rejects.toMatchObject({ code: "bad_response" });
  });

  it("looks for offers in one data center by its id, in any case", async () => {
    const query = { include: "AVAILABILITY", product: "POD", count: "1", cloud: "SECURE" };
    cloud().get("/v2/catalog/gpus").query(query).reply(200, fixture("gpus"));
    const offers = await collect(open().offers.search({ region: "eu-ro-1" }));
    expect(offers).toMatchObject([
      {
        id: "NVIDIA GeForce RTX 4090|1|SECURE|EU-RO-1",
        ...{ region: "EU-RO-1", available: true, maxCount: 8 },
      },
    ]);
    expect(offers.map((offer) => runpodOfferRaw(offer)?.["pool"])).toEqual(["ADA_24"]);
  });

  it("asks again for an offer that is named, in its own cloud and size", async () => {
    const query = { include: "AVAILABILITY", product: "POD", count: "4", cloud: "COMMUNITY" };
    cloud().get("/v2/catalog/gpus").query(query).reply(200, fixture("gpus"));
    const id = "NVIDIA GeForce RTX 4090|4|COMMUNITY|*";
    const offers = await collect(open({ community: true }).offers.search({ offerId: id }));
    expect(offers).toMatchObject([{ id, price: { perHourMicros: 1_360_000 } }]); // 4 × 0.34
  });
});

describe("terminate", () => {
  it("takes the empty answer, and looks until the pod has been absent long enough", async () => {
    cloud().delete(`/v2/pods/${podId}`).reply(204);
    cloud()
      .get(`/v2/pods/${podId}`)
      .reply(200, { ...pod, status: "TERMINATED" });
    expect(await open().terminate(podId)).toMatchObject({ evidence: "terminal_status" });
  });

  it("looks on after a 409: the pod may be ending already", async () => {
    cloud().delete(`/v2/pods/${podId}`).reply(409, problem(409, "already terminating"));
    cloud()
      .get(`/v2/pods/${podId}`)
      .reply(200, { ...pod, status: "TERMINATED" });
    expect(await open().terminate(podId)).toMatchObject({ evidence: "terminal_status" });
  });
});

describe("power", () => {
  const action = (word: string) => cloud().post(`/v2/pods/${podId}/action`, { action: word });
  const reads = (more: object) =>
    cloud()
      .get(`/v2/pods/${podId}`)
      .reply(200, { ...pod, ...more });

  it("stops, and counts what is stopped already as done", async () => {
    action("stop").reply(200, { ...pod, status: "EXITED" });
    await open().power.stop(podId);
    action("stop").reply(409, problem(409, "Cannot stop a pod that is EXITED."));
    reads({ status: "EXITED" });
    await open().power.stop(podId);
    action("stop").reply(409, problem(409, "The pod is locked."));
    reads({ status: "RUNNING" });
    await expect(open().power.stop(podId)).rejects.toMatchObject({ code: "conflict" });
  });

  it("starts, and looks whether the pod has its GPUs", async () => {
    action("start").reply(200, { ...pod, status: "STARTING" });
    reads({ status: "STARTING" });
    await open().power.start(podId);
  });

  it.each([
    ["0 GPUs", { gpu: { id: "NVIDIA GeForce RTX 4090", count: 0 } }],
    ["no GPU at all", { gpu: null }],
  ])("stops a pod again that came up with %s", async (_, more) => {
    action("start").reply(200, { ...pod, status: "STARTING" });
    reads({ ...more, status: "STARTING" });
    action("stop").reply(200, { ...pod, status: "EXITED" });
    await expect(open().power.start(podId)).rejects.toMatchObject({
      ...{ code: "no_capacity", effect: "none", scope: "request", instanceId: podId },
    });
  });

  it("starts a CPU pod, which has none", async () => {
    action("start").reply(200, pod);
    reads({ gpu: null, cpu: { id: "cpu3c", vcpuCount: 2, memory: 4 } });
    await open().power.start(podId);
  });

  it("says that a pod was started when it cannot be read, or not stopped again", async () => {
    action("start").reply(200, pod);
    cloud().get(`/v2/pods/${podId}`).reply(403, problem(403, "no"));
    const unread = { code: "permission_denied", effect: "done", instanceId: podId };
    await expect(open().power.start(podId)).rejects.toMatchObject(unread);
    action("start").reply(200, pod);
    reads({ gpu: { count: 0 } });
    action("stop").times(4).reply(500, problem(500, "no"));
    const running = { code: "unavailable", effect: "done", instanceId: podId };
    await expect(open().power.start(podId)).rejects.toMatchObject(running);
  });

  it("restarts, once", async () => {
    action("restart").reply(200, pod);
    await open().power.restart(podId);
    action("restart").reply(409, problem(409, "not running"));
    await expect(open().power.restart(podId)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("logs", () => {
  const stream = 'id: 1\ndata: {"ts":"t","source":"container","line":"one"}\n\ndata: {"line":"two"}\n\n';

  it("gives the lines that have come", async () => {
    cloud()
      .get(`/v2/pods/${podId}/logs`)
      .query({ source: "container", tail: 5000 })
      .reply(200, stream, { "content-type": "text/event-stream" });
    expect(await collect(open().logs.tail(podId))).toEqual(["one", "two"]);
  });

  it("gives as many as asked, of the host if asked, and those that hold a word", async () => {
    cloud()
      .get(`/v2/pods/${podId}/logs`)
      .query({ source: "system", tail: 7 })
      .reply(200, stream, { "content-type": "text/event-stream" });
    const query = { lines: 7, daemon: true, filter: "tw" };
    expect(await collect(open().logs.tail(podId, query))).toEqual(["two"]);
    const tooMany = collect(open().logs.tail(podId, { lines: 5001 }));
    await expect(tooMany).rejects.toMatchObject({ code: "invalid_argument", field: "lines" });
  });
});

describe("volumes", () => {
  const volume = { id: "vol-1", name: "data", size: 101, dataCenter: "EU-RO-1", type: "STANDARD" };
  const spec = { name: "data", sizeMiB: 102_401, region: "EU-RO-1" };

  it("lists, makes and removes them", async () => {
    const { volumes } = open();
    cloud()
      .get("/v2/network-volumes")
      .reply(200, { networkVolumes: [volume] });
    const model = { id: "vol-1", name: "data", sizeMiB: 103_424, region: "EU-RO-1", type: "STANDARD" };
    expect(await collect(volumes.list())).toEqual([{ ...model, provider: "runpod" }]);
    const body = { name: "data", size: 101, dataCenter: "EU-RO-1" };
    cloud().post("/v2/network-volumes", body).reply(201, volume);
    expect(await volumes.create(spec)).toMatchObject(model);
    cloud().delete("/v2/network-volumes/vol-1").reply(204);
    await volumes.remove("vol-1");
    cloud().delete("/v2/network-volumes/vol-1").reply(404, problem(404, "not found"));
    await expect(volumes.remove("vol-1")).rejects.toMatchObject({ code: "not_found" });
  });

  it("never makes a second one after a lost answer", async () => {
    cloud().post("/v2/network-volumes").reply(500, problem(500, "no"));
    await expect(open().volumes.create(spec)).rejects.toMatchObject({ effect: "maybe", retryable: false });
  });

  it.each([
    ["name", { name: undefined }],
    ["region", { region: undefined }],
    ["sizeMiB", { sizeMiB: 9 * 1024 }],
    ["sizeMiB", { sizeMiB: 4097 * 1024 }],
    ["offerId", { offerId: "1" }],
  ])("refuses %s: %j", async (field, more) => {
    await expect(open().volumes.create({ ...spec, ...more })).rejects.toMatchObject({ field });
  });
});

describe("ssh keys", () => {
  const other = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7 desk";
  const fingerprint = "SHA256:z21eI+FencDR5/tfOvVxdgLw0IcMbG7rFyYBzcXREvM";
  const listed = (...keys: string[]) => cloud().get("/v2/account/ssh-keys").reply(200, { keys });

  it("are read and written as a whole", async () => {
    const { sshKeys } = open();
    listed(other, publicKey);
    expect((await collect(sshKeys.list()))[1]).toEqual({ id: fingerprint, publicKey, provider: "runpod" });
    listed(other);
    cloud()
      .put("/v2/account/ssh-keys", { keys: [other, publicKey] })
      .reply(200, { keys: [] });
    expect(await sshKeys.add(publicKey)).toMatchObject({ id: fingerprint, publicKey });
    listed(publicKey);
    expect(await sshKeys.add(publicKey.replace("laptop", "desk"))).toMatchObject({ publicKey });
    listed(other, publicKey);
    cloud()
      .put("/v2/account/ssh-keys", { keys: [other] })
      .reply(200, { keys: [] });
    await sshKeys.remove(fingerprint);
    listed(other);
    await expect(sshKeys.remove(fingerprint)).rejects.toMatchObject({ code: "not_found" });
  });
});

it("reads the balance by GraphQL, also one below zero", async () => {
  const query = { query: "query { myself { clientBalance } }" };
  const answers = (clientBalance: number) =>
    cloud()
      .post("/graphql", query)
      .reply(200, { data: { myself: { clientBalance } } });
  answers(12.345678);
  expect(await open().account.balance()).toEqual({ currency: "USD", availableMicros: 12_345_678 });
  answers(-0.5);
  expect(await open().account.balance()).toEqual({ currency: "USD", availableMicros: -500_000 });
});
