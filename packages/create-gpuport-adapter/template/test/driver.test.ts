import nock from "nock";
import { afterEach, describe, expect, it } from "vitest";
import { myCloud, myCloudRaw } from "../src/index.ts";
import { credentials } from "./server.ts";

const origin = "https://api.test";
const headers = { authorization: "Bearer my-cloud-key-0123" };
const api = () => nock(origin, { reqheaders: headers });

/** Time passes only in sleep, and at once. */
let time = Date.parse("2026-01-31T12:00:00Z");
const clock = {
  now: () => time,
  alarm: () => {},
  async sleep(ms: number) {
    time += ms;
  },
};
const provider = myCloud({ ...credentials, baseUrl: origin, clock });
const request = { offerId: "rtx4090x1", image: "pytorch/pytorch" };
const row = { id: "m-1", name: "trainer", state: "up" };

// Every test ends with nothing left to request.
afterEach(() => {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  expect(pending).toEqual([]);
});

describe("launch", () => {
  it("sends one create that carries the launch's token, and returns the id", async () => {
    const body = {
      name: /^trainer-gp[0-9a-z]{18}$/,
      type: "rtx4090x1",
      image: "pytorch/pytorch",
      rack: "r7",
    };
    api().post("/machines", body).reply(201, { id: "m-1" });
    const providerOptions = { [myCloud.id]: { rack: "r7" } };
    const instance = await provider.launch({ ...request, name: "trainer", providerOptions });
    expect(instance).toMatchObject({ id: "m-1", name: "trainer", billing: "compute" });
  });

  it.each([
    [404, "no_such_type", "offer_gone"],
    [409, "sold_out", "no_capacity"],
    [402, "out_of_credit", "insufficient_funds"],
    [403, "quota_exceeded", "quota_exceeded"],
    [403, "not_allowed", "permission_denied"],
    [400, "invalid_field", "invalid_argument"],
  ])("takes %i %s for a refusal before any work", async (status, word, code) => {
    api()
      .post("/machines")
      .reply(status, { error: { code: word, message: "no" } });
    await expect(provider.launch(request)).rejects.toMatchObject({
      code,
      effect: "none",
      providerCode: word,
    });
  });

  it("never repeats a create that may have happened, and adopts the machine that it finds", async () => {
    let name = "";
    const taken = (body: { name: string }): boolean => {
      name = body.name;
      return true;
    };
    api().post("/machines", taken).reply(503);
    api()
      .get("/machines")
      .query(true)
      .reply(200, () => ({ machines: [{ ...row, name }] }));
    expect((await provider.launch(request)).id).toBe("m-1");
  });
});

describe("reading", () => {
  it("describes one machine, and keeps the cloud's own record out of sight", async () => {
    api()
      .get("/machines/m-1")
      .reply(200, { ...row, rack: "r7" });
    const instance = await provider.describe("m-1");
    expect(instance).toMatchObject({ id: "m-1", status: "running", providerStatus: "up" });
    expect(myCloudRaw(instance)?.["rack"]).toBe("r7");
  });

  it("walks every page of the list", async () => {
    api()
      .get("/machines")
      .query({ limit: 50 })
      .reply(200, { machines: [row], next_cursor: "2" });
    const last = { machines: [{ ...row, id: "m-2" }], next_cursor: null };
    api().get("/machines").query({ limit: 50, cursor: "2" }).reply(200, last);
    const ids: string[] = [];
    for await (const { id } of provider.list()) ids.push(id);
    expect(ids).toEqual(["m-1", "m-2"]);
  });

  it("believes that a machine is gone only when the cloud says so of it", async () => {
    api()
      .get("/machines/m-1")
      .reply(404, { error: { code: "no_such_machine" } });
    await expect(provider.describe("m-1")).rejects.toMatchObject({ code: "not_found" });
    api().get("/machines/m-1").reply(404, "<h1>Not Found</h1>");
    await expect(provider.describe("m-1")).rejects.toMatchObject({ code: "invalid_config" });
  });
});

describe("ending", () => {
  it("asks once and looks until the machine is gone", async () => {
    api().delete("/machines/m-1").reply(204);
    api()
      .get("/machines/m-1")
      .reply(200, { ...row, state: "deleted" });
    expect((await provider.terminate("m-1")).evidence).toBe("terminal_status");
  });
});

describe("offers", () => {
  const type = { id: "rtx4090x1", gpu_name: "RTX 4090", gpu_count: 1, price_cents: 45, free: 7 };
  const soldOut = { ...type, id: "rtx4090x1-old", price_cents: 30, free: 0 };

  it("says what can be rented, and at what price", async () => {
    api()
      .get("/types")
      .reply(200, { types: [type] });
    for await (const offer of provider.offers.search()) {
      expect(offer).toMatchObject({ id: "rtx4090x1", price: { perHourMicros: 450_000 }, available: true });
    }
  });

  it("are what a launch by GPU chooses from", async () => {
    api()
      .get("/types")
      .reply(200, { types: [soldOut, type] });
    api().post("/machines", { name: /^gp/, type: "rtx4090x1", image: "pytorch" }).reply(201, { id: "m-1" });
    const wish = { gpu: { model: "RTX 4090" }, image: "pytorch" };
    expect((await provider.launch(wish)).price?.perHourMicros).toBe(450_000);
  });
});

describe("power", () => {
  it.each(["stop", "start"] as const)("%s is one request", async (verb) => {
    api().post(`/machines/m-1/${verb}`).reply(204);
    await provider.power[verb]("m-1");
  });

  it("says when the machine is in no state for it", async () => {
    api()
      .post("/machines/m-1/start")
      .reply(409, { error: { code: "wrong_state" } });
    await expect(provider.power.start("m-1")).rejects.toMatchObject({ code: "conflict" });
  });
});
