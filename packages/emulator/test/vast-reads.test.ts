import { describe, expect, it } from "vitest";
import { asRow, openVast } from "./vast-client.ts";

describe("reading one", () => {
  it.each([
    ["null", 200, { instances: null }],
    ["empty", 200, { instances: {} }],
    ["404", 404, { success: false, error: "no_such_instance", msg: "Instance 5 not found." }],
  ] as const)("answers a missing one as %s", async (missingAs, status, body) => {
    await using vast = await openVast({ missingAs });
    expect(await vast.call("GET", "/api/v0/instances/5/")).toMatchObject({ status, body });
    expect((await vast.call("GET", "/api/v0/instances/abc/")).status).toBe(400);
  });

  it("shows ports as null, nowhere, or a list, and words nobody knows", async () => {
    await using vast = await openVast();
    const id = await vast.rent();
    vast.kit.clock.advance(60_000);
    const flag = { cloud: "vast", endpoint: "instance.get", fault: "flag", times: 1 } as const;
    vast.kit.faults.add({ ...flag, flag: "ports", value: "null" });
    expect((await vast.read(id))?.["ports"]).toBeNull();
    vast.kit.faults.add({ ...flag, flag: "ports", value: "absent" });
    expect(await vast.read(id)).not.toHaveProperty("ports");
    vast.kit.faults.add({ ...flag, flag: "ports", value: "array" });
    expect((await vast.read(id))?.["ports"]).toEqual([expect.any(Number), expect.any(Number)]);
    vast.kit.faults.add({ ...flag, flag: "unknownStatus", value: "levitating" });
    expect((await vast.read(id))?.["actual_status"]).toBe("levitating");
  });
});

describe("the list", () => {
  it("pages by key, so that what comes meanwhile shifts nothing", async () => {
    await using vast = await openVast();
    const ids: number[] = [];
    for (let count = 0; count < 7; count++) ids.push(await vast.rent({ label: `l${count % 2}` }));
    const order = JSON.stringify([{ col: "id", dir: "desc" }]);
    const first = await vast.list({ limit: "3", order_by: order });
    await vast.rent();
    const second = await vast.list({ limit: "3", order_by: order, after_token: String(first["next_token"]) });
    const third = await vast.list({ limit: "3", order_by: order, after_token: String(second["next_token"]) });
    const seen = [first, second, third].flatMap((page) =>
      (page["instances"] as { id: number }[]).map(({ id }) => id),
    );
    expect(seen).toEqual([...ids].reverse());
    expect(third["next_token"]).toBeNull();
    expect(first).toMatchObject({ success: true, total_instances: 7, label_counts: { l0: 4, l1: 3 } });
    expect(await vast.rows({ limit: "0" })).toHaveLength(5);
  });

  it("cuts a page at 25, and can promise an empty one", async () => {
    await using vast = await openVast({ machines: 30 });
    for (let count = 0; count < 25; count++) await vast.rent({}, (await vast.search())[0]?.["id"]);
    vast.kit.faults.add({
      cloud: "vast",
      endpoint: "instance.list",
      fault: "flag",
      flag: "emptyLastPage",
      times: 1,
    });
    const page = await vast.list({ limit: "100" });
    expect(page["instances"]).toHaveLength(25);
    const last = await vast.list({ after_token: String(page["next_token"]) });
    expect(last).toMatchObject({ instances: [], next_token: null });
  });

  it("filters by stored columns and picks columns", async () => {
    await using vast = await openVast();
    const [one, two] = [await vast.rent({ label: "a" }), await vast.rent()];
    const filter = (filters: object) => vast.rows({ select_filters: JSON.stringify(filters) });
    expect(await filter({ label: { eq: "a" } })).toMatchObject([{ id: one }]);
    expect(await filter({ label: { in: [null] } })).toMatchObject([{ id: two }]);
    expect(await filter({ id: { in: [one, two, 5] } })).toHaveLength(2);
    expect(await vast.rows({ select_cols: '["id","label","nonsense"]' })).toEqual([
      { id: one, label: "a", nonsense: null },
      { id: two, label: null, nonsense: null },
    ]);
  });

  it.each([
    ["select_filters", '{"dph_total":{"gt":1}}', "invalid_request"],
    ["select_filters", '{"id":{"like":1}}', "invalid_request"],
    ["select_filters", "{", "invalid_request"],
    ["select_cols", '"id"', "invalid_request"],
    ["order_by", '[{"col":"dph_total"}]', "invalid_request"],
    ["order_by", '[{"col":"id","dir":"up"}]', "invalid_request"],
    ["order_by", "{}", "invalid_request"],
    ["after_token", "nonsense", "invalid_token"],
  ])("refuses %s=%s", async (name, value, error) => {
    await using vast = await openVast();
    const reply = await vast.call(
      "GET",
      `/api/v1/instances/?${new URLSearchParams({ [name]: value }).toString()}`,
    );
    expect(reply).toMatchObject({ status: 400, body: { success: false, error } });
  });

  it.each([
    ["410", 410, { error: "deprecated_endpoint" }],
    ["200_error", 200, { success: false, error: "deprecated_endpoint" }],
    ["200_empty", 200, { instances: [] }],
  ] as const)("is withdrawn as v0, by %s", async (v0List, status, body) => {
    await using vast = await openVast({ v0List });
    await vast.rent();
    expect(await vast.call("GET", "/api/v0/instances/")).toMatchObject({ status, body });
  });
});

