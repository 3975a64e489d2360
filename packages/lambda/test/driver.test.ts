import { nock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { lambdaRaw } from "../src/index.ts";
import { apiKey, collect, fixture, open, origin, publicKey } from "./support.ts";

const api = () => nock(`${origin}/api/v1`, { reqheaders: { authorization: `Bearer ${apiKey}` } });
const id = "00000000000000000000000000a10001";
const offerId = "gpu_1x_a10|us-east-1";
const request = { offerId, sshPublicKeys: [publicKey] };
const own = "providerOptions.lambda.user_data";
const keys = () => api().get("/ssh-keys").reply(200, fixture("ssh-keys"));

/** Launches against a cloud that says yes, and tells what it was sent. */
async function sent(more: object = {}): Promise<Record<string, unknown>> {
  let body: unknown;
  api()
    .post("/instance-operations/launch", (json) => {
      body = json;
      return true;
    })
    .reply(200, { data: { instance_ids: [id] } });
  await open().launch({ ...request, ...more });
  return body as Record<string, unknown>; // JSON of a launch
}

/** What cloud-init would be told. */
function cloudConfig(body: Record<string, unknown>) {
  const text = String(body["user_data"]);
  expect(text).toMatch(/^#cloud-config\n/);
  const config = JSON.parse(text.slice("#cloud-config\n".length)) as {
    ssh_authorized_keys?: string[];
    runcmd?: unknown;
    write_files?: { path: string; permissions: string; owner: string; encoding: string; content: string }[];
  };
  const files = (config.write_files ?? []).map(({ content, ...file }) => ({
    ...file,
    content: Buffer.from(content, "base64").toString("utf8"),
  }));
  return { ...config, files };
}

describe("launch", () => {
  it("names one key of the account and carries the token in a tag and the name", async () => {
    keys();
    const { name, tags, ...body } = await sent({ name: "train", labels: { team: "vision" } });
    expect(name).toMatch(/^train-gp[0-9a-z]{18}$/);
    expect(tags).toEqual([
      { key: "gpuport-launch", value: name },
      { key: "team", value: "vision" },
    ]);
    expect(body).toEqual({
      ...{ region_name: "us-east-1", instance_type_name: "gpu_1x_a10", ssh_key_names: ["laptop"] },
    });
  });

  it("adds a key that the account has not, under a name that follows from it", async () => {
    const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOther me";
    let named = "";
    api().get("/ssh-keys").reply(200, fixture("ssh-keys"));
    api()
      .post("/ssh-keys", (body: { name: string; public_key: string }) => {
        named = body.name;
        return body.public_key === other;
      })
      .reply(200, () => ({ data: { id: "k3", name: named, public_key: other } }));
    expect(await sent({ sshPublicKeys: [other] })).toMatchObject({ ssh_key_names: [named] });
    expect(named).toMatch(/^gpuport-[A-Za-z0-9-]{43}$/);
  });

  it("takes the key that somebody else has added meanwhile", async () => {
    const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOther me";
    let named = "";
    api().get("/ssh-keys").reply(200, { data: [] });
    api()
      .post("/ssh-keys", (body: { name: string }) => {
        named = body.name;
        return true;
      })
      .reply(400, { error: { code: "global/duplicate", message: "synthetic" } });
    api()
      .get("/ssh-keys")
      .reply(200, () => ({ data: [{ id: "k3", name: named, public_key: other }] }));
    expect(await sent({ sshPublicKeys: [other] })).toMatchObject({ ssh_key_names: [named] });
  });

  it("sends everything that a launch has a field for", async () => {
    const options = {
      ...{ ssh_key_name: "office", hostname: "trainer-1", firewall_rulesets: [{ id: "f1" }] },
      file_system_names: ["data"],
      file_system_mounts: [{ file_system_id: "fs2", mount_point: "/data/two" }],
    };
    const body = await sent({
      ...{
        image: "lambda-stack-24-04",
        sshPublicKeys: [],
        ports: [{ port: 8080 }, { port: 53, protocol: "udp" }],
      },
      providerOptions: { lambda: options },
    });
    expect(body).toMatchObject({
      ...{ ssh_key_names: ["office"], image: { family: "lambda-stack-24-04" }, hostname: "trainer-1" },
      ...{ file_system_names: ["data"], firewall_rulesets: [{ id: "f1" }] },
      file_system_mounts: [{ file_system_id: "fs2", mount_point: "/data/two" }],
      tags: [expect.anything(), { key: "gpuport-ports", value: "8080/tcp 53/udp" }],
    });
    expect(body).not.toHaveProperty("user_data");
  });

  it.each([
    ["00000000000000000000000000000a11", { id: "00000000000000000000000000000a11" }],
    ["11111111-2222-4333-8444-555555555555", { id: "11111111-2222-4333-8444-555555555555" }],
    ["ubuntu-24-04", { family: "ubuntu-24-04" }],
  ])("knows an image's id from a family: %s", async (image, expected) => {
    keys();
    expect(await sent({ image })).toMatchObject({ image: expected });
  });

  it("sends variables, scripts and further keys through cloud-init, in files of root's", async () => {
    keys();
    const second = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISecond you";
    const body = await sent({
      ...{ sshPublicKeys: [publicKey, second], env: { TOKEN: "it's: {secret}\n" } },
      ...{ startup: "echo hi", command: "python train.py" },
    });
    const { ssh_authorized_keys, runcmd, files } = cloudConfig(body);
    expect(ssh_authorized_keys).toEqual([second]);
    expect(runcmd).toEqual([["/var/lib/gpuport/run"]]);
    const rights = { permissions: "0700", owner: "root:root", encoding: "b64" };
    expect(files).toMatchObject([
      { path: "/var/lib/gpuport/run", ...rights },
      { path: "/var/lib/gpuport/startup", ...rights, content: "#!/bin/bash\necho hi" },
    ]);
    expect(files[0]?.content).toMatch(/export TOKEN='it'\\''s: \{secret\}\n'\n/);
    expect(files[0]?.content).toMatch(/\n\/var\/lib\/gpuport\/startup\npython train\.py\n$/);
  });

  it("keeps the interpreter of a script, and the user data of somebody who writes it himself", async () => {
    keys();
    const { files } = cloudConfig(await sent({ startup: "#!/usr/bin/python3\nprint()" }));
    expect(files[1]?.content).toBe("#!/usr/bin/python3\nprint()");
    keys();
    const own = { providerOptions: { lambda: { user_data: "#cloud-config\n{}\n" } } };
    expect(await sent(own)).toMatchObject({ user_data: "#cloud-config\n{}\n" });
  });

  it("accepts ports that the global rules let through for everybody", async () => {
    api().get("/firewall-rulesets/global").reply(200, fixture("firewall"));
    keys();
    expect(await sent({ ports: [{ port: 22 }, { port: 8080 }] })).toMatchObject({ region_name: "us-east-1" });
  });

  it.each([
    [{ port: 9000, protocol: "udp" as const }], // for some addresses only
    [{ port: 8080, protocol: "udp" as const }],
    [{ port: 8101 }],
  ])("refuses a port that they do not: %j", async (port) => {
    api().get("/firewall-rulesets/global").reply(200, fixture("firewall"));
    await expect(open().launch({ ...request, ports: [port] })).rejects.toMatchObject({
      ...{ code: "unsupported", field: "ports", effect: "none" },
    });
  });

  it.each([
    ["the keys cannot be read", () => api().get("/ssh-keys").reply(200, { data: 1 })],
    [
      "a key cannot be added",
      () => {
        api().get("/ssh-keys").reply(200, { data: [] });
        api().post("/ssh-keys").replyWithError("reset");
      },
    ],
  ])("has rented nothing where %s", async (_, arrange) => {
    arrange();
    await expect(open().launch(request, { timeoutMs: 5000 })).rejects.toMatchObject({ effect: "none" });
  });

  it.each([
    ["name", { name: "x".repeat(44) }],
    ["sshPublicKeys", { sshPublicKeys: [] }],
    ["offerId", { offerId: "gpu_1x_a10" }],
    ["offerId", { offerId: "gpu_1x_a10|" }],
    ["region", { region: "us-west-2" }],
    ["minDiskMiB", { minDiskMiB: 1024 }],
    ["labels.Team", { labels: { Team: "a" } }],
    ["labels.lambda-ai-x", { labels: { "lambda-ai-x": "a" } }],
    ["labels.gpuport-launch", { labels: { "gpuport-launch": "a" } }],
    ["labels.team", { labels: { team: "x".repeat(129) } }],
    [own, { startup: "x", providerOptions: { lambda: { user_data: "x" } } }],
    [own, { env: { A: "1" }, providerOptions: { lambda: { user_data: "x" } } }],
    [own, { sshPublicKeys: [publicKey, publicKey], providerOptions: { lambda: { user_data: "x" } } }],
    ["startup", { providerOptions: { lambda: { user_data: "x".repeat(1_000_001) } } }],
    ["providerOptions.lambda.hostname", { providerOptions: { lambda: { hostname: "Trainer" } } }],
    ["providerOptions.lambda.ssh_key_names", { providerOptions: { lambda: { ssh_key_names: ["a", "b"] } } }],
    ["ports", { ports: [{ port: 80, protocol: "http" as const }] }],
    ["ports", { ports: Array.from({ length: 20 }, (_, index) => ({ port: 10_000 + index })) }],
    ["snapshot", { snapshot: "s" }],
    ["pricing", { pricing: { kind: "spot" as const } }],
  ])("refuses %s before anything is sent", async (field, more) => {
    await expect(open().launch({ ...request, ...more })).rejects.toMatchObject({ field, effect: "none" });
  });

  it("keeps user data out of errors", async () => {
    keys();
    const secret = "value-of-a-secret";
    let userData = "";
    api()
      .post("/instance-operations/launch", (body: { user_data: string }) => {
        userData = body.user_data;
        return true;
      })
      .reply(400, () => ({
        error: { code: "global/invalid-parameters", message: `bad: ${userData} ${secret}` },
      }));
    const error: unknown = await open()
      .launch({ ...request, env: { SECRET: secret } })
      .catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain(secret);
    expect(userData).toContain("write_files");
    expect(String(error)).not.toContain("write_files");
  });
});

describe("reading", () => {
  it("describes a machine", async () => {
    api().get(`/instances/${id}`).reply(200, fixture("instance"));
    const instance = await open().describe(id);
    expect(instance).toMatchObject({
      ...{ id, provider: "lambda", name: "train", status: "running", billing: "compute" },
      ...{ region: "us-east-1", labels: { team: "vision" }, providerStatus: "active" },
      price: { currency: "USD", perHourMicros: 750_000, kind: "on_demand" },
    });
    expect(lambdaRaw(instance)).toMatchObject({ jupyter_token: "SYNTHETIC" });
    expect(JSON.stringify(instance)).not.toContain("SYNTHETIC");
  });

  it("believes only the machine that it asked for", async () => {
    api().get("/instances/other").reply(200, fixture("instance"));
    await expect(open().describe("other")).rejects.toMatchObject({ code: "bad_response" });
  });

  it("reads the whole list in one request, and goes on should the cloud say that there is more", async () => {
    const { data } = fixture("instance");
    const second = { ...(data as object), id: "b" };
    api()
      .get("/instances")
      .reply(200, { data: [data], page_token: "t1" });
    api()
      .get("/instances")
      .query({ page_token: "t1" })
      .reply(200, { data: [second], page_token: null });
    expect((await collect(open().list())).map((row) => row.id)).toEqual([id, "b"]);
  });

  it.each([
    ["no list", { data: null }],
    ["a row without an id", { data: [{ name: "x" }] }],
    ["no envelope", []],
  ])("takes %s for no answer", async (_, body) => {
    api()
      .get("/instances")
      .reply(200, body as object);
    await expect(collect(open().list())).rejects.toMatchObject({ code: "bad_response" });
  });
});

describe("offers", () => {
  it("are a type in a region, or a type that is nowhere", async () => {
    api().get("/instance-types").reply(200, fixture("types"));
    const offers = await collect(open().offers.search());
    expect(
      offers.map((offer) => [offer.id, offer.available, offer.region, offer.price?.perHourMicros]),
    ).toEqual([
      ["cpu_4x_general|us-east-1", true, "us-east-1", 200_000],
      ["gpu_1x_a10|us-east-1", true, "us-east-1", 750_000],
      ["gpu_1x_a10|us-west-2", true, "us-west-2", 750_000],
      ["gpu_8x_v100|us-south-1", true, "us-south-1", 4_400_000],
      ["gpu_8x_h100_sxm5|", false, undefined, 23_920_000],
    ]);
  });

  it("are chosen by GPU, region, disk and price", async () => {
    const search = async (query: object) => {
      api().get("/instance-types").reply(200, fixture("types"));
      return (await collect(open().offers.search(query))).map((offer) => offer.id);
    };
    expect(await search({ gpu: { model: "a10" }, region: "us-west-2" })).toEqual(["gpu_1x_a10|us-west-2"]);
    expect(await search({ gpu: { model: "V100", count: 8 } })).toEqual(["gpu_8x_v100|us-south-1"]);
    expect(await search({ gpu: { model: "a10" }, minDiskMiB: 1400 * 1024 + 1 })).toEqual([]);
    expect(await search({ gpu: { model: "a10" }, maxPerHourMicros: 749_999 })).toEqual([]);
  });
});

describe("terminate", () => {
  it("ends one machine by its id, with evidence", async () => {
    const row = (status: string) => ({ data: { ...(fixture("instance").data as object), status } });
    api()
      .post("/instance-operations/terminate", { instance_ids: [id] })
      .reply(200, { data: { terminated_instances: [row("terminating").data] } });
    api().get(`/instances/${id}`).reply(200, row("terminated"));
    expect(await open().terminate(id)).toMatchObject({ id, evidence: "terminal_status" });
  });
});

describe("groups", () => {
  it("lists images by family, each once", async () => {
    const list = async (query?: object) => {
      api().get("/images").reply(200, fixture("images"));
      return collect(open().images.list(query));
    };
    expect(await list()).toMatchObject([
      { id: "lambda-stack-24-04", name: "lambda-stack-24-04" },
      { id: "00000000000000000000000000000b11", name: "bare" },
    ]);
    expect(await list({ search: "bare" })).toHaveLength(1);
    expect(await list({ owned: true })).toEqual([]);
  });

  it("lists filesystems under the one spelling, or the other", async () => {
    api().get("/file-systems").reply(200, fixture("filesystems"));
    const expected = {
      id: "fs1",
      name: "data",
      region: "us-east-1",
      createdAt: new Date("2026-09-01T00:00:00Z"),
    };
    expect(await collect(open().volumes.list())).toMatchObject([expected]);
    api()
      .get("/file-systems")
      .reply(404, { error: { code: "global/not-found", message: "synthetic" } });
    api().get("/filesystems").reply(200, fixture("filesystems"));
    expect(await collect(open().volumes.list())).toMatchObject([expected]);
  });

  it("makes a filesystem, once, and removes it", async () => {
    api()
      .post("/filesystems", { name: "data", region: "us-east-1" })
      .reply(200, { data: { id: "fs1", name: "data", region: { name: "us-east-1", description: "" } } });
    expect(
      await open().volumes.create({ name: "data", region: "us-east-1", sizeMiB: undefined }),
    ).toMatchObject({ id: "fs1" });
    api()
      .delete("/filesystems/fs1")
      .reply(200, { data: { deleted_ids: ["fs1"] } });
    await open().volumes.remove("fs1");
    api().post("/filesystems").reply(502, "");
    await expect(open().volumes.create({ name: "data", region: "us-east-1" })).rejects.toMatchObject({
      ...{ code: "unavailable", effect: "maybe", retryable: false },
    });
  });

  it.each([
    ["sizeMiB", { name: "data", region: "us-east-1", sizeMiB: 1024 }],
    ["type", { name: "data", region: "us-east-1", type: "fast" }],
    ["name", { region: "us-east-1" }],
    ["name", { name: "1st", region: "us-east-1" }],
    ["region", { name: "data" }],
  ])("refuses a filesystem for its %s", async (field, spec) => {
    await expect(open().volumes.create(spec)).rejects.toMatchObject({ field, effect: "none" });
  });

  it("lists, adds and removes keys", async () => {
    keys();
    expect(await collect(open().sshKeys.list())).toMatchObject([
      { id: "k1" },
      { id: "k2", publicKey: "ssh-rsa AAAAB3 office" },
    ]);
    keys();
    expect(await open().sshKeys.add(publicKey)).toMatchObject({ id: "k1", publicKey });
    api().delete("/ssh-keys/k1").reply(200, { data: {} });
    await open().sshKeys.remove("k1");
  });

  it("renames a machine and leaves the token in its name", async () => {
    api().get(`/instances/${id}`).reply(200, fixture("instance"));
    api().post(`/instances/${id}`, { name: "other-gp0123456789abcdefgh" }).reply(200, fixture("instance"));
    await open().naming.rename(id, "other");
    const { tags: _, ...stranger } = fixture("instance").data as Record<string, unknown>;
    api()
      .get(`/instances/${id}`)
      .reply(200, { data: { ...stranger, name: "theirs" } });
    api().post(`/instances/${id}`, { name: "mine" }).reply(200, fixture("instance"));
    await open().naming.rename(id, "mine");
    api().get(`/instances/${id}`).reply(200, fixture("instance"));
    await expect(open().naming.rename(id, "x".repeat(60))).rejects.toMatchObject({ field: "name" });
  });
});
