import type { ConformanceReport } from "./report.ts";

/** Where the generated section of an adapter's README begins and ends. */
export const sectionMarks = {
  start: "<!-- conformance: written by pnpm generate -->",
  end: "<!-- /conformance -->",
} as const;

/** Which cases do not apply to an adapter, or cannot be decided for it, and why: for its README. */
export function conformanceSection({ results, counts }: ConformanceReport): string {
  const applies = counts.pass + counts.fail;
  const lines = [
    `**Conformance.** ${applies} of ${results.length} cases of \`@gpuport/conformance\` apply here and pass offline.`,
    ...reasons(results, "not_applicable", "Do not apply"),
    ...reasons(results, "unverified", "Not verified"),
  ];
  return `${sectionMarks.start}\n\n${lines.join("\n")}\n\n${sectionMarks.end}`;
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
    const [first, ...more] = cases.map(({ name }) => `“${name}”`);
    const which = more.length === 0 ? `${first}` : `${cases.length} cases, such as ${first}`;
    return `- because ${reason}: ${which}`;
  });
  return ["", `${title}:`, "", ...items];
}

/** A README with its section as it is now; added at the end where there is none. */
export function withSection(readme: string, section: string): string {
  const from = readme.indexOf(sectionMarks.start);
  const to = readme.indexOf(sectionMarks.end);
  if (from === -1 || to === -1) return `${readme.trimEnd()}\n\n${section}\n`;
  return readme.slice(0, from) + section + readme.slice(to + sectionMarks.end.length);
}
