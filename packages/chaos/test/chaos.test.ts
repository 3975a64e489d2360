import type { CloudName } from "@gpuport/emulator";
import { describe, expect, it } from "vitest";
import type { Cell } from "../src/cell.ts";
import { cloudNames } from "../src/clouds.ts";
import { runCells } from "../src/lanes.ts";
import { faults, operations } from "../src/matrix.ts";
import { report } from "../src/report.ts";
import { emptyTally, merge, sum } from "../src/tally.ts";

/** The reduced form of the matrix: every fault on every cloud in every operation, once. */
const reduced = (cloud: CloudName): Cell[] =>
  faults.flatMap(({ id: fault }) => operations.map((operation) => ({ cloud, fault, operation, seed: 1 })));

describe("the fault matrix", () => {
  const all = emptyTally();

  it.each(cloudNames)(
    "does no harm on %s with the protocol, and some without",
    { timeout: 60_000 },
    async (cloud) => {
      const tally = await runCells(reduced(cloud));
      merge(all, tally);
      expect(tally.failures).toEqual([]);
      // No doubles on Pody: a pod's name is its owner's choice, and taken the second time.
      expect(sum(tally, (side) => side === "off").wrong.orphans).toBeGreaterThan(0);
    },
  );

  it("is reported with both columns", () => {
    const lines = report(all).split("\n");
    expect(lines.at(-2)).toBe("protocol on: 0 doubles, 0 orphans, 0 false proofs");
    expect(lines.at(-1)).toMatch(/^protocol off: [1-9]\d* doubles, [1-9]\d* orphans, \d+ false proofs$/);
  });
});
