import { cpus, totalmem } from "node:os";
import type { Spread } from "./stats.ts";
import { type Goal, isMet, type Section, type Table } from "./workload.ts";

const ratio = (figure: number): string => figure.toFixed(2);

/** `1.05 (0.98–1.10)`: the median, and the quartiles around it. */
export function spread(value: Spread, show: (figure: number) => string = ratio): string {
  return `${show(value.median)} (${show(value.lower)}–${show(value.upper)})`;
}

function table({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, index) => (index === 0 ? "---" : "---:"));
  return [line(columns), line(rule), ...rows.map(line)].join("\n");
}

const goalsTable = (goals: readonly Goal[]): string =>
  table({
    columns: ["goal", "limit", "measured", ""],
    rows: goals.map((goal) => {
      const show = goal.show ?? ratio;
      return [
        ...[goal.what, `${goal.is} ${show(goal.limit)}`, spread(goal.got, show)],
        isMet(goal) ? "met" : "**missed**",
      ];
    }),
  });

/** One section, as markdown. Its plots stand in files beside the page. */
export function sectionText({ title, method, tables, goals, plots, notes }: Section): string {
  return [
    `## ${title}`,
    method,
    ...Object.entries(plots).map(([file, { title: about }]) => `![${about}](performance/${file}.svg)`),
    ...tables.map(table),
    ...(goals.length === 0 ? [] : [goalsTable(goals)]),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join("\n")]),
  ].join("\n\n");
}

/** What the figures were taken on. */
export interface Conditions {
  readonly rounds: number;
  /** The machine's load when the run began, for each of its processors. */
  readonly load: number;
  readonly seconds: number;
  readonly quick: boolean;
}

const busy = 0.3;

export function page(sections: readonly Section[], { rounds, load, seconds, quick }: Conditions): string {
  const goals = sections.flatMap((section) => section.goals);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const underLoad = load > busy;
  return `# Performance

Written by \`pnpm bench\`, which measures everything on this page in one run. Do not edit it by hand.

Every round runs each subject once, in an order of its own, against a stub server in a process of its own; only ratios inside
a round are compared, and each figure is the median of the rounds with its quartiles in brackets. CPU is what the client's
process used, user and system. The row named "again" is the baseline against itself: what it differs from 1 is noise. A goal
counts as met when the worse quartile keeps it, too.

${table({
  columns: ["taken on", ""],
  rows: [
    ["machine", machine],
    ["system", `${process.platform} ${process.arch}, Node ${process.versions.node}`],
    ["run", `${rounds} rounds${quick ? ", the reduced form" : ""}, ${Math.round(seconds)} s`],
    ["load before", `${load.toFixed(2)} per processor${underLoad ? ": other work ran beside it" : ""}`],
    ["goals", `${goals.filter(isMet).length} met, ${goals.filter((goal) => !isMet(goal)).length} missed`],
  ],
})}

${sections.map(sectionText).join("\n\n")}
`;
}
