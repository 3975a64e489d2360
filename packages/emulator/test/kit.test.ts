import { describe, expect, it } from "vitest";
import { startClouds } from "../src/kit/start.ts";
import { openVast } from "./vast-client.ts";

const create = { cloud: "vast", endpoint: "instance.create" } as const;

async function failing(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => false,
    () => true,
  );
}

describe("faults on the wire", () => {
  it("resets before the work, after it, or long before it", async () => {
    await using vast = await openVast();
    vast.kit.faults.add(
      { ...create, fault: "reset", times: 1 },
      { ...create, fault: "reset", work: "done", times: 1 },
      { ...create, fault: "reset", work: "late", lateMs: 30_000, times: 1 },
    );
    const machines = async (label: string) => {
      expect(await failing(vast.rent({ label }))).toBe(true);
      return vast.kit.machines().map(({ identity }) => identity);
    };
    expect(await machines("a")).toEqual([]);
    expect(await machines("b")).toEqual(["b"]);
    expect(await machines("c")).toEqual(["b"]);
    vast.kit.clock.advance(30_000);
    expect(vast.kit.machines().map(({ identity }) => identity)).toEqual(["b", "c"]);
    expect(vast.kit.requests().filter(({ endpoint }) => endpoint === "instance.create")).toMatchObject([
      { fault: "reset", work: "none", status: undefined },
      { fault: "reset", work: "done" },
      { fault: "reset", work: "late" },
    ]);
    await expect(vast.rent({ label: "d" })).resolves.toBeGreaterThan(0);
  });

  it("closes the port, and opens the same one again", async () => {
    await using vast = await openVast();
    const { vast: url } = vast.kit.urls;
    vast.kit.faults.add({ cloud: "vast", fault: "refuse" });
    await expect(fetch(`${url}/api/v0/gpu_types/`)).rejects.toMatchObject({
      cause: { code: "ECONNREFUSED" },
    });
    await vast.kit.faults.clear();
    expect((await fetch(`${url}/api/v0/gpu_types/`)).status).toBe(200);
  });

  it("opens a closed port by itself when told for how long", async () => {
    await using vast = await openVast();
    vast.kit.faults.add({ cloud: "vast", fault: "refuse", forMs: 30 });
    await expect.poll(() => failing(vast.call("GET", "/api/v0/gpu_types/")), { timeout: 5_000 }).toBe(false);
  });

  it("answers anything at all, after the work or without it", async () => {
    await using vast = await openVast();
    const [offer] = await vast.search();
    const rent = () => vast.call("PUT", `/api/v0/asks/${String(offer?.["id"])}/`, { image: "x", disk: 10 });
    vast.kit.faults.add(
      { ...create, fault: "answer", status: 503, body: "busy", times: 1 },
      { ...create, fault: "html", times: 1 },
      { ...create, fault: "malformed", times: 1 },
      { ...create, fault: "rate_limit", retryAfter: 7, times: 1 },
      { ...create, fault: "rate_limit", retryAfter: "date", dateInMs: 5_000, times: 1 },
      { ...create, fault: "rate_limit", body: { detail: "slow down" }, times: 1 },
      {
        ...create,
        fault: "answer",
        status: 502,
        body: { any: 1 },
        headers: { "x-edge": "1" },
        work: "done",
        times: 1,
      },
    );
    expect(await rent()).toMatchObject({ status: 503, body: "busy" });
    const page = await rent();
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html"]);
    expect(page.body).toMatch(/^<!DOCTYPE html>/);
    expect((await rent()).body).toBe('{"success": tru');
    expect((await rent()).headers.get("retry-after")).toBe("7");
    const dated = (await rent()).headers;
    expect(Date.parse(dated.get("retry-after") ?? "") - Date.parse(dated.get("date") ?? "")).toBe(5_000);
    const plain = await rent();
    expect([plain.headers.get("retry-after"), plain.body]).toEqual([null, { detail: "slow down" }]);
    expect(vast.kit.machines()).toEqual([]);
    const late = await rent();
    expect([late.status, late.headers.get("x-edge"), late.body]).toEqual([502, "1", { any: 1 }]);
    expect(vast.kit.machines()).toHaveLength(1);
  });

  it.each(["length", "chunked", "close"] as const)("cuts an answer short, framed by %s", async (framing) => {
    await using vast = await openVast();
    vast.kit.faults.add({ cloud: "vast", fault: "truncate", framing, times: 1 });
    const response = await fetch(`${vast.kit.urls.vast}/api/v0/gpu_types/`);
    const text = response.text();
    if (framing === "close")
      await expect(text.then((cut) => JSON.parse(cut) as unknown)).rejects.toThrow(SyntaxError);
    else await expect(text).rejects.toThrow();
  });

  it("drips, delays and then answers right", async () => {
    await using vast = await openVast();
    const types = () => vast.call("GET", "/api/v0/gpu_types/");
    const right = await types();
    vast.kit.faults.add(
      { cloud: "vast", fault: "slow_body", ms: 60, times: 1 },
      { cloud: "vast", fault: "delay", ms: 30, times: 1 },
      { cloud: "vast", fault: "delay", ms: 30, when: "before_work", times: 1 },
      { cloud: "vast", fault: "drop_connection", times: 1 },
    );
    for (let call = 0; call < 4; call++) expect((await types()).body).toEqual(right.body);
  });

  it("hangs, and never ends a body, until the caller gives up", async () => {
    await using vast = await openVast();
    vast.kit.faults.add(
      { cloud: "vast", endpoint: "catalog.gpuTypes", fault: "hang", times: 1 },
      { cloud: "vast", endpoint: "catalog.gpuTypes", fault: "endless_body", times: 1 },
    );
    const url = `${vast.kit.urls.vast}/api/v0/gpu_types/`;
    await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
    const endless = await fetch(url, { signal: AbortSignal.timeout(100) });
    expect(endless.status).toBe(200);
    await expect(endless.text()).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("changes rows, members and content types of right answers", async () => {
    await using vast = await openVast();
    const ids = [await vast.rent(), await vast.rent(), await vast.rent()];
    const list = { cloud: "vast", endpoint: "instance.list", times: 1 } as const;
    vast.kit.faults.add(
      { ...list, fault: "rows", duplicate: 1 },
      { ...list, fault: "rows", missing: 1 },
      { ...list, fault: "patch", set: { "instances.0.id": null, "instances.1.extra": { deep: 1 } } },
      { ...list, fault: "content_type", type: "text/html", bom: true },
    );
    const seen = async () => (await vast.rows()).map((row) => row["id"]);
    const doubled = await seen();
    expect(doubled).toHaveLength(4);
    expect(new Set(doubled)).toEqual(new Set(ids));
    expect(await seen()).toHaveLength(2);
    const patched = await vast.rows();
    expect([patched[0]?.["id"], patched[1]?.["extra"]]).toEqual([null, { deep: 1 }]);
    const marked = await vast.call("GET", "/api/v1/instances/");
    expect(marked.headers.get("content-type")).toBe("text/html");
    expect(await seen()).toEqual(ids);
  });

  it("hits by count, after some calls, by seeded chance, and only where it is told to", async () => {
    await using vast = await openVast();
    vast.kit.faults.add({
      cloud: "vast",
      endpoint: "catalog.gpuTypes",
      fault: "answer",
      status: 500,
      times: 2,
      skip: 1,
    });
    const statuses = async (path: string, count: number) => {
      const all: number[] = [];
      for (let call = 0; call < count; call++) all.push((await vast.call("GET", path)).status);
      return all;
    };
    expect(await statuses("/api/v0/gpu_names/unique/", 1)).toEqual([200]);
    expect(await statuses("/api/v0/gpu_types/", 4)).toEqual([200, 500, 500, 200]);
    vast.kit.faults.add({ cloud: "*", fault: "answer", status: 500, chance: 0.5 });
    const first = await statuses("/api/v0/gpu_types/", 12);
    expect(new Set(first)).toEqual(new Set([200, 500]));
    await using twin = await openVast();
    twin.kit.faults.add({ cloud: "*", fault: "answer", status: 500, chance: 0.5 });
    const second: number[] = [];
    for (let call = 0; call < 12; call++) second.push((await twin.call("GET", "/api/v0/gpu_types/")).status);
    expect(second).toEqual(first);
  });

  it("refuses a fault it does not know", async () => {
    await using vast = await openVast();
    expect(() => vast.kit.faults.add({ cloud: "vast", fault: "explode" } as never)).toThrow(
      /fault must be one of/,
    );
    expect(() => vast.kit.event("vast", "explode")).toThrow(/no event called explode/);
  });
});

describe("the clock", () => {
  it("stands still when manual, and runs faster than real when told to", async () => {
    await using manual = await openVast({}, { startAt: 1_800_000_000_000 });
    expect(manual.kit.clock.now()).toBe(1_800_000_000_000);
    manual.kit.clock.advance(1_500);
    expect(manual.kit.clock.now()).toBe(1_800_000_001_500);

    await using quick = await openVast({}, { clock: "real", speed: 10_000 });
    const id = await quick.rent();
    await expect
      .poll(async () => (await quick.read(id))?.["actual_status"], { timeout: 5_000, interval: 10 })
      .toBe("running");
  });
});

describe("the control API", () => {
  it("does over HTTP what the library does", async () => {
    await using vast = await openVast();
    const id = await vast.rent({ label: "x" });
    const control = (method: string, path: string, body?: unknown) =>
      vast.call(method, `/_emulator/${path}`, body);
    expect((await control("GET", "bill")).body).toMatchObject({ bill: [{ id: String(id), name: "x" }] });
    expect((await control("GET", "machines")).body).toMatchObject({ machines: [{ id: String(id) }] });
    const before = vast.kit.clock.now();
    expect((await control("POST", "clock", { advanceMs: 90_000 })).body).toEqual({ now: before + 90_000 });
    expect((await vast.read(id))?.["actual_status"]).toBe("running");
    const fault = { cloud: "vast", endpoint: "instance.get", fault: "answer", status: 500 };
    expect((await control("POST", "faults", fault)).body).toEqual({ faults: [fault] });
    expect((await vast.call("GET", `/api/v0/instances/${id}/`)).status).toBe(500);
    expect((await control("DELETE", "faults")).body).toEqual({ faults: [] });
    expect((await control("POST", "events", { cloud: "vast", event: "hostOffline", id })).status).toBe(200);
    expect((await vast.read(id))?.["actual_status"]).toBe("offline");
    expect((await control("GET", "state")).body).toMatchObject({ clouds: { vast: { instances: [{ id }] } } });
    const { body } = await control("GET", "requests");
    expect(JSON.stringify(body)).not.toContain(vast.kit.credentials.vast.apiKey);
    expect((await control("POST", "reset")).status).toBe(200);
    expect(vast.kit.machines()).toEqual([]);
  });

  it("refuses what it does not understand", async () => {
    await using vast = await openVast();
    const status = async (method: string, path: string, body?: unknown) =>
      (await vast.call(method, `/_emulator/${path}`, body)).status;
    expect(await status("GET", "nothing")).toBe(404);
    expect(await status("POST", "clock", { advanceMs: "soon" })).toBe(400);
    expect(await status("POST", "faults", { cloud: "vast", fault: "explode" })).toBe(400);
    expect(await status("POST", "faults", { cloud: "mars", fault: "hang" })).toBe(400);
    expect(await status("POST", "faults", { cloud: "vast", fault: "delay" })).toBe(400);
    expect(await status("POST", "events", { cloud: "vast", event: "explode" })).toBe(400);
    expect(await status("POST", "events", { cloud: "mars", event: "explode" })).toBe(400);
  });
});

describe("a call that takes time", () => {
  const slow = (afterMs: number, slowCalls?: "hold") =>
    startClouds<{ pody: object & Record<string, string> }>(
      {
        pody: () => ({
          name: "pody",
          basePath: "",
          credentials: {},
          endpoints: [],
          handle: () => ({ status: 200, text: "done", afterMs }),
          bill: () => [],
          machines: () => [],
        }),
      },
      { clock: "manual", startAt: 0, slowCalls },
    );

  it("moves a clock that stands still by what it takes", async () => {
    await using kit = await slow(30_000);
    expect(await (await fetch(kit.urls.pody)).text()).toBe("done");
    expect(kit.clock.now()).toBe(30_000);
  });

  it("waits for the clock when told to", async () => {
    await using kit = await slow(30_000, "hold");
    let done = false;
    const call = fetch(kit.urls.pody).then(() => {
      done = true;
    });
    await expect.poll(() => kit.requests().length).toBe(1);
    kit.clock.advance(29_999);
    expect(done).toBe(false);
    kit.clock.advance(1);
    await call;
  });

  it("never ends when it takes longer than an hour", async () => {
    await using kit = await slow(1e12);
    await expect(fetch(kit.urls.pody, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
    expect(kit.clock.now()).toBe(0);
  });
});
