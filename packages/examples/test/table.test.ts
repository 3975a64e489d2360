import { ComputeError, type Instance } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { explain } from "../src/explain.ts";
import { table } from "../src/table.ts";
import { plannedAt } from "./support.ts";

const instance: Instance = {
  ...{ id: "notebook-97cfa856-054c-4375-898e-1b4d47823700", provider: "reserved", status: "running" },
  ...{ providerStatus: "Running", billing: "compute", labels: {}, observedAt: new Date(0) },
  hardware: { gpu: { model: "RTX 4090", vendor: "nvidia", count: 2, providerModel: "x" } },
  access: { ssh: [{ host: "a.example", port: 2222, user: "root", via: "direct" }], ports: [] },
};

describe("table", () => {
  it("shows a dash where the cloud did not say, never 0", () => {
    const [, , , row = ""] = table([plannedAt("reserved", { instance })], undefined).split("\n");
    expect(row.split("│").map((cell) => cell.trim())).toEqual([
      ...["", "reserved", instance.id, "running", "2 × RTX 4090", "-", "-", "-", "-"],
      ...["root@a.example:2222", ""],
    ]);
  });

  it("shows the code of what failed", () => {
    const failure = new ComputeError({ code: "no_capacity", message: "none left" });
    expect(table([plannedAt("reserved", { failure })], undefined)).toMatch(
      /│ reserved │ - {2}│ no_capacity │/,
    );
  });

  it("folds long cells to fit the terminal", () => {
    const lines = table([plannedAt("reserved", { instance })], 120).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    const id = lines.slice(3, -1).map((line) => line.split("│")[2]?.trim());
    expect(id.join("")).toBe(instance.id);
  });
});

it("explains a failure: who, what code, what happened, which machine, what to do", () => {
  const failure = new ComputeError({ code: "instance_failed", message: "it crashed", instanceId: "m-1" });
  expect(explain("market", failure)).toBe(
    "market: instance_failed: it crashed (machine m-1)\n  → the machine would not come up: run again, or try another --image",
  );
});
