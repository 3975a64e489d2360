import { describe, expect, it } from "vitest";
import { compare } from "../src/lib/check.ts";
import { measured, measurePaired, ratioOf, repeat } from "../src/lib/paired.ts";
import { drawBars } from "../src/lib/plot.ts";
import { quantile, seeded, shuffled, spreadOf } from "../src/lib/stats.ts";

const around = (median: number) => ({ lower: median * 0.95, median, upper: median * 1.05 });

describe("figures", () => {
  it("have a middle and two quarters", () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ lower: 2, median: 3, upper: 4 });
    expect(quantile([1, 2], 0.5)).toBe(1.5);
  });

  it("come from the same shuffles for the same seed, and from every order", () => {
    const orders = (seed: number): string[] => {
      const random = seeded(seed);
      return Array.from({ length: 200 }, () => shuffled(["a", "b", "c"], random).join(""));
    };
    expect(orders(7)).toEqual(orders(7));
    expect(new Set(orders(7)).size).toBe(6);
  });
});

describe("a paired measurement", () => {
  it("runs every subject once in every round, and compares inside the round", async () => {
    const runs: string[] = [];
    const subject = (name: string, ms: number) => ({
      name,
      run: () => {
        runs.push(name);
        return measured(async () => {
          const until = performance.now() + ms;
          while (performance.now() < until);
        });
      },
    });
    const rounds = await measurePaired([subject("slow", 8), subject("fast", 2)], { rounds: 3, warmUps: 1 });
    expect(runs.toSorted()).toEqual([...Array(4).fill("fast"), ...Array(4).fill("slow")]);
    expect(ratioOf(rounds, "slow", "fast", "wallMs").median).toBeGreaterThan(2);
    expect(() => ratioOf(rounds, "slow", "nobody", "wallMs")).toThrow("nobody");
  });

  it("makes exactly so many calls, and never more at once", async () => {
    let open = 0;
    let most = 0;
    const seen: number[] = [];
    await repeat(20, 4, async (number) => {
      seen.push(number);
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
    });
    expect(seen).toHaveLength(20);
    expect(new Set(seen).size).toBe(20);
    expect(most).toBe(4);
  });
});

describe("the check", () => {
  const worse = (now: number, lower: number): boolean[] =>
    compare({ a: { lower, median: now, upper: now } }, { a: around(1) }).map((finding) => finding.worse);

  it("fails on a ratio that is worse by more than its noise", () => {
    expect(worse(1.35, 1.05)).toEqual([true]);
  });

  it("lets noise through: a middle that is near, or rounds of which a quarter is as before", () => {
    expect(worse(1.29, 1.1)).toEqual([false]);
    expect(worse(1.5, 0.99)).toEqual([false]);
  });

  it("fails when something is not measured any more, or has never been recorded", () => {
    expect(compare({}, { a: around(1) })).toMatchObject([{ what: "a", worse: true }]);
    expect(compare({ b: around(1) }, {})).toMatchObject([{ what: "b", worse: true }]);
  });
});

it("draws bars that can be read in the dark, and escapes what it writes", () => {
  const svg = drawBars({ title: "a < b", axis: "ms", rows: [{ label: "x & y", value: around(2) }], goal: 3 });
  expect(svg).toContain("prefers-color-scheme: dark");
  expect(svg).toContain("a &#60; b");
  expect(svg).toContain("goal 3");
  expect(svg).not.toMatch(/NaN|undefined/);
});
