import assert from "node:assert/strict";
import {
  type ComputeErrorCode,
  type Instance,
  instanceSchema,
  isComputeError,
  offerSchema,
} from "@gpuport/core";
import { type Case, defineCase, defineOptionalCase } from "./case.ts";

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function refuses(work: Promise<unknown>, ...codes: ComputeErrorCode[]): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(isComputeError(error, ...codes), `expected ${codes.join(" or ")}, got ${String(error)}`);
    return true;
  });
}

function assertValid(instance: Instance): void {
  assert.deepEqual(instanceSchema.safeParse(instance).error?.issues, undefined);
}

const launching: readonly Case[] = [
  defineCase("launch answers with the id of a machine that exists", async ({ provider, rent, machines }) => {
    const before = machines();
    const instance = await rent();
    assertValid(instance);
    assert.equal(instance.provider, provider.name);
    assert.equal(machines(), before + 1);
    assert.equal((await provider.describe(instance.id)).id, instance.id);
  }),
  defineCase("a launched machine comes to run", async ({ provider, rent }) => {
    const { id } = await rent();
    const running = await provider.waitFor(id, "running");
    assertValid(running);
    assert.equal(running.status, "running");
    assert.notEqual(running.providerStatus, "");
  }),
  defineCase(
    "launching with the same key again gives the same machine",
    async ({ rent, machines, unknownId }) => {
      const key = `conformance-${unknownId}`;
      const before = machines();
      const [first, second] = await Promise.all([rent({ key }), rent({ key })]);
      const third = await rent({ key });
      assert.deepEqual([second.id, third.id], [first.id, first.id]);
      assert.equal(machines(), before + 1);
    },
  ),
  defineCase(
    "a key that was used for another request is a conflict",
    async ({ provider, request, rent, machines }) => {
      await rent({ key: "taken" });
      const before = machines();
      await refuses(provider.launch({ ...request, image: "another-image", key: "taken" }), "conflict");
      assert.equal(machines(), before);
    },
  ),
  defineCase(
    "a request with an unknown field is refused, naming it",
    async ({ provider, request, machines }) => {
      const before = machines();
      const wrong = { ...request, colour: "red" };
      await assert.rejects(provider.launch(wrong), {
        code: "invalid_argument",
        field: "colour",
        effect: "none",
      });
      assert.equal(machines(), before);
    },
  ),
  defineCase(
    "a launch that is cancelled before it is sent leaves nothing",
    async ({ provider, request, machines }) => {
      const before = machines();
      await refuses(provider.launch(request, { signal: AbortSignal.abort() }), "cancelled");
      assert.equal(machines(), before);
    },
  ),
];

const reading: readonly Case[] = [
  defineCase("list shows a launched machine, once", async ({ provider, rent }) => {
    const { id } = await rent();
    await provider.waitFor(id, "running");
    const all = await collect(provider.list());
    for (const instance of all) assertValid(instance);
    assert.equal(all.filter((instance) => instance.id === id).length, 1);
  }),
  defineCase("list can be asked for some statuses only", async ({ provider, rent }) => {
    const { id } = await rent();
    await provider.waitFor(id, "running");
    const running = await collect(provider.list({ statuses: ["running"] }));
    assert.ok(running.every(({ status }) => status === "running"));
    assert.ok(running.some((instance) => instance.id === id));
    assert.deepEqual(await collect(provider.list({ statuses: ["failed"] })), []);
  }),
  defineCase("a machine that never was is not found", async ({ provider, unknownId }) => {
    await refuses(provider.describe(unknownId), "not_found");
  }),
  defineCase(
    "a refused credential is never an absent machine or an empty list",
    async ({ stranger, unknownId, rent }) => {
      const { id } = await rent();
      await refuses(stranger.describe(id), "unauthenticated");
      await refuses(stranger.describe(unknownId), "unauthenticated");
      await refuses(collect(stranger.list()), "unauthenticated");
      await refuses(stranger.terminate(id), "unauthenticated");
    },
  ),
  defineCase("an instance shows no password in JSON", async ({ provider, rent }) => {
    const { id } = await rent();
    const instance = await provider.waitFor(id, "running");
    const passwords = instance.access.ssh.flatMap(({ password }) => password?.reveal() ?? []);
    for (const password of passwords) assert.ok(!JSON.stringify(instance).includes(password));
  }),
  defineCase("waitFor has a deadline", async ({ provider, rent }) => {
    const { id } = await rent();
    await provider.waitFor(id, "running");
    await refuses(provider.waitFor(id, "stopped", { timeoutMs: 30_000 }), "timeout");
  }),
];

