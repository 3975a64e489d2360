import { systemClock } from "@gpuport/core";
import { expect, it } from "vitest";
import {
  type Case,
  cases,
  conformance,
  notApplicable,
  runConformance,
  topic,
  unverified,
} from "../src/index.ts";
import { openNorthwind } from "./bench.ts";

const { that, having } = topic("example");

async function outcomeOf(testCase: Case, patienceMs?: number) {
  const { results } = await runConformance(openNorthwind, { cases: [testCase], patienceMs });
  return results[0];
}

it("has a sentence of its own for every case", () => {
  const names = cases.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(150);
  for (const name of names) expect(name.split(" ").length).toBeGreaterThan(2);
});

it("tells the four outcomes apart, with the reason", async () => {
  const report = await runConformance(openNorthwind, {
    cases: [
      that("a promise that is kept", async ({ rent }) => void (await rent())),
      that("a promise that is broken", async () => {
        throw new Error("it was sent twice");
      }),
      having("volumes", "a promise about volumes", async () => undefined),
      having("power.restart", "a promise about restarts", async () => undefined),
      that("a promise that does not apply", async () => notApplicable("it is free")),
      that("a promise that nobody can check", async () => unverified("the clock stands still")),
    ],
  });
  expect(report).toMatchObject({ adapter: "northwind", provider: "northwind", tier: "offline" });
  expect(report.counts).toEqual({ pass: 1, fail: 1, not_applicable: 3, unverified: 1 });
  expect(report.results.map(({ outcome, reason, error }) => reason ?? error?.message ?? outcome)).toEqual([
    ...["pass", "it was sent twice", "it has no `volumes`", "it has no `power.restart`"],
    ...["it is free", "the clock stands still"],
  ]);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

it("ends a case that hangs", async () => {
  const hangs = that("a promise that never ends", () => new Promise(() => undefined));
  expect(await outcomeOf(hangs, 30)).toMatchObject({
    outcome: "fail",
    error: { message: expect.stringContaining("did not come to an end within 0.03 s") },
  });
});

it("fails a case that leaves a machine which nobody knows of", async () => {
  const leaves = that(
    "a promise that leaks",
    async ({ provider, request }) => void (await provider.launch(request)),
  );
  expect(await outcomeOf(leaves)).toMatchObject({
    outcome: "fail",
    error: { message: "1 machines are left over, and nobody knows of them: they would bill for ever" },
  });
});

it("gives back what a case rented on a bench that stays, also when the case fails", async () => {
  const bench = await openNorthwind();
  const fails = that("a promise that fails late", async ({ rent }) => {
    await rent();
    throw new Error("the case's own words");
  });
  const { results } = await runConformance(bench, { cases: [fails] });
  expect(results[0]?.error?.message).toBe("the case's own words");
  expect(await bench.machines?.()).toBe(0);
  await bench.close?.();
});

it("learns from one life of a machine which request does what", async () => {
  const learnt: unknown[] = [];
  await outcomeOf(
    that("an example", async ({ landmarks }) => {
      const { create, terminate, list, describe } = await landmarks();
      learnt.push(create, terminate, ...list, ...describe);
    }),
  );
  expect(learnt).toEqual(["POST /machines", "DELETE /machines/*", "GET /machines", "GET /machines/*"]);
});

it("leaves what it cannot see or count unverified", async () => {
  const bench = await openNorthwind();
  const provider = bench.make({ fetch: (request) => fetch(request), clock: systemClock });
  const { results } = await runConformance(provider, {
    only: ["launch sends one request that rents", "launch answers with the id of a machine that exists"],
  });
  expect(results.map(({ outcome }) => outcome)).toEqual(["unverified", "unverified"]);
  await bench.close?.();
});

it("registers one test for each case, which throws what is wrong", async () => {
  const registered = new Map<string, () => Promise<void>>();
  const fails = that("a promise that is broken", async () => {
    throw new Error("it was sent twice");
  });
  const skipped = that("a promise that does not apply", async () => notApplicable("it is free"));
  conformance(openNorthwind, { cases: [fails, skipped], it: (name, run) => registered.set(name, run) });
  expect([...registered.keys()]).toEqual([fails.name, skipped.name]);
  await expect(registered.get(fails.name)?.()).rejects.toThrow("it was sent twice");
  await expect(registered.get(skipped.name)?.()).resolves.toBeUndefined();
});

it("runs some cases only, and refuses a name that it does not know", async () => {
  const one = await runConformance(openNorthwind, { only: ["a terminated machine is not listed"] });
  expect(one.results).toHaveLength(1);
  const topicOnly = await runConformance(openNorthwind, { only: /^power$/ });
  expect(new Set(topicOnly.results.map(({ topic: about }) => about))).toEqual(new Set(["power"]));
  await expect(runConformance(openNorthwind, { only: ["no such case"] })).rejects.toMatchObject({
    field: "only",
  });
});
