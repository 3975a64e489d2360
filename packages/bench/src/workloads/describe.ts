import { glows } from "@gpuport/glows";
import ky from "ky";
import { absoluteOf, measurePaired, type Round, ratioOf, repeat, type Subject } from "../lib/paired.ts";
import { spread } from "../lib/report.ts";
import type { Goal, Section, Surroundings } from "../lib/workload.ts";
import { httpClients } from "../peers/http.ts";
import { describeNaively } from "../peers/naive.ts";

const floor = "bare fetch";
const again = "bare fetch, again";
const naive = "ky + zod + map + p-retry";
const subject = "gpuport describe";
const overFetch = "gpuport describe, over fetch";

const loads = [
  { atOnce: 1, calls: 400 },
  { atOnce: 32, calls: 1600 },
] as const;

/** One machine read again and again: bare clients against the whole library. */
export async function describeWorkload({ server, effort }: Surroundings): Promise<Section> {
  const path = "/glows/sdk/v1/instance?request_id=ins-";
  const headers = { authorization: "Bearer token" };
  const bare = async (url: string): Promise<unknown> => (await fetch(url, { headers })).json();
  const clients = effort.form === "check" ? { get: {}, notes: [] } : await httpClients();
  const options = {
    ...{ token: "token", baseUrl: `${server.url}/glows` },
    // A limit that never holds anybody up, so that the gate is paid for.
    endpoints: { "instance.get": { limit: { calls: 1_000_000, perMs: 1 } } },
  };
  const usual = glows(options);
  const plain = glows({ ...options, fetch: (request, init) => fetch(request, init) });
  const idOf = (number: number): string => `ins-${number % 100}`;
  const byUrl = (get: (url: string) => Promise<unknown>) => (number: number) =>
    get(`${server.url}${path}${number % 100}`);
  const ways: Readonly<Record<string, (number: number) => Promise<unknown>>> = {
    [floor]: byUrl(bare),
    [again]: byUrl(bare),
    ...Object.fromEntries(Object.entries(clients.get).map(([name, get]) => [name, byUrl(get)])),
    "ky, its defaults": byUrl((url) => ky.get(url, { headers }).json()),
    [naive]: byUrl(describeNaively),
    [overFetch]: (number) => plain.describe(idOf(number)),
    [subject]: (number) => usual.describe(idOf(number)),
  };

  const measured: { readonly atOnce: number; readonly calls: number; readonly rounds: readonly Round[] }[] =
    [];
  for (const load of loads) {
    const calls = Math.ceil(load.calls * effort.scale);
    const subjects = Object.entries(ways).map(
      ([name, call]): Subject => ({ name, run: () => repeat(calls, load.atOnce, call) }),
    );
    const rounds = await measurePaired(subjects, { rounds: effort.rounds, warmUps: 3 });
    measured.push({ atOnce: load.atOnce, calls, rounds });
  }
  const names = Object.keys(ways);
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
            ours: name === subject,
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
        [`describe, ${atOnce} at once, CPU against bare fetch`, ratioOf(rounds, subject, floor, "cpuMs")],
        [
          `describe, ${atOnce} at once, CPU against the naive stack`,
          ratioOf(rounds, subject, naive, "cpuMs"),
        ],
      ]),
    ),
  };
}

function goalsOf({ atOnce, rounds }: { readonly atOnce: number; readonly rounds: readonly Round[] }): Goal[] {
  const what = `describe, ${atOnce} at once: CPU against`;
  return [
    {
      ...{ what: `${what} bare fetch`, is: "at most", limit: 1.1 },
      got: ratioOf(rounds, subject, floor, "cpuMs"),
    },
    {
      ...{ what: `${what} ${naive}`, is: "at most", limit: 0.72 },
      got: ratioOf(rounds, subject, naive, "cpuMs"),
    },
  ];
}
