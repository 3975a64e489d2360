import { expect, it } from "vitest";
import type { Cell } from "../src/cell.ts";
import { runCells } from "../src/lanes.ts";

/** Cells in which the matrix has once found a promise broken, each for a reason of its own. */
const caught: readonly (readonly [reason: string, cell: Cell])[] = [
  [
    "a launch with a key that has its machine already, which the list does not show yet",
    { cloud: "vast", fault: "lag-5", operation: "launch", seed: 42 },
  ],
  [
    "the same on a cloud with unique names",
    { cloud: "glows", fault: "lag-60", operation: "launch", seed: 31 },
  ],
  [
    "a launch with a key that has its machine already, which cannot be read",
    { cloud: "pody", fault: "503-after", operation: "twin", seed: 35 },
  ],
  [
    "the same with a key that is refused",
    { cloud: "vast", fault: "token-expiry", operation: "twin", seed: 15 },
  ],
  [
    "a machine that comes back after another launch took its key, on a cloud that does not tell its age",
    { cloud: "hpc-ai", fault: "resurrection", operation: "launch", seed: 2 },
  ],
  [
    "a create that is late although the same one, sent again, has made the machine, which has ended",
    { cloud: "pody", fault: "reset-late", operation: "terminate", seed: 9 },
  ],
  [
    "the same with another launch in between",
    { cloud: "pody", fault: "reset-late", operation: "launch", seed: 20 },
  ],
];

it.each(caught)("%s: does no harm", async (_, cell) => {
  expect((await runCells([cell])).failures).toEqual([]);
});
