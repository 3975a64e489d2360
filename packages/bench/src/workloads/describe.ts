import { inOwnProcesses } from "../lib/own-process.ts";
import { absoluteOf, measurePaired, type Round, ratioOf } from "../lib/paired.ts";
import { spread } from "../lib/report.ts";
import type { Goal, Section, Surroundings } from "../lib/workload.ts";
import { httpClients } from "../peers/http.ts";
import { type DescribeAbout, type DescribeTask, described } from "../subjects/describe.ts";

const { floor, naive, ours } = described;

const loads: readonly DescribeTask[] = [
  { atOnce: 1, calls: 3000 },
  { atOnce: 32, calls: 4000 },
];

interface Measured extends DescribeTask {
  readonly rounds: readonly Round[];
}

/** One machine read again and again: bare clients against the whole library. */
export async function describeWorkload({ server, effort }: Surroundings): Promise<Section> {
  const clients = effort.form === "check" ? { names: [], notes: [] } : await httpClients();
  const about: DescribeAbout = { serverUrl: server.url };
  const others = [described.again, ...clients.names, described.ky, described.overFetch];
  const names = [floor, ...(effort.form === "check" ? [] : others), naive, ours];
  await using processes = inOwnProcesses<DescribeTask>(
    new URL("../subjects/describe.ts", import.meta.url),
    names,
    about,
  );
  const measured: Measured[] = [];
  for (const { atOnce, calls: most } of loads) {
    const calls = Math.ceil(most * effort.scale);
    // Fewer calls than these and the compiler is not done yet.
    const plan = {
      rounds: effort.rounds,
      warmUps: Math.ceil((effort.form === "quick" ? 1500 : 5000) / calls),
    };
    measured.push({ atOnce, calls, rounds: await measurePaired(processes.at({ atOnce, calls }), plan) });
  }
  return {
    title: "One read",
    method: `The same machine's record of 0.9 kB is read by \`describe\`, with everything on: deadline, gate, retry, validation, map, tracing without subscribers. CPU and wall time against \`${floor}\`: \`(await fetch(url)).json()\`.`,
    tables: [
      {
        columns: [
          "",
          ...measured.flatMap(({ atOnce }) => [`CPU, ${atOnce} at once`, `wall, ${atOnce} at once`]),
        ],
        rows: names.map((name) => [
          name,
          ...measured.flatMap(({ rounds }) => [
            spread(ratioOf(rounds, name, floor, "cpuMs")),
            spread(ratioOf(rounds, name, floor, "wallMs")),
          ]),
        ]),
      },
    ],
    goals: measured.flatMap(goalsOf),
    plots: Object.fromEntries(
      measured.map(({ atOnce, rounds }) => [
        `describe-${atOnce}`,
        {
          title: `One read, ${atOnce} at once`,
          axis: "CPU time of the client, bare fetch = 1",
          goal: 1.1,
          rows: names.map((name) => ({
            ...{ label: name, value: ratioOf(rounds, name, floor, "cpuMs") },
            ours: name === ours,
          })),
        },
      ]),
    ),
    notes: [
      ...clients.notes,
      ...measured.map(({ atOnce, calls, rounds }) => {
        const { median } = absoluteOf(rounds, floor, "cpuMs");
        return `${atOnce} at once: ${((median / calls) * 1000).toFixed(0)} µs of CPU for each call of \`${floor}\`; ${calls} calls a round.`;
      }),
      "A real answer takes 50 to 200 ms of network; these microseconds matter only times thousands.",
    ],
    watched: Object.fromEntries(
      measured.flatMap(({ atOnce, rounds }) => [
        [`describe, ${atOnce} at once, CPU against bare fetch`, ratioOf(rounds, ours, floor, "cpuMs")],
        [`describe, ${atOnce} at once, CPU against the naive stack`, ratioOf(rounds, ours, naive, "cpuMs")],
      ]),
    ),
  };
}

function goalsOf({ atOnce, rounds }: Measured): Goal[] {
  const what = `describe, ${atOnce} at once: CPU against`;
  return [
    {
      ...{ what: `${what} bare fetch`, is: "at most", limit: 1.1 },
      got: ratioOf(rounds, ours, floor, "cpuMs"),
    },
    {
      ...{ what: `${what} ${naive}`, is: "at most", limit: 0.72 },
      got: ratioOf(rounds, ours, naive, "cpuMs"),
    },
  ];
}
