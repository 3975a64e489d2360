import { ComputeError } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { toJsonLines, toTable } from "../src/reaper/print.ts";
import type { Row } from "../src/reaper/round.ts";

const at = Date.UTC(2026, 2, 2, 8, 10);
const usd = (perHourMicros: number) => ({ currency: "USD", perHourMicros });
const foreign: Row = { provider: "market", id: "1", kind: "foreign", action: "none", done: false };

describe("the table", () => {
  it("aligns its columns and sums up per currency", () => {
    const rows: Row[] = [
      { ...foreign, name: "mine", since: new Date(at), rate: usd(400_000), billing: "compute" },
      {
        ...foreign,
        provider: "taiwan",
        rate: { currency: "credits", perHourMicros: 2e6 },
        billing: "storage",
      },
      { ...foreign, id: "30000", billing: "unknown" },
      { ...foreign, id: "4", kind: "orphan", action: "terminate", done: true, rate: usd(1e6) },
    ];
    expect(toTable(rows, at, true).split("\n")).toEqual([
      "2026-03-02T08:10:00.000Z",
      "provider  id     name  since                     rate              kind     action     result",
      "market    1      mine  2026-03-02T08:10:00.000Z  0.4000 USD/h      foreign  none       -",
      "taiwan    1      -     -                         2.0000 credits/h  foreign  none       -",
      "market    30000  -     -                         -                 foreign  none       -",
      "market    4      -     -                         1.0000 USD/h      orphan   terminate  done",
      "3 machines bill 0.4000 USD/h + 2.0000 credits/h + 1 without a price",
      "",
    ]);
  });

  it("says when nothing bills, and when that is not known", () => {
    expect(toTable([], at, false)).toBe("2026-03-02T08:10:00.000Z, a dry run\nnothing bills\n");
    const error = new ComputeError({ code: "unavailable", message: "no answer\nat all" });
    const failed: Row = { provider: "taiwan", kind: "failed", action: "none", done: false, error };
    expect(toTable([failed], at, true)).toContain(
      "unavailable: no answer at all\nnothing bills, without what taiwan",
    );
  });

  it("lets nothing that a cloud says steer the terminal", () => {
    const name = "a\u001b[2Jb\nc\u202ed";
    const table = toTable([{ ...foreign, name }], at, true);
    expect(table).toContain("a [2Jb c d");
    expect(table.split("\n")).toHaveLength(5);
  });
});

it("JSON is a line for each row", () => {
  const error = new ComputeError({
    code: "timeout",
    message: "late",
    instanceId: "1",
    cause: new Error("secret"),
  });
  const lines = toJsonLines([foreign, { ...foreign, since: new Date(at), error }], at).split("\n");
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[1] ?? "")).toEqual({
    ...{ at: "2026-03-02T08:10:00.000Z", ...foreign, since: "2026-03-02T08:10:00.000Z" },
    error: expect.objectContaining({ code: "timeout", message: "late", instanceId: "1" }),
  });
  expect(lines[1]).not.toContain("secret");
});
