import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { northwind, uniqueNorthwind } from "./northwind/adapter.ts";
import { type Northwind, startNorthwind } from "./northwind/server.ts";

let cloud: Northwind;
beforeEach(async () => {
  cloud = await startNorthwind();
});
afterEach(() => cloud[Symbol.asyncDispose]());

const open = (more: object = {}) =>
  northwind({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock, ...more });
const rent = async (provider = open()) => (await provider.launch({ offerId: "a", image: "pytorch" })).id;
const remove = /^DELETE /;
const read = /^GET \/machines\//;

it("returns with evidence, after absence has outlasted the cloud's lag", async () => {
  const provider = open();
  const id = await rent(provider);
  cloud.advance(6_000);
  const asked = cloud.clock.now();
  const termination = await provider.terminate(id);
  expect(termination).toEqual({ id, evidence: "not_found", observedAt: new Date(cloud.clock.now()) });
  expect(cloud.clock.now() - asked).toBeGreaterThanOrEqual(5_000);
  expect(cloud.machines.size).toBe(0);
});

it("is the same twice as once", async () => {
  const provider = open();
  const id = await rent(provider);
  await provider.terminate(id);
  await expect(provider.terminate(id)).resolves.toMatchObject({ id, evidence: "not_found" });
});

it("takes a terminal status for evidence at once", async () => {
  const id = await rent();
  const provider = open({ statuses: { up: { status: "terminated" } } });
  cloud.spoilNext(remove, { when: "before", how: { status: 200, body: "{}" } });
  await expect(provider.terminate(id)).resolves.toMatchObject({ evidence: "terminal_status" });
});

it("asks again when the cloud said yes and did nothing", async () => {
  const id = await rent();
  cloud.spoilNext(remove, { when: "before", how: { status: 200, body: "{}" } });
  await open().terminate(id);
  expect(cloud.machines.size).toBe(0);
  expect(cloud.seen.filter(({ method }) => method === "DELETE")).toHaveLength(2);
});

it.each([
  ["a reset", { when: "after", how: "reset" }],
  ["502 after the work", { when: "after", how: { status: 502 } }],
  ["502 before the work", { when: "before", how: { status: 502 } }],
  ["a proxy's page", { when: "before", how: { status: 200, body: "<html>" } }],
] as const)("gets over %s", async (_, fault) => {
  const id = await rent();
  cloud.spoilNext(remove, fault);
  await expect(open().terminate(id)).resolves.toMatchObject({ evidence: "not_found" });
  expect(cloud.machines.size).toBe(0);
});

describe("proves nothing by", () => {
  const nothing = { status: 200, body: "{}" };

  it("a refused key", async () => {
    const id = await rent();
    const stranger = northwind({ apiKey: "other-key", baseUrl: cloud.url, clock: cloud.clock });
    await expect(stranger.terminate(id)).rejects.toMatchObject({
      code: "unauthenticated",
      effect: "none",
      instanceId: id,
    });
    expect(cloud.machines.size).toBe(1);
  });

  it.each([
    ["a 404 that does not speak of the machine", { status: 404, body: "Not Found" }],
    ["500", { status: 500 }],
    ["429", { status: 429 }],
    ["a proxy's page", { status: 200, body: "<html>" }],
    ["another shape", { status: 200, body: '{"machine":null}' }],
  ])("%s", async (_, how) => {
    const id = await rent();
    const provider = open();
    cloud.spoilNext(remove, ...Array.from({ length: 40 }, () => ({ how: nothing })));
    cloud.spoilNext(read, ...Array.from({ length: 400 }, () => ({ how })));
    const error = await provider.terminate(id, { timeoutMs: 30_000 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "termination_unconfirmed",
      effect: "maybe",
      retryable: true,
      instanceId: id,
    });
    expect(cloud.machines.size).toBe(1);
  });

  it("one look that missed it", async () => {
    const id = await rent();
    cloud.advance(10_000);
    cloud.spoilNext(remove, { how: nothing });
    cloud.spoilNext(read, { how: { status: 404, body: '{"error":"no_such_machine"}' } });
    await open().terminate(id);
    expect(cloud.machines.size).toBe(0);
  });

  it("a machine that cannot be visible yet", async () => {
    cloud.settings.visibleAfterMs = 4_000;
    const provider = open();
    const id = await rent(provider);
    // The cloud answers "no such machine" to the first request to end it, and means "not yet".
    await provider.terminate(id);
    expect(cloud.machines.size).toBe(0);
  });
});

it("does not believe that a machine is gone which the cloud has never shown", async () => {
  const provider = open();
  cloud.settings.visibleAfterMs = 25_000;
  const id = await rent(provider);
  // Neither the delete nor the reads know it yet; five seconds of that prove nothing.
  const unknown = { how: { status: 404, body: '{"error":"no_such_machine"}' } };
  cloud.spoilNext(remove, unknown);
  await provider.terminate(id);
  expect(cloud.machines.size).toBe(0);
});

it("outlasts an earlier copy of its create, which may come as soon as the name is free", async () => {
  cloud.settings.uniqueLabels = true;
  const provider = uniqueNorthwind({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock });
  cloud.spoilNext(/^POST \/machines$/, { how: "reset", lateMs: 20_000 });
  const { id } = await provider.launch({ offerId: "a", image: "pytorch" });
  expect(cloud.creates()).toBe(2);
  await expect(provider.terminate(id)).resolves.toMatchObject({ id });
  cloud.advance(600_000);
  expect(cloud.machines.size).toBe(0);
});

it("refuses an id that cannot be one, before anything is sent", async () => {
  for (const id of ["", " ", "x".repeat(257)]) {
    await expect(open().terminate(id)).rejects.toMatchObject({ code: "invalid_argument", field: "id" });
  }
  await expect(open().terminate("..")).rejects.toMatchObject({ code: "invalid_argument" });
  expect(cloud.seen).toHaveLength(0);
});

it("keeps an id inside its path segment", async () => {
  await expect(open().describe("m1/../../offers?x#y")).rejects.toMatchObject({ code: "not_found" });
  expect(cloud.seen[0]?.path).toBe("/machines/m1%2F..%2F..%2Foffers%3Fx%23y");
});

it("takes as long as an earlier copy of the create may still be carried out, unless it is told otherwise", async () => {
  cloud.settings.uniqueLabels = true;
  cloud.spoilNext(/^POST \/machines$/, { when: "before", how: "reset" });
  const unique = uniqueNorthwind({
    ...{ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock },
    facts: { lateCommitMs: 120_000 },
  });
  const id = await rent(unique);
  const began = cloud.clock.now();
  await expect(unique.terminate(id)).resolves.toMatchObject({ id });
  expect(cloud.clock.now() - began).toBeGreaterThan(60_000);
  expect(cloud.machines.size).toBe(0);
});
