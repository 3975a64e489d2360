import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GpuIdentity, gpuFamilies, identifyGpu } from "../../src/gpu/index.ts";
import { isRight, lines, sample, shorthand } from "./samples.ts";

const ids = gpuFamilies.flatMap(({ variants }) => variants.map(({ id }) => id));

describe("gpuFamilies", () => {
  it("holds the families, products and ids of the sample", () => {
    const plain = gpuFamilies.map(({ family, vendor, architecture, variants }) => ({
      family,
      vendor,
      architecture,
      variants: variants.map(({ id, formFactor, memoryGB }) => ({
        id,
        formFactor: formFactor ?? null,
        memoryGB,
      })),
    }));
    const key = ({ id }: { id: string }) => id;
    for (const expected of sample.families) {
      const found = plain.find(({ family }) => family === expected.family);
      expect({
        ...found,
        variants: new Map(found?.variants.map((variant) => [key(variant), variant])),
      }).toEqual({
        family: expected.family,
        vendor: expected.vendor,
        architecture: expected.architecture,
        variants: new Map(expected.variants.map((variant) => [key(variant), variant])),
      });
    }
    expect(plain).toHaveLength(sample.families.length);
  });

  it("gives every product an id of its own", () => {
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("identifyGpu", () => {
  it.each(sample.entries.map((entry) => ({ entry, name: `${entry.cloud}: ${JSON.stringify(entry.raw)}` })))(
    "is right about $name",
    ({ entry }) => {
      const hints = { memoryMiB: entry.gpuMemoryMiBReported };
      const named = identifyGpu(entry.raw, { ...hints, cloud: entry.cloud });
      expect(isRight(entry, named), JSON.stringify(named)).toBe(true);
      const anonymous = identifyGpu(entry.raw, hints);
      expect(isRight(entry, anonymous), JSON.stringify(anonymous)).toBe(true);
    },
  );

  it.each(lines)(
    "reads $cloud's $raw ($memoryMiB MiB) as $expected",
    ({ raw, cloud, memoryMiB, expected }) => {
      expect(shorthand(identifyGpu(raw, { cloud, memoryMiB }))).toBe(expected);
    },
  );

  it("knows every id of the table", () => {
    for (const { family, vendor, variants } of gpuFamilies) {
      for (const variant of variants) expect(identifyGpu(variant.id)).toEqual({ family, vendor, ...variant });
    }
  });

  it("gives the same answer for other case, separators and spaces", () => {
    const named = sample.entries.map(({ raw, cloud, gpuMemoryMiBReported: memoryMiB }) => ({
      raw,
      cloud,
      memoryMiB,
    }));
    const separator = fc.constantFrom(" ", "_", "-", "  ", "\t");
    const spelling = fc.record({
      name: fc.constantFrom(...named, ...lines),
      separator,
      upper: fc.boolean(),
      left: fc.constantFrom("", " ", "  "),
      right: fc.constantFrom("", " ", "\n"),
    });
    fc.assert(
      fc.property(spelling, ({ name: { raw, cloud, memoryMiB }, separator, upper, left, right }) => {
        const spelled = raw.trim().replace(/[ _-]+/g, separator);
        const other = `${left}${upper ? spelled.toUpperCase() : spelled.toLowerCase()}${right}`;
        fc.pre(!ids.includes(other.trim())); // a text that is an id is that id: "mi308x" says more than "MI308X"
        expect(identifyGpu(other, { cloud, memoryMiB })).toEqual(identifyGpu(raw, { cloud, memoryMiB }));
      }),
      { numRuns: 3000 },
    );
  });

  it("does not mind brand words", () => {
    for (const name of [
      "RTX 4090",
      "GeForce RTX 4090",
      "NVIDIA GeForce RTX 4090",
      "NVIDIA RTX 4090",
      "rtx4090",
      "4090",
    ]) {
      expect(identifyGpu(name).id, name).toBe("rtx-4090");
    }
    for (const name of ["T4", "Tesla T4", "NVIDIA Tesla T4", "nvidia-tesla-t4", "TeslaT4"]) {
      expect(identifyGpu(name).id, name).toBe("t4");
    }
  });

  it("never throws and keeps to the table, whatever the name", () => {
    const words = fc.constantFrom(
      ..."RTX A 6000 4090 Ti D PRO Ada H100 SXM5 80GB 8x NVL MIG 1g.10gb Q S v2 910B 1/2 x".split(" "),
    );
    const name = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.array(words, { maxLength: 12 }).map((parts) => parts.join(" ")),
      fc.array(words, { maxLength: 12 }).map((parts) => parts.join("")),
    );
    const memory = fc.option(fc.oneof(fc.double(), fc.integer({ min: -10, max: 400_000 })), {
      nil: undefined,
    });
    fc.assert(
      fc.property(name, memory, fc.option(fc.string(), { nil: undefined }), (raw, memoryMiB, cloud) => {
        const answer = identifyGpu(raw, { memoryMiB, cloud });
        if (answer.id !== undefined) {
          expect(answer.slice).toBeUndefined();
          expect(identifyGpu(answer.id)).toEqual(answer);
        }
        if (answer.family === undefined) expect(answer.id).toBeUndefined();
        expect(Object.values(answer)).not.toContain(undefined);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    "",
    "   ",
    "NVIDIA",
    "GeForce RTX",
    "toString",
    "constructor",
    "__proto__",
    "hasOwnProperty",
    "\u0000",
    "A100".repeat(10_000),
    " ".repeat(1_000_000),
    "x".repeat(1_000_000),
    "8x".repeat(75),
    "9".repeat(160),
    "ti".repeat(80),
  ])("knows nothing of %.40s", (name) => {
    expect(identifyGpu(name)).toEqual({});
  });

  it.each(["GPU-3070-S", "g2-gpu-rtx4000a1-s"])(
    "gives no id for %s, which only its cloud can explain",
    (name) => {
      expect(identifyGpu(name).id).toBeUndefined();
    },
  );

  it("knows nothing of what is not a text", () => {
    for (const name of [undefined, null, 4090, {}, []])
      expect(identifyGpu(name as unknown as string)).toEqual({});
  });

  it("gives no id when name and memory contradict each other", () => {
    const open: GpuIdentity = { vendor: "nvidia", family: "A100", formFactor: "sxm" };
    expect(identifyGpu("A100-SXM4-40GB", { memoryMiB: 81920 })).toEqual(open);
    expect(identifyGpu("rtx-4090", { memoryMiB: 49140 })).toEqual({
      vendor: "nvidia",
      family: "RTX 4090",
      formFactor: "pcie",
    });
    expect(identifyGpu("H100 NVL", { memoryMiB: 81920 })).toEqual({
      vendor: "nvidia",
      family: "H100",
      memoryGB: 80,
    });
    expect(identifyGpu("h100-sxm-80gb", { memoryMiB: 95830 }).id).toBeUndefined();
  });

  it("never takes a memory reading that is none for evidence", () => {
    for (const memoryMiB of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(identifyGpu("A100 SXM4", { memoryMiB })).toEqual(identifyGpu("A100 SXM4"));
    }
  });
});
