import { inspect } from "node:util";
import { authorizeKeys, type LaunchRequest } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { type VastOptions, vastRaw } from "../src/index.ts";
import { all, api, fixture, key, open } from "./fixtures/open.ts";

const request = { offerId: "8100042", image: "example/trainer:2.1" } satisfies LaunchRequest;
const row = fixture("instance-running");
const offer = fixture("offer");
const created = { success: true, new_contract: 52000017, instance_api_key: "SYNTHETIC" };
const queued = {
  success: false,
  error: "resources_unavailable",
  msg: "Required resources are currently unavailable, state change queued.",
};

/** Launches against one accepted create and gives the body that was sent. */
async function sent(
  asked: LaunchRequest,
  options: Parameters<typeof open>[0] = {},
): Promise<Record<string, unknown>> {
  let body: Record<string, unknown> = {};
  api()
    .put(/^\/api\/v0\/asks\/\d+\/$/, (json: Record<string, unknown>) => {
      body = json;
      return true;
    })
    .reply(200, created);
  await open(options).provider.launch(asked);
  return body;
}

describe("launch", () => {
  it("sends one create for the offer and returns the id", async () => {
    api()
      .put("/api/v0/asks/8100042/", {
        client_id: "me",
        image: "example/trainer:2.1",
        label: /^trainer-gp[0-9a-z]{18}$/,
        disk: 40,
        price: null,
        runtype: "ssh_direc ssh_proxy",
        env: { MODE: "train", "-p 8080:8080": "1", "-p 9000:9000/udp": "1" },
        onstart: "touch /root/ready",
        target_state: "running",
        cancel_unavail: true,
      })
      .reply(200, created);
    const instance = await open().provider.launch({
      ...request,
      name: "trainer",
      minDiskMiB: 40 * 1024,
      env: { MODE: "train" },
      ports: [{ port: 8080 }, { port: 9000, protocol: "udp" }],
      startup: "touch /root/ready",
    });
    expect(instance).toMatchObject({
      id: "52000017",
      name: "trainer",
      status: "pending",
      billing: "storage",
    });
  });

  it("rounds the disk up to whole GB, and to the least the cloud gives", async () => {
    expect(await sent({ ...request, minDiskMiB: 40 * 1024 + 1 })).toMatchObject({ disk: 41 });
    expect(await sent({ ...request, minDiskMiB: 1024 })).toMatchObject({ disk: 8 });
    expect(await sent(request)).toMatchObject({ disk: 8 });
  });

  it("runs a command in args mode, as docker runs one text", async () => {
    const body = await sent({ ...request, command: "python train.py && echo done" });
    expect(body).toMatchObject({ runtype: "args", args: ["/bin/sh", "-c", "python train.py && echo done"] });
  });

  it("leaves out port 22 where ssh opens it anyway", async () => {
    const ports = [{ port: 22 }, { port: 80 }];
    expect((await sent({ ...request, ports }))["env"]).toEqual({ "-p 80:80": "1" });
    expect((await sent({ ...request, ports, command: "a" }))["env"]).toEqual({
      "-p 22:22": "1",
      "-p 80:80": "1",
    });
  });

  it("adds ssh keys in the start script, before the caller's own", async () => {
    const keys = ["ssh-ed25519 AAAAC3Nz one", "ssh-rsa AAAAB3Nz it's mine"];
    const { onstart } = await sent({ ...request, sshPublicKeys: keys, startup: "echo ready" });
    expect(onstart).toBe(`${authorizeKeys(keys)}\necho ready`);
  });

  it("leaves to a template what the request does not say", async () => {
    const body = await sent({ offerId: "8100042", providerOptions: { vast: { template_hash_id: "abc" } } });
    expect(Object.keys(body).sort()).toEqual(
      "cancel_unavail client_id env label price target_state template_hash_id".split(" "),
    );
  });

  it("passes on what only Vast.ai has", async () => {
    const options = {
      ...{ runtype: "jupyter_direc ssh_direc ssh_proxy", use_jupyter_lab: true, jupyter_dir: "/work" },
      ...{ image_login: "-u me -p synthetic registry.example", user: "root", cancel_unavail: false },
      env: { "-h trainer": "1" },
      volume_info: { create_new: false, volume_id: 9, mount_path: "/data" },
    };
    const body = await sent({ ...request, providerOptions: { vast: options } });
    expect(body).toMatchObject(options);
  });

  it("bids what was asked", async () => {
    const pricing = { kind: "spot", maxPerHourMicros: 210_000 } as const;
    expect(await sent({ ...request, pricing })).toMatchObject({ price: 0.21 });
  });

  it("bids the lowest that the offer takes, without its disk", async () => {
    api()
      .post("/api/v0/bundles/", (body: Record<string, unknown>) => body["type"] === "bid")
      .reply(200, { offers: [offer] });
    expect(await sent({ ...request, pricing: { kind: "spot" } })).toMatchObject({ price: 0.16 });
  });

  it("never bids so much that bid and disk exceed the limit", async () => {
    api()
      .post("/api/v0/bundles/")
      .reply(200, { offers: [offer] });
    // 8 GB at 0.15 dollars a month of 720 hours are 1667 micro-dollars an hour.
    const pricing = { kind: "spot", maxPerHourMicros: 300_000 } as const;
    const body = await sent({ ...request, pricing, maxPerHourMicros: 300_000 });
    expect(body).toMatchObject({ price: 0.298333 });
  });

  it.each<[string, LaunchRequest, string, string]>([
    ["no image", { offerId: "1" }, "image", "invalid_argument"],
    ["neither offer nor gpu", { image: "a" }, "offerId", "invalid_argument"],
    ["an offer that is no number", { ...request, offerId: "../1" }, "offerId", "invalid_argument"],
    ["a region beside an offer", { ...request, region: "NO" }, "region", "invalid_argument"],
    [
      "a region that is no country",
      { gpu: { model: "L4" }, image: "a", region: "Oslo" },
      "region",
      "invalid_argument",
    ],
    ["a name that is no label", { ...request, name: "tr😀ner" }, "name", "invalid_argument"],
    ["labels", { ...request, labels: { a: "b" } }, "labels", "unsupported"],
    ["a snapshot", { offerId: "1", snapshot: "s" }, "snapshot", "unsupported"],
    [
      "reserved pricing",
      { ...request, pricing: { kind: "reserved", unit: "day", count: 1 } },
      "pricing",
      "unsupported",
    ],
    ["an http port", { ...request, ports: [{ port: 80, protocol: "http" }] }, "ports", "unsupported"],
    ["a long variable", { ...request, env: { A: "x".repeat(257) } }, "env", "invalid_argument"],
    ["a long script", { ...request, startup: "é".repeat(2001) }, "startup", "invalid_argument"],
    ["a script beside a command", { ...request, command: "a", startup: "b" }, "startup", "unsupported"],
    [
      "keys without ssh",
      { ...request, command: "a", sshPublicKeys: ["ssh-rsa AAAA"] },
      "sshPublicKeys",
      "unsupported",
    ],
    [
      "keys in a virtual machine",
      { ...request, sshPublicKeys: ["ssh-rsa AAAA"], providerOptions: { vast: { vm: true } } },
      "sshPublicKeys",
      "unsupported",
    ],
    [
      "keys with a template",
      { ...request, sshPublicKeys: ["ssh-rsa AAAA"], providerOptions: { vast: { template_id: 4 } } },
      "sshPublicKeys",
      "unsupported",
    ],
    [
      "a command over ssh",
      { ...request, command: "a", providerOptions: { vast: { runtype: "ssh" } } },
      "command",
      "unsupported",
    ],
    [
      "arguments over ssh",
      { ...request, providerOptions: { vast: { runtype: "ssh", args: ["a"] } } },
      "providerOptions.vast.args",
      "invalid_argument",
    ],
    [
      "an unknown option",
      { ...request, providerOptions: { vast: { imege: 1 } } },
      "providerOptions.vast.imege",
      "invalid_argument",
    ],
    [
      "a bid out of range",
      { ...request, pricing: { kind: "spot", maxPerHourMicros: 129_000_000 } },
      "pricing.maxPerHourMicros",
      "invalid_argument",
    ],
    [
      "a bid above the limit",
      { ...request, pricing: { kind: "spot", maxPerHourMicros: 2_000_000 }, maxPerHourMicros: 1_000_000 },
      "pricing.maxPerHourMicros",
      "invalid_argument",
    ],
    [
      "arguments beside a command",
      { ...request, command: "a", providerOptions: { vast: { args: ["b"] } } },
      "providerOptions.vast.args",
      "invalid_argument",
    ],
    [
      "arguments as text beside a command",
      { ...request, command: "a", providerOptions: { vast: { args_str: "b" } } },
      "providerOptions.vast.args_str",
      "invalid_argument",
    ],
    [
      "arguments as text over ssh",
      { ...request, providerOptions: { vast: { runtype: "ssh", args_str: "b" } } },
      "providerOptions.vast.args_str",
      "invalid_argument",
    ],
    [
      "two scripts",
      { ...request, startup: "a", providerOptions: { vast: { onstart: "b" } } },
      "providerOptions.vast.onstart",
      "invalid_argument",
    ],
    [
      "keys beside a script of Vast.ai's own",
      { ...request, sshPublicKeys: ["ssh-rsa AAAA"], providerOptions: { vast: { onstart: "b" } } },
      "sshPublicKeys",
      "unsupported",
    ],
    [
      "two bids",
      {
        ...request,
        pricing: { kind: "spot", maxPerHourMicros: 200_000 },
        providerOptions: { vast: { price: 0.2 } },
      },
      "providerOptions.vast.price",
      "invalid_argument",
    ],
    [
      "a bid of its own above the limit",
      {
        ...request,
        ...{ pricing: { kind: "spot" }, maxPerHourMicros: 100_000 },
        providerOptions: { vast: { price: 0.2 } },
      },
      "providerOptions.vast.price",
      "invalid_argument",
    ],
    [
      "a bid of almost nothing",
      { ...request, pricing: { kind: "spot", maxPerHourMicros: 999 } },
      "pricing.maxPerHourMicros",
      "invalid_argument",
    ],
    [
      "too many variables",
      {
        ...request,
        env: Object.fromEntries(Array.from({ length: 130 }, (_, n) => [`A${n}`, "x".repeat(256)])),
      },
      "env",
      "invalid_argument",
    ],
    [
      "a bid without spot pricing",
      { ...request, providerOptions: { vast: { price: 0.2 } } },
      "providerOptions.vast.price",
      "invalid_argument",
    ],
  ])("refuses %s before anything is sent", async (_, asked, field, code) => {
    await expect(open().provider.launch(asked)).rejects.toMatchObject({ code, field, effect: "none" });
  });

  it("keeps secrets out of what it throws", async () => {
    const login = "-u me -p very-secret registry.example";
    api()
      .put(/asks/)
      .reply(400, {
        success: false,
        error: "invalid_args",
        msg: `error 400/3467: Invalid args: ${login} ${key}`,
      });
    const failed = open().provider.launch({ ...request, providerOptions: { vast: { image_login: login } } });
    const error = await failed.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(inspect(error, { depth: 9 })).not.toMatch(/very-secret|synthetic-vast-key/);
  });
});

