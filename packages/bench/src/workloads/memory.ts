import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { spreadOf } from "../lib/stats.ts";
import type { Section, Surroundings } from "../lib/workload.ts";
import { remembered } from "../subjects/remembered.ts";

const program = fileURLToPath(new URL("../subjects/memory.ts", import.meta.url));
const tenth = (figure: number): string => figure.toFixed(1);

/** What the heap keeps of a call, over many. */
export async function memoryWorkload({ server, effort }: Surroundings): Promise<Section> {
  const calls = effort.form === "full" ? 100_000 : 10_000;
  async function bytesPerCall(subject: string): Promise<number> {
    const args = ["--expose-gc", ...process.execArgv, program, subject, server.url, String(calls)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return Number(stdout);
  }
  const rows: { name: string; bytes: number }[] = [];
  for (const name of Object.values(remembered)) rows.push({ name, bytes: await bytesPerCall(name) });
  return {
    title: "Memory",
    method: `${calls.toLocaleString("en")} reads, 32 at once, in a fresh process: what the heap holds more after them, for each call, when everything that can be collected has been.`,
    tables: [{ columns: ["", "bytes a call"], rows: rows.map(({ name, bytes }) => [name, tenth(bytes)]) }],
    goals: rows
      .filter(({ name }) => name !== remembered.naive)
      .map(({ name, bytes }) => ({
        ...{ what: `${name}: bytes a call`, is: "at most", limit: effort.form === "full" ? 1 : 20 },
        ...{ got: spreadOf([bytes]), show: tenth },
      })),
    plots: {},
    notes:
      effort.form === "full"
        ? []
        : [
            "The reduced form makes a tenth of the calls, and what is kept once weighs more in it, so its limit is higher.",
          ],
    watched: {},
  };
}
