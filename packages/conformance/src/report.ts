export type Outcome = "pass" | "fail" | "not_applicable" | "unverified";

export type Tier = "offline" | "recorded" | "live";

export interface CaseResult {
  /** The promise, as a sentence. */
  readonly name: string;
  readonly topic: string;
  readonly outcome: Outcome;
  /** Why it does not apply or could not be verified. */
  readonly reason?: string | undefined;
  /** What is wrong, for the adapter's author. */
  readonly error?: CaseFailure | undefined;
  readonly durationMs: number;
}

export interface CaseFailure {
  readonly message: string;
  /** The code of a `ComputeError`, or of a system error. */
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
}

/** What came out of a run; plain data, so `JSON.stringify` writes it as it is. */
export interface ConformanceReport {
  readonly provider: string;
  readonly adapter: string;
  readonly tier: Tier;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly results: readonly CaseResult[];
}

export function countOutcomes(results: readonly CaseResult[]): ConformanceReport["counts"] {
  const counts = { pass: 0, fail: 0, not_applicable: 0, unverified: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

/** A thrown value as plain data. */
export function toFailure(error: unknown): CaseFailure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  return { message, ...code, ...(stack === undefined ? {} : { stack }) };
}
