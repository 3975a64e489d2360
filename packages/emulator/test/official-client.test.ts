import { describe, expect, it } from "vitest";
import { asRow, openVast, type Row, type VastClient } from "./vast-client.ts";

/**
 * The requests the official Vast.ai command line client makes (github.com/vast-ai/vast-cli, `vastai/api`, read
 * 2026-11-21), and what it dereferences in their answers. The client itself is not run here.
 */

/** JSON in the query is form-encoded, with `+` for a blank. */
function formEncoded(query: Readonly<Record<string, unknown>>): string {
  return Object.entries(query)
    .map(([name, value]) => {
      const text = typeof value === "string" ? value : pythonJson(value);
      return `${name}=${encodeURIComponent(text).replaceAll("%20", "+")}`;
    })
    .join("&");
}

/** Python writes a blank behind each comma and colon. */
function pythonJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('":', '": ').replaceAll(",", ", ");
}

const defaults = { verified: { eq: true }, external: { eq: false }, rentable: { eq: true } };

function search(vast: VastClient): Promise<readonly Row[]> {
  return vast.search({
    ...defaults,
    rented: { eq: false },
    direct_port_count: { gte: 2 },
    order: [["score", "desc"]],
    type: "on-demand",
    allocated_storage: 5,
  });
}

/** Every legacy member, with null and false, and `cancel_unavail` false. */
function create(vast: VastClient, offer: Row | undefined) {
  return vast.call("PUT", `/api/v0/asks/${String(offer?.["id"])}/`, {
    client_id: "me",
    image: "pytorch/pytorch",
    env: { "-p 8080:8080": "1", A: "b" },
    price: null,
    disk: 10,
    label: null,
    extra: null,
    onstart: null,
    image_login: null,
    python_utf8: false,
    lang_utf8: false,
    use_jupyter_lab: false,
    jupyter_dir: null,
    force: false,
    cancel_unavail: false,
    template_hash_id: null,
    user: null,
    runtype: "ssh_direc ssh_proxy",
  });
}

async function rented(): Promise<{ vast: VastClient; id: number }> {
  const vast = await openVast();
  const reply = await create(vast, (await search(vast))[0]);
  const body = asRow(reply.body);
  expect(body["success"]).toBe(true);
  vast.kit.clock.advance(60_000);
  return { vast, id: Number(body["new_contract"]) };
}

const listQuery = { select_filters: {}, order_by: [{ col: "id", dir: "asc" }], limit: 25 };

