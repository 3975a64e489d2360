import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gpuFamilies, gpuMatches, gpuModelName, identifyGpu } from "../../src/gpu/index.ts";

const products = gpuFamilies.flatMap((family) =>
  family.variants.map(({ id }) => ({ id, family: family.family })),
);

describe("gpuMatches", () => {
  it("takes an id for that product only", () => {
    fc.assert(
      fc.property(fc.constantFrom(...products), fc.constantFrom(...products), (wanted, offered) => {
        expect(gpuMatches(wanted.id, identifyGpu(offered.id))).toBe(wanted.id === offered.id);
      }),
    );
  });

  it("takes a family for every product of it", () => {
    for (const { id, family } of products) {
      expect(gpuMatches(family, identifyGpu(id)), family).toBe(true);
      expect(gpuMatches(family.toLowerCase().replaceAll(" ", "_"), identifyGpu(id)), family).toBe(
        family !== "MI308X" || id === "mi308x",
      );
    }
  });

  it("takes no product for another family", () => {
    const other = fc.tuple(fc.constantFrom(...products), fc.constantFrom(...products));
    fc.assert(
      fc.property(other, ([wanted, offered]) => {
        fc.pre(!offered.family.startsWith(wanted.family)); // "RTX PRO 6000" takes its editions
        expect(gpuMatches(wanted.family, identifyGpu(offered.id))).toBe(false);
      }),
    );
  });

  it("holds a looser spelling to what it fixes", () => {
    const sxm = identifyGpu("NVIDIA A100-SXM4-80GB");
    expect(gpuMatches("A100", sxm)).toBe(true);
    expect(gpuMatches("a100 80gb", sxm)).toBe(true);
    expect(gpuMatches("A100 SXM", sxm)).toBe(true);
    expect(gpuMatches("A100 40GB", sxm)).toBe(false);
    expect(gpuMatches("A100 PCIe", sxm)).toBe(false);
    expect(gpuMatches("H100", sxm)).toBe(false);
  });

  it("does not take what is open for what is asked", () => {
    expect(gpuMatches("A100 SXM", identifyGpu("A100 80GB"))).toBe(false);
    expect(gpuMatches("A100", identifyGpu("A100 80GB"))).toBe(true);
    expect(gpuMatches("a100-sxm-80gb", identifyGpu("A100 80GB"))).toBe(false);
  });

  it("takes any edition for a board whose edition is not said", () => {
    const server = identifyGpu("RTX PRO 6000 Blackwell Server Edition");
    expect(gpuMatches("RTX PRO 6000", server)).toBe(true);
    expect(gpuMatches("RTX PRO 6000 Max-Q", server)).toBe(false);
    expect(gpuMatches("rtx-pro-6000", server)).toBe(false);
  });

  it("never takes a slice or another board for the whole GPU", () => {
    const slice = identifyGpu("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb");
    for (const wanted of ["A100", "a100-sxm-80gb", "A100 SXM"]) expect(gpuMatches(wanted, slice)).toBe(false);
    expect(gpuMatches("A100 MIG 1g.10gb", slice)).toBe(true);
    expect(gpuMatches("A100 MIG 1g.10gb", identifyGpu("A100 SXM4 80GB"))).toBe(false);
    expect(gpuMatches("RTX 4090", identifyGpu("RTX 4090", { memoryMiB: 49140 }))).toBe(false);
    expect(gpuMatches("RTX 4090 48GB", identifyGpu("RTX 4090"))).toBe(false);
  });

  it("takes an unknown name for the provider's equal name only", () => {
    expect(gpuMatches("Foo_9000", {}, "foo 9000")).toBe(true);
    expect(gpuMatches("Foo 9000", {}, "foo 900")).toBe(false);
    expect(gpuMatches("Foo 9000", {})).toBe(false);
    expect(gpuMatches("", {}, "")).toBe(false);
    expect(gpuMatches("RTX 5090 Ti", identifyGpu("RTX 5090"), "RTX 5090")).toBe(false);
    expect(gpuMatches("__proto__", {}, "toString")).toBe(false);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.option(fc.string(), { nil: undefined }),
        (wanted, offered, name) => {
          expect(typeof gpuMatches(wanted, identifyGpu(offered), name)).toBe("boolean");
        },
      ),
    );
  });
});

describe("gpuModelName", () => {
  it.each([
    ["NVIDIA H100 80GB HBM3", "H100 SXM"],
    ["NVIDIA A100 80GB PCIe", "A100 PCIe"],
    ["A100", "A100"],
    ["RTX_4070S_Ti", "RTX 4070 Ti SUPER"],
    ["HL-225B", "Gaudi 2 OAM"],
    [" Foo 9000 ", "Foo 9000"],
  ])("shows %s as %s", (name, shown) => {
    expect(gpuModelName(identifyGpu(name), name)).toBe(shown);
  });
});
