import { testJournal, testSharedJournal } from "@gpuport/conformance";
import { memoryJournal } from "@gpuport/core";
import { describe, it } from "vitest";
import { openBench } from "./support/bench.ts";

describe("in memory", () => {
  testJournal(it, async () => ({ journal: memoryJournal(), close: async () => {} }));
});

describe("in SQLite", () => {
  testSharedJournal(it, openBench);
});
