import { readFileSync } from "node:fs";
import type { GpuIdentity } from "../../src/gpu/index.ts";

interface Expectation {
  readonly vendor: string | null;
  readonly family: string | null;
  readonly formFactor: string | null;
  readonly memoryGB: number | null;
  readonly unknown?: boolean;
  readonly slice?: string;
  readonly accept?: readonly Partial<Expectation>[];
}

interface Entry {
  readonly raw: string;
  readonly cloud: string;
  readonly gpuMemoryMiBReported?: number;
  readonly expect: Expectation;
}

interface SampleFamily {
  readonly family: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly variants: readonly {
    readonly id: string;
    readonly formFactor: string | null;
    readonly memoryGB: number;
  }[];
}

export const sample: { readonly entries: readonly Entry[]; readonly families: readonly SampleFamily[] } =
  JSON.parse(readFileSync(new URL("./fixtures/gpu-names.json", import.meta.url), "utf8"));

const manyForms = new Set(
  sample.families
    .filter(({ variants }) => new Set(variants.map(({ formFactor }) => formFactor)).size > 1)
    .map(({ family }) => family),
);

/** The rules of the sample under `scoring`. */
export function isRight({ expect }: Entry, answer: GpuIdentity): boolean {
  const expectations = [expect, ...(expect.accept ?? []).map((other) => ({ ...expect, ...other }))];
  return expectations.some((expected) => {
    if (expected.unknown && answer.family === undefined && answer.id === undefined) return true;
    const several = manyForms.has(expected.family ?? "");
    const form = answer.formFactor ?? null;
    const formIsRight = several
      ? form === expected.formFactor
      : form === null || form === expected.formFactor;
    const fixed =
      expected.family !== null && expected.memoryGB !== null && (!several || expected.formFactor !== null);
    return (
      (answer.vendor ?? null) === expected.vendor &&
      (answer.family ?? null) === expected.family &&
      (answer.memoryGB ?? null) === expected.memoryGB &&
      (expected.family === null || formIsRight) &&
      (answer.id !== undefined) === (fixed && expected.slice === undefined)
    );
  });
}

export interface Line {
  readonly cloud: string;
  readonly raw: string;
  readonly memoryMiB: number | undefined;
  readonly expected: string;
}

export const lines: readonly Line[] = ["more-gpu-names.txt", "held-out-gpu-names.txt"]
  .flatMap((file) => readFileSync(new URL(`./fixtures/${file}`, import.meta.url), "utf8").split("\n"))
  .filter((line) => line !== "")
  .map((line) => {
    const [cloud = "", raw = "", memory = "", expected = ""] = line.split("|");
    return { cloud, raw, memoryMiB: memory === "" ? undefined : Number(memory), expected };
  });

/** An identity in the words of the lists. */
export function shorthand({ family, formFactor, memoryGB, slice }: GpuIdentity): string {
  if (family === undefined) return "?";
  const form = manyForms.has(family) ? (formFactor ?? "-") : "";
  return `${family}/${form}/${memoryGB ?? "-"}${slice === undefined ? "" : "/s"}`;
}
