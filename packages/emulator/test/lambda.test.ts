import { describe, expect, it } from "vitest";
import { type Body, flag, openLambda, order, startAt } from "./lambda-client.ts";

const healthyAfter = 10_000;
const actionsOf = (row: Body) => row["actions"] as Readonly<Record<string, Body>>;

describe("life of an instance", () => {
  it("boots without an address, bills from its first healthy moment, and answers 404 some time after its end", async () => {
    await using lambda = await openLambda();
    const { kit } = lambda;
    const id = await lambda.rent();
    expect(id).toMatch(/^[0-9a-f]{32}$/);

    const booting = await lambda.row(id);
    expect(booting).toMatchObject({ id, status: "booting", first_healthy: null, name: order["name"] });
    for (const absent of ["ip", "private_ip", "hostname", "jupyter_url"])
      expect(booting).not.toHaveProperty(absent);
    expect(kit.bill()).toMatchObject([{ id, perHour: 0, state: "booting", name: order["name"] }]);

    lambda.pass(2000);
    const addressed = await lambda.row(id);
    expect(addressed).toMatchObject({ status: "booting", first_healthy: null });
    expect(addressed["ip"]).toMatch(/^192\.0\.2\.\d+$/);

    lambda.pass(healthyAfter - 2000);
    const active = await lambda.row(id);
    expect(active).toMatchObject({
      status: "active",
      ip: addressed["ip"],
      first_healthy: new Date(startAt + healthyAfter).toISOString().replace(".000Z", "Z"),
      tags: order["tags"],
      instance_type: { price_cents_per_hour: 75 },
    });
    expect(active["jupyter_url"]).toContain(String(active["jupyter_token"]));
    // 75 cents an hour is 0.75 USD.
    expect(kit.bill()).toMatchObject([{ id, perHour: 0.75, currency: "USD", since: startAt + healthyAfter }]);

    const terminated = await lambda.terminate(id);
    expect(terminated).toMatchObject({
      status: 200,
      data: { terminated_instances: [{ id, status: "terminating" }] },
    });
    expect(kit.bill()).toHaveLength(1);
    expect(await lambda.rows()).toMatchObject([{ id, status: "terminating" }]);

    lambda.pass(4000);
    expect(await lambda.row(id)).toMatchObject({ status: "terminated" });
    expect(await lambda.rows()).toEqual([]);
    expect(kit.bill()).toEqual([]);

    lambda.pass(10_000);
    expect(await lambda.get(id)).toMatchObject({ status: 404, code: "global/object-does-not-exist" });
    expect(kit.machines()).toMatchObject([{ id, identity: order["name"], terminatedAt: startAt + 14_000 }]);
  });

  it("stops billing at the terminate when told that the site keeps its word", async () => {
    await using lambda = await openLambda({ billsTerminating: false });
    const id = await lambda.rent();
    lambda.pass(healthyAfter);
    await lambda.terminate(id);
    expect(lambda.kit.bill()).toEqual([]);
    expect(await lambda.row(id)).toMatchObject({ status: "terminating" });
  });

  it("restarts through booting with the same address, and never stops billing", async () => {
    await using lambda = await openLambda();
    const id = await lambda.rent();
    expect(await lambda.restart(id)).toMatchObject({ status: 409, code: "global/conflict" });
    lambda.pass(healthyAfter);
    const { ip } = await lambda.row(id);
    expect(await lambda.restart(id)).toMatchObject({
      status: 200,
      data: { restarted_instances: [{ id, status: "booting" }] },
    });
    expect(lambda.kit.bill()).toMatchObject([{ perHour: 0.75, since: startAt + healthyAfter }]);
    lambda.pass(5000);
    expect(await lambda.row(id)).toMatchObject({ status: "active", ip });
    expect(lambda.kit.bill()).toMatchObject([{ perHour: 0.75, since: startAt + healthyAfter }]);
  });

  it("has no stop and no start", async () => {
    await using lambda = await openLambda();
    const id = await lambda.rent();
    for (const verb of ["stop", "start"]) {
      const answer = await lambda.send("POST", `/instance-operations/${verb}`, { instance_ids: [id] });
      expect(answer).toMatchObject({ status: 404, code: "global/not-found" });
    }
  });

  it("is renamed, and says which actions it can take", async () => {
    await using lambda = await openLambda();
    const id = await lambda.rent();
    expect(actionsOf(await lambda.row(id))["restart"]).toMatchObject({
      available: false,
      reason_code: "vm-has-not-launched",
    });
    await lambda.send("POST", `/instances/${id}`, { name: "other" });
    lambda.pass(healthyAfter);
    const row = await lambda.row(id);
    expect(row["name"]).toBe("other");
    expect(actionsOf(row)["terminate"]).toEqual({ available: true });
    await lambda.terminate(id);
    expect(actionsOf(await lambda.row(id))["terminate"]).toMatchObject({ reason_code: "vm-is-terminating" });
  });

  it("is unhealthy for a moment while it boots, or for good, and bills for good", async () => {
    await using lambda = await openLambda();
    lambda.kit.faults.add(flag("unhealthyWhileBooting", "instances.launch"));
    const shaky = await lambda.rent();
    lambda.pass(2000);
    expect(await lambda.row(shaky)).toMatchObject({ status: "unhealthy", first_healthy: null });
    lambda.pass(8000);
    expect(await lambda.row(shaky)).toMatchObject({ status: "active" });

    lambda.kit.faults.add(flag("failStart", "instances.launch"));
    const sick = await lambda.rent();
    lambda.pass(60_000);
    expect(await lambda.row(sick)).toMatchObject({ status: "unhealthy", first_healthy: null });
    lambda.kit.event("lambda", "unhealthy", { id: shaky });
    expect(lambda.kit.bill()).toMatchObject([
      { id: shaky, state: "unhealthy", perHour: 0.75 },
      { id: sick, state: "unhealthy", perHour: 0.75 },
    ]);
    lambda.kit.event("lambda", "recover", { id: shaky });
    expect(await lambda.row(shaky)).toMatchObject({ status: "active" });
  });

  it("is preempted, and goes by itself without a word in between", async () => {
    await using lambda = await openLambda();
    const id = await lambda.rent();
    lambda.pass(healthyAfter);
    lambda.kit.event("lambda", "preempt", { id });
    expect(await lambda.row(id)).toMatchObject({ status: "preempted" });
    expect(lambda.kit.bill()).toHaveLength(1);
    lambda.pass(10_000);
    expect(await lambda.get(id)).toMatchObject({ status: 404 });
    expect(lambda.kit.bill()).toEqual([]);
  });

  it("stays in its first state, or in a word that nobody knows", async () => {
    await using lambda = await openLambda();
    lambda.kit.faults.add(flag("stuck", "instances.launch"));
    const stuck = await lambda.rent();
    lambda.pass(3_600_000);
    expect(await lambda.row(stuck)).toMatchObject({ status: "booting" });
    lambda.kit.faults.add(flag("unknownStatus", "instances.get", "contactable"));
    expect(await lambda.row(stuck)).toMatchObject({ status: "contactable" });
    lambda.kit.event("lambda", "status", { id: stuck, status: "archived" });
    expect(await lambda.row(stuck)).toMatchObject({ status: "archived" });
  });
});

