import { describe, expect, it } from "vitest";
import { asRow, openVast, type VastClient } from "./vast-client.ts";

const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEmulatedKeyEmulatedKeyEmulatedKeyEmulat someone@example";
const minute = 60_000;

async function running(vast: VastClient, body: Readonly<Record<string, unknown>> = {}): Promise<number> {
  const id = await vast.rent(body);
  vast.kit.clock.advance(minute);
  return id;
}

describe("logs and commands", () => {
  it("are put where they can be fetched a moment later, without the key", async () => {
    await using vast = await openVast();
    const id = await running(vast);
    const { body } = await vast.call("PUT", `/api/v0/instances/request_logs/${id}/`, { tail: "1" });
    const url = String(asRow(body)["result_url"]);
    expect(url.startsWith(vast.kit.urls.vast)).toBe(true);
    expect((await fetch(url)).status).toBe(404);
    vast.kit.clock.advance(2_000);
    expect(await (await fetch(url)).text()).toBe("container started\n");
    expect((await fetch(url, { headers: { authorization: "Bearer x" } })).status).toBe(400);

    const daemon = await vast.call("PUT", `/api/v0/instances/request_logs/${id}/`, {
      daemon_logs: "true",
      filter: "pull",
    });
    vast.kit.clock.advance(2_000);
    expect(await (await fetch(String(asRow(daemon.body)["result_url"]))).text()).toMatch(
      /^\[daemon\] pulling .*\n$/,
    );
    expect((await vast.call("PUT", `/api/v0/instances/request_logs/${id}/`, { tail: 5 })).status).toBe(400);
    expect((await vast.call("PUT", "/api/v0/instances/request_logs/5/", {})).status).toBe(404);
  });

  it("runs a few file commands and nothing else", async () => {
    await using vast = await openVast();
    const id = await running(vast);
    const run = (command: unknown) => vast.call("PUT", `/api/v0/instances/command/${id}/`, { command });
    expect((await run("ls -l")).body).toMatchObject({ success: true, result_url: expect.any(String) });
    for (const command of ["cat /etc/passwd", `ls ${"x".repeat(512)}`, 1])
      expect((await run(command)).status).toBe(400);
  });

  it("takes a snapshot request, but not one with the id in its body", async () => {
    await using vast = await openVast();
    const id = await running(vast);
    const body = {
      container_registry: "docker.io",
      personal_repo: "me/x",
      docker_login_user: "me",
      docker_login_pass: "p",
    };
    const take = (more: object) =>
      vast.call("POST", `/api/v0/instances/take_snapshot/${id}/`, { ...body, ...more });
    expect((await take({})).body).toMatchObject({ success: true });
    expect((await take({ id })).status).toBe(400);
    expect((await take({ personal_repo: "" })).status).toBe(400);
  });
});

describe("ssh keys", () => {
  it("are not found when there are none", async () => {
    await using vast = await openVast();
    expect((await vast.call("GET", "/api/v0/ssh/")).status).toBe(404);
    const made = await vast.call("POST", "/api/v0/ssh/", { ssh_key: publicKey });
    const { id } = asRow(asRow(made.body)["key"]);
    expect((await vast.call("GET", "/api/v0/ssh/")).body).toMatchObject([{ id, public_key: publicKey }]);
    expect(
      (await vast.call("PUT", `/api/v0/ssh/${String(id)}/`, { id, ssh_key: `${publicKey}2` })).status,
    ).toBe(200);
    expect((await vast.call("DELETE", `/api/v0/ssh/${String(id)}/`, {})).status).toBe(200);
    expect(await vast.call("DELETE", `/api/v0/ssh/${String(id)}/`, {})).toMatchObject({
      status: 400,
      body: { error: "no_ssh_key" },
    });
    expect((await vast.call("PUT", `/api/v0/ssh/${String(id)}/`, { ssh_key: publicKey })).status).toBe(400);
    expect((await vast.call("POST", "/api/v0/ssh/", { ssh_key: "nonsense" })).status).toBe(400);
  });

  it("are attached to an instance, and listed as JSON inside JSON", async () => {
    await using vast = await openVast();
    const id = await running(vast);
    const path = `/api/v0/instances/${id}/ssh/`;
    expect((await vast.call("POST", path, { ssh_key: publicKey })).body).toMatchObject({ success: true });
    const keys = async () =>
      JSON.parse(String(asRow((await vast.call("GET", path)).body)["ssh_keys"])) as { id: number }[];
    expect(await keys()).toMatchObject([{ public_key: publicKey }]);
    expect((await vast.call("DELETE", `${path}${(await keys())[0]?.id}/`, {})).status).toBe(200);
    expect(await keys()).toEqual([]);
    expect((await vast.call("DELETE", `${path}1/`, {})).status).toBe(400);
  });
});