describe("describe", () => {
  it("reads one instance and keeps the cloud's own record", async () => {
    api().get("/api/v0/instances/52000017/").reply(200, { instances: row });
    const instance = await open().provider.describe("52000017");
    expect(instance).toMatchObject({ id: "52000017", status: "running", provider: "vast" });
    expect(vastRaw(instance)).toEqual(row);
    expect(vastRaw(instance)?.["rack"]).toBe("an unknown field stays reachable");
    expect(JSON.stringify(instance)).not.toContain("SYNTHETIC");
  });

  it("takes an array of one for the one", async () => {
    api()
      .get("/api/v0/instances/52000017/")
      .reply(200, { instances: [row] });
    expect(await open().provider.describe("52000017")).toMatchObject({ id: "52000017" });
  });

  it.each([
    ["null", { instances: null }],
    ["an empty object", { instances: {} }],
    ["an object without an id", { instances: { label: "a" } }],
  ])("says not_found for 200 with %s", async (_, body) => {
    api().get("/api/v0/instances/52000017/").reply(200, body);
    await expect(open().provider.describe("52000017")).rejects.toMatchObject({
      ...{ code: "not_found", effect: "none", instanceId: "52000017" },
    });
  });

  it.each(["no_such_instance", "not_found", "invalid_id"])("says not_found for 404 %s", async (error) => {
    api()
      .get("/api/v0/instances/52000017/")
      .reply(404, { success: false, error, msg: "Instance not found." });
    await expect(open().provider.describe("52000017")).rejects.toMatchObject({ code: "not_found" });
  });

  it.each([
    ["another instance", { instances: { ...row, id: 1 } }],
    ["no key instances", { success: true }],
    ["two instances", { instances: [row, row] }],
    ["an empty list", { instances: [] }],
    ["an id that is none", { instances: { ...row, id: "abc" } }],
  ])("does not believe an answer with %s", async (_, body) => {
    api().get("/api/v0/instances/52000017/").reply(200, body);
    await expect(open().provider.describe("52000017")).rejects.toMatchObject({ code: "bad_response" });
  });

  it("sends nothing for an id that is no number", async () => {
    await expect(open().provider.describe("../users/current")).rejects.toMatchObject({
      ...{ code: "invalid_argument", field: "id" },
    });
  });
});

