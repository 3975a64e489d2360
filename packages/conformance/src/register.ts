import { readFileSync, writeFileSync } from "node:fs";
import type { Subject } from "./bench.ts";
import { claim } from "./claims.ts";
import { conformanceSection, withSection } from "./readme.ts";
import type { CaseResult, ConformanceReport } from "./report.ts";
import { prepareRun, type RunOptions, runConformance } from "./run.ts";

/** The `it` of a test runner: vitest's, node:test's and bun's fit. */
export type It = (name: string, run: () => Promise<void>) => unknown;

export interface RegisterOptions extends RunOptions {
  /** Where the cases are registered as tests. */
  readonly it: It;
  /**
   * An adapter's README: one more test holds its generated section against what came out. With `UPDATE_README=1` in the
   * environment the section is written instead.
   */
  readonly readme?: URL | undefined;
}

/**
 * Holds a provider against every promise of `ComputeProvider`. With `it`, each case becomes a test; without, the cases run
 * here and now, and a report comes back. A case that does not apply, or cannot be verified, passes as a test; the report
 * tells why.
 *
 * @example
 * conformance({ make: (means) => acme({ ...means, token, baseUrl: server.url }), machines: () => server.count() }, { it });
 */
export function conformance(subject: Subject, options: RegisterOptions): void;
export function conformance(subject: Subject, options?: RunOptions): Promise<ConformanceReport>;
export function conformance(
  subject: Subject,
  options: RunOptions | RegisterOptions = {},
): Promise<ConformanceReport> | undefined {
  if (!("it" in options)) return runConformance(subject, options);
  const { cases, run } = prepareRun(subject, options);
  const results: CaseResult[] = [];
  for (const testCase of cases) {
    options.it(testCase.name, async () => {
      const result = await run(testCase);
      results.push(result);
      const { error } = result;
      if (error !== undefined) throw Object.assign(new Error(error.message), { stack: error.stack });
    });
  }
  const { it, readme } = options;
  if (readme !== undefined) {
    it("the README tells which cases do not apply", async () => holdReadme(readme, results, cases.length));
  }
  return undefined;
}

/** A run of some cases only says nothing of the others. */
function holdReadme(readme: URL, results: readonly CaseResult[], cases: number): void {
  if (results.length < cases) return;
  const current = readFileSync(readme, "utf8");
  const expected = withSection(current, conformanceSection({ results }));
  if (process.env["UPDATE_README"] === "1") writeFileSync(readme, expected);
  else
    claim(
      current === expected,
      "the conformance section of the README is stale: run the tests with UPDATE_README=1",
    );
}