describe("the door", () => {
  it.each([401, 403, 404] as const)("answers a wrong key with %i", async (badKeyStatus) => {
    await using vast = await openVast({ badKeyStatus });
    const wrong = { authorization: "Bearer wrong" };
    const reply = {
      status: badKeyStatus,
      body: { success: false, error: "auth_error", msg: "Invalid user key" },
    };
    expect(await vast.call("GET", "/api/v0/users/current/", undefined, wrong)).toMatchObject(reply);
    expect(await vast.call("POST", "/api/v0/bundles/", {}, wrong)).toMatchObject(reply);
    expect((await vast.call("POST", "/api/v0/bundles/", {}, { authorization: "" })).status).toBe(200);
    expect((await vast.call("GET", "/api/v0/users/current/", undefined, { authorization: "" })).status).toBe(
      403,
    );
    const key = vast.kit.credentials.vast.apiKey;
    expect(
      (await vast.call("GET", `/api/v0/users/current/?api_key=${key}`, undefined, { authorization: "" }))
        .status,
    ).toBe(200);
    expect((await vast.call("GET", "/api/v0/nothing/")).body).toBe("404: Not Found");
  });

  it("may call a good key bad for a while", async () => {
    await using vast = await openVast();
    vast.kit.faults.add({ cloud: "vast", fault: "flag", flag: "badKey", value: 401, times: 1 });
    expect((await vast.call("GET", "/api/v0/users/current/")).status).toBe(401);
    expect((await vast.call("GET", "/api/v0/users/current/")).status).toBe(200);
  });

  it("counts calls when asked to, and refuses in three forms", async () => {
    await using vast = await openVast({ enforceRateLimits: true });
    const read = () => vast.call("GET", "/api/v0/instances/5/");
    expect((await read()).status).toBe(200);
    const refused = await read();
    expect(refused).toMatchObject({
      status: 429,
      body: { detail: "API requests too frequent endpoint threshold=2.0" },
    });
    expect(refused.headers.get("retry-after")).toBeNull();
    vast.kit.clock.advance(2_000);
    expect((await read()).status).toBe(200);

    const destroy = () => vast.call("DELETE", "/api/v0/instances/5/", {});
    await destroy();
    expect((await destroy()).body).toMatchObject({ success: false, error: "rate_limit_exceeded" });

    // The tenth search of a minute is the last.
    for (let call = 0; call < 10; call++)
      expect((await vast.call("POST", "/api/v0/bundles/", {})).status).toBe(200);
    expect((await vast.call("POST", "/api/v0/bundles/", {})).body).toBe("API requests too frequent");

    // A refused create bars the next for 12 seconds.
    const create = () => vast.call("PUT", "/api/v0/asks/1/", { image: "x" });
    expect((await create()).status).toBe(404);
    expect((await create()).body).toBe("API requests too frequent: endpoint threshold=4.5");
    vast.kit.clock.advance(5_000);
    expect((await create()).status).toBe(429);
    vast.kit.clock.advance(7_000);
    expect((await create()).status).toBe(404);
  });

  it.each([
    ["text", /^"API requests too frequent"$/],
    ["threshold", /threshold=2\.0"$/],
    ["detail", /"detail"/],
    ["json", /rate_limit_exceeded/],
  ] as const)("refuses as %s everywhere when told to", async (rateLimitForm, shape) => {
    await using vast = await openVast({ enforceRateLimits: true, rateLimitForm });
    await vast.call("GET", "/api/v0/instances/5/");
    expect(JSON.stringify((await vast.call("GET", "/api/v0/instances/5/")).body)).toMatch(shape);
  });
});

describe("the account", () => {
  it("tells its money, and its key", async () => {
    await using vast = await openVast();
    const { body } = await vast.call("GET", "/api/v0/users/current/");
    expect(body).toMatchObject({ balance: 0, credit: 100, api_key: vast.kit.credentials.vast.apiKey });
    expect(asRow(body)["username"]).toBe("emulated-renter");
  });
});
