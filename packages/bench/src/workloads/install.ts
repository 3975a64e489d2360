import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { bundleKilobytes, type Installed, installOurs, installTheirs } from "../lib/installed.ts";
import { absoluteOf, measurePaired, ratioOf, type Sample, type Subject } from "../lib/paired.ts";
import { spread } from "../lib/report.ts";
import type { Spread } from "../lib/stats.ts";
import type { Section, Surroundings } from "../lib/workload.ts";

const ours = "@gpuport/core + one adapter";
const stack = "ky + zod + p-retry alone";

/** What is installed, and the lines that bring it into a program. */
const theirs: Readonly<
  Record<string, { versions: Readonly<Record<string, string>>; code: string; use?: string }>
> = {
  [stack]: {
    versions: { ky: "^2.1.0", zod: "^4.6.7", "p-retry": "^9.0.0" },
    code: `import ky from "ky"; import * as z from "zod"; import pRetry from "p-retry"; console.log(ky, z.object({}), pRetry);`,
  },
  computesdk: {
    versions: { computesdk: "^4.0.0" },
    code: `import * as sdk from "computesdk"; console.log(sdk);`,
  },
  pkgcloud: {
    versions: { pkgcloud: "^2.2.0" },
    code: `import pkgcloud from "pkgcloud"; console.log(pkgcloud.compute.createClient);`,
    // It loads its parts when they are first used.
    use: `(await import("pkgcloud")).default.compute.createClient({ provider: "openstack", authUrl: "http://127.0.0.1", username: "a", password: "b" });`,
  },
  "AWS EC2 client": {
    versions: { "@aws-sdk/client-ec2": "^3.900.0" },
    code: `import { EC2Client, DescribeInstancesCommand, RunInstancesCommand } from "@aws-sdk/client-ec2"; console.log(EC2Client, DescribeInstancesCommand, RunInstancesCommand);`,
  },
  "Google compute client": {
    versions: { "@google-cloud/compute": "^6.0.0" },
    code: `import { InstancesClient } from "@google-cloud/compute"; console.log(InstancesClient);`,
  },
};
const oursCode = `import { vast } from "@gpuport/vast"; console.log(vast);`;

/** Runs the lines in a process of their own, which tells what they took. */
function importing(name: string, folder: string, code: string, use = ""): Subject {
  const [imports = ""] = code.split("console.log");
  const dynamic = [...imports.matchAll(/from "([^"]+)"/g)].map(([, module]) => `await import("${module}");`);
  const program = `const cpu = process.cpuUsage(); const from = performance.now();
    ${dynamic.join("\n")} ${use}
    const wallMs = performance.now() - from; const { user, system } = process.cpuUsage(cpu);
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs, peakMiB }));`;
  const run = async (): Promise<Sample> => {
    const args = ["--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
    return JSON.parse(stdout) as Sample;
  };
  return { name, run };
}

/** A figure that is the same every time. */
const exactly = (figure: number): Spread => ({ lower: figure, median: figure, upper: figure });
const whole = (figure: number): string => figure.toFixed(0);
const tenth = (figure: number): string => figure.toFixed(1);

/** What it costs to have the library at all: time to import, what is installed, and what a bundle weighs. */
export async function installWorkload({ effort }: Surroundings): Promise<Section> {
  const notes: string[] = [];
  const places: { name: string; code: string; installed: Installed }[] = [];
  for (const [name, { versions, code }] of Object.entries(theirs)) {
    const installed = await installTheirs(versions);
    if ("missing" in installed) notes.push(installed.missing);
    else places.push({ name, code, installed });
  }
  const own = installOurs(["core", "vast"]);
  places.push({ name: ours, code: oursCode, installed: own });
  const subjects = places.map(({ name, code, installed }) =>
    importing(name, installed.folder, code, theirs[name]?.use),
  );
  const rounds = await measurePaired(subjects, { rounds: effort.form === "full" ? 11 : 3, warmUps: 1 });
  const rows = await Promise.all(
    places.map(async ({ name, code, installed: { folder, packages, megabytes } }) => {
      const bundle = await bundleKilobytes(folder, code).catch(() => undefined);
      if (bundle === undefined) notes.push(`${name}: cannot be bundled into one file.`);
      return [
        name,
        spread(absoluteOf(rounds, name, "wallMs"), whole),
        spread(absoluteOf(rounds, name, "cpuMs"), whole),
        whole(absoluteOf(rounds, name, "peakMiB").median),
        ...[String(packages), tenth(megabytes), bundle === undefined ? "–" : tenth(bundle)],
      ];
    }),
  );
  return {
    title: "Import and size",
    method:
      "The packages as they are published, installed with npm into an empty folder; a fresh process imports them, the files in the system's cache. A bundle is esbuild's, minified, for Node, and compressed.",
    tables: [
      {
        columns: ["", "import, ms", "CPU, ms", "peak MiB", "packages", "MB installed", "kB bundled"],
        rows,
      },
    ],
    goals: [
      {
        ...{ what: "core and one adapter: import, ms", is: "at most", limit: 75, show: whole },
        got: absoluteOf(rounds, ours, "wallMs"),
      },
      {
        ...{
          what: "core and one adapter: CPU of the import against the stack alone",
          is: "at most",
          limit: 1.15,
        },
        got: places.some(({ name }) => name === stack)
          ? ratioOf(rounds, ours, stack, "cpuMs")
          : exactly(Number.NaN),
      },
      {
        ...{ what: "core and one adapter: packages", is: "at most", limit: 8, show: whole },
        got: exactly(own.packages),
      },
      {
        ...{ what: "core and one adapter: MB installed", is: "at most", limit: 8, show: tenth },
        got: exactly(own.megabytes),
      },
    ],
    plots: {
      import: {
        title: "Import in a fresh process",
        axis: "wall time in ms",
        goal: 75,
        rows: places.map(({ name }) => ({
          ...{ label: name, ours: name === ours },
          value: absoluteOf(rounds, name, "wallMs"),
        })),
      },
    },
    notes,
    watched: {},
  };
}
