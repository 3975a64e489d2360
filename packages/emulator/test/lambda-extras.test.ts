import { describe, expect, it } from "vitest";
import { type Body, flag, openLambda, publicKey } from "./lambda-client.ts";

describe("who is let in", () => {
  it("takes the key as bearer, or as the user of basic with an empty password", async () => {
    await using lambda = await openLambda();
    const { apiKey } = lambda.kit.credentials.lambda;
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    for (const [authorization, status] of [
      [`Bearer ${apiKey}`, 200],
      [basic(`${apiKey}:`), 200],
      [basic(`:${apiKey}`), 401],
      [`Bearer ${apiKey}x`, 401],
      [apiKey, 401],
    ] as const) {
      const answer = await lambda.send("GET", "/instance-types", undefined, authorization);
      expect([authorization, answer.status]).toEqual([authorization, status]);
      if (status === 401) expect(answer.code).toBe("global/invalid-api-key");
    }
  });

  it("shows one account nothing of another", async () => {
    await using lambda = await openLambda();
    const id = await lambda.rent();
    const other = "Bearer secret_somebody_0a1b2c3d4e5f.somebody-elses-key";
    expect((await lambda.send("GET", "/instances", undefined, other)).data).toEqual([]);
    expect((await lambda.send("GET", `/instances/${id}`, undefined, other)).status).toBe(404);
    const ended = await lambda.send("POST", "/instance-operations/terminate", { instance_ids: [id] }, other);
    expect(ended.status).toBe(404);
    expect((await lambda.send("GET", "/ssh-keys", undefined, other)).data).toEqual([]);
  });

  it.each([
    ["accountInactive", 403, "global/account-inactive"],
    ["invalidAddress", 403, "global/invalid-address"],
    ["forbidden", 403, "global/forbidden"],
    ["unknownError", 400, "global/unknown"],
    ["internalUnavailable", 503, "provider/internal-unavailable"],
    ["tokenExpired", 401, "global/invalid-api-key"],
  ])("refuses with %s", async (name, status, code) => {
    await using lambda = await openLambda();
    lambda.kit.faults.add(flag(name, "instances.launch"));
    expect(await lambda.launch()).toMatchObject({ status, code });
    expect(lambda.kit.machines()).toEqual([]);
  });

  it("tells a wrong method from an unknown path, and has nothing about the account", async () => {
    await using lambda = await openLambda();
    expect((await lambda.send("PUT", "/instances")).status).toBe(405);
    for (const path of ["user", "account", "billing", "usage", "credits", "invoices"]) {
      expect(await lambda.send("GET", `/${path}`)).toMatchObject({ status: 404, code: "global/not-found" });
    }
  });
});

describe("rates", () => {
  it("allows one request a second, and one launch in twelve", async () => {
    await using lambda = await openLambda({ enforceRateLimits: true });
    expect((await lambda.launch()).status).toBe(200);
    // The launch has worked; it is the next call that is throttled.
    expect(await lambda.send("GET", "/instances")).toMatchObject({ status: 429 });
    lambda.pass(1000);
    expect((await lambda.send("GET", "/instances")).status).toBe(200);
    lambda.pass(10_999);
    expect(await lambda.launch()).toMatchObject({ status: 429, code: "global/rate-limited" });
    lambda.pass(1);
    expect((await lambda.launch()).status).toBe(200);
    expect(lambda.kit.machines()).toHaveLength(2);
  });

  it.each([
    ["text", 429, "Too Many Requests"],
    ["cdn", 403, "error code: 1015"],
  ] as const)("says so as %s", async (rateLimitForm, status, text) => {
    await using lambda = await openLambda({ enforceRateLimits: true, rateLimitForm });
    await lambda.send("GET", "/instances");
    expect(await lambda.send("GET", "/instances")).toMatchObject({ status, text });
  });
});

