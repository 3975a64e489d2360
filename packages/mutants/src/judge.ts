import { type Case, cases, runConformance } from "@gpuport/conformance";
import { benchOf } from "./bench.ts";
import { type Make, type Mutant, soundMake } from "./mutant.ts";

/** How long one case may take; what hangs longer hangs. */
const patienceMs = 4_000;

/** A case that has failed, and what it said. */
export interface Catch {
  readonly topic: string;
  readonly name: string;
  readonly message: string;
}

export interface Verdict {
  readonly mutant: string;
  /** The first case about such a defect that failed. */
  readonly caught?: Catch | undefined;
  /** Cases about something else that failed by the way: they do not count. */
  readonly elsewhere: readonly Catch[];
}

/** Whether a case is about such a defect. */
function fits({ topics }: Mutant, topic: string): boolean {
  return topics.includes(topic);
}

/**
 * Holds a mutant against the kit, topic by topic: first the case that has caught it before, then what is about such a
 * defect, then everything else.
 */
export async function judge(mutant: Mutant, expected?: string): Promise<Verdict> {
  const known = cases.filter(({ name, topic }) => name === expected && fits(mutant, topic));
  const about = mutant.topics.map((topic) => cases.filter((testCase) => testCase.topic === topic));
  for (const group of [known, ...about]) {
    const [caught] = await failures(mutant.make, group);
    if (caught !== undefined) return { mutant: mutant.name, caught, elsewhere: [] };
  }
  const elsewhere = await failures(
    mutant.make,
    cases.filter(({ topic }) => !fits(mutant, topic)),
  );
  return { mutant: mutant.name, elsewhere };
}

/** What the sound adapter fails: if there is anything, the kit proves nothing about mutants. */
export const failuresOfSound = (): Promise<readonly Catch[]> => failures(soundMake, cases);

async function failures(make: Make, some: readonly Case[]): Promise<readonly Catch[]> {
  if (some.length === 0) return [];
  const { results } = await runConformance(benchOf(make), { cases: some, patienceMs });
  return results.flatMap(({ topic, name, outcome, error }) =>
    outcome === "fail" ? [{ topic, name, message: error?.message ?? "" }] : [],
  );
}
