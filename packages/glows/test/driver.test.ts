import { explain, type LaunchRequest } from "@gpuport/core";
import { nock } from "@gpuport/testkit";
import { describe, expect, it, vi } from "vitest";
import { glows, glowsRaw, glowsRecord } from "../src/index.ts";
import { cpuSpec, legacy, ok, pagination, queued, running, spec } from "./fixtures/answers.ts";
import { all, api, refusalOf, token } from "./support.ts";

const provider = glows({ token, catalogImage: "img-catalog1" });

const request: LaunchRequest = {
  offerId: "TW-04/gpu/container/2/NVIDIA GeForce RTX 4090",
  image: "img-bbbb2222",
};

/** Sends a launch, and gives back what went over the wire. */
async function bodyOf(asked: LaunchRequest, from = provider): Promise<Record<string, unknown>> {
  let body: Record<string, unknown> = {};
  api()
    .post("/sdk/v1/instance", (sent: Record<string, unknown>) => {
      body = sent;
      return true;
    })
    .reply(200, ok({ instance: queued }));
  await from.launch(asked);
  return body;
}

describe("launch", () => {
  it("sends what the offer's id says, and the token as custom_meta_key", async () => {
    const body = await bodyOf(request);
    expect(body).toEqual({
      from_image_id: "img-bbbb2222",
      gpu_name: "NVIDIA GeForce RTX 4090",
      custom_meta_key: expect.stringMatching(/^gp[0-9a-z]{18}$/),
      instance_category: "container",
      region_name: "TW-04",
      unit_qty: 2,
    });
  });

  it("returns the id at once, and leaves open what is not known yet", async () => {
    api()
      .post("/sdk/v1/instance")
      .reply(200, ok({ instance: queued }));
    const instance = await provider.launch({ ...request, name: "trainer-a" });
    expect(instance).toMatchObject({
      id: "ins-aaaa1111",
      provider: "glows",
      name: "trainer-a",
      status: "pending",
      reason: "queued",
      providerStatus: "SchedQueued",
      billing: "none",
      region: "TW-04",
      image: "img-bbbb2222",
      access: { ssh: [], ports: [] },
    });
    expect(instance.price).toBeUndefined();
    expect(instance.hardware.vcpus).toBeUndefined();
    expect(glowsRaw(instance)?.sourceType).toBe("SourceSDK");
    expect(JSON.stringify(instance)).not.toContain("hunter2");
  });

  it("sends every field that a request can have", async () => {
    const body = await bodyOf({
      ...request,
      name: "trainer-a",
      env: { MODE: "train", SEED: "7", EMPTY: "" },
      command: "sleep infinity",
      ports: [{ port: 8080, protocol: "http" }, { port: 22 }, { port: 6006, protocol: "tcp" }],
      pricing: { kind: "on_demand" },
      region: "TW-04",
      providerOptions: {
        glows: {
          net_ids: ["net-cccc3333"],
          network_type: 0,
          public_ip_id: "net-dddd4444",
          base_resource: { resource_id: "VFctMDQ=", unit_qty: 1, unit_spec: { cpus: 10 } },
          extra_resource: { cpus: 4 },
        },
        vast: { ignored: true },
      },
    });
    expect(body).toMatchObject({
      remark: "trainer-a",
      envs: "MODE=train;SEED=7;EMPTY=",
      cmd: "sleep infinity",
      ports: '[{"port":8080,"protocol":2},{"port":22,"protocol":1},{"port":6006,"protocol":1}]',
      net_ids: ["net-cccc3333"],
      network_type: 0,
      public_ip_id: "net-dddd4444",
      base_resource: { resource_id: "VFctMDQ=", unit_qty: 1, unit_spec: { cpus: 10 } },
      extra_resource: { cpus: 4 },
    });
  });

  it("starts from a snapshot on a CPU machine", async () => {
    const body = await bodyOf({
      snapshot: "snap-eeee5555",
      region: "TW-03",
      providerOptions: { glows: { cpu_name: "AMD EPYC 9354", unit_qty: 3, instance_category: "vm" } },
    });
    expect(body).toEqual({
      from_snap_id: "snap-eeee5555",
      cpu_name: "AMD EPYC 9354",
      custom_meta_key: expect.any(String),
      instance_category: "vm",
      region_name: "TW-03",
      unit_qty: 3,
    });
  });

  it("names an exact GPU model without asking the catalogue, and sends one unit as none", async () => {
    const body = await bodyOf({
      image: "img-bbbb2222",
      region: "TW-03",
      providerOptions: { glows: { gpu_name: "NVIDIA L40S PCIe", unit_qty: 1 } },
    });
    expect(body).toMatchObject({ gpu_name: "NVIDIA L40S PCIe", region_name: "TW-03" });
    expect(body).not.toHaveProperty("unit_qty");
  });

  it("takes the cheapest offer of a GPU, with the units that make up the count", async () => {
    const dearer = { ...spec, region_name: "TW-03", price: { millicent_per_hour: 70_000 } };
    api()
      .get("/sdk/v1/spec/list")
      .query({ machine_category: 0, from_image_id: "img-bbbb2222", page: 1, per_page: 20 })
      .reply(200, ok({ ...pagination(2), specs: [dearer, spec], regions: [] }));
    api()
      .post("/sdk/v1/instance", (body: object) => {
        expect(body).toMatchObject({
          region_name: "TW-04",
          gpu_name: "NVIDIA GeForce RTX 4090",
          unit_qty: 2,
        });
        return true;
      })
      .reply(200, ok({ instance: queued }));
    const instance = await provider.launch({ gpu: { model: "RTX 4090", count: 2 }, image: "img-bbbb2222" });
    expect(instance.price).toEqual({ currency: "CREDIT:glows", perHourMicros: 1_300_000, kind: "on_demand" });
    expect(instance.hardware).toMatchObject({ vcpus: 20, memoryMiB: 86_016, gpu: { count: 2 } });
  });

  describe("with resources added", () => {
    const catalogue = (...specs: readonly object[]) =>
      api()
        .get("/sdk/v1/spec/list")
        .query(true)
        .reply(200, ok({ ...pagination(specs.length), specs }));
    const wish: LaunchRequest = { gpu: { model: "RTX 4090", count: 2 }, image: "img-bbbb2222" };
    const adding = (cpus: number, spelling = "extra_resource"): LaunchRequest => ({
      ...wish,
      providerOptions: { glows: { [spelling]: { cpus } } },
    });

    it.each(["extra_resource", "extra_resources"])(
      "has the price and the CPUs of the whole (%s)",
      async (key) => {
        catalogue(spec);
        api()
          .post(
            "/sdk/v1/instance",
            (body: Record<string, unknown>) => JSON.stringify(body[key]) === '{"cpus":4}',
          )
          .reply(200, ok({ instance: queued }));
        const instance = await provider.launch(adding(4, key));
        // Two units of 65 000 millicents, and once 20 000.
        expect(instance.price).toMatchObject({ perHourMicros: 1_500_000 });
        expect(instance.hardware).toMatchObject({ vcpus: 24, memoryMiB: 86_016 });
      },
    );

    it("goes on to an offer that has them", async () => {
      catalogue(
        { ...spec, region_name: "TW-01", price: { millicent_per_hour: 10_000 }, extra_resources: null },
        { ...spec, region_name: "TW-02", price: { millicent_per_hour: 20_000 }, extra_resources: [null] },
        spec,
      );
      const body = await bodyOf(adding(4));
      expect(body).toMatchObject({ region_name: "TW-04", extra_resource: { cpus: 4 } });
    });

    it("holds the limit for the whole, before anything is rented", async () => {
      catalogue(spec);
      const error = await refusalOf(provider.launch({ ...adding(4), maxPerHourMicros: 1_499_999 }));
      expect(error).toMatchObject({ code: "no_capacity", field: "maxPerHourMicros", effect: "none" });
      catalogue(spec);
      expect(await bodyOf({ ...adding(4), maxPerHourMicros: 1_500_000 })).toMatchObject({ unit_qty: 2 });
    });

    it("counts the whole in a budget", async () => {
      const strict = glows({
        token,
        catalogImage: "img-catalog1",
        budgets: [{ currency: "CREDIT:glows", maxPerHourMicros: 1_499_999 }],
      });
      catalogue(spec);
      expect(await refusalOf(strict.launch(adding(4)))).toMatchObject({
        code: "quota_exceeded",
        effect: "none",
      });
    });

    it("explains which offers have them", async () => {
      catalogue({ ...spec, region_name: "TW-01", extra_resources: null }, spec);
      const [explanation] = await explain([provider], adding(4));
      const told = explanation?.offers.map(({ offer, ...more }) => ({ ...more, region: offer.region }));
      expect(told).toMatchObject([
        { region: "TW-01", verdict: "rejected", reason: expect.stringContaining("no such addition") },
        { region: "TW-04", verdict: "taken" },
      ]);
      expect(explanation?.offers.at(1)?.offer.price?.perHourMicros).toBe(1_500_000);
    });

    it("is refused where nobody offers them, or says what they cost", async () => {
      for (const extra_resources of [spec.extra_resources, [{ resource: { cpus: 8 }, price: null }]]) {
        catalogue({ ...spec, extra_resources });
        const field = "providerOptions.glows.extra_resource";
        const refusal = { code: "no_capacity", field, effect: "none", retryable: false };
        expect(await refusalOf(provider.launch(adding(8)))).toMatchObject(refusal);
      }
    });
  });

  it("takes an offer as a vm where that is asked for", async () => {
    api()
      .get("/sdk/v1/spec/list")
      .query(true)
      .reply(200, ok({ ...pagination(1), specs: [spec] }));
    const body = await bodyOf({
      ...{ gpu: { model: "RTX 4090" }, image: "img-bbbb2222" },
      providerOptions: { glows: { instance_category: "vm" } },
    });
    expect(body).toMatchObject({ instance_category: "vm", gpu_name: "NVIDIA GeForce RTX 4090" });
  });

  describe("where the cheapest offer is had as a vm alone", () => {
    const vmAlone = {
      ...{ ...spec, region_name: "TW-01", instance_categories: [1] },
      price: { millicent_per_hour: 10_000 },
    };
    const catalogue = (...specs: readonly object[]) =>
      api()
        .get("/sdk/v1/spec/list")
        .query(true)
        .reply(200, ok({ ...pagination(specs.length), specs }));
    const wish: LaunchRequest = { gpu: { model: "RTX 4090" }, image: "img-bbbb2222" };
    const asVm: LaunchRequest = { ...wish, providerOptions: { glows: { instance_category: "vm" } } };

    it.each([
      ["nothing else", {}],
      ["a command", { command: "sleep infinity" }],
      ["the category container", { providerOptions: { glows: { instance_category: "container" } } }],
    ])("takes the next that is a container, asked for with %s", async (_, more) => {
      catalogue(vmAlone, spec);
      const body = await bodyOf({ ...wish, ...more });
      expect(body).toMatchObject({ region_name: "TW-04", instance_category: "container" });
    });

    it("takes it where a vm is asked for", async () => {
      catalogue(vmAlone, spec);
      expect(await bodyOf(asVm)).toMatchObject({ region_name: "TW-01", instance_category: "vm" });
    });

    it("passes over a container where a vm is asked for", async () => {
      catalogue({ ...vmAlone, instance_categories: [0] }, { ...spec, instance_categories: [1] });
      expect(await bodyOf(asVm)).toMatchObject({ region_name: "TW-04", instance_category: "vm" });
    });

    it.each([
      ["container", wish, [1]],
      ["vm", asVm, [0]],
    ])("rents nothing where no offer is a %s", async (category, asked, instance_categories) => {
      catalogue({ ...vmAlone, instance_categories });
      const error = await refusalOf(provider.launch(asked));
      const field = "providerOptions.glows.instance_category";
      expect(error).toMatchObject({ code: "no_capacity", field, effect: "none", scope: "offer" });
      expect(error.message).toContain(`as a ${category}`);
    });
  });

  it("takes the next region when one is sold out", async () => {
    const dearer = { ...spec, region_name: "TW-03", price: { millicent_per_hour: 70_000 } };
    api()
      .get("/sdk/v1/spec/list")
      .query(true)
      .reply(200, ok({ ...pagination(2), specs: [spec, dearer] }));
    api().post("/sdk/v1/instance", /TW-04/).reply(200, { code: 215, msg: "sold out in TW-04" });
    api()
      .post("/sdk/v1/instance", /TW-03/)
      .reply(200, ok({ instance: queued }));
    await expect(
      provider.launch({ gpu: { model: "RTX 4090" }, image: "img-bbbb2222" }),
    ).resolves.toMatchObject({
      id: "ins-aaaa1111",
    });
  });

  const long = (length: number) => "x".repeat(length);
  const byName = { image: "img-bbbb2222", region: "TW-04", providerOptions: { glows: { gpu_name: "L40S" } } };
  it.each<[field: string, code: string, request: LaunchRequest]>([
    ["startup", "unsupported", { ...request, startup: "echo" }],
    ["labels", "unsupported", { ...request, labels: { team: "a" } }],
    ["sshPublicKeys", "unsupported", { ...request, sshPublicKeys: ["ssh-ed25519 AAAA"] }],
    ["ports", "unsupported", { ...request, ports: [{ port: 53, protocol: "udp" }] }],
    ["pricing", "unsupported", { ...request, pricing: { kind: "spot" } }],
    ["minDiskMiB", "unsupported", { ...request, minDiskMiB: 1024 }],
    ["image", "invalid_argument", { offerId: request.offerId }],
    ["image", "invalid_argument", { ...request, image: long(65) }],
    ["snapshot", "invalid_argument", { offerId: request.offerId, snapshot: long(65) }],
    ["name", "invalid_argument", { ...request, name: long(33) }],
    ["name", "invalid_argument", { ...request, name: "訓練".repeat(6) }],
    ["command", "invalid_argument", { ...request, command: long(513) }],
    ["env", "invalid_argument", { ...request, env: { A: long(511) } }],
    ["env.PATHS", "invalid_argument", { ...request, env: { PATHS: "/a;/b" } }],
    ["env.A=B", "invalid_argument", { ...request, env: { "A=B": "1" } }],
    ["offerId", "invalid_argument", { ...request, offerId: "12345" }],
    ["region", "invalid_argument", { ...request, region: "TW-03" }],
    ["region", "invalid_argument", { ...byName, region: undefined }],
    ["gpu", "invalid_argument", { image: "img-bbbb2222" }],
    ["gpu", "invalid_argument", { ...byName, offerId: request.offerId }],
    [
      "gpu",
      "invalid_argument",
      { ...byName, providerOptions: { glows: { gpu_name: "L40S", cpu_name: "EPYC" } } },
    ],
    [
      "providerOptions.glows.unit_qty",
      "invalid_argument",
      { ...request, providerOptions: { glows: { unit_qty: 2 } } },
    ],
    [
      "providerOptions.glows.instance_category",
      "invalid_argument",
      { ...request, providerOptions: { glows: { instance_category: "vm" } } },
    ],
    [
      "command",
      "unsupported",
      { ...request, offerId: "TW-04/gpu/vm/1/NVIDIA L40S PCIe", command: "sleep infinity" },
    ],
    [
      "providerOptions.glows.net_ids",
      "invalid_argument",
      { ...request, providerOptions: { glows: { net_ids: ["net-1", "net-2"] } } },
    ],
    [
      "providerOptions.glows.extra_resources",
      "invalid_argument",
      { ...request, providerOptions: { glows: { extra_resource: {}, extra_resources: {} } } },
    ],
    [
      "providerOptions.glows.extra_resource.gpus",
      "invalid_argument",
      { ...request, providerOptions: { glows: { extra_resource: { gpus: 1 } } } },
    ],
    [
      "maxPerHourMicros",
      "invalid_argument",
      { ...request, maxPerHourMicros: 1, providerOptions: { glows: { base_resource: {} } } },
    ],
    ["offerId", "invalid_argument", { ...request, offerId: `TW-04/gpu/container/1/${long(129)}` }],
    ["region", "invalid_argument", { ...request, offerId: `${long(129)}/gpu/container/1/L40S` }],
    [
      "providerOptions.glows.network_type",
      "invalid_argument",
      { ...request, providerOptions: { glows: { network_type: 8 } } },
    ],
    [
      "providerOptions.glows.public_ip_id",
      "invalid_argument",
      { ...request, providerOptions: { glows: { public_ip_id: long(65) } } },
    ],
    [
      "providerOptions.glows.gpu_name",
      "invalid_argument",
      { ...byName, providerOptions: { glows: { gpu_name: long(129) } } },
    ],
    [
      "providerOptions.glows.remark",
      "invalid_argument",
      { ...request, providerOptions: { glows: { remark: "x" } } },
    ],
  ])("refuses %s before anything is sent (%s)", async (field, code, asked) => {
    expect(await refusalOf(provider.launch(asked))).toMatchObject({ code, field, effect: "none" });
  });

  it("keeps environment values out of refusals", async () => {
    const error = await refusalOf(provider.launch({ ...request, env: { KEY: "s3cret;value" } }));
    expect(JSON.stringify(error)).not.toContain("s3cret");
  });

  it("says what is missing when a search for offers has no image", async () => {
    const plain = glows({ token });
    const asked = { gpu: { model: "RTX 4090" }, snapshot: "snap-eeee5555" };
    const error = await refusalOf(plain.launch(asked));
    expect(error).toMatchObject({ code: "invalid_argument", field: "image", effect: "none" });
    expect(error.message).toContain("catalogImage");
  });
});

