import { readFileSync } from "node:fs";
import { cases } from "@gpuport/conformance";
import { describe, expect, it } from "vitest";
import { readExpected } from "../src/expected.ts";
import { failuresOfSound, judge } from "../src/judge.ts";
import { mutants } from "../src/mutants/index.ts";
import { page } from "../src/report.ts";

const expected = readExpected();

describe("the mutants", () => {
  it("have names of their own, and are about something that the kit has cases about", () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    const topics = new Set(cases.map(({ topic }) => topic));
    const unknown = mutants.flatMap((mutant) => mutant.topics.filter((topic) => !topics.has(topic)));
    expect([...new Set(unknown)]).toEqual([]);
  });

  it("are told of in the docs as they are", () => {
    const docs = readFileSync(new URL("../../../docs/mutants.md", import.meta.url), "utf8");
    expect(docs, "docs/mutants.md is stale: run pnpm mutants --write").toBe(page(mutants, expected));
  });
});

describe("the kit", () => {
  it("finds nothing wrong with the sound adapter", { timeout: 60_000 }, async () => {
    expect(await failuresOfSound()).toEqual([]);
  });

  // Every seventh, and the others in `pnpm mutants`.
  it.each(mutants.filter((_, index) => index % 7 === 0))("catches $name", async (mutant) => {
    const { caught } = await judge(mutant, expected[mutant.name]?.name);
    expect(caught, mutant.defect).toBeDefined();
  });
});