describe("list", () => {
  const first = { limit: 25, order_by: JSON.stringify([{ col: "id", dir: "asc" }]) };

  it("walks the pages of version 1", async () => {
    const total_instances = 2;
    api()
      .get("/api/v1/instances/")
      .query(first)
      .reply(200, { success: true, instances: [row], next_token: "t2", total_instances });
    api()
      .get("/api/v1/instances/")
      .query({ ...first, after_token: "t2" })
      .reply(200, {
        success: true,
        instances: [{ ...row, id: 52000018 }],
        next_token: null,
        total_instances,
      });
    const instances = await all(open().provider.list());
    expect(instances.map(({ id }) => id)).toEqual(["52000017", "52000018"]);
  });

  it.each([
    ["null", null],
    ["an empty array", []],
  ])("takes %s for an empty account", async (_, instances) => {
    api()
      .get("/api/v1/instances/")
      .query(first)
      .reply(200, { success: true, instances, next_token: "", total_instances: 0 });
    expect(await all(open().provider.list())).toEqual([]);
  });

  it.each([
    ["success false", { success: false, error: "deprecated_endpoint", msg: "gone" }, "invalid_config"],
    ["success false beside an empty list", { success: false, instances: [] }, "unknown"],
    ["no key instances", { success: true }, "bad_response"],
    ["a row without an id", { success: true, instances: [{ label: "a" }] }, "bad_response"],
    ["rows that are no list", { success: true, instances: { id: 1 } }, "bad_response"],
  ])("never takes %s for a list", async (_, body, code) => {
    api().get("/api/v1/instances/").query(first).reply(200, body);
    await expect(all(open().provider.list())).rejects.toMatchObject({ code });
  });

  it("throws when the cloud counts more instances than it shows", async () => {
    const body = { success: true, instances: [row], next_token: null, total_instances: 2 };
    api().get("/api/v1/instances/").query(first).times(3).reply(200, body);
    await expect(all(open().provider.list())).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("a create without an answer", () => {
  it("is looked for by its label and adopted", async () => {
    let label = "";
    api()
      .put(/asks/, (body: { label: string }) => {
        label = body.label;
        return true;
      })
      .reply(502, "<html>bad gateway</html>");
    api()
      .get("/api/v1/instances/")
      .query(({ select_filters }) => select_filters === JSON.stringify({ label: { eq: label } }))
      // The filter may be loose: only the very label counts.
      .reply(200, () => ({
        success: true,
        instances: [{ ...row, id: 7, label: label.toUpperCase() }],
        next_token: "x",
      }));
    api()
      .get("/api/v1/instances/")
      .query(({ after_token }) => after_token === "x")
      .reply(200, () => ({ success: true, instances: [{ ...row, label }], next_token: null }));
    expect(await open().provider.launch(request)).toMatchObject({ id: "52000017", status: "running" });
  });

  it("is not created once complete answers do not show it for long enough", async () => {
    let looks = 0;
    api().put(/asks/).reply(200, { success: true });
    api()
      .get("/api/v1/instances/")
      .query(true)
      .reply(200, () => {
        looks += 1;
        return { success: true, instances: [], next_token: null };
      })
      .persist();
    const { provider, clock } = open();
    const sentAt = clock.now();
    await expect(provider.launch(request)).rejects.toMatchObject({ code: "bad_response", effect: "none" });
    expect(looks).toBeGreaterThan(5);
    // Lag, late commit and the create's own time-out.
    expect(clock.now() - sentAt).toBeGreaterThanOrEqual(5_000 + 60_000 + 60_000);
  });
});

describe("terminate", () => {
  it("destroys, and returns with what the cloud says of the machine", async () => {
    api().delete("/api/v0/instances/52000017/", {}).reply(200, { success: true });
    api().get("/api/v0/instances/52000017/").reply(200, { instances: null }).persist();
    expect(await open().provider.terminate("52000017")).toMatchObject({ evidence: "not_found" });
  });

  it.each([
    [404, { success: false, error: "no_such_instance", msg: "Instance 52000017 not found." }],
    [404, { success: false, error: "not_found" }],
    [200, { success: false, error: "no_such_instance" }],
  ])("takes %i %j for gone already", async (status, body) => {
    api().delete("/api/v0/instances/52000017/").reply(status, body);
    api().get("/api/v0/instances/52000017/").reply(200, { instances: null }).persist();
    expect(await open().provider.terminate("52000017")).toMatchObject({ evidence: "not_found" });
  });

  it("takes a released contract for ended", async () => {
    api().delete("/api/v0/instances/52000017/").reply(200, { success: true });
    api()
      .get("/api/v0/instances/52000017/")
      .reply(200, { instances: { ...row, cur_state: "unloaded" } });
    expect(await open().provider.terminate("52000017")).toMatchObject({ evidence: "terminal_status" });
  });

  it.each([404, 401, 403])("never takes a refused key with %i for gone", async (status) => {
    api()
      .delete("/api/v0/instances/52000017/")
      .reply(status, { success: false, error: "auth_error", msg: "Invalid user key" });
    await expect(open().provider.terminate("52000017")).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("power", () => {
  const at = "/api/v0/instances/52000017/";
  const state = (intended: string, current: string, actual: string | null = "exited") => ({
    instances: { ...row, actual_status: actual, intended_status: intended, cur_state: current },
  });

  it("stops, starts and restarts", async () => {
    api().put(at, { state: "stopped" }).reply(200, { success: true });
    api().put(at, { state: "running" }).reply(200, { success: true, msg: "on its way" });
    api()
      .get(at)
      .reply(200, state("running", "running", "running"));
    api().put("/api/v0/instances/reboot/52000017/", {}).reply(200, { success: true });
    const { power } = open().provider;
    await power.stop("52000017");
    await power.start("52000017");
    await power.restart("52000017");
  });

  const again = [
    ["restart", "reboot"],
    ["recycle", "recycle"],
  ] as const;

  it.each(again)("knows that a %s means nothing for a machine that is stopped", async (operation) => {
    api().get(at).reply(200, state("stopped", "stopped"));
    await expect(open().provider.power[operation]("52000017")).rejects.toMatchObject({
      ...{ code: "conflict", effect: "none", instanceId: "52000017" },
    });
  });

  it.each(again)("sends a %s once, and says what was refused", async (operation, path) => {
    const running = () =>
      api()
        .get(at)
        .reply(200, state("running", "running", "running"));
    const sent = () => api().put(`/api/v0/instances/${path}/52000017/`, {});
    const run = () => open().provider.power[operation]("52000017");
    running();
    sent().reply(200, { success: true });
    await run();
    running();
    sent().reply(502, "");
    await expect(run()).rejects.toMatchObject({ code: "unavailable", effect: "maybe", retryable: false });
    for (const error of ["invalid_args", "invalid_id"]) {
      running();
      sent().reply(400, { success: false, error });
      await expect(run()).rejects.toMatchObject({ code: "invalid_argument", effect: "none" });
    }
    running();
    sent().reply(404, { success: false, error: "no_such_instance", msg: "Instance 52000017 not found." });
    await expect(run()).rejects.toMatchObject({ code: "not_found", effect: "none" });
  });

  it("calls a queued start off, reads back, and says that there is no GPU", async () => {
    api().put(at, { state: "running" }).reply(200, queued);
    api().put(at, { state: "stopped" }).reply(200, { success: true });
    api().get(at).reply(200, state("running", "stopped"));
    api().get(at).reply(200, state("stopped", "stopped"));
    await expect(open().provider.power.start("52000017")).rejects.toMatchObject({
      ...{ code: "no_capacity", effect: "none", providerCode: "resources_unavailable" },
    });
  });

  it("succeeds when the queued start won the race", async () => {
    api().put(at, { state: "running" }).reply(200, queued);
    api().put(at, { state: "stopped" }).reply(200, { success: true });
    api()
      .get(at)
      .reply(200, state("running", "running", "running"));
    await open().provider.power.start("52000017");
  });

  it("says that a queued start may still happen where nothing proves the contrary", async () => {
    api().put(at, { state: "running" }).reply(200, queued);
    api().put(at, { state: "stopped" }).reply(200, { success: true });
    api().get(at).times(5).reply(200, state("running", "stopped"));
    await expect(open().provider.power.start("52000017")).rejects.toMatchObject({
      ...{ code: "no_capacity", effect: "maybe", retryable: false, instanceId: "52000017" },
      message: expect.stringContaining("may still happen") as string,
    });
  });

  it("says so too when the stop itself is refused", async () => {
    api().put(at, { state: "running" }).reply(200, queued);
    api().put(at, { state: "stopped" }).reply(404, { success: false, error: "auth_error" });
    await expect(open().provider.power.start("52000017")).rejects.toMatchObject({
      ...{ code: "no_capacity", effect: "maybe" },
    });
  });

  it("repeats a stop whose answer was lost", async () => {
    api().put(at, { state: "stopped" }).reply(502, "");
    api().put(at, { state: "stopped" }).reply(200, { success: true });
    const { power } = open().provider;
    await power.stop("52000017");
  });
});

describe("offers", () => {
  it("asks for what is wanted, in the cloud's own units", async () => {
    api()
      .post("/api/v0/bundles/", {
        ...{ verified: { eq: true }, external: { eq: false }, rentable: { eq: true } },
        gpu_name: { in: ["A100 SXM4", "A100 SXM"] },
        gpu_ram: { gte: 73_728, lte: 90_112 },
        num_gpus: { eq: 2 },
        geolocation: { eq: "NO" },
        disk_space: { gte: 40 },
        dph_total: { lte: 2.002 },
        reliability2: { gte: 0.98 },
        ...{ type: "on-demand", allocated_storage: 40, order: [["dph_total", "asc"]], limit: 64 },
      })
      .reply(200, { offers: [] });
    const { provider } = open({ offerFilters: { reliability2: { gte: 0.98 } } });
    const query = { gpu: { model: "a100-sxm-80gb", count: 2 }, region: "no", minDiskMiB: 40 * 1024 };
    expect(await all(provider.offers.search({ ...query, maxPerHourMicros: 2_000_000 }))).toEqual([]);
  });

  it("searches wide where no spelling is known, and lifts a standard filter with null", async () => {
    api()
      .post("/api/v0/bundles/", {
        ...{ external: { eq: false }, rentable: { eq: true } },
        gpu_ram: { gte: 22_118 },
        ...{ type: "bid", allocated_storage: 8, order: [["dph_total", "asc"]], limit: 64 },
        min_bid: { lte: 0.5 },
      })
      .reply(200, { offers: [{ ...offer, gpu_name: "Newcomer X", gpu_ram: 24_000, num_gpus: 1 }] });
    const { provider } = open({ offerFilters: { verified: null } });
    const pricing = { kind: "spot", maxPerHourMicros: 500_000 } as const;
    const gpu = { model: "newcomer-x", minMemoryMiB: 24_576 };
    // A name nobody knows has no nominal size, so core holds the wish against what is reported.
    expect(await all(provider.offers.search({ gpu, pricing }))).toEqual([]);
  });

  it("prices the GPUs and the wanted disk", async () => {
    api()
      .post("/api/v0/bundles/")
      .reply(200, { offers: [offer] });
    const [found] = await all(open().provider.offers.search({ minDiskMiB: 40 * 1024 }));
    // 0.4 + 40 GB * 0.15 dollars / 720 hours = 0.4 + 0.008333
    expect(found).toEqual({
      ...{ id: "8100042", provider: "vast", region: "NO", available: true, reliability: 0.993 },
      hardware: {
        gpu: expect.objectContaining({ id: "rtx-4090", count: 1, memoryMiB: 24_564 }) as object,
        ...{ vcpus: 12, memoryMiB: 32_000, diskMiB: 40_960, cpuModel: "AMD EPYC 7413 24-Core Processor" },
      },
      price: {
        ...{ currency: "USD", kind: "on_demand", perHourMicros: 408_333, stoppedPerHourMicros: 8_333 },
        parts: [
          { kind: "compute", perHourMicros: 400_000 },
          { kind: "disk", perHourMicros: 8_333 },
        ],
      },
      ...{ observedAt: new Date("2026-11-21T00:00:00Z"), expiresAt: new Date(1_801_000_000_000) },
    });
    expect(vastRaw(found ?? {})?.["compute_cap"]).toBe(890);
  });

  it("looks at every row again", async () => {
    const wrong = [
      { ...offer, id: 1, ask_contract_id: 1, num_gpus: 4 },
      { ...offer, id: 2, ask_contract_id: 2, gpu_name: "RTX 3090" },
      { ...offer, id: 3, ask_contract_id: 3, verification: "unverified" },
      { ...offer, id: 4, ask_contract_id: 4, geolocation: "Texas, US" },
      { ...offer, id: 5, ask_contract_id: 5, disk_space: 12 },
      { ...offer, id: 6, ask_contract_id: 6, rentable: false },
    ];
    api()
      .post("/api/v0/bundles/")
      .reply(200, { offers: [...wrong, offer] });
    const query = { gpu: { model: "RTX 4090", count: 1 }, region: "NO", minDiskMiB: 20 * 1024 };
    const found = await all(open().provider.offers.search(query));
    expect(found.map(({ id }) => id)).toEqual(["8100042"]);
  });

  it.each<[NonNullable<VastOptions["offerFilters"]>, boolean]>([
    [{ reliability2: { gte: 0.98 } }, true],
    [{ reliability2: { gt: 0.999 } }, false],
    [{ cuda_max_good: { lte: 12.7 } }, false],
    [{ cuda_max_good: { lt: 12.9 }, direct_port_count: { gte: 2, lte: 100 } }, true],
    [{ hosting_type: { neq: 1 } }, false],
    [{ datacenter: { eq: true } }, true],
    [{ geolocation: { in: ["SE", "NO"] } }, true],
    [{ geolocation: { notin: ["SE", "NO"] } }, false],
    [{ static_ip: { eq: true } }, true], // the row does not say
    [{ gpu_arch: { eq: 5 } }, true], // cannot be compared
  ])("holds every row against the user's own filters: %j", async (offerFilters, kept) => {
    api()
      .post("/api/v0/bundles/")
      .reply(200, { offers: [offer] });
    expect(await all(open({ offerFilters }).provider.offers.search())).toHaveLength(kept ? 1 : 0);
  });

  it("pages by price, leaves out what it has met, and stops without progress", async () => {
    const many = (from: number, price: (index: number) => number) =>
      Array.from({ length: 64 }, (_, index) => {
        const dph_base = price(index);
        return {
          ...offer,
          id: from + index,
          ask_contract_id: from + index,
          dph_base,
          dph_total: dph_base,
          storage_cost: 0,
        };
      });
    const after = (price: number) => (body: { dph_total?: { gte?: number } }) =>
      body.dph_total?.gte === price;
    api()
      .post("/api/v0/bundles/", (body: { dph_total?: unknown }) => body.dph_total === undefined)
      .reply(200, { offers: many(1000, (index) => 0.1 + index / 1000) });
    api()
      .post("/api/v0/bundles/", after(0.163))
      // The last of the page before, then new ones, all at one price.
      .reply(200, { offers: [...many(1063, (index) => (index === 0 ? 0.163 : 0.2))] });
    api()
      .post("/api/v0/bundles/", after(0.2))
      .reply(200, { offers: many(2000, () => 0.2) });
    const found = await all(open().provider.offers.search());
    expect(found).toHaveLength(64 + 63 + 64);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  });

  it("finds one offer by its contract id, outside the standard filters too", async () => {
    api()
      .post("/api/v0/bundles/", {
        ask_contract_id: { eq: 8_100_042 },
        ...{ type: "on-demand", allocated_storage: 8, order: [["dph_total", "asc"]], limit: 64 },
      })
      .reply(200, {
        offers: [
          { ...offer, verification: "unverified" },
          { ...offer, id: 5, ask_contract_id: 5 },
        ],
      });
    const found = await all(open().provider.offers.search({ offerId: "8100042" }));
    expect(found.map(({ id }) => id)).toEqual(["8100042"]);
  });

  it("never takes an answer without offers for an empty market", async () => {
    api().post("/api/v0/bundles/").reply(200, { success: true });
    await expect(all(open().provider.offers.search())).rejects.toMatchObject({
      code: "bad_response",
    });
  });
});

describe("configuration", () => {
  it("lets a row of it win over the adapter's", async () => {
    api()
      .get("/api/v9/machine/1")
      .reply(200, { instances: { ...row, id: 1, actual_status: "hibernating" } });
    const { provider } = open({
      endpoints: { "instance.get": { path: "api/v9/machine/{id}" } },
      statuses: { hibernating: { status: "stopped", billing: "storage" } },
    });
    expect(await provider.describe("1")).toMatchObject({ status: "stopped", billing: "storage" });
    api().get("/api/v0/instances/1/").reply(400, { success: false, error: "invalid_args" });
    const { provider: other } = open({ errors: { invalid_args: { code: "conflict" } } });
    await expect(other.describe("1")).rejects.toMatchObject({ code: "conflict" });
  });

  it("names the option that is missing or wrong", () => {
    const error = (options: object) => {
      try {
        open(options);
        return undefined;
      } catch (thrown) {
        return thrown;
      }
    };
    expect(error({ apiKey: "" })).toMatchObject({ code: "invalid_config" });
    expect(error({ baseUrl: "http://vast.example" })).toMatchObject({ field: "baseUrl" });
    expect(error({ offerFilters: { reliability2: { gtt: 1 } } })).toMatchObject({ code: "invalid_config" });
  });
});
