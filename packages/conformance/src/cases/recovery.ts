import { type Journal, type LaunchOptions, memoryJournal, recover } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, computeError, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";
import { unverified } from "../outcome.ts";

const { that } = topic("recovery", { tiers: ["offline"] });

/** A launch whose answer is lost while the cloud cannot be read, so that it is given up; then the cloud is well again. */
async function giveUp(
  context: CaseContext,
  fault: faults.Fault,
  late?: LaunchOptions["late"],
): Promise<Journal> {
  const { open, request, inject, tap } = context;
  const journal = memoryJournal();
  const provider = open({ journal });
  await inject("create", fault);
  await inject("read", faults.refusal(503));
  const launch = () => provider.launch({ ...request, key: "given up" }, { late, timeoutMs: 60_000 });
  const { value, error } = await settled(launch);
  if (value !== undefined) context.owns(value.id, provider);
  claim(value === undefined, "a launch gave a machine although nothing could be read of it");
  computeError("a launch that was given up", error);
  const records = [];
  for await (const record of journal.list()) records.push(record);
  if (records.length === 0) unverified("the bench does not hand `journal` on to the adapter");
  tap.clear();
  return journal;
}

/** The next process, with the same journal. */
async function nextProcess({ open, clock }: CaseContext, journal: Journal) {
  const provider = open({ journal });
  const { appearsWithinMs, visibilityLagMs } = provider.facts;
  await clock.sleep(appearsWithinMs + visibilityLagMs);
  return provider;
}

export const recovery: readonly Case[] = [
  that("a machine whose launch was given up is found by the next process", async (context) => {
    const before = await context.machines();
    const journal = await giveUp(context, faults.reset("after"));
    const provider = await nextProcess(context, journal);
    const [found] = await recover([provider]);
    const made = (await context.machines()) - before;
    claim(made <= 1, `${made} machines exist after one launch and its recovery`);
    same(found?.outcome, made === 1 ? "adopted" : "never_created", "what recovery says of the launch");
    if (found?.instanceId !== undefined && made === 1) context.owns(found.instanceId, provider);
  }),
  that("a machine whose launch was given up is ended where its caller wanted that", async (context) => {
    const before = await context.machines();
    const journal = await giveUp(context, faults.reset("after"), "terminate");
    const provider = await nextProcess(context, journal);
    await recover([provider]);
    same(await context.machines(), before, "machines after the recovery of a launch that was to be ended");
  }),
  that("a launch that never reached the cloud is proven not to have happened", async (context) => {
    const before = await context.machines();
    const journal = await giveUp(context, faults.reset("before"));
    const provider = await nextProcess(context, journal);
    const [found] = await recover([provider]);
    same(found?.outcome, "never_created", "what recovery says of a launch that never arrived");
    same(await context.machines(), before, "machines after a launch that never arrived");
  }),
  that("the next process gets the machine by asking with the same key", async (context) => {
    const before = await context.machines();
    const journal = await giveUp(context, faults.reset("after"));
    const provider = await nextProcess(context, journal);
    const { value } = await settled(() => provider.launch({ ...context.request, key: "given up" }));
    const made = (await context.machines()) - before;
    claim(made <= 1, `${made} machines exist after asking again in another process`);
    claim(value !== undefined, "asking again with the key of a launch that was given up gives no machine");
    context.owns(value.id, provider);
    same(made, 1, "machines after asking again in another process");
  }),
];