describe("volumes", () => {
  it("live on one machine, are used once at a time, and bill until they are deleted", async () => {
    await using vast = await openVast();
    const [offer] = await vast.search({ num_gpus: { eq: 1 }, direct_port_count: { gte: 2 } });
    const machineId = offer?.["machine_id"];
    const found = await vast.call("POST", "/api/v0/volumes/search/", { machine_id: { eq: machineId } });
    const [volumeOffer] = asRow(found.body)["offers"] as { id: number }[];
    const make = (name: string) =>
      vast.call("PUT", "/api/v0/volumes/", { id: volumeOffer?.id, size: 20, name });
    expect((await make("no spaces")).status).toBe(422);
    const made = asRow((await make("data")).body);
    expect(made).toMatchObject({ success: true, volume_name: "data" });
    const volumeId = made["volume_id"];

    const id = await vast.rent(
      { volume_info: { create_new: false, volume_id: volumeId, mount_path: "/mnt" } },
      offer?.["id"],
    );
    expect((await vast.rows())[0]?.["volume_info"]).toMatchObject([{ id: volumeId, label: "data" }]);
    const volumes = async () =>
      asRow((await vast.call("GET", "/api/v0/volumes?owner=me&type=all_volume")).body)["volumes"];
    expect(await volumes()).toMatchObject([{ id: volumeId, status: "in-use" }]);
    const remove = () => vast.call("DELETE", `/api/v0/volumes/?id=${String(volumeId)}`);
    expect((await remove()).status).toBe(400);
    await vast.call("DELETE", `/api/v0/instances/${id}/`, {});
    expect(await volumes()).toMatchObject([{ status: "in-use" }]);
    vast.kit.clock.advance(minute);
    expect(await volumes()).toMatchObject([{ status: "created" }]);
    expect(vast.kit.bill()).toMatchObject([{ id: `V.${String(volumeId)}`, name: "data" }]);
    expect((await remove()).status).toBe(200);
    expect((await remove()).status).toBe(404);
    expect(vast.kit.bill()).toEqual([]);
  });

  describe("are searched", () => {
    const found = async (body: object) => {
      await using vast = await openVast({ searchCap: 1_000 });
      const answer = await vast.call("POST", "/api/v0/volumes/search/", body);
      return {
        status: answer.status,
        rows: (asRow(answer.body)["offers"] ?? []) as Record<string, unknown>[],
      };
    };
    type Row = Readonly<Record<string, unknown>>;
    const number = (row: Row, field: string) => Number(row[field]);

    it.each<[string, object, (row: Row) => boolean]>([
      ["by size", { disk_space: { gte: 500 } }, (row) => number(row, "disk_space") >= 500],
      ["by price", { storage_cost: { gte: 0.1, lte: 0.2 } }, (row) => number(row, "storage_cost") >= 0.1],
      ["by country", { geolocation: { eq: "SE" } }, (row) => String(row["geolocation"]).endsWith(", SE")],
      [
        "by countries",
        { geolocation: { notin: ["SE"] } },
        (row) => !String(row["geolocation"]).endsWith("SE"),
      ],
      ["by verification", { verified: { eq: true } }, (row) => row["verification"] === "verified"],
      ["by reliability", { reliability2: { gte: 0.98 } }, (row) => number(row, "reliability2") >= 0.98],
      ["by kind of host", { datacenter: { eq: true } }, (row) => row["hosting_type"] === 1],
    ])("%s", async (_, filter, holds) => {
      const everywhere = await found({});
      const { rows } = await found(filter);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.length).toBeLessThan(everywhere.rows.length);
      expect(rows.filter((row) => !holds(row))).toEqual([]);
    });

    it("in the wanted order, as many as are wanted, and nothing by id", async () => {
      const { rows } = await found({ order: [["storage_cost", "asc"]], limit: 5 });
      const costs = rows.map((row) => number(row, "storage_cost"));
      expect(costs).toEqual(costs.toSorted((one, other) => one - other));
      expect(costs).toHaveLength(5);
      expect((await found({ id: { eq: rows[0]?.["id"] } })).rows).toEqual([]);
      expect((await found({ ask_contract_id: { eq: rows[0]?.["id"] } })).rows).toHaveLength(1);
    });

    it.each([{ order: "cheapest" }, { disk_space: { atLeast: 1 } }, { disk_space: 5 }])(
      "and refused for %j",
      async (body) => expect((await found(body)).status).toBe(400),
    );
  });

  it("are refused for what is not there", async () => {
    await using vast = await openVast();
    expect((await vast.call("PUT", "/api/v0/volumes/", { id: 1, size: 5 })).status).toBe(404);
    expect((await vast.call("PUT", "/api/v0/volumes/", {})).status).toBe(400);
    expect((await vast.call("POST", "/api/v0/volumes/search/", [])).status).toBe(400);
  });
});