describe("reads", () => {
  it("lists everything, or newest first in pages", async () => {
    await using lambda = await openLambda();
    const ids = [await lambda.rent(), await lambda.rent(), await lambda.rent()];
    const whole = await lambda.send("GET", "/instances");
    expect((whole.data as readonly Body[]).map(({ id }) => id)).toEqual(ids);
    expect(whole.body).not.toHaveProperty("page_token");
    const first = await lambda.send("GET", "/instances?page_size=2");
    expect((first.data as readonly Body[]).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const token = String(first.body["page_token"]);
    const second = await lambda.send("GET", `/instances?page_size=2&page_token=${token}`);
    expect(second.data).toMatchObject([{ id: ids[0] }]);
    expect(second.body["page_token"]).toBeNull();
    lambda.kit.faults.add(flag("paged", "instances.list", 1));
    expect((await lambda.send("GET", "/instances")).body).toMatchObject({
      data: [{ id: ids[2] }],
      page_token: expect.any(String),
    });
    expect((await lambda.send("GET", "/instances?cluster_id=c1")).data).toEqual([]);
  });

  it("leaves optional members out, or says null, and may not name what boots", async () => {
    await using lambda = await openLambda({ bootingNames: false });
    const id = await lambda.rent();
    expect(await lambda.row(id)).not.toHaveProperty("name");
    expect(await lambda.row(id)).not.toHaveProperty("tags");
    lambda.kit.faults.add(flag("nullMembers", "instances.get"));
    expect(await lambda.row(id)).toMatchObject({ name: null, ip: null, tags: null, jupyter_url: null });
    lambda.pass(10_000);
    expect(await lambda.row(id)).toMatchObject({ name: "cp-7f3a9c21d0b4" });
    lambda.kit.faults.add(flag("noNames", "instances.list"));
    expect((await lambda.rows())[0]).not.toHaveProperty("name");
  });

  it("may not say when the health checks passed", async () => {
    await using lambda = await openLambda({ firstHealthy: false });
    expect(await lambda.row(await lambda.rent())).not.toHaveProperty("first_healthy");
  });

  it("answers types as an object by name, with or without the newer members", async () => {
    await using lambda = await openLambda();
    const types = async () =>
      (await lambda.send("GET", "/instance-types")).data as Readonly<Record<string, Body>>;
    expect(await types()).toMatchObject({
      gpu_1x_a10: {
        instance_type: {
          price_cents_per_hour: 75,
          gpu_description: "A10 (24 GB PCIe)",
          specs: { vcpus: 30, memory_gib: 200, storage_gib: 1400, gpus: 1 },
        },
      },
      gpu_8x_h100_sxm5: { regions_with_capacity_available: [] },
      gpu_1x_gh200: { instance_type: { architecture: "arm64" } },
      cpu_4x_general: { instance_type: { specs: { gpus: 0 } } },
    });
    lambda.kit.faults.add(flag("olderTypes", "types.list"));
    const older = (await types())["gpu_1x_a10"]?.["instance_type"];
    expect(older).toMatchObject({ description: "1x A10 (24 GB PCIe)" });
    expect(older).not.toHaveProperty("gpu_description");
    expect(older).not.toHaveProperty("architecture");
  });

  it("lists regions, and a row for each image and region", async () => {
    await using lambda = await openLambda();
    expect((await lambda.send("GET", "/regions")).data).toHaveLength(3);
    const images = (await lambda.send("GET", "/images")).data as readonly Body[];
    expect(images).toHaveLength(12);
    expect(new Set(images.map(({ id }) => id)).size).toBe(12);
    expect(images[0]).toMatchObject({ family: "lambda-stack-22-04", region: { name: "us-east-1" } });
  });
});

describe("ssh keys", () => {
  it("are named once, and made with their private half when no public one is sent", async () => {
    await using lambda = await openLambda();
    const add = (body: Body) => lambda.send("POST", "/ssh-keys", body);
    const added = await add({ name: "desktop", public_key: publicKey });
    expect(added).toMatchObject({ status: 200, data: { name: "desktop", public_key: publicKey } });
    expect(added.data).not.toHaveProperty("private_key");
    expect(await add({ name: "desktop", public_key: publicKey })).toMatchObject({
      status: 400,
      code: "global/duplicate",
    });
    expect((await add({ name: "made" })).data).toHaveProperty("private_key");
    expect(await add({ name: "bad", public_key: "nonsense" })).toMatchObject({ status: 400 });
    const { id } = added.data as { id: string };
    const rented = await lambda.rent({ ssh_key_names: ["desktop"] });
    expect(await lambda.send("DELETE", `/ssh-keys/${id}`)).toMatchObject({ status: 200, data: {} });
    expect(await lambda.row(rented)).toMatchObject({ ssh_key_names: ["desktop"] });
    expect((await lambda.send("DELETE", `/ssh-keys/${id}`)).status).toBe(404);
  });
});

describe("filesystems", () => {
  const create = (lambda: Awaited<ReturnType<typeof openLambda>>, name: string, region = "us-east-1") =>
    lambda.send("POST", "/filesystems", { name, region });

  it("are made without a hyphen and listed with one, and later without", async () => {
    await using lambda = await openLambda();
    expect((await create(lambda, "data")).data).toMatchObject({ name: "data", is_in_use: false });
    expect((await lambda.send("POST", "/file-systems", { name: "x", region: "us-east-1" })).status).toBe(405);
    expect((await lambda.send("GET", "/file-systems")).data).toHaveLength(1);
    expect((await lambda.send("GET", "/filesystems")).data).toHaveLength(1);
    expect((await create(lambda, "data")).code).toBe("global/duplicate");
    expect((await create(lambda, "data", "us-west-1")).status).toBe(200);
    expect((await create(lambda, "9data")).code).toBe("global/invalid-parameters");
    expect((await create(lambda, "data", "us-south-1")).status).toBe(400);
  });

  it.each([
    ["/file-systems", "/filesystems"],
    ["/filesystems", "/file-systems"],
  ] as const)("may be listed at %s alone", async (fileSystemsAt, other) => {
    await using lambda = await openLambda({ fileSystemsAt });
    expect((await lambda.send("GET", fileSystemsAt)).status).toBe(200);
    expect(await lambda.send("GET", other)).toMatchObject({ status: 404, code: "global/not-found" });
  });

  it("are mounted at launch in their own region, and stay in use for a while afterwards", async () => {
    await using lambda = await openLambda();
    const { id } = (await create(lambda, "data")).data as { id: string };
    const rented = await lambda.rent({ file_system_names: ["data"] });
    expect(await lambda.row(rented)).toMatchObject({
      file_system_names: ["data"],
      file_system_mounts: [{ file_system_id: id, mount_point: "/lambda/nfs/data" }],
    });
    const remove = () => lambda.send("DELETE", `/filesystems/${id}`);
    await lambda.terminate(rented);
    lambda.pass(4000);
    expect(await remove()).toMatchObject({ status: 400, code: "filesystems/filesystem-in-use" });
    lambda.pass(5000);
    expect(await remove()).toMatchObject({ status: 200, data: { deleted_ids: [id] } });
    expect((await remove()).status).toBe(404);
  });

  it.each([
    ["object-does-not-exist", "global/object-does-not-exist"],
    ["file-system-in-wrong-region", "instance-operations/launch/file-system-in-wrong-region"],
  ] as const)("of another region are refused before capacity, as %s", async (wrongRegionAs, code) => {
    await using lambda = await openLambda({ wrongRegionAs });
    await create(lambda, "west", "us-west-1");
    lambda.kit.event("lambda", "capacity", { type: "gpu_1x_a10", region: "us-east-1", free: 0 });
    const answer = await lambda.launch({ file_system_names: ["west"] });
    expect(answer).toMatchObject({ status: 400, code });
    expect(answer.text).toContain("west");
    expect(answer.text).toContain("us-east-1");
  });

  it("are not in every region", async () => {
    await using lambda = await openLambda();
    await create(lambda, "data");
    const order = { region_name: "us-south-1", instance_type_name: "gpu_1x_h100_pcie" };
    expect((await lambda.launch({ ...order, file_system_names: ["data"] })).code).toBe(
      "instance-operations/launch/file-systems-not-supported",
    );
  });
});

describe("firewall", () => {
  const rule = { protocol: "tcp", port_range: [8080, 8081], source_network: "0.0.0.0/0", description: "web" };

  it("lets ssh and ICMP through, and a ruleset of the region on top", async () => {
    await using lambda = await openLambda();
    expect((await lambda.send("GET", "/firewall-rulesets/global")).data).toMatchObject({
      rules: [{ protocol: "tcp", port_range: [22, 22] }, { protocol: "icmp" }],
    });
    const made = await lambda.send("POST", "/firewall-rulesets", {
      name: "web",
      region: "us-east-1",
      rules: [rule],
    });
    const { id } = made.data as { id: string };
    expect(made.data).toMatchObject({ rules: [rule] });
    const firewall_rulesets = [{ id }];
    const elsewhere = await lambda.launch({ region_name: "us-west-1", firewall_rulesets });
    expect(elsewhere.code).toBe("global/object-does-not-exist");
    const rented = await lambda.rent({ firewall_rulesets });
    expect(await lambda.row(rented)).toMatchObject({ firewall_rulesets });
    const path = `/firewall-rulesets/${id}`;
    expect((await lambda.send("DELETE", path)).code).toBe("firewall-rulesets/firewall-ruleset-in-use");
    expect((await lambda.send("PATCH", path, { rules: [] })).data).toMatchObject({ name: "web", rules: [] });
    await lambda.terminate(rented);
    lambda.pass(4000);
    expect((await lambda.send("DELETE", path)).status).toBe(200);
    expect((await lambda.send("GET", path)).status).toBe(404);
    expect((await lambda.send("GET", "/firewall-rulesets")).data).toEqual([]);
  });

  it("loses every rule of the account to the older call", async () => {
    await using lambda = await openLambda();
    await lambda.send("PUT", "/firewall-rules", { data: [rule] });
    expect((await lambda.send("GET", "/firewall-rules")).data).toEqual([rule]);
    expect((await lambda.send("GET", "/firewall-rulesets/global")).data).toMatchObject({ rules: [rule] });
    const patched = await lambda.send("PATCH", "/firewall-rulesets/global", { rules: [] });
    expect(patched.data).toMatchObject({ rules: [] });
    const wrong = { ...rule, protocol: "sctp" };
    expect((await lambda.send("PUT", "/firewall-rules", { data: [wrong] })).status).toBe(400);
  });
});
