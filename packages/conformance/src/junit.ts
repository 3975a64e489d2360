import type { CaseResult, ConformanceReport } from "./report.ts";

/** A report as JUnit XML, which every CI reads. What does not apply or is unverified shows as skipped, with the reason. */
export function toJUnit(report: ConformanceReport): string {
  const topics = Map.groupBy(report.results, ({ topic }) => topic);
  const suites = [...topics].map(([topic, results]) => suite(report, topic, results));
  const totals = countsOf(report.results, report.durationMs);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gpuport conformance: ${escaped(report.adapter)}" ${totals}>\n${suites.join("\n")}\n</testsuites>\n`;
}

function suite(
  { adapter, startedAt }: ConformanceReport,
  topic: string,
  results: readonly CaseResult[],
): string {
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  const cases = results.map((result) => testCase(adapter, result));
  const counts = countsOf(results, durationMs);
  return `  <testsuite name="${escaped(topic)}" timestamp="${startedAt}" ${counts}>\n${cases.join("\n")}\n  </testsuite>`;
}

function testCase(adapter: string, { name, topic, outcome, reason, error, durationMs }: CaseResult): string {
  const head = `    <testcase classname="${escaped(`${adapter}.${topic}`)}" name="${escaped(name)}" time="${seconds(durationMs)}"`;
  if (outcome === "pass") return `${head}/>`;
  const message = escaped(error?.message ?? reason ?? "");
  if (outcome !== "fail") {
    const why = outcome === "not_applicable" ? "not applicable" : "unverified";
    return `${head}>\n      <skipped message="${why}: ${message}"/>\n    </testcase>`;
  }
  const details = escaped(error?.stack ?? error?.message ?? "");
  return `${head}>\n      <failure message="${message}" type="${escaped(error?.code ?? "Error")}">${details}</failure>\n    </testcase>`;
}

function countsOf(results: readonly CaseResult[], durationMs: number): string {
  const failures = results.filter(({ outcome }) => outcome === "fail").length;
  const skipped = results.filter(
    ({ outcome }) => outcome === "not_applicable" || outcome === "unverified",
  ).length;
  return `tests="${results.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds(durationMs)}"`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** XML 1.0 has no way to write most control characters, so they are left out. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/\n/g, "&#10;");
}
