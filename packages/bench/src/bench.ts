import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, type Recorded } from "./lib/check.ts";
import { drawBars } from "./lib/plot.ts";
import { page, sectionText, spread } from "./lib/report.ts";
import { startStubServer } from "./lib/server.ts";
import type { Effort, Section } from "./lib/workload.ts";
import { type WorkloadName, watchedWorkloads, workloads } from "./workloads/index.ts";

const usage = `pnpm bench [options]

Measures the library against what one would pick instead, and writes docs/performance.md with its plots.

  --quick        the reduced form: a minute, wider spreads
  --only NAME    one workload, printed and not written: ${Object.keys(workloads).join(", ")}
  --check        holds the watched ratios to packages/bench/recorded.json; ends with 1 when one got worse
  --record       measures as --check does, and records
`;

const root = join(import.meta.dirname, "../../..");
const recordedFile = join(import.meta.dirname, "../recorded.json");

const efforts: Readonly<Record<Effort["form"], Effort>> = {
  full: { form: "full", rounds: 11, scale: 1 },
  quick: { form: "quick", rounds: 3, scale: 0.2 },
  check: { form: "check", rounds: 7, scale: 0.5 },
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function measure(names: readonly WorkloadName[], effort: Effort): Promise<Section[]> {
  await using server = await startStubServer();
  const sections: Section[] = [];
  for (const name of names) {
    const from = performance.now();
    sections.push(await workloads[name]({ server, effort }));
    say(`${name}: ${((performance.now() - from) / 1000).toFixed(0)} s`);
  }
  return sections;
}

function write(sections: readonly Section[], effort: Effort, load: number, seconds: number): void {
  const plots = join(root, "docs/performance");
  rmSync(plots, { recursive: true, force: true });
  mkdirSync(plots, { recursive: true });
  for (const [file, bars] of sections.flatMap((section) => Object.entries(section.plots))) {
    writeFileSync(join(plots, `${file}.svg`), drawBars(bars));
  }
  const quick = effort.form === "quick";
  writeFileSync(
    join(root, "docs/performance.md"),
    page(sections, { rounds: effort.rounds, load, seconds, quick }),
  );
}

function check(sections: readonly Section[]): number {
  const recorded = JSON.parse(readFileSync(recordedFile, "utf8")) as Recorded;
  const now = Object.assign({}, ...sections.map(({ watched }) => watched)) as Recorded;
  const findings = compare(now, recorded);
  for (const { what, words } of findings) say(`${what}: ${words}`);
  const worse = findings.filter((finding) => finding.worse).length;
  say(worse === 0 ? "nothing got worse" : `${worse} got worse`);
  return worse === 0 ? 0 : 1;
}

function record(sections: readonly Section[]): void {
  const now = Object.assign({}, ...sections.map(({ watched }) => watched)) as Recorded;
  const rounded = Object.entries(now).map(([what, { lower, median, upper }]) => {
    say(`${what}: ${spread({ lower, median, upper })}`);
    return [
      what,
      { lower: Number(lower.toFixed(3)), median: Number(median.toFixed(3)), upper: Number(upper.toFixed(3)) },
    ];
  });
  writeFileSync(recordedFile, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...{ quick: { type: "boolean" }, check: { type: "boolean" }, record: { type: "boolean" } },
      ...{ only: { type: "string" }, help: { type: "boolean" } },
    },
  });
  if (values.help) {
    say(usage.trimEnd());
    return 0;
  }
  if (values.check || values.record) {
    const sections = await measure(watchedWorkloads, efforts.check);
    if (values.check) return check(sections);
    record(sections);
    return 0;
  }
  const effort = values.quick ? efforts.quick : efforts.full;
  const load = (loadavg()[0] ?? 0) / availableParallelism();
  const from = performance.now();
  const all = Object.keys(workloads) as WorkloadName[]; // its keys, by definition of the type
  const names = all.filter((name) => values.only === undefined || values.only === name);
  if (names.length === 0) throw new RangeError(`--only: there is no ${values.only}, only ${all.join(", ")}`);
  const sections = await measure(names, effort);
  if (values.only === undefined) write(sections, effort, load, (performance.now() - from) / 1000);
  else say(sections.map(sectionText).join("\n\n"));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const words = error instanceof Error && !(error instanceof RangeError) ? error.stack : String(error);
  process.stderr.write(`${words}\n`);
  process.exitCode = 2;
}
