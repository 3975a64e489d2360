import { describe, expect, it } from "vitest";
import { stillOpen } from "../src/rental.ts";
import { plannedAt } from "./support.ts";

describe("stillOpen", () => {
  it("names ids, or the name that the machine would have, and nothing that is proven gone", () => {
    const gone = plannedAt("gone", { stage: "nothing" });
    const known = plannedAt("known", { stage: "owing", owed: new Set(["m-1", "m-2"]) });
    const lost = plannedAt("lost", { stage: "owing" });
    const sent = plannedAt("sent", { stage: "launching" });
    expect(stillOpen([gone, known, lost, sent])).toEqual([
      "known (vast): m-1, m-2",
      "lost (vast): a machine named run_1, if there is one",
      "sent (vast): a machine named run_1, being launched",
    ]);
  });
});
