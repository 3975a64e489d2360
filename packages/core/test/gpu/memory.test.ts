import { describe, expect, it } from "vitest";
import { identifyGpu } from "../../src/gpu/index.ts";

/** What drivers and clouds report for one GPU, and the nominal size. */
const reported: readonly [name: string, memoryMiB: number, memoryGB: number][] = [
  ["RTX 4090", 24564, 24],
  ["RTX 4080", 16376, 16],
  ["RTX A6000", 49140, 48],
  ["RTX A6000", 46068, 48],
  ["H100", 81559, 80],
  ["H100", 95830, 94],
  ["RTX PRO 6000", 97887, 96],
  ["A10", 23034, 24],
  ["T4", 15360, 16],
  ["L4", 22888, 24],
  ["L40S", 45776, 48],
  ["K80", 11441, 12],
  ["RTX 6000D", 85651, 84],
  ["H20", 97871, 96],
  ["GH200", 97871, 96],
  ["H200", 143771, 141],
  ["H20", 146831, 141],
  ["GH200", 146831, 144],
  ["B200", 183359, 180],
  ["B200", 192 * 1024, 180],
  ["GB200", 189471, 186],
  ["GB200", 192 * 1024, 186],
  ["B300", 275040, 288],
  ["B300", 262 * 1024, 288],
  ["B300", 270 * 1024, 288],
  ["GB300", 284208, 288],
  ["GB300", 256703, 252],
  ["MI210", 65520, 64],
];

describe("memory", () => {
  it.each(reported)("%s with %i MiB has %i GB", (name, memoryMiB, memoryGB) => {
    expect(identifyGpu(name, { memoryMiB }).memoryGB).toBe(memoryGB);
  });

  it.each([
    ["RTX 4090", 49140],
    ["RTX 4090 D", 49140],
    ["RTX 3080", 20480],
    ["RTX 2080 Ti", 22528],
    ["RTX 4090", 12288],
  ])("a %s with %i MiB is another board", (name, memoryMiB) => {
    const { id, memoryGB, slice } = identifyGpu(name, { memoryMiB });
    expect({ id, memoryGB, slice }).toEqual({});
  });

  it.each([
    ["L4", 2861, "1/8", 3],
    ["A10", 4096, "1/6", 4],
    ["NVIDIA_A16", 2048, "1/8", 2],
    ["AMD Instinct MI250X", 65520, "die", 64],
    ["A100 SXM4", 9856, "part", 10],
  ])("a %s with %i MiB is a slice", (name, memoryMiB, slice, memoryGB) => {
    const answer = identifyGpu(name, { memoryMiB });
    expect(answer).toMatchObject({ slice, memoryGB });
    expect(answer.id).toBeUndefined();
  });
});
