import { inOwnProcesses } from "../lib/own-process.ts";
import { absoluteOf, measurePaired, type Round, ratioOf } from "../lib/paired.ts";
import { spread } from "../lib/report.ts";
import type { Effort, Goal, Section, Surroundings, Table } from "../lib/workload.ts";
import { libcloudSubjects } from "../peers/libcloud.ts";
import { pkgcloudName } from "../peers/pkgcloud.ts";
import { type ListAbout, listed, rowsOfAccount, type ShapeName } from "../subjects/list.ts";

const { floor, again, ahead, naive, collected, iterated } = listed;

interface Measured {
  readonly shape: ShapeName;
  readonly title: string;
  readonly names: readonly string[];
  readonly rounds: readonly Round[];
}

const titles: Readonly<Record<ShapeName, string>> = {
  glows: "Glows.ai's shape, 20 a page",
  late: "the same, with 20 ms until each answer",
  vast: "Vast.ai's shape, all in one answer of 28 MB",
  hpcAi: "HPC-AI's shape, 50 a page",
  nova: "OpenStack's shape, all in one answer",
};

/** Ten thousand machines listed, in the shapes of three clouds and of the one that other libraries read. */
export async function listWorkload({ server, effort }: Surroundings): Promise<Section> {
  const pkgcloud = effort.form === "check" ? { names: [], notes: [] } : await pkgcloudName();
  const libcloud =
    effort.form === "check" ? { subjects: [], notes: [] } : libcloudSubjects(server.url, rowsOfAccount);

  async function measure(shape: ShapeName, names: readonly string[]): Promise<Measured> {
    const about: ListAbout = { serverUrl: server.url, shape };
    await using processes = inOwnProcesses<null>(
      new URL("../subjects/list.ts", import.meta.url),
      names,
      about,
    );
    const subjects = [...processes.at(null), ...(shape === "nova" ? libcloud.subjects : [])];
    const rounds = await measurePaired(subjects, {
      rounds: roundsOf(effort, shape),
      warmUps: shape === "late" ? 0 : 1,
    });
    return { shape, title: titles[shape], names: subjects.map(({ name }) => name), rounds };
  }

  const ours = [collected, iterated];
  const short = effort.form === "check";
  const glows = await measure(
    "glows",
    short ? [floor, ahead, collected] : [floor, again, ahead, naive, ...ours],
  );
  const vast = await measure("vast", short ? [floor, ...ours] : [floor, again, ...ours]);
  const hpcAi = await measure("hpcAi", short ? [floor, collected] : [floor, ...ours]);
  const more = effort.form === "check" ? [] : [await measure("late", [ahead, floor, collected])];
  const nova = effort.form === "check" ? [] : [await measure("nova", [floor, ...pkgcloud.names, collected])];
  const all = [glows, ...more, vast, hpcAi, ...nova];
  return {
    title: "Listing 10,000",
    method: `The whole account is listed once a round, and counted. CPU, wall time and the most memory the process held, against the first row of each table; by hand nothing is validated or mapped.`,
    tables: all.map(tableOf),
    goals: [
      ...goalsOf(vast),
      ...more.map(
        ({ rounds }): Goal => ({
          ...{ what: "Glows.ai's shape, 20 ms: wall against 8 pages at once", is: "at most", limit: 1.15 },
          got: ratioOf(rounds, collected, ahead, "wallMs"),
        }),
      ),
      {
        ...{ what: "Glows.ai's shape: CPU against 8 pages at once", is: "at most", limit: 1.6 },
        got: ratioOf(glows.rounds, collected, ahead, "cpuMs"),
      },
      ...nova.flatMap(({ rounds }) =>
        libcloud.subjects.map(
          ({ name }): Goal => ({
            ...{ what: `OpenStack's shape: CPU against ${name}`, is: "at most", limit: 0.5 },
            got: ratioOf(rounds, collected, name, "cpuMs"),
          }),
        ),
      ),
    ],
    plots: Object.fromEntries(
      all.map(({ shape, title, names, rounds }) => [
        `list-${shape.toLowerCase()}`,
        {
          title: `Listing 10,000: ${title}`,
          axis: shape === "late" ? "wall time in seconds" : "CPU time for each row, µs",
          rows: names.map((name) => ({
            ...{ label: name, ours: name === collected || name === iterated },
            value: perRow(rounds, name, shape),
          })),
        },
      ]),
    ),
    notes: [...pkgcloud.notes, ...libcloud.notes],
    watched: {
      "list, Glows.ai's shape, CPU by hand": ratioOf(glows.rounds, collected, floor, "cpuMs"),
      "list, Vast.ai's shape, CPU by hand": ratioOf(vast.rounds, collected, floor, "cpuMs"),
      "list, HPC-AI's shape, CPU by hand": ratioOf(hpcAi.rounds, collected, floor, "cpuMs"),
    },
  };
}

/** Lists take seconds, so a few rounds must do; the one with latency is slow and steady. */
function roundsOf({ form }: Effort, shape: ShapeName): number {
  if (form !== "full") return form === "quick" ? (shape === "late" ? 1 : 2) : 5;
  return shape === "late" ? 3 : 9;
}

function tableOf({ title, names, rounds }: Measured): Table {
  const base = names[0] ?? "";
  return {
    columns: [title, "CPU", "wall", "peak memory", "CPU a row, µs"],
    rows: names.map((name) => [
      name,
      spread(ratioOf(rounds, name, base, "cpuMs")),
      spread(ratioOf(rounds, name, base, "wallMs")),
      spread(ratioOf(rounds, name, base, "peakMiB")),
      ((absoluteOf(rounds, name, "cpuMs").median * 1000) / rowsOfAccount).toFixed(1),
    ]),
  };
}

function goalsOf({ rounds }: Measured): Goal[] {
  return [
    {
      ...{ what: "Vast.ai's shape: CPU against fetch + JSON.parse", is: "at most", limit: 1.6 },
      got: ratioOf(rounds, collected, floor, "cpuMs"),
    },
    {
      ...{ what: "Vast.ai's shape: peak memory when iterated", is: "at most", limit: 0.72 },
      got: ratioOf(rounds, iterated, floor, "peakMiB"),
    },
  ];
}

function perRow(rounds: readonly Round[], name: string, shape: ShapeName) {
  const { lower, median, upper } = absoluteOf(rounds, name, shape === "late" ? "wallMs" : "cpuMs");
  const scale = shape === "late" ? 1 / 1000 : 1000 / rowsOfAccount;
  return { lower: lower * scale, median: median * scale, upper: upper * scale };
}
