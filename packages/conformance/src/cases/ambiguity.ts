import type { ComputeProvider } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, computeError, endForSure, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";
import { notApplicable } from "../outcome.ts";

const { that } = topic("ambiguity", { tiers: ["offline"] });

/** What the answer to a create may be when nobody can tell from it whether a machine was made. */
const lostAnswers: readonly faults.Fault[] = [
  ...[faults.reset("before"), faults.reset("after")],
  ...[500, 502, 503, 504].flatMap((status) => [
    faults.refusal(status, "before"),
    faults.refusal(status, "after"),
  ]),
  ...[faults.webPage("before"), faults.webPage("after"), faults.webPage("before", 502)],
  ...[faults.noBody("before"), faults.noBody("after"), faults.brokenJson("after")],
  ...[faults.literally("{}", "after"), faults.literally("null", "after"), faults.literally("[]", "after")],
  ...[faults.halfAnswer, faults.cutAnswer, faults.refusal(408, "after")],
  ...[faults.idInError(500), faults.idInError(503)],
];
const silences = [faults.silence("before"), faults.silence("after")];
/** Refusals that come before any work on every cloud. */
const refusals = [400, 401, 402, 403, 404, 409, 422, 429].map((status) => faults.refusal(status, "before"));

const launchesAfter = [...lostAnswers, ...refusals].map((fault) =>
  that(`after ${fault.name}, a launch gives its machine or tells the truth about it`, (context) =>
    launchUnder(context, fault, context.provider),
  ),
);
const silentLaunches = silences.map((fault) =>
  that(`after ${fault.name}, a launch gives its machine or tells the truth about it`, (context) =>
    launchUnder(context, fault, context.hasty()),
  ),
);
const asksAgain = [...lostAnswers, faults.refusal(429)].map((fault) =>
  that(`asking again with the same key after ${fault.name} never makes a second machine`, (context) =>
    askAgainAfter(context, fault),
  ),
);
const neverTwice = [faults.reset("after"), faults.refusal(503, "before"), faults.webPage("after")].map(
  (fault) =>
    that(`a create that could rent twice is not sent again after ${fault.name}`, async (context) => {
      const { provider, request, tap, isFor } = context;
      if (provider.facts.launchIdentity !== "label") {
        notApplicable("its identity keeps a repeated create from renting twice");
      }
      const isCreate = await isFor("create");
      await context.inject("create", fault, { times: 1 });
      const { exchanges } = await tap.during(() => settled(() => provider.launch(request)));
      const sent = exchanges.filter(isCreate).length;
      claim(sent === 1, `the create was sent ${sent} times after ${fault.name}; it must never be repeated`);
      await sweep(context);
    }),
);

/** One launch whose create meets the fault once. */
async function launchUnder(
  context: CaseContext,
  fault: faults.Fault,
  provider: ComputeProvider,
): Promise<void> {
  const { request, machines } = context;
  const before = await machines();
  const struck = await context.inject("create", fault, { times: 1 });
  const outcome = await settled(() => provider.launch({ ...request, key: "ambiguous" }));
  claim(struck() > 0, "the launch sent no create at all");
  const made = (await machines()) - before;
  claim(made <= 1, `${made} machines exist after ${fault.name}: a create must never be repeated blindly`);
  if (outcome.error === undefined) {
    context.owns(outcome.value.id, provider);
    same(made, 1, `machines after a launch that gave ${outcome.value.id}, with ${fault.name}`);
    // Read by the patient one: a hasty one has no time to wait for its turn on a cloud that spaces requests.
    same((await context.provider.describe(outcome.value.id)).id, outcome.value.id, "the id of the machine");
    return;
  }
  truthful(outcome.error, made, fault.name);
  await sweep(context);
}

/** What an error says of the machine must be so. */
function truthful(thrown: unknown, made: number, after: string): void {
  const error = computeError("the launch", thrown);
  if (error.effect === "none") {
    claim(
      made === 0,
      `after ${after} the launch said that nothing was done (${error.code}), but a machine exists`,
    );
    return;
  }
  claim(!error.retryable, `after ${after} the launch is called retryable, although a machine may exist`);
  const found = error.instanceId ?? error.launchKey;
  claim(
    found !== undefined,
    `after ${after} the launch names neither a machine nor its key: the machine is lost`,
  );
  if (error.effect === "done")
    claim(made === 1, `after ${after} the launch says it made a machine; none exists`);
}

async function askAgainAfter(context: CaseContext, fault: faults.Fault): Promise<void> {
  const { provider, request, machines } = context;
  const before = await machines();
  await context.inject("create", fault, { times: 1 });
  const asked = { ...request, key: "again" };
  const first = await settled(() => provider.launch(asked));
  const second = await settled(() => provider.launch(asked));
  const made = (await machines()) - before;
  claim(made <= 1, `${made} machines exist after ${fault.name} and asking again with the same key`);
  if (first.value && second.value) same(second.value.id, first.value.id, "the machine of one key");
  if (second.error === undefined) same(made, 1, `machines after asking again, with ${fault.name}`);
  else truthful(second.error, made, fault.name);
  await sweep(context);
}

/** What a case has made on purpose, and knows nothing of, goes too. */
async function sweep({ provider, tap, clock }: CaseContext): Promise<void> {
  tap.clear();
  await clock.sleep(provider.facts.appearsWithinMs);
  for await (const { id } of provider.list()) await endForSure(provider, id);
}

export const ambiguity: readonly Case[] = [
  ...launchesAfter,
  ...silentLaunches,
  ...asksAgain,
  ...neverTwice,
  that("a create that is carried out late still has an owner", async (context) => {
    const { provider, request, machines, clock } = context;
    const { lateCommitMs } = provider.facts;
    if (lateCommitMs === 0) notApplicable("it declares that no create is carried out late");
    const before = await machines();
    await context.inject("create", faults.lateWork(lateCommitMs / 2), { times: 1 });
    const outcome = await settled(() => provider.launch({ ...request, key: "late" }));
    await context.pass(lateCommitMs);
    await clock.sleep(1);
    const made = (await machines()) - before;
    claim(made <= 1, `${made} machines exist after one late create`);
    if (outcome.error === undefined) same(made, 1, "machines after a launch that succeeded");
    else truthful(outcome.error, made, "a late create");
    await sweep(context);
  }),
  that(
    "what a unique identity promises is true: the same create sent twice makes one machine",
    async (context) => {
      const { provider, rent, machines, tap, isFor } = context;
      if (provider.facts.launchIdentity === "label") notApplicable("it declares no unique identity");
      const isCreate = await isFor("create");
      const before = await machines();
      const { exchanges } = await tap.during(() => rent());
      for (const exchange of exchanges.filter(isCreate)) await tap.resend(exchange);
      const made = (await machines()) - before;
      claim(
        made === 1,
        `facts.launchIdentity says that a create cannot double, but sent twice it made ${made} machines`,
      );
    },
  ),
];
