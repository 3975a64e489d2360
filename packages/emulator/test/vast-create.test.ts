import { describe, expect, it } from "vitest";
import type { FlagValue } from "../src/kit/types.ts";
import { asRow, createBody, openVast, type Row, type VastClient } from "./vast-client.ts";

async function ask(vast: VastClient, body: Row, more: Row = {}) {
  const [offer] = await vast.search(more);
  return vast.call("PUT", `/api/v0/asks/${String(offer?.["id"])}/`, body);
}

const flag = (name: string, value?: FlagValue) =>
  ({ cloud: "vast", endpoint: "instance.create", fault: "flag", flag: name, value, times: 1 }) as const;

describe("a create that is refused", () => {
  it.each<[string, Row]>([
    ["no image", { image: null }],
    ["a long image", { image: "x".repeat(1025) }],
    ["a long label", { label: "x".repeat(257) }],
    ["a small disk", { disk: 4 }],
    ["a list of variables", { env: ["A=1"] }],
    ["a long variable", { env: { A: "x".repeat(257) } }],
    [
      "too much of variables",
      { env: Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`A${at}`, "x".repeat(250)])) },
    ],
    [
      "too many ports",
      {
        env: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`-p ${at + 1000}:${at + 1000}`, "1"])),
      },
    ],
    ["an unknown runtype", { runtype: "telnet" }],
    ["a long script", { onstart: "x".repeat(16_385) }],
    ["an unknown state", { target_state: "frozen" }],
    ["half a volume", { volume_info: { volume_id: 1 } }],
    ["a volume that is not there", { volume_info: { volume_id: 1, mount_path: "/mnt" } }],
    [
      "a volume offer of another machine",
      { volume_info: { create_new: true, volume_id: 1, mount_path: "/mnt" } },
    ],
  ])("for %s", async (_what, body) => {
    await using vast = await openVast();
    expect(await ask(vast, createBody(body))).toMatchObject({
      status: 400,
      body: { success: false, error: "invalid_args" },
    });
    expect(vast.kit.machines()).toEqual([]);
  });

  it("for a price out of range, a machine image without key, and a body that is none", async () => {
    await using vast = await openVast();
    expect(await ask(vast, createBody({ price: 500 }))).toMatchObject({
      status: 400,
      body: { error: "invalid_price" },
    });
    expect(await ask(vast, createBody({ vm: true }))).toMatchObject({ body: { error: "no_ssh_key_for_vm" } });
    expect(await vast.call("PUT", "/api/v0/asks/7000001/", "no json")).toMatchObject({
      body: { error: "invalid_args" },
    });
  });

  it.each<[string, FlagValue | undefined, number, string]>([
    ["insufficientCredit", undefined, 400, "insufficient_credit"],
    ["insufficientCredit", 200, 200, "insufficient_credit"],
    ["spendRateLimit", undefined, 400, "spend_rate_limit"],
    ["hostAccount", undefined, 403, "invalid_args"],
    ["noCapacity", undefined, 404, "invalid_args"],
    ["noCapacity", 400, 400, "no_such_ask"],
    ["noCapacity", 410, 410, "no_such_ask"],
  ])("by the flag %s %s", async (name, value, status, error) => {
    await using vast = await openVast();
    vast.kit.faults.add(flag(name, value));
    expect(await ask(vast, createBody())).toMatchObject({ status, body: { success: false, error } });
    expect(vast.kit.machines()).toEqual([]);
  });

  it("for want of credit", async () => {
    await using vast = await openVast({ credit: 0 });
    expect(await ask(vast, createBody())).toMatchObject({
      status: 400,
      body: { error: "insufficient_credit" },
    });
  });

  it("for an offer that was rented before, and for one whose machine a stranger took", async () => {
    await using vast = await openVast();
    const offers = await vast.search();
    const [first] = offers;
    const second = offers.find((offer) => offer["machine_id"] !== first?.["machine_id"]);
    await vast.rent({}, first?.["id"]);
    expect(await vast.call("PUT", `/api/v0/asks/${String(first?.["id"])}/`, createBody())).toMatchObject({
      status: 404,
      body: { msg: expect.stringMatching(/3603: no_such_ask .* is not available/) },
    });
    vast.kit.event("vast", "rentOut", { machineId: Number(second?.["machine_id"]) });
    expect(await vast.call("PUT", `/api/v0/asks/${String(second?.["id"])}/`, createBody())).toMatchObject({
      status: 410,
      body: { error: "no_such_ask", msg: expect.stringMatching(/3907.*no longer available/) },
    });
    expect(vast.kit.machines()).toHaveLength(1);
  });
});

describe("an answer that refuses and rents all the same", () => {
  it("carries the contract of a bid too low, stopped and billed", async () => {
    await using vast = await openVast();
    const reply = await ask(vast, createBody({ price: 0.002, cancel_unavail: false }));
    expect(reply).toMatchObject({ status: 400, body: { success: false, new_contract: expect.any(Number) } });
    const row = await vast.read(Number(asRow(reply.body)["new_contract"]));
    expect(row).toMatchObject({
      intended_status: "stopped",
      cur_state: "stopped",
      actual_status: null,
      is_bid: true,
    });
    expect(vast.kit.bill()).toHaveLength(1);
  });

  it("does not, when told to cancel instead", async () => {
    await using vast = await openVast();
    expect((await ask(vast, createBody({ price: 0.002, cancel_unavail: true }))).status).toBe(410);
    expect(vast.kit.machines()).toEqual([]);
  });

  it("comes with any status on demand, and so does a success without an id", async () => {
    await using vast = await openVast();
    vast.kit.faults.add(flag("newContractInError", 200), flag("noNewContract"));
    // Both flags hit the first call; the refusal wins.
    expect(await ask(vast, createBody())).toMatchObject({
      status: 200,
      body: { success: false, new_contract: expect.any(Number) },
    });
    vast.kit.faults.add(flag("noNewContract"));
    expect((await ask(vast, createBody())).body).toEqual({ success: true });
    expect(vast.kit.bill()).toHaveLength(2);
  });
});

