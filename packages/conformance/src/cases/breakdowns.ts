import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";

const { that } = topic("breakdowns", { tiers: ["offline"] });

/** What a list may be answered with that is no list. */
const notAList: readonly faults.Fault[] = [
  ...[500, 502, 503, 504, 400, 401, 402, 403, 409, 422].map((status) => faults.refusal(status)),
  ...[faults.throttle(), faults.throttle("1"), faults.reset()],
  ...[faults.webPage(), faults.webPage(undefined, 404), faults.webPage(undefined, 503)],
  ...[faults.noBody(), faults.brokenJson(), faults.halfAnswer, faults.cutAnswer],
  ...[faults.literally("null"), faults.literally("{}"), faults.literally('"none"'), faults.literally("0")],
  faults.answer("a 204", { status: 204 }),
  faults.answer("a redirect", { status: 302, headers: { location: "https://elsewhere.invalid/" } }),
];
const passing = [faults.reset(), faults.refusal(503), faults.webPage(), faults.throttle("1")];

/** The list holds the machine, or throws. */
async function completeOrThrown({ provider }: CaseContext, id: string, after: string): Promise<void> {
  const { value, error } = await settled(() => collect(provider.list({}, { timeoutMs: 30_000 })));
  if (error !== undefined) {
    const { code } = computeError("list", error);
    claim(code !== "not_found", `after ${after} list threw not_found, which is said of single machines only`);
    return;
  }
  const found = value?.some((instance) => instance.id === id) ?? false;
  claim(found, `after ${after} list finished without a machine that exists: it must throw instead`);
}

export const breakdowns: readonly Case[] = [
  ...notAList.map((fault) =>
    that(`${fault.name} is never taken for an empty list`, async (context) => {
      const { id } = await context.rentRunning();
      await context.inject("list", fault);
      await completeOrThrown(context, id, fault.name);
    }),
  ),
  ...passing.map((fault) =>
    that(`a list that meets ${fault.name} on its way is complete or throws`, async (context) => {
      const { id } = await context.rentRunning();
      await context.inject("list", fault, { times: 1 });
      await completeOrThrown(context, id, fault.name);
    }),
  ),
  ...notAList.map((fault) =>
    that(`${fault.name} never makes a machine not found`, async (context) => {
      const { provider } = context;
      const { id } = await context.rentRunning();
      await context.inject("read", fault);
      const { value, error } = await settled(() => provider.describe(id, { timeoutMs: 30_000 }));
      if (error === undefined) {
        claim(
          value?.status !== "terminated",
          `after ${fault.name} describe calls a living machine terminated`,
        );
        return;
      }
      const { code } = computeError("describe", error);
      claim(code !== "not_found", `after ${fault.name} describe threw not_found for a machine that exists`);
    }),
  ),
];
