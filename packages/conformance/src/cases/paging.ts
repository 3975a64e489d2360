import type { ComputeProvider, Instance } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, refused, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";
import { notApplicable, unverified } from "../outcome.ts";

const { that } = topic("paging", { tiers: ["offline"] });

const pageSize = 2;
const count = 3;

/** A provider that reads two rows at a time, and three machines. */
async function paged(context: CaseContext): Promise<{ provider: ComputeProvider; ids: readonly string[] }> {
  const { open, rent, tap, isFor } = context;
  const provider = open({ facts: { pageSize } });
  if (provider.facts.pageSize !== pageSize) unverified("the bench does not hand `facts` on to the adapter");
  const machines: Instance[] = [];
  for (let index = 0; index < count; index += 1) machines.push(await rent());
  // Whoever launched them knows of them before the cloud shows them.
  for (const { id } of machines) await context.provider.waitFor(id, "running");
  const isList = await isFor("list");
  const { result: listed, exchanges } = await tap.during(() => collect(provider.list()));
  const missing = machines.filter((machine) => !listed.some(({ id }) => id === machine.id));
  claim(missing.length === 0, `list finished without ${missing.length} of ${count} machines`);
  if (exchanges.filter(isList).length < 2) notApplicable("its list comes in one page");
  return { provider, ids: machines.map(({ id }) => id).toSorted() };
}

const idsOf = (instances: readonly Instance[]): readonly string[] => instances.map(({ id }) => id).toSorted();

/** Complete, or thrown. */
async function completeOrThrown(
  provider: ComputeProvider,
  ids: readonly string[],
  when: string,
): Promise<void> {
  const { value, error } = await settled(() => collect(provider.list({}, { timeoutMs: 60_000 })));
  if (error !== undefined) return void computeError("list", error);
  const missing = ids.filter((id) => !value.some((instance) => instance.id === id));
  claim(missing.length === 0, `${when}, list finished without ${missing.length} of ${ids.length} machines`);
  same(new Set(idsOf(value)).size, value.length, `rows of a list, each machine once, ${when}`);
}

const spoiledPages: readonly faults.Fault[] = [
  ...[faults.refusal(503), faults.refusal(401), faults.reset(), faults.webPage(), faults.noBody()],
  ...[faults.literally("{}"), faults.literally("null"), faults.halfAnswer, faults.throttle()],
];

export const paging: readonly Case[] = [
  that("every machine is on some page, once", async (context) => {
    const { provider, ids } = await paged(context);
    same(idsOf(await collect(provider.list())), ids, "the machines of all pages");
  }),
  that("statuses are looked for on every page", async (context) => {
    const { provider, ids } = await paged(context);
    same(
      idsOf(await collect(provider.list({ statuses: ["running"] }))),
      ids,
      "the running machines of all pages",
    );
  }),
  ...spoiledPages.map((fault) =>
    that(`a list whose second page is ${fault.name} is never cut short`, async (context) => {
      const { provider, ids } = await paged(context);
      await context.inject("list", fault, { skip: 1 });
      await completeOrThrown(provider, ids, `with ${fault.name} for its second page`);
    }),
  ),
  that("a page that comes twice hides no other", async (context) => {
    const { provider, ids } = await paged(context);
    let first: Response | undefined;
    const repeat: faults.Fault = {
      name: "the first page again",
      async run({ pass }) {
        const fresh = await pass();
        first ??= fresh.clone();
        return first.clone();
      },
    };
    await context.inject("list", repeat, { times: 2 });
    await completeOrThrown(provider, ids, "with the first page sent twice");
  }),
  that("pages that go in a circle come to an end", async (context) => {
    const { provider } = await paged(context);
    let first: Response | undefined;
    const circle: faults.Fault = {
      name: "the first page for ever",
      async run({ pass }) {
        first ??= await pass();
        return first.clone();
      },
    };
    await context.inject("list", circle);
    const list = () => collect(provider.list({}, { timeoutMs: 60_000 }));
    await refused("a list whose pages go in a circle", list, "bad_response", "unavailable", "timeout");
  }),
  that("a machine that ends between two pages hides no other", async (context) => {
    const { provider, ids } = await paged(context);
    const [leaver = "", ...stay] = ids;
    const change = between(() => context.provider.terminate(leaver));
    await context.inject("list", change, { times: 1 });
    await completeOrThrown(provider, stay, "when a machine ends between two pages");
  }),
  that("a machine that appears between two pages hides no other", async (context) => {
    const { provider, ids } = await paged(context);
    const change = between(() => context.rent());
    await context.inject("list", change, { times: 1 });
    await completeOrThrown(provider, ids, "when a machine appears between two pages");
  }),
  that("a list can be left between two pages", async (context) => {
    const { provider } = await paged(context);
    const leaving = new AbortController();
    const change = between(async () => leaving.abort());
    await context.inject("list", change, { times: 1 });
    const list = () => collect(provider.list({}, { signal: leaving.signal }));
    await refused("a list whose caller left between two pages", list, "cancelled");
  }),
  that("one deadline holds for all pages of a list", async (context) => {
    const { provider } = await paged(context);
    await context.inject("list", faults.silence(), { skip: 1 });
    const list = () => collect(provider.list({}, { timeoutMs: 80 }));
    await refused("a list whose second page never comes", list, "timeout", "unavailable");
  }),
];

/** The right page, after which something happens. */
function between(happens: () => Promise<unknown>): faults.Fault {
  return {
    name: "a change between two pages",
    async run({ pass }) {
      const response = await pass();
      await happens();
      return response;
    },
  };
}