describe("launch", () => {
  it.each([
    ["no region", { region_name: undefined }],
    ["no type", { instance_type_name: undefined }],
    ["no key", { ssh_key_names: [] }],
    ["two keys", { ssh_key_names: ["laptop", "desktop"] }],
    ["more than one instance", { quantity: 2 }],
    ["a long name", { name: "x".repeat(65) }],
    ["a hostname in capitals", { hostname: "Trainer" }],
    ["a reserved tag", { tags: [{ key: "lambda-ai-x", value: "1" }] }],
    ["a tag in capitals", { tags: [{ key: "Owner", value: "1" }] }],
    ["a long tag", { tags: [{ key: "owner", value: "x".repeat(129) }] }],
    ["an image with id and family", { image: { id: "0", family: "ubuntu-24-04" } }],
    ["a mount outside", { file_system_mounts: [{ file_system_id: "0", mount_point: "/etc" }] }],
    ["too much user data", { user_data: "#".repeat(1024 * 1024 + 1) }],
  ])("refuses %s", async (_what, more) => {
    await using lambda = await openLambda();
    expect(await lambda.launch(more)).toMatchObject({ status: 400, code: "global/invalid-parameters" });
    expect(lambda.kit.machines()).toEqual([]);
  });

  it.each([
    ["key", { ssh_key_names: ["desktop"] }],
    ["type", { instance_type_name: "gpu_1x_b300" }],
    ["region", { region_name: "moon-1" }],
    ["image family", { image: { family: "windows" } }],
    [
      "image of this architecture",
      { instance_type_name: "gpu_1x_gh200", image: { family: "lambda-stack-22-04" } },
    ],
    ["image id of another region", { image: { id: "1a2b3c4d5e6f70819203a4b5c6d7e801" } }],
    ["filesystem", { file_system_names: ["nowhere"] }],
    ["ruleset", { firewall_rulesets: [{ id: "0" }] }],
  ])("knows no such %s", async (_what, more) => {
    await using lambda = await openLambda();
    expect(await lambda.launch(more)).toMatchObject({ status: 400, code: "global/object-does-not-exist" });
    expect(lambda.kit.machines()).toEqual([]);
  });

  it("takes an image by id in its own region", async () => {
    await using lambda = await openLambda();
    await lambda.rent({ image: { id: "1a2b3c4d5e6f70819203a4b5c6d7e800" } });
    expect(lambda.kit.machines()).toHaveLength(1);
  });

  it("looks for what is named before quota, and for quota before capacity", async () => {
    await using lambda = await openLambda();
    lambda.kit.event("lambda", "quota", { account: "emulator", quota: 0 });
    const soldOut = { instance_type_name: "gpu_8x_h100_sxm5" };
    expect((await lambda.launch({ ...soldOut, file_system_names: ["nowhere"] })).code).toBe(
      "global/object-does-not-exist",
    );
    expect((await lambda.launch(soldOut)).code).toBe("global/quota-exceeded");
    lambda.kit.event("lambda", "quota", { account: "emulator", quota: 1 });
    expect(await lambda.launch(soldOut)).toMatchObject({
      status: 400,
      code: "instance-operations/launch/insufficient-capacity",
      body: { error: { suggestion: expect.any(String) } },
    });
  });

  it("takes a place, and gives it back at the end", async () => {
    await using lambda = await openLambda();
    lambda.kit.event("lambda", "capacity", { type: "gpu_1x_a10", region: "us-east-1", free: 1 });
    const regions = async () => {
      const types = (await lambda.send("GET", "/instance-types")).data as Readonly<Record<string, Body>>;
      return types["gpu_1x_a10"]?.["regions_with_capacity_available"];
    };
    expect(await regions()).toMatchObject([{ name: "us-east-1" }, { name: "us-west-1" }]);
    const id = await lambda.rent();
    expect(await regions()).toMatchObject([{ name: "us-west-1" }]);
    expect((await lambda.launch()).code).toBe("instance-operations/launch/insufficient-capacity");
    await lambda.terminate(id);
    expect(await regions()).toHaveLength(1);
    lambda.pass(4000);
    expect(await regions()).toHaveLength(2);
  });

  it("lets two machines have one name", async () => {
    await using lambda = await openLambda();
    const ids = [await lambda.rent(), await lambda.rent()];
    expect(new Set(ids).size).toBe(2);
    expect((await lambda.rows()).map(({ name }) => name)).toEqual([order["name"], order["name"]]);
  });

  it("answers with no id or with two, and the machines are there", async () => {
    await using lambda = await openLambda();
    lambda.kit.faults.add(flag("noInstanceIds", "instances.launch"));
    expect(await lambda.launch()).toMatchObject({ status: 200, data: { instance_ids: [] } });
    expect(await lambda.rows()).toHaveLength(1);
    lambda.kit.faults.add(flag("twoInstanceIds", "instances.launch"));
    expect((await lambda.launch()).data).toMatchObject({
      instance_ids: [expect.any(String), expect.any(String)],
    });
    expect(await lambda.rows()).toHaveLength(3);
  });

  it("launches and then answers 500, or is not listed for a while", async () => {
    await using lambda = await openLambda();
    const body = { error: { code: "global/internal-error", message: "synthetic" } };
    lambda.kit.faults.add(
      {
        cloud: "lambda",
        endpoint: "instances.launch",
        fault: "answer",
        status: 500,
        body,
        work: "done",
        times: 1,
      },
      flag("visibleAfterMs", "instances.launch", 30_000),
    );
    expect(await lambda.launch()).toMatchObject({ status: 500, code: "global/internal-error" });
    expect(await lambda.rows()).toEqual([]);
    lambda.pass(30_000);
    expect(await lambda.rows()).toHaveLength(1);
  });
});

