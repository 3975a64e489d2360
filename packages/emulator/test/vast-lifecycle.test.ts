import { describe, expect, it } from "vitest";
import { openVast } from "./vast-client.ts";

const states = (row: Readonly<Record<string, unknown>> | null) =>
  row === null
    ? null
    : [row["actual_status"], row["intended_status"], row["cur_state"], row["next_state"]].join(" ");

const minute = 60_000;

describe("a machine from rent to destroy", () => {
  it("is rented, comes up step by step, and bills until it is destroyed", async () => {
    await using vast = await openVast();
    const id = await vast.rent({ label: "cp-1" });
    expect(states(await vast.read(id))).toBe(" running running running");
    expect((await vast.read(id))?.["ports"]).toBeNull();
    expect(vast.kit.bill()).toMatchObject([{ cloud: "vast", id: String(id), name: "cp-1", currency: "USD" }]);
    const disk = vast.kit.bill()[0]?.perHour ?? 0;

    vast.kit.clock.advance(4_000);
    expect(states(await vast.read(id))).toBe("loading running running running");
    expect((await vast.read(id))?.["status_msg"]).toMatch(/Pulling fs layer/);

    vast.kit.clock.advance(minute);
    const up = await vast.read(id);
    expect(states(up)).toBe("running running running running");
    expect(up?.["status_msg"]).toMatch(/^success, running /);
    expect(up?.["ports"]).toHaveProperty("22/tcp");
    expect(up?.["ports"]).toHaveProperty("8080/tcp");
    expect(up?.["public_ipaddr"]).toMatch(/^192\.0\.2\.\d+\n$/);
    expect(up).not.toHaveProperty("volume_info");
    expect((await vast.rows())[0]).toHaveProperty("volume_info");
    expect(vast.kit.bill()[0]?.perHour).toBeGreaterThan(disk);

    expect(await vast.call("DELETE", `/api/v0/instances/${id}/`, {})).toMatchObject({
      body: { success: true },
    });
    expect(await vast.read(id)).toBeNull();
    expect(states((await vast.rows())[0] ?? null)).toMatch(/unloaded unloaded$/);
    vast.kit.clock.advance(minute);
    expect(await vast.rows()).toEqual([]);
    expect(vast.kit.bill()).toEqual([]);
    expect(await vast.call("DELETE", `/api/v0/instances/${id}/`, {})).toMatchObject({
      status: 404,
      body: { success: false, error: "no_such_instance" },
    });
    expect(vast.kit.machines()).toMatchObject([
      { id: String(id), identity: "cp-1", terminatedAt: expect.any(Number) },
    ]);
  });

  it("stops and starts, with the container's report behind the command", async () => {
    await using vast = await openVast();
    const id = await vast.rent();
    vast.kit.clock.advance(minute);
    const running = vast.kit.bill()[0]?.perHour ?? 0;

    await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    expect(states(await vast.read(id))).toBe("running stopped running stopped");
    vast.kit.clock.advance(10_000);
    const stopped = await vast.read(id);
    expect(states(stopped)).toBe("exited stopped stopped stopped");
    expect(stopped?.["instance"]).toMatchObject({ gpuCostPerHour: 0 });
    expect(vast.kit.bill()[0]?.perHour).toBeLessThan(running);

    await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    expect(states(await vast.read(id))).toBe("exited running running running");
    vast.kit.clock.advance(minute);
    expect(states(await vast.read(id))).toBe("running running running running");
  });

  it("queues a start when the machine is taken, runs it once the machine is free, and a stop calls it off", async () => {
    await using vast = await openVast();
    const id = await vast.rent();
    vast.kit.clock.advance(minute);
    await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    vast.kit.clock.advance(10_000);
    vast.kit.event("vast", "rentOut", { id });

    const queued = await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    expect(queued).toMatchObject({ status: 200, body: { success: false, error: "resources_unavailable" } });
    expect(states(await vast.read(id))).toBe("exited running stopped stopped");
    await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    vast.kit.event("vast", "vacate", { id });
    vast.kit.clock.advance(minute);
    expect(states(await vast.read(id))).toBe("exited stopped stopped stopped");

    vast.kit.event("vast", "rentOut", { id });
    await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    vast.kit.event("vast", "vacate", { id });
    vast.kit.clock.advance(minute);
    expect(states(await vast.read(id))).toBe("running running running running");
  });

  it("may answer a queued start and never mean it", async () => {
    await using vast = await openVast({ queuedStart: "stopped" });
    const id = await vast.rent();
    vast.kit.clock.advance(minute);
    await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    vast.kit.clock.advance(10_000);
    vast.kit.event("vast", "rentOut", { id });
    await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    vast.kit.event("vast", "vacate", { id });
    vast.kit.clock.advance(minute);
    expect(states(await vast.read(id))).toBe("exited stopped stopped stopped");
  });

  it("reboots and recycles", async () => {
    await using vast = await openVast();
    const id = await vast.rent();
    vast.kit.clock.advance(minute);
    await vast.call("PUT", `/api/v0/instances/reboot/${id}/`, {});
    expect((await vast.read(id))?.["actual_status"]).toBe("rebooting");
    vast.kit.clock.advance(minute);
    expect((await vast.read(id))?.["actual_status"]).toBe("running");
    await vast.call("PUT", `/api/v0/instances/recycle/${id}/`, {});
    expect((await vast.read(id))?.["actual_status"]).toBe("recycling");
    vast.kit.clock.advance(12_000);
    expect((await vast.read(id))?.["actual_status"]).toBe("loading");
    vast.kit.clock.advance(minute);
    expect((await vast.read(id))?.["actual_status"]).toBe("running");
  });

  it.each([
    ["oci", "created", /OCI runtime create failed/],
    ["pull", "loading", /manifest unknown/],
  ])("fails a start as %s, and the rest of it bills its disk", async (value, actual, message) => {
    await using vast = await openVast();
    vast.kit.faults.add({
      cloud: "vast",
      endpoint: "instance.create",
      fault: "flag",
      flag: "failStart",
      value,
    });
    const id = await vast.rent();
    vast.kit.clock.advance(minute);
    const row = await vast.read(id);
    expect(states(row)).toBe(`${actual} stopped stopped stopped`);
    expect(row?.["status_msg"]).toMatch(message);
    expect(vast.kit.bill()).toHaveLength(1);
  });

  it("loses the race between create and start", async () => {
    await using vast = await openVast();
    vast.kit.faults.add({
      cloud: "vast",
      endpoint: "instance.create",
      fault: "flag",
      flag: "startRace",
      times: 1,
    });
    const id = await vast.rent();
    vast.kit.clock.advance(45 * minute);
    expect(states(await vast.read(id))).toBe(" stopped stopped stopped");
    expect(vast.kit.bill()).toHaveLength(1);
  });

  it("drives out a bid, and lets a higher one back in", async () => {
    await using vast = await openVast();
    const [offer] = await vast.search({ type: "bid", direct_port_count: { gte: 2 } });
    const lowest = Number(offer?.["min_bid"]);
    expect(offer?.["dph_base"]).toBe(lowest);
    const id = await vast.rent({ price: lowest }, offer?.["id"]);
    vast.kit.clock.advance(minute);
    vast.kit.event("vast", "outbid", { id, price: lowest * 1.2 });
    expect(states(await vast.read(id))).toBe("exited stopped stopped stopped");
    await vast.call("PUT", `/api/v0/instances/bid_price/${id}/`, { client_id: "me", price: lowest * 1.3 });
    vast.kit.clock.advance(minute);
    expect(states(await vast.read(id))).toBe("running running running running");
  });

  it("shows a silent host, and what was running when it comes back", async () => {
    await using vast = await openVast();
    const id = await vast.rent();
    vast.kit.clock.advance(minute);
    vast.kit.event("vast", "hostOffline", { id });
    expect((await vast.read(id))?.["actual_status"]).toBe("offline");
    expect(vast.kit.bill()).toMatchObject([{ perHour: 0 }]);
    vast.kit.event("vast", "hostBack", { id });
    expect((await vast.read(id))?.["actual_status"]).toBe("running");
  });

  it("stops everything when the credit is gone", async () => {
    await using vast = await openVast();
    const id = await vast.rent();
    vast.kit.clock.advance(minute);
    vast.kit.event("vast", "setCredit", { credit: 0 });
    expect(states(await vast.read(id))).toBe("exited stopped stopped stopped");
    expect(await vast.call("PUT", `/api/v0/instances/${id}/`, { state: "running" })).toMatchObject({
      status: 400,
      body: { error: "missing_billing" },
    });
  });
});