describe("what a create makes", () => {
  it("shows later when the reads lag", async () => {
    await using vast = await openVast({ visibleAfterMs: 5_000 });
    const id = await vast.rent({ label: "lag" });
    expect(await vast.read(id)).toBeNull();
    expect(await vast.rows()).toEqual([]);
    vast.kit.clock.advance(5_000);
    expect(await vast.read(id)).toMatchObject({ id, label: "lag" });
    vast.kit.faults.add(flag("visibleAfterMs", 9_000));
    const slow = await vast.rent();
    vast.kit.clock.advance(5_000);
    expect(await vast.read(slow)).toBeNull();
  });

  it("echoes its terms, maps the ports it asked for, and stays stopped when told to", async () => {
    await using vast = await openVast({ sshHost: "127.0.0.1", sshPort: 2222 });
    const id = await vast.rent({
      onstart: "touch /ready",
      env: { A: "1", "-p 9000:9000/udp": "1", "-p 72000:72000": "1" },
    });
    vast.kit.clock.advance(60_000);
    const row = await vast.read(id);
    expect(row).toMatchObject({
      image_uuid: "nvidia/cuda:12.4.1-runtime-ubuntu22.04",
      image_runtype: "ssh_direc ssh_proxy",
      onstart: "touch /ready",
      extra_env: [
        ["A", "1"],
        ["-p 9000:9000/udp", "1"],
        ["-p 72000:72000", "1"],
      ],
      disk_space: 40,
      ssh_host: "127.0.0.1",
      ssh_port: 2222,
      public_ipaddr: "127.0.0.1\n",
    });
    const ports = asRow(row?.["ports"]);
    expect(ports["22/tcp"]).toEqual([{ HostIp: "0.0.0.0", HostPort: "2222" }]);
    expect(Object.keys(ports)).toHaveLength(3);
    expect(ports).toHaveProperty("9000/udp");

    const idle = await vast.rent({ target_state: "stopped" });
    vast.kit.clock.advance(60_000);
    expect(await vast.read(idle)).toMatchObject({ actual_status: null, cur_state: "stopped" });
  });

  it("has no ssh and no ports in args mode", async () => {
    await using vast = await openVast({ noPortsAs: "absent" });
    const id = await vast.rent({ runtype: "args", args: ["sleep", "9"], env: null });
    vast.kit.clock.advance(60_000);
    const row = await vast.read(id);
    expect(row).toMatchObject({ actual_status: "running", ssh_host: null, image_args: ["sleep", "9"] });
    expect(row).not.toHaveProperty("ports");
  });

  it("can be stuck, or end by itself", async () => {
    await using vast = await openVast();
    vast.kit.faults.add(flag("stuck"));
    const stuck = await vast.rent();
    vast.kit.faults.add(flag("failStart", "exit"));
    const ended = await vast.rent();
    vast.kit.clock.advance(3_600_000);
    expect((await vast.read(stuck))?.["actual_status"]).toBe("loading");
    expect(await vast.read(ended)).toMatchObject({
      actual_status: "exited",
      intended_status: "running",
      cur_state: "running",
    });
  });
});

describe("a delete", () => {
  it.each(["lostDelete", "delayedDeleteMs", "lingerMs", "resurrectAfterMs"])(
    "goes wrong by %s",
    async (name) => {
      await using vast = await openVast();
      const id = await vast.rent();
      vast.kit.clock.advance(60_000);
      const value = name === "lostDelete" ? true : 30_000;
      vast.kit.faults.add({
        cloud: "vast",
        endpoint: "instance.destroy",
        fault: "flag",
        flag: name,
        value,
        times: 1,
      });
      const destroy = () => vast.call("DELETE", `/api/v0/instances/${id}/`, {});
      expect((await destroy()).body).toEqual({ success: true });
      const seen = async () => [(await vast.read(id)) !== null, vast.kit.bill().length];
      const now = await seen();
      vast.kit.clock.advance(60_000);
      const later = await seen();
      expect([now, later]).toEqual(
        {
          lostDelete: [
            [true, 1],
            [true, 1],
          ],
          delayedDeleteMs: [
            [true, 1],
            [false, 0],
          ],
          lingerMs: [
            [true, 0],
            [false, 0],
          ],
          resurrectAfterMs: [
            [false, 0],
            [true, 1],
          ],
        }[name],
      );
      if (later[1] === 1) {
        await destroy();
        expect(await seen()).toEqual([false, 0]);
      }
    },
  );

  it("of what is gone may say so in a 200", async () => {
    await using vast = await openVast();
    vast.kit.faults.add({
      cloud: "vast",
      endpoint: "instance.destroy",
      fault: "flag",
      flag: "goneAs200",
      times: 1,
    });
    expect(await vast.call("DELETE", "/api/v0/instances/5/", {})).toMatchObject({
      status: 200,
      body: { success: false, error: "no_such_instance" },
    });
    expect((await vast.call("DELETE", "/api/v0/instances/abc/", {})).status).toBe(400);
  });
});