describe("smaller changes", () => {
  it("labels, updates, bids, prepays and shows the deposit", async () => {
    await using vast = await openVast();
    const id = await running(vast);
    const put = (path: string, body: unknown) => vast.call("PUT", `/api/v0/instances/${path}`, body);
    expect((await put(`${id}/`, { label: "new" })).body).toEqual({ success: true });
    expect((await vast.read(id))?.["label"]).toBe("new");
    expect((await put(`${id}/`, { label: "x".repeat(1025) })).body).toMatchObject({
      error: "label_too_long",
    });
    expect((await put(`${id}/`, { label: 5 })).status).toBe(400);
    expect((await put(`${id}/`, { state: "frozen" })).status).toBe(400);
    await put(`update_template/${id}/`, { id, image: "other:1", env: { B: 2 }, onstart: "true" });
    expect(await vast.read(id)).toMatchObject({
      image_uuid: "other:1",
      extra_env: [["B", "2"]],
      onstart: "true",
    });
    expect((await put(`bid_price/${id}/`, { client_id: "me", price: 1 })).status).toBe(400);
    expect((await put(`prepay/${id}/`, { amount: 10 })).body).toMatchObject({ success: true });
    expect((await put(`prepay/${id}/`, { amount: 1000 })).status).toBe(400);
    expect((await put(`prepay/${id}/`, {})).status).toBe(400);
    expect((await vast.call("GET", `/api/v0/instances/balance/${id}/`)).body).toMatchObject({
      success: true,
    });
    expect((await vast.call("GET", "/api/v0/instances/filters/")).body).toHaveProperty("filters");
    await put(`${id}/`, { state: "stopped" });
    vast.kit.clock.advance(minute);
    expect((await put(`reboot/${id}/`, {})).status).toBe(400);
    expect((await put(`recycle/${id}/`, {})).status).toBe(400);
  });

  it("ends by the platform: removed, frozen, exited, lease over, host unknown", async () => {
    await using vast = await openVast();
    const [removed, frozen, exited, over] = [
      await running(vast),
      await running(vast),
      await running(vast),
      await running(vast),
    ];
    vast.kit.event("vast", "remove", { id: removed });
    vast.kit.event("vast", "freeze", { id: frozen });
    vast.kit.event("vast", "exit", { id: exited });
    vast.kit.event("vast", "leaseEnd", { id: over });
    expect(await vast.read(removed)).toBeNull();
    expect(await vast.read(frozen)).toMatchObject({ actual_status: "frozen", cur_state: "frozen" });
    expect(await vast.read(exited)).toMatchObject({ actual_status: "exited", intended_status: "running" });
    expect(await vast.read(over)).toMatchObject({ actual_status: "exited", intended_status: "stopped" });
    expect((await vast.call("PUT", `/api/v0/instances/${over}/`, { state: "running" })).body).toMatchObject({
      error: "resources_unavailable",
    });
    vast.kit.event("vast", "hostUnknown", { id: exited });
    expect((await vast.read(exited))?.["actual_status"]).toBe("unknown");
    expect(() => vast.kit.event("vast", "exit", { id: 5 })).toThrow(RangeError);
    expect(() => vast.kit.event("vast", "hostBack", { machineId: 5 })).toThrow(RangeError);
    expect(() => vast.kit.event("vast", "rentOut", { id: exited })).toThrow(/in use/);
  });

  it("calls a stop off by starting again, also before the container is up", async () => {
    await using vast = await openVast();
    const id = await running(vast);
    const state = (value: string) => vast.call("PUT", `/api/v0/instances/${id}/`, { state: value });
    await state("stopped");
    await state("stopped");
    await state("running");
    vast.kit.clock.advance(minute);
    expect((await vast.read(id))?.["actual_status"]).toBe("running");
    const young = await vast.rent();
    await vast.call("PUT", `/api/v0/instances/${young}/`, { state: "stopped" });
    await vast.call("PUT", `/api/v0/instances/${young}/`, { state: "running" });
    vast.kit.clock.advance(minute);
    expect((await vast.read(young))?.["actual_status"]).toBe("running");
  });
});