describe("describe", () => {
  it("reads one machine by its id", async () => {
    api()
      .get("/sdk/v1/instance")
      .query({ request_id: "ins-aaaa1111" })
      .reply(200, ok({ instance: running }));
    const instance = await provider.describe("ins-aaaa1111");
    expect(instance).toMatchObject({ id: "ins-aaaa1111", status: "running", billing: "compute" });
    expect(glowsRaw(instance)).toEqual(running);
  });

  it("takes an old id in either form", async () => {
    api()
      .get("/sdk/v1/instance")
      .query({ request_id: "ins-boyqp4g8" })
      .reply(200, ok({ instance: legacy }));
    expect(await provider.describe("ins-boyqp4g8")).toMatchObject({ id: "boyqp4g8", status: "pending" });
  });

  const unknown = { code: 6, msg: "illegal instance" };
  const listed = (...instances: readonly object[]) =>
    api()
      .get("/sdk/v1/instance/list")
      .query({ page: 1, per_page: 20, ascending: true })
      .reply(200, ok({ ...pagination(instances.length), instances }));

  it("throws not_found for code 6 when the list has no such machine either", async () => {
    api().get("/sdk/v1/instance").query(true).reply(200, unknown);
    listed(running);
    await expect(provider.describe("ins-gone0000")).rejects.toMatchObject({
      code: "not_found",
      instanceId: "ins-gone0000",
    });
  });

  it("believes the list rather than code 6", async () => {
    api().get("/sdk/v1/instance").query(true).reply(200, unknown);
    listed(running);
    await expect(provider.describe("ins-aaaa1111")).resolves.toMatchObject({ status: "running" });
  });

  it("does not call a machine unknown when the list cannot be read", async () => {
    api().get("/sdk/v1/instance").query(true).reply(200, unknown);
    api().get("/sdk/v1/instance/list").query(true).reply(200, { code: 176, msg: "invalid token" });
    await expect(provider.describe("ins-gone0000")).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("refuses an id that is too long to be one, because the cloud would call it unknown", async () => {
    const error = await refusalOf(provider.describe("i".repeat(65)));
    expect(error).toMatchObject({ code: "invalid_argument", field: "id" });
  });

  it("takes an answer about another machine for none", async () => {
    api()
      .get("/sdk/v1/instance")
      .query(true)
      .reply(200, ok({ instance: running }));
    await expect(provider.describe("ins-other000")).rejects.toMatchObject({ code: "bad_response" });
  });
});

describe("list", () => {
  it("walks all pages of everything, oldest first, and leaves out what has ended", async () => {
    const asked = { per_page: 20, ascending: true };
    const ended = { ...running, instanceID: "ins-ended000", status: "Exited" };
    const strange = { ...running, instanceID: "ins-strange0", status: "Hibernating" };
    api()
      .get("/sdk/v1/instance/list")
      .query({ page: 1, ...asked })
      .reply(200, ok({ ...pagination(4, 1, 2), instances: [ended, running] }));
    api()
      .get("/sdk/v1/instance/list")
      .query({ page: 2, ...asked })
      .reply(200, ok({ ...pagination(4, 2, 2), instances: [legacy, strange] }));
    const found = await all(provider.list());
    expect(found.map(({ id }) => id)).toEqual(["ins-aaaa1111", "boyqp4g8", "ins-strange0"]);
    expect(found.at(-1)).toMatchObject({ status: "unknown", reason: "unrecognized" });
  });

  it.each([
    [["running"] as const, "Running"],
    [["terminated"] as const, ["Exited", "Finished", "ExitSnapshotted"]],
    [["running", "unknown"] as const, undefined],
  ])("asks for %j by the cloud's words", async (statuses, words) => {
    const query = { page: 1, per_page: 20, ascending: true, ...(words && { statuses: words }) };
    api()
      .get("/sdk/v1/instance/list")
      .query(query)
      .reply(200, ok({ ...pagination(1), instances: [running] }));
    const found = await all(provider.list({ statuses }));
    expect(found).toHaveLength(statuses[0] === "running" ? 1 : 0);
  });

  it("asks for a word that the configuration adds", async () => {
    const taught = glows({ token, statuses: { Hibernating: { status: "stopped" } } });
    api()
      .get("/sdk/v1/instance/list")
      .query(({ statuses }) => Array.isArray(statuses) && statuses.includes("Hibernating"))
      .reply(200, ok({ ...pagination(1), instances: [{ ...running, status: "Hibernating" }] }));
    const found = await all(taught.list({ statuses: ["stopped"] }));
    expect(found).toMatchObject([{ status: "stopped", providerStatus: "Hibernating" }]);
  });

  it("never asks for more than 20 a page, and for less when told to", async () => {
    for (const [pageSize, perPage] of [
      [100, 20],
      [5, 5],
    ] as const) {
      api()
        .get("/sdk/v1/instance/list")
        .query((query) => query["per_page"] === String(perPage))
        .reply(200, ok({ ...pagination(0), instances: null }));
      expect(await all(glows({ token, facts: { pageSize } }).list())).toEqual([]);
    }
  });

  it.each([
    ["no code", { msg: "", ...pagination(0), instances: [] }],
    ["a code that is not a number", { code: "0", msg: "", ...pagination(0), instances: [] }],
    ["no rows, and a count that says otherwise", ok({ ...pagination(3) })],
    ["no count", ok({ instances: [] })],
    ["a row without an id", ok({ ...pagination(2), instances: [running, { ...running, instanceID: "" }] })],
    ["a list in place of the object", []],
    ["null", null],
  ])("never takes an answer with %s for an empty list", async (_, body) => {
    api().get("/sdk/v1/instance/list").query(true).reply(200, JSON.stringify(body));
    await expect(all(provider.list())).rejects.toMatchObject({ code: "bad_response", effect: "none" });
  });

  it("throws when the pages hold less than the cloud counts", async () => {
    api()
      .get("/sdk/v1/instance/list")
      .query(true)
      .times(3)
      .reply(200, ok({ ...pagination(2), instances: [running] }));
    await expect(all(provider.list())).rejects.toMatchObject({ code: "unavailable" });
  });

  it("throws when the token is refused", async () => {
    api().get("/sdk/v1/instance/list").query(true).reply(200, { code: 176, msg: "invalid token" });
    await expect(all(provider.list())).rejects.toMatchObject({
      code: "unauthenticated",
      providerCode: "176",
    });
  });
});

describe("terminate", () => {
  it("cancels by the id, and returns when the machine reads as ended", async () => {
    api().delete("/sdk/v1/instance").query({ request_id: "ins-aaaa1111" }).reply(200, ok());
    api()
      .get("/sdk/v1/instance")
      .query({ request_id: "ins-aaaa1111" })
      .reply(200, ok({ instance: { ...running, status: "Exited" } }));
    await expect(provider.terminate("ins-aaaa1111")).resolves.toMatchObject({ evidence: "terminal_status" });
  });

  it.each([20, 6])("takes code %d of a second cancel for a reason to look", async (code) => {
    api().delete("/sdk/v1/instance").query(true).reply(200, { code, msg: "" });
    api()
      .get("/sdk/v1/instance")
      .query(true)
      .reply(200, ok({ instance: { ...running, status: "Finished" } }));
    await expect(provider.terminate("ins-aaaa1111")).resolves.toMatchObject({ evidence: "terminal_status" });
  });

  it("sends the id in the body where the configuration makes the cancel a POST", async () => {
    const rows = { "instance.cancel": { method: "POST", path: "sdk/v1/instance/cancel" } } as const;
    api().post("/sdk/v1/instance/cancel", { request_id: "ins-aaaa1111" }).reply(200, ok());
    api()
      .get("/sdk/v1/instance")
      .query(true)
      .reply(200, ok({ instance: { ...running, status: "Exited" } }));
    await expect(glows({ token, endpoints: rows }).terminate("ins-aaaa1111")).resolves.toMatchObject({
      evidence: "terminal_status",
    });
  });
});

describe("offers.search", () => {
  it("reads all pages of GPU machines, then all of CPU machines, for an image and a region", async () => {
    const asked = { from_image_id: "img-bbbb2222", region_name: "TW-04", per_page: 20 };
    const l40s = structuredClone(spec);
    l40s.base_resource.unit_spec.gpu_name = "NVIDIA L40S PCIe";
    l40s.price.millicent_per_hour = 120_000;
    const other = structuredClone(cpuSpec);
    other.base_resource.unit_spec.cpu_name = "AMD EPYC 7443";
    const pages = [
      [0, 1, l40s],
      [0, 2, spec],
      [1, 1, { ...cpuSpec, price: { millicent_per_hour: 12_000 } }],
      [1, 2, { ...other, price: { millicent_per_hour: 9_000 } }],
    ] as const;
    for (const [machine_category, page, row] of pages) {
      api()
        .get("/sdk/v1/spec/list")
        .query({ machine_category, page, ...asked })
        .reply(200, ok({ ...pagination(2, page, 2), specs: [row], regions: null }));
    }
    const offers = await all(provider.offers.search({ image: "img-bbbb2222", region: "TW-04" }));
    expect(offers.map(({ id }) => id)).toEqual([
      "TW-04/cpu/container/1/AMD EPYC 7443",
      "TW-04/cpu/container/1/AMD EPYC 9354",
      "TW-04/gpu/container/1/NVIDIA GeForce RTX 4090",
      "TW-04/gpu/container/1/NVIDIA L40S PCIe",
    ]);
    expect(offers.at(2) && glowsRecord(offers[2] ?? {})?.["extra_resources"]).toEqual(spec.extra_resources);
  });

  it("does not look among the CPU machines for a GPU", async () => {
    api()
      .get("/sdk/v1/spec/list")
      .query(({ machine_category }) => machine_category === "0")
      .reply(200, ok({ ...pagination(1), specs: [spec] }));
    expect(await all(provider.offers.search({ gpu: { model: "RTX 4090" } }))).toHaveLength(1);
  });

  it("uses the option catalogImage where the query names no image", async () => {
    for (const machine_category of [0, 1]) {
      api()
        .get("/sdk/v1/spec/list")
        .query({ machine_category, from_image_id: "img-catalog1", page: 1, per_page: 20 })
        .reply(200, ok({ ...pagination(0), specs: null, regions: null }));
    }
    expect(await all(provider.offers.search())).toEqual([]);
  });

  it("reads the catalogue by regions where the option groupByRegion says so", async () => {
    const grouped = glows({ token, catalogImage: "img-catalog1", groupByRegion: true });
    const group = (page: number, region_name: string, specs: readonly object[]) =>
      api()
        .get("/sdk/v1/spec/list")
        .query({
          ...{ machine_category: 0, from_image_id: "img-catalog1", page, per_page: 20, by_region: true },
        })
        .reply(200, ok({ ...pagination(2, page, 2), specs: [], regions: [{ region_name, specs }] }));
    const h100 = structuredClone(spec);
    h100.base_resource.unit_spec.gpu_name = "NVIDIA H100 80GB HBM3";
    group(1, "TW-04", [h100, spec]);
    group(2, "TW-03", [{ ...spec, region_name: "TW-03" }]);
    const found = await all(grouped.offers.search({ gpu: { model: "RTX 4090", count: 2 } }));
    expect(found.map(({ id }) => id)).toEqual([
      "TW-04/gpu/container/2/NVIDIA GeForce RTX 4090",
      "TW-03/gpu/container/2/NVIDIA GeForce RTX 4090",
    ]);
  });

  it("throws for a group that it cannot read", async () => {
    const grouped = glows({ token, catalogImage: "img-catalog1", groupByRegion: true });
    api()
      .get("/sdk/v1/spec/list")
      .query(true)
      .reply(200, ok({ ...pagination(1), regions: [{ region_name: "TW-04" }] }));
    await expect(all(grouped.offers.search())).rejects.toMatchObject({ code: "bad_response" });
  });

  it("finds one offer again by its id", async () => {
    const offerId = "TW-04/gpu/vm/3/NVIDIA GeForce RTX 4090";
    api()
      .get("/sdk/v1/spec/list")
      .query({
        machine_category: 0,
        from_image_id: "img-catalog1",
        region_name: "TW-04",
        page: 1,
        per_page: 20,
      })
      .reply(200, ok({ ...pagination(1), specs: [spec] }));
    expect(await all(provider.offers.search({ offerId }))).toMatchObject([
      { id: offerId, price: { perHourMicros: 1_950_000 }, hardware: { gpu: { count: 3 } } },
    ]);
  });

  it("looks for an offer without GPU among the CPU machines", async () => {
    api()
      .get("/sdk/v1/spec/list")
      .query((query) => query["machine_category"] === "1")
      .reply(200, ok({ ...pagination(0), specs: [] }));
    expect(await all(provider.offers.search({ offerId: "TW-03/cpu/container/1/AMD EPYC 9354" }))).toEqual([]);
  });

  it.each([
    ["image", { gpu: { model: "RTX 4090" } }, glows({ token })],
    ["offerId", { offerId: "12345" }, provider],
  ])("refuses a search without a usable %s", async (field, query, from) => {
    expect(await refusalOf(all(from.offers.search(query)))).toMatchObject({
      code: "invalid_argument",
      field,
    });
  });

  it("throws for a row that it cannot read", async () => {
    const nameless = structuredClone(spec);
    Object.assign(nameless.base_resource.unit_spec, { gpu_name: "", cpu_name: null });
    api()
      .get("/sdk/v1/spec/list")
      .query(true)
      .reply(200, ok({ ...pagination(2), specs: [spec, nameless] }));
    await expect(all(provider.offers.search())).rejects.toMatchObject({ code: "bad_response" });
  });
});

describe("configuration", () => {
  it("reads the token from GLOWS_TOKEN", async () => {
    vi.stubEnv("GLOWS_TOKEN", token);
    api()
      .get("/sdk/v1/instance")
      .query(true)
      .reply(200, ok({ instance: running }));
    await expect(glows().describe("ins-aaaa1111")).resolves.toMatchObject({ status: "running" });
  });

  it("says which variable stands behind a missing token", () => {
    vi.stubEnv("GLOWS_TOKEN", undefined);
    expect(() => glows()).toThrow(/GLOWS_TOKEN/);
  });

  it("says how sure it is of each of the 15 operations", () => {
    const { evidence } = provider.facts;
    expect(Object.keys(evidence)).toHaveLength(15);
    const sure = Object.entries(evidence).filter(([, how]) => how !== "inferred");
    expect(Object.fromEntries(sure)).toEqual({ "instance.create": "documented", "instance.list": "live" });
  });

  it("takes another host, and keeps the endpoints' paths", async () => {
    nock("https://glows.example")
      .get("/gate/sdk/v1/instance")
      .query(true)
      .reply(200, ok({ instance: running }));
    const other = glows({ token, baseUrl: "https://glows.example/gate/" });
    await expect(other.describe("ins-aaaa1111")).resolves.toMatchObject({ status: "running" });
  });
});
