import type { Catch, Verdict } from "./judge.ts";
import type { Mutant } from "./mutant.ts";

/** A mutant and what became of it. */
export interface Row {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

const longestMessage = 200;

/** What a case said, on one line, without what differs from run to run. */
export function brief(message: string): string {
  const line = message
    .replace(/\s+/g, " ")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…")
    .replace(/gp[0-9a-z]{14,}/g, "…")
    .replace(/127\.0\.0\.1:\d+/g, "…")
    .replace(/\b\d+(\.\d+)? ms\b/g, "… ms")
    .trim();
  return line.length > longestMessage ? `${line.slice(0, longestMessage - 1)}…` : line;
}

/** What the command prints of one mutant. */
export function lines({ mutant, verdict: { caught, elsewhere } }: Row): readonly string[] {
  const head = `${caught === undefined ? "MISSED" : "caught"}  ${mutant.name}: ${mutant.defect}`;
  if (caught !== undefined)
    return [head, `        ${caught.topic}: ${caught.name}`, `        ${brief(caught.message)}`];
  return [head, ...elsewhere.slice(0, 5).map(({ topic, name }) => `        by the way, ${topic}: ${name}`)];
}

export function lastLine(caught: number, all: number): string {
  return `${caught} of ${all} caught`;
}

/** The page in the docs. */
export function page(mutants: readonly Mutant[], caught: Readonly<Record<string, Catch>>): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const table = mutants.map(({ name, defect }) => {
    const by = caught[name];
    const columns = by === undefined ? ["**nothing**", ""] : [`${by.topic}: ${by.name}`, brief(by.message)];
    return `| \`${name}\` | ${[defect, ...columns].map(cell).join(" | ")} |`;
  });
  const count = mutants.filter(({ name }) => caught[name] !== undefined).length;
  return `# Mutants

Written by \`pnpm mutants --write\`. The conformance kit is held against adapters that are broken on purpose, each in one way: a
sound adapter of an imaginary cloud (\`packages/mutants\`) with one piece replaced. A mutant counts as caught when a case
about such a defect fails; the sound adapter passes every case in the same run.

| mutant | defect | caught by | which said |
| --- | --- | --- | --- |
${table.join("\n")}

${lastLine(count, mutants.length)}
`;
}
