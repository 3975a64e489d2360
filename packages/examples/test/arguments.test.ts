import { describe, expect, it } from "vitest";
import { readArguments, UsageError } from "../src/arguments.ts";
import { money, total } from "../src/money.ts";

describe("readArguments", () => {
  it("asks for one RTX 4090 on every emulated cloud, or an A10, when nothing is said", () => {
    expect(readArguments([])).toEqual({
      ...{ help: false, config: undefined, dryRun: false, yes: false, only: undefined },
      gpus: [
        { model: "RTX 4090", count: 1 },
        { model: "A10", count: 1 },
      ],
      ...{ image: "pytorch", maxPerHourMicros: undefined },
    });
  });

  it("reads every option, behind a -- too", () => {
    const argv = ["--", "--config", "a.yaml", "--dry-run", "-y", "--max-price", "0.45", "--only", "a, b"];
    expect(readArguments([...argv, "--gpu", "H100", "--count", "8", "--image", "x"])).toEqual({
      ...{ help: false, config: "a.yaml", dryRun: true, yes: true, only: ["a", "b"] },
      ...{ gpus: [{ model: "H100", count: 8 }], image: "x", maxPerHourMicros: 450_000 },
    });
  });

  it.each([
    ["--count", "0"],
    ["--count", "1.5"],
    ["--max-price", "cheap"],
    ["--max-price", ""],
    ["--max-price=-1"],
    ["--unknown"],
    ["stray"],
  ])("refuses %s %s", (...argv) => {
    expect(() => readArguments(argv)).toThrow(UsageError);
  });
});

describe("money", () => {
  const price = (currency: string, perHourMicros: number) =>
    ({ currency, perHourMicros, kind: "on_demand" }) as const;

  it("shows four places and the currency", () => {
    expect(money(price("USD", 400_000))).toBe("0.4000 USD/h");
    expect(money(undefined)).toBe("unknown price");
  });

  it("never adds up different currencies", () => {
    const prices = [price("USD", 400_000), price("CREDIT:glows", 490_000), undefined, price("USD", 50_000)];
    expect(total(prices)).toBe("0.4500 USD/h + 0.4900 CREDIT:glows/h + 1 without a price");
  });
});