describe("the official client", () => {
  it("starts by reading the GPU names, without a key", async () => {
    await using vast = await openVast();
    const response = await fetch(`${vast.kit.urls.vast}/api/v0/gpu_names/unique/`);
    const { gpu_names: names } = (await response.json()) as { gpu_names: string[] };
    expect(names.map((name) => name.replaceAll(" ", "_"))).toContain("RTX_4090");
  });

  it("searches with its default filters and shows a table", async () => {
    await using vast = await openVast();
    const offers = await search(vast);
    expect(offers.length).toBeGreaterThan(0);
    const columns = [
      "id",
      "cuda_max_good",
      "num_gpus",
      "gpu_name",
      "pcie_bw",
      "cpu_cores_effective",
      "cpu_ram",
      "gpu_ram",
    ];
    columns.push(
      "disk_space",
      "dph_total",
      "dlperf",
      "dlperf_per_dphtotal",
      "driver_version",
      "inet_up",
      "inet_down",
    );
    columns.push(
      "reliability2",
      "duration",
      "machine_id",
      "host_id",
      "verification",
      "geolocation",
      "direct_port_count",
    );
    for (const offer of offers) for (const column of columns) expect(offer).toHaveProperty(column);
    const older = await vast.call("PUT", "/api/v0/search/asks/", {
      select_cols: ["*"],
      q: { ...defaults, limit: 2 },
    });
    expect(asRow(older.body)["offers"]).toHaveLength(2);
  });

  it("lists: numeric start dates, pairs of variables, strings to strip, ports or none", async () => {
    const { vast, id } = await rented();
    await using _ = vast;
    const { body } = await vast.call("GET", `/api/v1/instances/?${formEncoded(listQuery)}`);
    const page = asRow(body);
    expect(page["next_token"]).toBeNull();
    const [row] = page["instances"] as Row[];
    expect(row?.["id"]).toBe(id);
    expect(row?.["start_date"]).toBeTypeOf("number");
    const env = Object.fromEntries(row?.["extra_env"] as [string, string][]);
    expect(env).toEqual({ "-p 8080:8080": "1", A: "b" });
    // `ssh-url` takes the direct endpoint from here, or the proxy when there is no `ports`.
    expect(asRow(row?.["ports"])["22/tcp"]).toMatchObject([{ HostPort: expect.stringMatching(/^\d+$/) }, {}]);
    expect(row?.["ssh_host"]).toBeTypeOf("string");
    expect(row?.["ssh_port"]).toBeTypeOf("number");
    expect(String(row?.["image_runtype"])).toContain("ssh");
  });

  it("gives pairs and a start date from the first moment on", async () => {
    await using vast = await openVast();
    await create(vast, (await search(vast))[0]);
    const [row] = await vast.rows();
    expect(row?.["start_date"]).toBeTypeOf("number");
    expect(Array.isArray(row?.["extra_env"])).toBe(true);
  });

  it("shows its table from the filters and a choice of columns", async () => {
    const { vast } = await rented();
    await using _ = vast;
    expect(asRow((await vast.call("GET", "/api/v0/instances/filters/")).body)["filters"]).toBeInstanceOf(
      Array,
    );
    const columns =
      "id actual_status label num_gpus gpu_name gpu_util disk_space disk_usage disk_util volume_info dph_total image_uuid start_date verification";
    const query = { ...listQuery, select_cols: columns.split(" ") };
    const { body } = await vast.call("GET", `/api/v1/instances/?${formEncoded(query)}`);
    const [row] = asRow(body)["instances"] as Row[];
    expect(Object.keys(row ?? {})).toEqual(columns.split(" "));
    expect(row?.["volume_info"]).toEqual([]);
    expect(row?.["disk_util"]).toBeTypeOf("number");
  });

  it("reads one with an owner, and finds null for one that is not there", async () => {
    const { vast, id } = await rented();
    await using _ = vast;
    const one = asRow((await vast.call("GET", `/api/v0/instances/${id}/?owner=me`)).body);
    expect(asRow(one["instances"])["start_date"]).toBeTypeOf("number");
    expect((await vast.call("GET", "/api/v0/instances/1/?owner=me")).body).toEqual({ instances: null });
  });

  it("takes the key out of the user, and polls for logs", async () => {
    const { vast, id } = await rented();
    await using _ = vast;
    const user = asRow((await vast.call("GET", "/api/v0/users/current/")).body);
    expect(user).toHaveProperty("api_key");
    const logs = asRow((await vast.call("PUT", `/api/v0/instances/request_logs/${id}/`, {})).body);
    const url = String(logs["result_url"]);
    expect((await fetch(url)).status).toBe(404);
    vast.kit.clock.advance(2_000);
    expect((await fetch(url)).status).toBe(200);
  });

  it("stops, labels and destroys with JSON bodies", async () => {
    const { vast, id } = await rented();
    await using _ = vast;
    expect((await vast.call("PUT", `/api/v0/instances/${id}/`, { label: "mine" })).body).toEqual({
      success: true,
    });
    expect((await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" })).body).toEqual({
      success: true,
    });
    expect((await vast.call("DELETE", `/api/v0/instances/${id}/`, {})).body).toEqual({ success: true });
    expect(vast.kit.bill()).toEqual([]);
  });

  it("still sends the id in the body of a snapshot, and is refused", async () => {
    const { vast, id } = await rented();
    await using _ = vast;
    const body = {
      id,
      container_registry: "docker.io",
      personal_repo: "me/x",
      docker_login_user: "me",
      docker_login_pass: "p",
    };
    expect((await vast.call("POST", `/api/v0/instances/take_snapshot/${id}/`, body)).status).toBe(400);
  });
});