describe("terminate", () => {
  it("fails as a whole for one unknown id, and does nothing", async () => {
    await using lambda = await openLambda();
    const id = await lambda.rent();
    expect(await lambda.terminate(id, "0")).toMatchObject({
      status: 404,
      code: "global/object-does-not-exist",
    });
    expect(await lambda.row(id)).toMatchObject({ status: "booting" });
    expect(await lambda.terminate()).toMatchObject({ status: 400, code: "global/invalid-parameters" });
  });

  it("is harmless the second time, or a generic error", async () => {
    await using lambda = await openLambda();
    const id = await lambda.rent();
    await lambda.terminate(id);
    expect(await lambda.terminate(id)).toMatchObject({
      status: 200,
      data: { terminated_instances: [{ id, status: "terminating" }] },
    });
    lambda.kit.faults.add(flag("terminateTwice", "instances.terminate"));
    expect((await lambda.terminate(id)).code).toBe("global/unknown");
  });

  it("answers an empty list and does nothing, or the right one and does nothing", async () => {
    await using lambda = await openLambda();
    const id = await lambda.rent();
    lambda.pass(healthyAfter);
    lambda.kit.faults.add(flag("emptyTerminate", "instances.terminate"));
    expect(await lambda.terminate(id)).toMatchObject({ status: 200, data: { terminated_instances: [] } });
    lambda.kit.faults.add(flag("lostDelete", "instances.terminate"));
    expect((await lambda.terminate(id)).data).toMatchObject({ terminated_instances: [{ id }] });
    lambda.pass(60_000);
    expect(await lambda.row(id)).toMatchObject({ status: "active" });
    expect(lambda.kit.bill()).toHaveLength(1);
  });

  it("is not available before the machine has launched", async () => {
    await using lambda = await openLambda();
    lambda.kit.faults.add(flag("notTerminableMs", "instances.launch", 5000));
    const id = await lambda.rent();
    expect(actionsOf(await lambda.row(id))["terminate"]).toMatchObject({
      available: false,
      reason_code: "vm-has-not-launched",
    });
    expect(await lambda.terminate(id)).toMatchObject({ status: 409, code: "global/conflict" });
    lambda.pass(5000);
    expect(await lambda.terminate(id)).toMatchObject({ status: 200 });
  });

  it("is seen late, done late, or undone", async () => {
    await using lambda = await openLambda();
    const [lingering, delayed, undead] = [await lambda.rent(), await lambda.rent(), await lambda.rent()];
    lambda.pass(healthyAfter);
    lambda.kit.faults.add(flag("lingerMs", "instances.terminate", 60_000));
    await lambda.terminate(lingering);
    lambda.kit.faults.add(flag("delayedDeleteMs", "instances.terminate", 60_000));
    await lambda.terminate(delayed);
    lambda.kit.faults.add(flag("resurrectAfterMs", "instances.terminate", 20_000));
    await lambda.terminate(undead);
    lambda.pass(5000);
    expect(await lambda.row(lingering)).toMatchObject({ status: "active" });
    expect(lambda.kit.bill()).toMatchObject([{ id: delayed }]);
    lambda.pass(20_000);
    expect(lambda.kit.bill()).toMatchObject([{ id: delayed }, { id: undead, perHour: 0.75 }]);
    expect(await lambda.row(undead)).toMatchObject({ status: "active" });
    lambda.pass(60_000);
    expect(lambda.kit.bill()).toMatchObject([{ id: undead }]);
    expect((await lambda.get(lingering)).status).toBe(404);
  });
});
