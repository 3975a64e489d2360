import { type Catch, failuresOfSound, judge, type Verdict } from "./judge.ts";
import { mutants } from "./mutants/index.ts";

/** What a worker is to do next: a mutant, or the sound adapter. */
export interface Task {
  readonly mutant?: string | undefined;
  /** The case that caught it before. */
  readonly expected?: string | undefined;
}

/** What came of it. */
export type Done = { readonly verdict: Verdict } | { readonly sound: readonly Catch[] };

process.once("disconnect", () => process.exit(1)); // the command is gone

process.on("message", ({ mutant: name, expected }: Task) => {
  work(name, expected).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () =>
        process.exit(1),
      );
    },
  );
});

async function work(name: string | undefined, expected: string | undefined): Promise<Done> {
  if (name === undefined) return { sound: await failuresOfSound() };
  const mutant = mutants.find((one) => one.name === name);
  if (mutant === undefined) throw new RangeError(`there is no mutant ${name}`);
  return { verdict: await judge(mutant, expected) };
}
