import { expect, it } from "vitest";
import { runConformance } from "../src/index.ts";
import { openNaive } from "./raw.ts";

/** What the kit finds wrong with the naive provider, by the sentence that it breaks. */
const broken: readonly (readonly [name: string, defect: RegExp])[] = [
  [
    "after a 502 after the work, a launch gives its machine or tells the truth about it",
    /2 machines exist|[23] machines/,
  ],
  [
    "a create that could rent twice is not sent again after a 503 before the work",
    /the create was sent 2 times/,
  ],
  ["launching with the same key again gives the same machine", /the ids of three launches with one key/],
  ["a 500 is never taken for an empty list", /finished without a machine that exists/],
  ["a 401 is never taken for an empty list", /finished without a machine that exists/],
  ["a 503 never makes a machine not found", /not_found for a machine that exists/],
  ["an accepted request to end a machine is no evidence", /gave "not_found" as evidence .* exists and bills/],
  [
    "a status word that nobody knows is unknown, with the word kept",
    /the status for a word that nobody knows/,
  ],
  ["describe sends nothing when it is cancelled before", /did not throw/],
  ["describe refuses a time-out that is none", /did not throw/],
  ["an unknown field is refused before anything is sent, by name", /did not throw/],
];

it.each(broken)("finds in a provider without core: %s", async (name, defect) => {
  const { results } = await runConformance(openNaive, { only: [name], patienceMs: 3000 });
  expect(results).toMatchObject([
    { name, outcome: "fail", error: { message: expect.stringMatching(defect) } },
  ]);
});

it("passes what such a provider does right, and knows what it cannot tell", async () => {
  const right = ["two launches without a key are two machines", "a terminated machine is not listed"];
  const options = "a launch without a lease is refused where one is required";
  const offers = "offers are valid, and come cheapest first";
  const { results } = await runConformance(openNaive, { only: [...right, options, offers] });
  const outcomes = Object.fromEntries(results.map(({ name, outcome }) => [name, outcome]));
  expect(outcomes).toEqual({
    ...Object.fromEntries(right.map((name) => [name, "pass"])),
    [options]: "unverified",
    [offers]: "not_applicable",
  });
});
