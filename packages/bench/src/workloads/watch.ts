import { simulate } from "../lib/simulate.ts";
import { spreadOf } from "../lib/stats.ts";
import type { Goal, Section, Surroundings, Table } from "../lib/workload.ts";
import { type WatchResult, watchers } from "../subjects/watched.ts";

const whole = (figure: number): string => figure.toFixed(0);
const tenth = (figure: number): string => figure.toFixed(1);
const perPage = 20;

interface Row {
  readonly name: string;
  readonly results: readonly WatchResult[];
}

/** Waiting for many machines: how many calls it takes, and how soon each change is known. */
export async function watchWorkload({ effort }: Surroundings): Promise<Section> {
  const sizes = effort.form === "full" ? [1_000, 10_000] : [1_000];
  const seeds = effort.form === "full" ? [1, 2, 3] : [1];
  const tables: Table[] = [];
  const goals: Goal[] = [];
  const bars: Row[] = [];
  for (const size of sizes) {
    const rows: Row[] = [];
    for (const name of Object.values(watchers)) {
      const results: WatchResult[] = [];
      // Ten thousand take long, and their figures hardly spread.
      for (const seed of size > 1_000 ? seeds.slice(0, 1) : seeds) {
        results.push(await simulate("watch", [name, size, seed]));
      }
      rows.push({ name, results });
    }
    if (size === 1_000) bars.push(...rows);
    tables.push({
      columns: [
        `${size.toLocaleString("en")} machines`,
        "calls",
        "calls in 10 s",
        "known after, s: p50",
        "p95",
        "max",
      ],
      rows: rows.map(({ name, results }) => {
        const of = (figure: keyof WatchResult) => middle(results, figure).median;
        return [
          ...[name, whole(of("calls")), tenth(of("callsPerTick"))],
          ...[tenth(of("p50")), tenth(of("p95")), tenth(of("max"))],
        ];
      }),
    });
    goals.push(...goalsOf(size, rows));
  }
  return {
    title: "Watching",
    method: `So many machines come up, half of them within 90 s, on a cloud with lists of ${perPage} a page and no limit; somebody waits for every one of them. Real code under a virtual clock.`,
    tables,
    goals,
    plots: {
      watch: {
        title: "Watching 1,000 machines",
        axis: `calls in ten seconds; ${1_000 / perPage} pages hold everything`,
        goal: 1_000 / perPage,
        rows: bars.map(({ name, results }) => ({
          ...{ label: name, ours: name === watchers.ours },
          value: middle(results, "callsPerTick"),
        })),
      },
    },
    notes: [],
    watched: {},
  };
}

const middle = (results: readonly WatchResult[], figure: keyof WatchResult) =>
  spreadOf(results.map((result) => result[figure]));

function goalsOf(size: number, rows: readonly Row[]): Goal[] {
  const ours = rows.find(({ name }) => name === watchers.ours)?.results ?? [];
  const single = rows.find(({ name }) => name === watchers.single)?.results ?? [];
  const machines = `${size.toLocaleString("en")} machines`;
  return [
    {
      ...{
        what: `${machines}: calls in each 10 s`,
        is: "at most",
        limit: Math.ceil(size / perPage),
        show: whole,
      },
      got: middle(ours, "callsPerTick"),
    },
    {
      ...{ what: `${machines}: known after, p50 in s, against each by itself`, is: "at most", show: tenth },
      ...{ limit: middle(single, "p50").median * 1.15, got: middle(ours, "p50") },
    },
  ];
}
