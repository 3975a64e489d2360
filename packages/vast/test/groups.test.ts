import { inspect } from "node:util";
import { newToken } from "@gpuport/core";
import { nock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { all, api, fixture, key, open } from "./fixtures/open.ts";

const row = fixture("instance-running");
const offer = fixture("offer");
const id = "52000017";
const publicKey = "ssh-ed25519 AAAAC3Nz someone@example";
const signed = "X-Amz-Signature=synthetic-signature";
const result_url = `https://storage.example.test/results/a%20b/5f3e.log?${signed}`;
const accepted = { success: true, result_url, msg: "on its way" };

/** Object storage, to which the key must not go. */
function storage(host = "https://storage.example.test"): nock.Scope {
  return nock(host, { badheaders: ["authorization"] });
}
const stored = () =>
  storage().get("/results/a%20b/5f3e.log").query({ "X-Amz-Signature": "synthetic-signature" });

describe("logs", () => {
  const asked = (body: Record<string, string>, answer: object = accepted) =>
    api().put(`/api/v0/instances/request_logs/${id}/`, body).reply(200, answer);

  it("asks for the log and fetches it without the key", async () => {
    asked({ tail: "100", filter: "epoch", daemon_logs: "true" });
    stored().reply(200, "epoch 1\nepoch 2\n", { "content-type": "binary/octet-stream" });
    const { logs } = open().provider;
    const lines = await all(logs.tail(id, { lines: 100, filter: "epoch", daemon: true }));
    expect(lines).toEqual(["epoch 1", "epoch 2"]);
  });

  it.each(["{}", "[1]", "12"])("hands out a log that is JSON (%s) as it stands", async (text) => {
    asked({});
    stored().reply(200, text);
    expect(await all(open().provider.logs.tail(id))).toEqual([text]);
  });

  it("waits until it is there", async () => {
    asked({});
    stored().reply(403, "<Error><Code>AccessDenied</Code></Error>");
    stored().reply(404, "<Error><Code>NoSuchKey</Code></Error>");
    stored().reply(200, "ready");
    const { provider, clock } = open();
    const askedAt = clock.now();
    expect(await all(provider.logs.tail(id))).toEqual(["ready"]);
    expect(clock.now() - askedAt).toBeGreaterThanOrEqual(6_000);
  });

  it("gives up where it never comes, and keeps the address to itself", async () => {
    asked({});
    stored().times(4).reply(404, `<Error>no ${signed}</Error>`);
    const error = await all(open().provider.logs.tail(id)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unavailable", effect: "none", retryable: true });
    expect(inspect(error, { depth: 9 })).not.toContain("synthetic-signature");
  });

  it("follows no redirect", async () => {
    asked({});
    stored().reply(302, "", { location: "https://elsewhere.example.test/" });
    await expect(all(open().provider.logs.tail(id))).rejects.toMatchObject({ code: "bad_response" });
  });

  it("reads no more than answers may have", async () => {
    asked({});
    stored().reply(200, "x".repeat(2_000));
    const { logs } = open({ maxResponseBytes: 1_000 }).provider;
    await expect(all(logs.tail(id))).rejects.toMatchObject({ code: "bad_response" });
  });

  it.each(["http://storage.example.test/a", "ftp://storage.example.test/a", "no address", undefined])(
    "sends nothing to %s",
    async (address) => {
      asked({}, { success: true, result_url: address });
      await expect(all(open().provider.logs.tail(id))).rejects.toMatchObject({ code: "bad_response" });
    },
  );

  it("repeats a request whose answer was lost", async () => {
    const at = `/api/v0/instances/request_logs/${id}/`;
    api().put(at).reply(502, "");
    api().put(at).reply(200, accepted);
    stored().reply(200, "a");
    expect(await all(open().provider.logs.tail(id))).toEqual(["a"]);
  });
});

describe("exec", () => {
  const at = `/api/v0/instances/command/${id}/`;

  it("runs a command and fetches what it wrote", async () => {
    api()
      .put(at, { command: "ls -l /workspace" })
      .reply(200, { ...accepted, writeable_path: "/merged/" });
    stored().reply(200, "übung.txt\n");
    const { stdout, stderr, truncated } = await open().provider.exec.run(id, "ls -l /workspace");
    expect(new TextDecoder().decode(stdout)).toBe("übung.txt\n");
    expect({ stderr: stderr.byteLength, truncated }).toEqual({ stderr: 0, truncated: false });
  });

  it("does not say that a command went well: the cloud does not", async () => {
    api().put(at).reply(200, accepted);
    stored().reply(200, "du: cannot access '/nowhere'");
    const { exitCode } = await open().provider.exec.run(id, "du /nowhere");
    expect(exitCode).not.toBe(0);
  });

  it.each(["cat /etc/passwd", "lsblk", "nvidia-smi", "echo ls", `ls ${"x".repeat(510)}`])(
    "refuses %s before anything is sent",
    async (command) => {
      await expect(open().provider.exec.run(id, command)).rejects.toMatchObject({
        ...{ code: "unsupported", field: "command", effect: "none" },
      });
    },
  );

  it("repeats what only reads, and sends an rm once", async () => {
    api().put(at).reply(502, "");
    api().put(at).reply(200, accepted);
    stored().reply(200, "4.0K .");
    const { exec } = open().provider;
    await exec.run(id, "du -h");
    api().put(at).reply(502, "");
    await expect(exec.run(id, "rm a")).rejects.toMatchObject({ code: "unavailable", effect: "maybe" });
  });

  it("says that an rm was sent whose output never came", async () => {
    api().put(at).reply(200, accepted);
    stored().times(4).reply(404, "");
    await expect(open().provider.exec.run(id, "rm a")).rejects.toMatchObject({
      ...{ code: "unavailable", effect: "done", retryable: false },
    });
  });
});

describe("ssh keys", () => {
  const list = (status: number, body: object | string) =>
    api()
      .get("/api/v0/ssh/")
      .reply(status, body as string);

  it("lists those that are not deleted", async () => {
    list(200, [
      { id: 1, user_id: 9, public_key: `${publicKey}\n`, created_at: 1_795_000_000.5, deleted_at: null },
      { id: 2, user_id: 9, key: "ssh-rsa AAAA", created_at: "2026-08-07T10:00:00.000" },
      { id: 3, user_id: 9, key: "ssh-rsa BBBB", created_at: "2026-08-07T10:00:00+02:00" },
      { id: 4, user_id: 9, key: "ssh-rsa CCCC", created_at: "of late" },
      { id: 5, user_id: 9, key: "ssh-rsa DDDD", deleted_at: 1_795_000_000 },
    ]);
    expect(await all(open().provider.sshKeys.list())).toEqual([
      { id: "1", provider: "vast", publicKey, createdAt: new Date(1_795_000_000_500) },
      { id: "2", provider: "vast", publicKey: "ssh-rsa AAAA", createdAt: new Date("2026-08-07T10:00:00Z") },
      { id: "3", provider: "vast", publicKey: "ssh-rsa BBBB", createdAt: new Date("2026-08-07T08:00:00Z") },
      { id: "4", provider: "vast", publicKey: "ssh-rsa CCCC" },
    ]);
  });

  it("takes a 404 for none, but not a refused key or an address without an API", async () => {
    list(404, { success: false, error: "no_ssh_keys", msg: "No ssh keys found." });
    expect(await all(open().provider.sshKeys.list())).toEqual([]);
    list(404, { success: false, error: "auth_error", msg: "Invalid user key" });
    await expect(all(open().provider.sshKeys.list())).rejects.toMatchObject({ code: "unauthenticated" });
    list(404, "404: Not Found");
    await expect(all(open().provider.sshKeys.list())).rejects.toMatchObject({ code: "invalid_config" });
    list(200, { success: true });
    await expect(all(open().provider.sshKeys.list())).rejects.toMatchObject({ code: "bad_response" });
  });

  it("gives back the key that is there, whatever its comment", async () => {
    list(200, [{ id: 7, public_key: "ssh-ed25519 AAAAC3Nz" }]);
    expect(await open().provider.sshKeys.add(publicKey)).toMatchObject({ id: "7" });
  });

  it("adds a key that is not there", async () => {
    list(200, [{ id: 7, public_key: "ssh-rsa AAAAC3Nz" }]);
    api()
      .post("/api/v0/ssh/", { ssh_key: publicKey })
      .reply(200, {
        success: true,
        key: { id: 8, user_id: 9, public_key: publicKey, created_at: 1_795_000_000 },
      });
    expect(await open().provider.sshKeys.add(publicKey)).toEqual({
      ...{ id: "8", provider: "vast", publicKey, createdAt: new Date(1_795_000_000_000) },
    });
  });

  it("does not add twice when an answer was lost", async () => {
    list(200, []);
    api().post("/api/v0/ssh/").reply(502, "");
    await expect(open().provider.sshKeys.add(publicKey)).rejects.toMatchObject({
      ...{ code: "unavailable", effect: "maybe", retryable: false },
    });
  });

  it("removes and attaches", async () => {
    api().delete("/api/v0/ssh/7/", {}).reply(200, { success: true });
    api().post(`/api/v0/instances/${id}/ssh/`, { ssh_key: publicKey }).reply(200, { success: true });
    const { sshKeys } = open().provider;
    await sshKeys.remove("7");
    await sshKeys.attach(id, publicKey);
    api().delete("/api/v0/ssh/7/").reply(400, { success: false, error: "no_ssh_key" });
    await expect(sshKeys.remove("7")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("the ssh keys of a machine", () => {
  const at = `/api/v0/instances/${id}/ssh/`;
  const rows = [
    { id: 7, public_key: publicKey, created_at: 1_795_000_000 },
    { id: 8, public_key: "ssh-rsa AAAA", deleted_at: 1_795_000_000 },
  ];
  const listed = (): Promise<unknown> => all(open().provider.sshKeys.attached(id));

  it.each([
    ["JSON inside JSON", JSON.stringify(rows)],
    ["rows", rows],
  ])("are read from %s", async (_, ssh_keys) => {
    api().get(at).reply(200, { success: true, ssh_keys });
    expect(await listed()).toEqual([
      { id: "7", provider: "vast", publicKey, createdAt: new Date(1_795_000_000_000) },
    ]);
  });

  it.each([undefined, null, "", "none", '{"id":7}', '[{"public_key":"ssh-rsa A"}]'])(
    "are never none because of %j",
    async (ssh_keys) => {
      api().get(at).reply(200, { success: true, ssh_keys });
      await expect(listed()).rejects.toMatchObject({ code: "bad_response", effect: "none" });
    },
  );

  it("may be none, and are not known of a machine that is not there", async () => {
    api().get(at).reply(200, { success: true, ssh_keys: "[]" });
    expect(await listed()).toEqual([]);
    api().get(at).reply(404, { success: false, error: "no_such_instance" });
    await expect(listed()).rejects.toMatchObject({ code: "not_found" });
  });

  it("are taken out, once more after a lost answer", async () => {
    const { sshKeys } = open().provider;
    const detach = () => api().delete(`${at}7/`, {});
    detach().reply(502, "");
    detach().reply(400, { success: false, error: "no_ssh_key" });
    await sshKeys.detach(id, "7");
    detach().reply(400, { success: false, error: "no_ssh_key" });
    await expect(sshKeys.detach(id, "7")).rejects.toMatchObject({ code: "not_found", effect: "none" });
    await expect(sshKeys.detach(id, "a")).rejects.toMatchObject({ field: "keyId", effect: "none" });
  });

  it.each([
    [404, { success: false, error: "no_such_instance" }, "not_found"],
    [400, { success: false, error: "invalid_args" }, "invalid_argument"],
    [404, { success: false, error: "auth_error" }, "unauthenticated"],
  ])("are not attached where the answer is %i %j", async (status, body, code) => {
    api().post(at, { ssh_key: publicKey }).reply(status, body);
    const attaching = open().provider.sshKeys.attach(id, publicKey);
    await expect(attaching).rejects.toMatchObject({ code, effect: "none" });
  });
});

describe("naming", () => {
  const at = `/api/v0/instances/${id}/`;

  it.each([
    ["a name and a token", (token: string) => `trainer-${token}`, (token: string) => `evaluator 2-${token}`],
    ["a token alone", (token: string) => token, (token: string) => `evaluator 2-${token}`],
    ["a name by hand", () => "by hand", () => "evaluator 2"],
    ["nothing", () => null, () => "evaluator 2"],
  ])("changes the name and keeps the token, where the label is %s", async (_, before, after) => {
    const token = newToken();
    api()
      .get(at)
      .reply(200, { instances: { ...row, label: before(token) } });
    api()
      .put(at, { label: after(token) })
      .reply(200, { success: true });
    await open().provider.naming.rename(id, "evaluator 2");
  });

  it("changes nothing where the machine cannot be read, or the name would not find it", async () => {
    api().get(at).reply(200, { instances: null });
    await expect(open().provider.naming.rename(id, "a")).rejects.toMatchObject({ code: "not_found" });
    await expect(open().provider.naming.rename(id, "tr😀")).rejects.toMatchObject({ field: "name" });
  });
});

describe("bids", () => {
  it("bids for the machine's GPUs", async () => {
    const at = `/api/v0/instances/bid_price/${id}/`;
    api().put(at, { client_id: "me", price: 0.21 }).reply(502, "");
    api().put(at, { client_id: "me", price: 0.21 }).reply(200, { success: true });
    await open().provider.bids.change(id, 210_000);
  });

  it("refuses what is less than the least, before anything is sent", async () => {
    await expect(open().provider.bids.change(id, 999)).rejects.toMatchObject({ field: "perHourMicros" });
  });
});

describe("volumes", () => {
  const volume = {
    ...{
      id: 900,
      label: "data",
      disk_space: 100,
      storage_cost: 0.072,
      status: "in-use",
      instances: [52_000_017],
    },
    ...{ geolocation: "Oslo, NO", type: "local_volume", start_date: 1_795_000_000 },
  };

  it("lists them with a price per hour", async () => {
    api()
      .get("/api/v0/volumes")
      .query({ owner: "me", type: "all_volume" })
      .reply(200, { success: true, volumes: [volume, { id: 901 }] });
    expect(await all(open().provider.volumes.list())).toEqual([
      {
        ...{
          id: "900",
          provider: "vast",
          name: "data",
          sizeMiB: 102_400,
          region: "NO",
          type: "local_volume",
        },
        ...{ providerStatus: "in-use", instanceId: "52000017", createdAt: new Date(1_795_000_000_000) },
        // 100 GB at 0.072 dollars a month of 720 hours.
        price: { currency: "USD", kind: "on_demand", perHourMicros: 10_000 },
      },
      { id: "901", provider: "vast" },
    ]);
  });

  it("never takes an answer without volumes for none", async () => {
    api().get("/api/v0/volumes").query(true).reply(200, { success: true });
    await expect(all(open().provider.volumes.list())).rejects.toMatchObject({ code: "bad_response" });
  });

  it("rents from an offer, once, in whole GB", async () => {
    api()
      .put("/api/v0/volumes/", { id: 9_000_001, size: 11, name: "data" })
      .reply(200, { success: true, volume_id: 900, volume_name: "data" });
    const spec = { offerId: "9000001", sizeMiB: 10 * 1024 + 1, name: "data" };
    expect(await open().provider.volumes.create(spec)).toMatchObject({
      id: "900",
      name: "data",
      sizeMiB: 11_264,
    });
    api().put("/api/v0/volumes/").reply(502, "");
    await expect(open().provider.volumes.create(spec)).rejects.toMatchObject({
      ...{ code: "unavailable", effect: "maybe", retryable: false },
    });
  });

  it("knows that a refused one was not rented", async () => {
    api()
      .put("/api/v0/volumes/")
      .reply(404, { success: false, error: "no_such_ask", msg: "error 404/3603: not available" });
    await expect(open().provider.volumes.create({ offerId: "1", sizeMiB: 1024 })).rejects.toMatchObject({
      ...{ code: "offer_gone", effect: "none", scope: "offer" },
    });
    api().put("/api/v0/volumes/").reply(200, { success: true });
    await expect(open().provider.volumes.create({ offerId: "1", sizeMiB: 1024 })).rejects.toMatchObject({
      ...{ code: "bad_response", effect: "maybe" },
    });
  });

  it.each([
    [{ sizeMiB: 1024 }, "offerId"],
    [{ offerId: "1" }, "sizeMiB"],
    [{ sizeMiB: 1024, offerId: "a" }, "offerId"],
    [{ sizeMiB: 1024, offerId: "1", region: "NO" }, "region"],
    [{ sizeMiB: 1024, offerId: "1", type: "fast" }, "type"],
    [{ sizeMiB: 1024, offerId: "1", name: "my data" }, "name"],
  ])("refuses %j, naming %s", async (spec, field) => {
    await expect(open().provider.volumes.create(spec)).rejects.toMatchObject({ field, effect: "none" });
  });

  it("removes one, again after a lost answer", async () => {
    const removal = () => api().delete("/api/v0/volumes/", {}).query({ id: "900" });
    removal().reply(502, "");
    removal().reply(200, { success: true });
    await open().provider.volumes.remove("900");
    removal().reply(404, { success: false, error: "not_found" });
    await expect(open().provider.volumes.remove("900")).rejects.toMatchObject({ code: "not_found" });
  });

  it("searches for places, looks at every row again and prices the wanted size", async () => {
    const place = { ...offer, id: 1, ask_contract_id: 1, disk_space: 300, storage_cost: 0.072 };
    api()
      .post("/api/v0/volumes/search/", {
        ...{ verified: { eq: true }, external: { eq: false } },
        ...{ disk_space: { gte: 100 }, geolocation: { eq: "NO" } },
        ...{ order: [["storage_cost", "asc"]], limit: 64 },
      })
      .reply(200, {
        offers: [
          place,
          { ...place, ask_contract_id: 2, disk_space: 99 },
          { ...place, ask_contract_id: 3, geolocation: "Texas, US" },
          { ...place, ask_contract_id: 4, verification: "unverified" },
          { ...place, ask_contract_id: 5, geolocation: null },
        ],
      });
    const found = await all(open().provider.volumes.search({ sizeMiB: 100 * 1024, region: "no" }));
    expect(found).toEqual([
      {
        ...{ id: "1", provider: "vast", maxSizeMiB: 307_200, region: "NO" },
        price: { currency: "USD", kind: "on_demand", perHourMicros: 10_000 },
      },
    ]);
  });

  it("pages by price", async () => {
    const rows = (from: number, cost: number) =>
      Array.from({ length: 64 }, (_, index) => ({ id: from + index, storage_cost: cost }));
    const after = (price: number | undefined) => (body: { storage_cost?: { gte?: number } }) =>
      body.storage_cost?.gte === price;
    api()
      .post("/api/v0/volumes/search/", after(undefined))
      .reply(200, { offers: rows(1, 0.1) });
    api()
      .post("/api/v0/volumes/search/", after(0.1))
      .reply(200, { offers: rows(65, 0.1) });
    expect(await all(open().provider.volumes.search({ sizeMiB: 1024 }))).toHaveLength(128);
  });
});

describe("snapshots", () => {
  const at = `/api/v0/instances/take_snapshot/${id}/`;
  const registry = {
    ...{ container_registry: "docker.io", personal_repo: "someone/trainer" },
    ...{ docker_login_user: "someone", docker_login_pass: "very-secret" },
  };
  const spec = { providerOptions: { vast: registry } };

  it("pushes the disk to the user's registry, without an id in the body", async () => {
    api()
      .post(at, { ...registry, pause: "true" })
      .reply(200, { success: true, msg: "started" });
    expect(await open().provider.snapshots.create(id, spec)).toEqual([
      {
        ...{ id: `docker.io/someone/trainer:instance_${id}_at_*`, provider: "vast" },
        ...{ instanceId: id, status: "creating" },
      },
    ]);
    api()
      .post(at, { ...registry, pause: "false" })
      .reply(200, { success: true });
    await open().provider.snapshots.create(id, { providerOptions: { vast: { ...registry, pause: false } } });
  });

  it("is sent once, and keeps the password to itself", async () => {
    api()
      .post(at)
      .reply(500, { success: false, error: "internal", msg: "docker login -p very-secret failed" });
    const error = await open()
      .provider.snapshots.create(id, spec)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unavailable", effect: "maybe", retryable: false });
    expect(inspect(error, { depth: 9 })).not.toContain("very-secret");
  });

  it.each([
    [{}, "providerOptions.vast.container_registry"],
    [
      { providerOptions: { vast: { ...registry, docker_login_pass: "" } } },
      "providerOptions.vast.docker_login_pass",
    ],
    [{ providerOptions: { vast: { ...registry, tag: "a" } } }, "providerOptions.vast.tag"],
    [{ ...spec, name: "mine" }, "name"],
  ])("refuses what is missing or unknown (%#)", async (given, field) => {
    await expect(open().provider.snapshots.create(id, given)).rejects.toMatchObject({
      field,
      effect: "none",
    });
  });
});

describe("account", () => {
  const user = {
    id: 12,
    username: "someone",
    email: "a@example.test",
    balance: 1.25,
    credit: 20.5,
    api_key: key,
  };
  const answered = (body: object) => api().get("/api/v0/users/current/").reply(200, body);

  it("can spend balance and credit together", async () => {
    answered(user);
    expect(await open().provider.account.balance?.()).toEqual({
      ...{ currency: "USD", availableMicros: 21_750_000 },
      parts: [
        { kind: "balance", micros: 1_250_000 },
        { kind: "credit", micros: 20_500_000 },
      ],
    });
    answered({ ...user, balance: -3, credit: 1 });
    expect(await open().provider.account.balance?.()).toMatchObject({ availableMicros: -2_000_000 });
    answered({ id: 12, balance: 1 });
    await expect(open().provider.account.balance?.()).rejects.toMatchObject({ code: "bad_response" });
  });

  it("says whose key it is, and nothing of the key", async () => {
    answered(user);
    expect(await open().provider.account.whoami?.()).toEqual({ id: "12", name: "someone" });
    answered({ ...user, username: null });
    expect(await open().provider.account.whoami?.()).toEqual({ id: "12", name: "a@example.test" });
  });
});

describe("bulk", () => {
  const page = (ids: readonly number[], rows: readonly object[], next_token: string | null = null) =>
    api()
      .get("/api/v1/instances/")
      .query(({ select_filters }) => select_filters === JSON.stringify({ id: { in: ids } }))
      .reply(200, { success: true, instances: rows, next_token });

  it("reads up to 25 machines with one request, and leaves out what is not there", async () => {
    const ids = Array.from({ length: 30 }, (_, index) => 100 + index);
    const rows = ids.map((number) => ({ ...row, id: number }));
    page(ids.slice(0, 25), [...rows.slice(0, 24), { ...row, id: 7 }]);
    page(ids.slice(25), rows.slice(25));
    const found = await open().provider.bulk.describe(ids.map(String));
    expect(found.map((instance) => instance.id)).toEqual(ids.filter((number) => number !== 124).map(String));
  });

  it("reads on where the answer is not complete", async () => {
    page([1, 2], [{ ...row, id: 1 }], "further");
    page([1, 2], [{ ...row, id: 2 }]);
    expect(await open().provider.bulk.describe(["1", "2"])).toHaveLength(2);
  });

  it("throws where the cloud refuses the filter, and where an id is no number", async () => {
    const refused = { success: false, error: "invalid_request", msg: "id is not a valid search key" };
    api().get("/api/v1/instances/").query(true).reply(400, refused);
    await expect(open().provider.bulk.describe(["1"])).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(open().provider.bulk.describe(["x"])).rejects.toMatchObject({ field: "id" });
  });
});
