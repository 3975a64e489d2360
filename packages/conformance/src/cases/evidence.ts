import { type Case, topic } from "../case.ts";
import { claim, computeError, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";
import { unverified } from "../outcome.ts";

const { that } = topic("evidence of termination", { tiers: ["offline"] });

/** How long a termination may look, by the bench's clock: long enough for every lag, short enough for a test. */
const patienceMs = 60_000;

const askedInVain: readonly faults.Fault[] = [
  ...[faults.reset("before"), faults.reset("after"), faults.cutAnswer],
  ...[500, 502, 503, 504].flatMap((status) => [
    faults.refusal(status, "before"),
    faults.refusal(status, "after"),
  ]),
  ...[faults.webPage("before"), faults.webPage("after"), faults.noBody("before"), faults.brokenJson("after")],
  ...[faults.literally("{}"), faults.literally("null"), faults.throttle(), faults.throttle("2")],
  ...[401, 403, 409].map((status) => faults.refusal(status)),
  faults.webPage("before", 404),
];

/** What says nothing of any machine, however often it comes. */
const noProof: readonly faults.Fault[] = [
  ...[faults.reset(), faults.cutAnswer, faults.halfAnswer],
  ...[500, 502, 503, 504, 401, 403].map((status) => faults.refusal(status)),
  ...[faults.throttle(), faults.throttle("1")],
  ...[faults.webPage(), faults.webPage(undefined, 404), faults.webPage(undefined, 503)],
  ...[faults.noBody(), faults.brokenJson(), faults.literally("null"), faults.literally('"ok"')],
];

/** Answers every request to end a machine as if it had been granted, and does nothing. */
async function swallowTerminations({ landmarks, inject }: CaseContext): Promise<void> {
  const { terminateAnswer } = await landmarks();
  if (terminateAnswer === undefined) unverified("the request that ends a machine cannot be told from others");
  await inject("terminate", faults.lostWork(terminateAnswer));
}

/** A termination either proves the machine gone, or says that it could not. */
async function truthfulEnd(context: CaseContext, id: string, before: number, after: string): Promise<void> {
  const { provider, machines, tap } = context;
  const outcome = await settled(() => provider.terminate(id, { timeoutMs: patienceMs }));
  const alive = (await machines()) > before;
  if (outcome.error === undefined) {
    const { evidence } = outcome.value;
    claim(
      !alive,
      `terminate gave "${evidence}" as evidence after ${after}, but the machine exists and bills`,
    );
    return;
  }
  const error = computeError("terminate", outcome.error);
  same(error.instanceId, id, "the machine that the error of a termination names");
  claim(error.code !== "not_found", `after ${after} terminate threw not_found; an ended machine is no error`);
  tap.clear();
  await provider.terminate(id);
  same(await machines(), before, `machines after terminating again, once ${after} was over`);
}

export const evidence: readonly Case[] = [
  ...askedInVain.map((fault) =>
    that(`after ${fault.name}, a termination that returns has ended the machine`, async (context) => {
      const before = await context.machines();
      const { id } = await context.rentRunning();
      await context.inject("terminate", fault, { times: 1 });
      await truthfulEnd(context, id, before, fault.name);
    }),
  ),
  ...noProof.map((fault) =>
    that(`${fault.name} is no evidence that a machine is gone`, async (context) => {
      const before = await context.machines();
      const { id } = await context.rentRunning();
      await swallowTerminations(context);
      await context.inject("read", fault);
      await truthfulEnd(context, id, before, fault.name);
    }),
  ),
  that("an accepted request to end a machine is no evidence", async (context) => {
    const before = await context.machines();
    const { id } = await context.rentRunning();
    await swallowTerminations(context);
    await truthfulEnd(context, id, before, "an accepted request that was lost");
  }),
  that("a request to end a machine that was lost once is made again", async (context) => {
    const { provider, machines, landmarks, inject } = context;
    const before = await machines();
    const { id } = await context.rentRunning();
    const { terminateAnswer } = await landmarks();
    if (terminateAnswer === undefined)
      unverified("the request that ends a machine cannot be told from others");
    await inject("terminate", faults.lostWork(terminateAnswer), { times: 1 });
    const { error } = await settled(() => provider.terminate(id));
    same(
      await machines(),
      before,
      `machines after a termination whose first request was lost (${String(error)})`,
    );
  }),
  that("a termination that cannot be confirmed says so, with the machine's id", async (context) => {
    const { provider } = context;
    const { id } = await context.rentRunning();
    await swallowTerminations(context);
    const { error } = await settled(() => provider.terminate(id, { timeoutMs: patienceMs }));
    const failure = computeError("a termination in vain", error);
    same(failure.code, "termination_unconfirmed", "the code of a termination that proves nothing");
    same(failure.instanceId, id, "the machine that it names");
    claim(
      failure.retryable,
      "termination_unconfirmed is not retryable, but terminating again is all there is to do",
    );
    claim(failure.effect !== "none", "an unconfirmed termination says that nothing was done");
  }),
  that("silence at the end of a machine is no evidence", async (context) => {
    const { machines, hasty } = context;
    const before = await machines();
    const { id } = await context.rentRunning();
    await context.inject("terminate", faults.silence("before"), { times: 1 });
    const { error } = await settled(() => hasty().terminate(id));
    if (error === undefined) same(await machines(), before, "machines after a termination that returned");
    else computeError("a termination into silence", error);
  }),
];
