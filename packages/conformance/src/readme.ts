import type { ConformanceReport } from "./report.ts";

/** Where the generated section of an adapter's README begins and ends. */
const sectionMarks = {
  start: "<!-- conformance: written by the tests, with UPDATE_README=1 -->",
  end: "<!-- /conformance -->",
} as const;

/** Which cases do not apply to an adapter, or cannot be decided for it, and why: for its README. */
export function conformanceSection({ results }: Pick<ConformanceReport, "results">): string {
  const lines = [
    "**Conformance.** What `@gpuport/conformance` promises of every provider holds here offline, in every case that applies.",
    ...reasons(results, "not_applicable", "Do not apply"),
    ...reasons(results, "unverified", "Not verified"),
  ];
  return `${sectionMarks.start}\n\n${lines.join("\n").trimEnd()}\n\n${sectionMarks.end}`;
}

function reasons(
  results: ConformanceReport["results"],
  outcome: "not_applicable" | "unverified",
  title: string,
): readonly string[] {
  const groups = Map.groupBy(
    results.filter((result) => result.outcome === outcome),
    ({ reason }) => reason ?? "",
  );
  if (groups.size === 0) return [];
  const sorted = [...groups].toSorted(([, one], [, other]) => other.length - one.length);
  const items = sorted.map(([reason, cases]) => {
    const names = cases.map(({ name }) => `“${name}”`).join("; ");
    const count = cases.length === 1 ? "1 case" : `${cases.length} cases`;
    return `<details><summary>${count}, because ${inHtml(reason)}</summary>\n\n${names}\n\n</details>\n`;
  });
  return ["", `${title}:`, "", ...items];
}

/** A summary is HTML, in which backticks are letters. */
function inHtml(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/`([^`]*)`/g, "<code>$1</code>");
}

/** A README with its section as it is now; added at the end where there is none. */
export function withSection(readme: string, section: string): string {
  const from = readme.indexOf(sectionMarks.start);
  const to = readme.indexOf(sectionMarks.end);
  if (from === -1 || to === -1) return `${readme.trimEnd()}\n\n${section}\n`;
  return readme.slice(0, from) + section + readme.slice(to + sectionMarks.end.length);
}
