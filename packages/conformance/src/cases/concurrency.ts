import { memoryJournal } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, same, settled } from "../claims.ts";
import * as faults from "../faults.ts";
import { unverified } from "../outcome.ts";

const { that } = topic("concurrency");
const offline = topic("concurrency", { tiers: ["offline"] });

export const concurrency: readonly Case[] = [
  that("launches at once are machines of their own", async ({ rent, machines }) => {
    const before = await machines();
    const rented = await Promise.all([rent(), rent(), rent()]);
    same(new Set(rented.map(({ id }) => id)).size, 3, "ids of three launches at once");
    same(await machines(), before + 3, "machines after three launches at once");
  }),
  that("terminations of one machine at once end it once", async ({ provider, rentRunning, machines }) => {
    const before = await machines();
    const { id } = await rentRunning();
    const ended = await Promise.all([provider.terminate(id), provider.terminate(id), provider.terminate(id)]);
    same(
      ended.map((termination) => termination.id),
      [id, id, id],
      "ids of three terminations at once",
    );
    same(await machines(), before, "machines after three terminations of one");
  }),
  that("terminations at once end their own machines", async ({ provider, rent, machines }) => {
    const before = await machines();
    const [one, two, three] = [await rent(), await rent(), await rent()];
    await Promise.all([provider.terminate(one.id), provider.terminate(two.id)]);
    same(await machines(), before + 1, "machines after two of three were ended");
    same((await provider.describe(three.id)).id, three.id, "the machine that was left");
  }),
  that("lists at once are each complete", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    const lists = await Promise.all([1, 2, 3].map(() => collect(provider.list())));
    for (const list of lists)
      claim(
        list.some((instance) => instance.id === id),
        "one of three lists lacks a machine",
      );
  }),
  offline.that(
    "a failed call does not spoil the one beside it",
    async ({ provider, rentRunning, inject }) => {
      const { id } = await rentRunning();
      await inject("read", faults.refusal(400), { times: 1 });
      const results = await Promise.all([1, 2, 3].map(() => settled(() => provider.describe(id))));
      const failed = results.filter(({ error }) => error !== undefined).length;
      claim(failed <= 1, `one refused request made ${failed} calls fail`);
    },
  ),
  offline.that(
    "launches at once with one key, all of whose answers are lost, make one machine",
    async (context) => {
      const { provider, request, machines, inject } = context;
      const before = await machines();
      await inject("create", faults.reset("after"), { times: 1 });
      const launch = () => provider.launch({ ...request, key: "crowd" });
      const outcomes = await Promise.all([settled(launch), settled(launch), settled(launch)]);
      const made = (await machines()) - before;
      claim(made <= 1, `${made} machines exist after three launches at once with one key`);
      for (const { value } of outcomes) if (value !== undefined) context.owns(value.id);
    },
  ),
  that("two providers that share a journal share their keys", async (context) => {
    const { open, request, machines } = context;
    const before = await machines();
    const journal = memoryJournal();
    const [one, two] = [open({ journal }), open({ journal })];
    const [first, second] = await Promise.all([
      one.launch({ ...request, key: "shared" }),
      two.launch({ ...request, key: "shared" }),
    ]);
    for (const { id } of [first, second]) context.owns(id, one);
    const seen: unknown[] = [];
    for await (const record of journal.list()) seen.push(record);
    if (seen.length === 0) unverified("the bench does not hand `journal` on to the adapter");
    same(second.id, first.id, "the machine of one key in one journal");
    same(await machines(), before + 1, "machines of one key in one journal");
  }),
];
