import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same, settled, validInstance } from "../claims.ts";
import { refusal } from "../faults.ts";

const { that, having } = topic("launch");
const offline = topic("launch", { tiers: ["offline"] });

export const launching: readonly Case[] = [
  that("launch answers with the id of a machine that exists", async ({ provider, rent, machines }) => {
    const before = await machines();
    const instance = await rent();
    validInstance(instance);
    same(instance.provider, provider.name, "the instance's provider");
    same(await machines(), before + 1, "machines after one launch");
    same((await provider.describe(instance.id)).id, instance.id, "the id that describe gives");
  }),
  that("a launched machine comes to run", async ({ provider, rent }) => {
    const { id } = await rent();
    const running = await provider.waitFor(id, "running");
    validInstance(running);
    same(running.status, "running", "the status that waitFor gives");
    claim(running.providerStatus !== "", "providerStatus is empty: the cloud's own word is always there");
  }),
  that("launching with the same key again gives the same machine", async ({ rent, machines, clock }) => {
    const key = `conformance-${clock.now()}`;
    const before = await machines();
    const [first, second] = await Promise.all([rent({ key }), rent({ key })]);
    const third = await rent({ key });
    same([second.id, third.id], [first.id, first.id], "the ids of three launches with one key");
    same(await machines(), before + 1, "machines after three launches with one key");
  }),
  that("two launches without a key are two machines", async ({ rent, machines }) => {
    const before = await machines();
    const [first, second] = [await rent(), await rent()];
    claim(first.id !== second.id, `two launches gave one id, ${first.id}`);
    same(await machines(), before + 2, "machines after two launches");
  }),
  that("launches with two keys are two machines", async ({ rent, machines }) => {
    const before = await machines();
    const [first, second] = [await rent({ key: "one" }), await rent({ key: "two" })];
    claim(first.id !== second.id, `two keys gave one machine, ${first.id}`);
    same(await machines(), before + 2, "machines after launches with two keys");
  }),
  that(
    "a key that was used for another request is a conflict",
    async ({ provider, request, rent, machines }) => {
      await rent({ key: "taken" });
      const before = await machines();
      const other = { ...request, image: "another-image", key: "taken" };
      await refused("a launch with a used key and another request", () => provider.launch(other), "conflict");
      same(await machines(), before, "machines after the refused launch");
    },
  ),
  that("a key whose machine has ended rents no other", async ({ provider, request, rent, machines }) => {
    const before = await machines();
    const first = await rent({ key: "over" });
    await provider.terminate(first.id);
    const again = await provider.launch({ ...request, key: "over" });
    same(again.id, first.id, "the id that the key gives after its machine has ended");
    same(again.status, "terminated", "the status of a machine that has ended");
    same(await machines(), before, "machines after asking for an ended one");
  }),
  that("launch leaves its request as it was", async ({ rent, request }) => {
    const asked = structuredClone(request);
    await rent();
    same(request, asked, "the request after the launch");
  }),
  offline.that("launch sends one request that rents", async ({ rent, tap, isFor }) => {
    const isCreate = await isFor("create");
    const { exchanges } = await tap.during(() => rent());
    same(exchanges.filter(isCreate).length, 1, "create requests of one launch");
  }),
  offline.that(
    "once the cloud has said yes, nothing can fail a launch",
    async ({ tap, isFor, rent, machines }) => {
      const isCreate = await isFor("create");
      const before = await machines();
      let created = false;
      tap.inject({
        fault: refusal(500),
        hits(exchange) {
          const after = created;
          created ||= isCreate(exchange);
          return after;
        },
      });
      const { error } = await settled(() => rent());
      claim(
        error === undefined,
        `the launch read more after the create's good answer, and failed with that: ${String(error)}`,
      );
      same(await machines(), before + 1, "machines after the launch");
    },
  ),
  that(
    "a launch that is cancelled before it is sent leaves nothing",
    async ({ provider, request, machines, tap }) => {
      const before = await machines();
      const signal = AbortSignal.abort();
      await refused("a cancelled launch", () => provider.launch(request, { signal }), "cancelled");
      same(tap.exchanges.length, 0, "requests of a launch that was cancelled before");
      same(await machines(), before, "machines after the cancelled launch");
    },
  ),
  having(
    "offers",
    "nothing dearer than maxPerHourMicros is launched",
    async (_, { provider, request, machines }) => {
      const before = await machines();
      const cheap = { ...request, maxPerHourMicros: 1 };
      const launch = () => provider.launch(cheap);
      // Where a request names nothing that has a price, no limit can be held, and that is refused as well.
      const codes =
        request.gpu || request.offerId ? (["no_capacity"] as const) : (["invalid_argument"] as const);
      const { effect } = await refused("a launch for next to nothing", launch, ...codes);
      same(effect, "none", "the effect of a launch that found nothing cheap enough");
      same(await machines(), before, "machines after the refused launch");
    },
  ),
  having("offers", "an offer can be launched by its id", async (offers, { request, provider, rent }) => {
    const { gpu, ...rest } = request;
    const found = await collect(offers.search({ gpu, image: request.image }));
    const offer = found.find(({ available }) => available);
    claim(offer !== undefined, "no offer that the search found is available");
    const { id } = await rent({ ...rest, gpu: undefined, offerId: offer.id });
    const running = await provider.waitFor(id, "running");
    const asked = offer.hardware.gpu?.count;
    same(running.hardware.gpu?.count ?? asked, asked, "GPUs of the machine, by its offer");
  }),
];