const ending: readonly Case[] = [
  defineCase(
    "terminate returns when the machine is gone, with evidence",
    async ({ provider, rent, machines }) => {
      const before = machines();
      const { id } = await rent();
      await provider.waitFor(id, "running");
      const termination = await provider.terminate(id);
      assert.equal(termination.id, id);
      assert.ok(["not_found", "terminal_status", "absent_from_list"].includes(termination.evidence));
      assert.equal(machines(), before);
    },
  ),
  defineCase(
    "a machine can be terminated the moment it was launched",
    async ({ provider, rent, machines }) => {
      const before = machines();
      const { id } = await rent();
      await provider.terminate(id);
      assert.equal(machines(), before);
    },
  ),
  defineCase("terminate twice is the same as once", async ({ provider, rent }) => {
    const { id } = await rent();
    await provider.terminate(id);
    assert.equal((await provider.terminate(id)).id, id);
  }),
  defineCase("a terminated machine is not listed", async ({ provider, rent }) => {
    const { id } = await rent();
    await provider.terminate(id);
    assert.ok((await collect(provider.list())).every((instance) => instance.id !== id));
  }),
];

const capabilities: readonly Case[] = [
  defineOptionalCase(
    "a stopped machine can be started again",
    ({ power }) => power,
    async (power, { provider, rent }) => {
      const { id } = await rent();
      await provider.waitFor(id, "running");
      await power.stop(id);
      const stopped = await provider.waitFor(id, "stopped");
      assertValid(stopped);
      await power.start(id);
      await provider.waitFor(id, "running");
    },
  ),
  defineOptionalCase(
    "a running machine can be restarted",
    ({ power }) => power?.restart,
    async (restart, { provider, rent }) => {
      const { id } = await rent();
      await provider.waitFor(id, "running");
      await restart(id);
      await provider.waitFor(id, "running");
    },
  ),
  defineOptionalCase(
    "offers are valid, and come cheapest first",
    ({ offers }) => offers,
    async (offers, { request }) => {
      const { gpu, image } = request;
      const found = await collect(offers.search({ gpu, image }));
      assert.notEqual(found.length, 0);
      for (const offer of found) assert.deepEqual(offerSchema.safeParse(offer).error?.issues, undefined);
      const prices = found.flatMap(({ price }) => price?.perHourMicros ?? []);
      assert.deepEqual(
        prices,
        prices.toSorted((a, b) => a - b),
      );
    },
  ),
  defineOptionalCase(
    "an offer can be launched by its id",
    ({ offers }) => offers,
    async (offers, { request, provider, rent }) => {
      const { gpu, ...rest } = request;
      for await (const offer of offers.search({ gpu, image: request.image })) {
        if (!offer.available) continue;
        const { id } = await rent({ ...rest, gpu: undefined, offerId: offer.id });
        const running = await provider.waitFor(id, "running");
        assert.equal(running.hardware.gpu?.count ?? offer.hardware.gpu?.count, offer.hardware.gpu?.count);
        return;
      }
      assert.fail("no offer is available");
    },
  ),
  defineOptionalCase(
    "nothing dearer than maxPerHourMicros is launched",
    ({ offers }) => offers,
    async (_, { provider, request, machines }) => {
      const before = machines();
      await refuses(provider.launch({ ...request, maxPerHourMicros: 1 }), "no_capacity");
      assert.equal(machines(), before);
    },
  ),
];

/** Every case, in the order of a machine's life. */
export const cases: readonly Case[] = [...launching, ...reading, ...ending, ...capabilities];
