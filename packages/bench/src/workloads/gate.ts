import { spread } from "../lib/report.ts";
import { simulate } from "../lib/simulate.ts";
import { type Spread, spreadOf } from "../lib/stats.ts";
import type { Goal, Section, Surroundings, Table } from "../lib/workload.ts";
import { limiters, missingLimiters } from "../peers/limiters.ts";
import { type GateResult, gated } from "../subjects/gated.ts";

const models = [
  ["accepted", "counted from the last accepted call"],
  ["rearms", "a refused call counts, too"],
] as const;

interface Row {
  readonly name: string;
  readonly done: Spread;
  readonly refused: Spread;
  readonly share: Spread;
  readonly warm: { readonly refused: Spread; readonly share: Spread };
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const finer = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** What is left of an endpoint's limit, by who holds it. */
export async function gateWorkload({ effort }: Surroundings): Promise<Section> {
  const notes = await missingLimiters();
  const others = Object.values(limiters).filter(
    (name) => notes.length === 0 || (name !== limiters.bottleneck && name !== limiters.adaptive),
  );
  const seeds = effort.form === "full" ? [1, 2, 3, 4, 5] : [1];
  async function measure(name: string, model: string): Promise<Row> {
    const results: GateResult[] = [];
    for (const seed of seeds) results.push(await simulate("gate", [name, model, seed]));
    return {
      name,
      done: spreadOf(results.map(({ done }) => done)),
      refused: spreadOf(results.map(({ refusedPerDone }) => refusedPerDone)),
      share: spreadOf(results.map(({ share }) => share)),
      warm: {
        refused: spreadOf(results.map(({ warm }) => warm.refusedPerDone)),
        share: spreadOf(results.map(({ warm }) => warm.share)),
      },
    };
  }
  const tables: Table[] = [];
  const measured: (readonly Row[])[] = [];
  for (const [model, words] of models) {
    const rows: Row[] = [];
    for (const name of [...others, ...Object.values(gated)]) rows.push(await measure(name, model));
    measured.push(rows);
    tables.push({
      columns: [`one call in 2 s, ${words}`, "done", "429 for each done", "of the allowed rate"],
      rows: rows.map(({ name, done, refused, share }) => [
        ...[name, percent(done.median), spread(refused)],
        done.median < 0.1 ? "–" : spread(share, finer),
      ]),
    });
  }
  const [first = []] = measured;
  return {
    title: "Under a limit",
    method: `A cloud takes one call in two seconds for an endpoint and refuses the others; an answer takes 80 ms, some longer. 32 callers have 400 reads to make. Real code under a virtual clock, ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}; the figures count, so the machine's load does not matter.`,
    tables,
    goals: [...goalsOf(measured, gated.known, 0.97, 0.01), ...goalsOf(measured, gated.hidden, 0.95, 0.01)],
    plots: {
      gate: {
        title: "Under a limit: what is used of the allowed rate",
        axis: "done calls against those that the limit allows; 1 is all",
        goal: 0.97,
        rows: first.map(({ name, done, share }) => ({
          ...{ label: name, ours: name.startsWith("gpuport") },
          value: done.median < 0.1 ? spreadOf([0]) : share,
        })),
      },
    },
    notes: [
      ...notes,
      "A dash, and a bar of no length, stand where less than a tenth was done before the caller gave up.",
    ],
    watched: {},
  };
}

/** Who must learn the limit is held to it from the hundredth call on; whoever knows it, from the first. */
function goalsOf(
  measured: readonly (readonly Row[])[],
  name: string,
  share: number,
  refused: number,
): Goal[] {
  const learns = name === gated.hidden;
  const since = learns ? " after 100 calls" : "";
  return measured.flatMap((rows, index): Goal[] => {
    const row = rows.find((one) => one.name === name);
    const words = models[index]?.[1];
    if (row === undefined || words === undefined) return [];
    const held = learns ? row.warm : row;
    return [
      {
        ...{ what: `${name}; ${words}: of the allowed rate${since}`, is: "at least", limit: share },
        // Who gives up has used nothing of it, however fast.
        ...{ got: row.done.median < 0.99 ? spreadOf([0]) : held.share, show: finer },
      },
      {
        ...{ what: `${name}; ${words}: 429 for each done${since}`, is: "at most", limit: refused },
        ...{ got: held.refused, show: (figure) => figure.toFixed(3) },
      },
    ];
  });
}
