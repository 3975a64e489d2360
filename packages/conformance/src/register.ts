import type { Subject } from "./bench.ts";
import type { ConformanceReport } from "./report.ts";
import { prepareRun, type RunOptions, runConformance } from "./run.ts";

/** The `it` of a test runner: vitest's, node:test's and bun's fit. */
export type It = (name: string, run: () => Promise<void>) => unknown;

export interface RegisterOptions extends RunOptions {
  /** Where the cases are registered as tests. */
  readonly it: It;
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
  for (const testCase of cases) {
    options.it(testCase.name, async () => {
      const { error } = await run(testCase);
      if (error !== undefined) throw Object.assign(new Error(error.message), { stack: error.stack });
    });
  }
  return undefined;
}
