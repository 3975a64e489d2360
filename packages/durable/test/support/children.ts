import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Line, Order, Outcome } from "./order.ts";

/** How a process of the tests ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Compiling the sources is most of what a process does until it is killed. */
const cache = fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url));

/** How a program of the tests runs from its source. */
export const nodeFlags: readonly string[] = [
  "--conditions=@gpuport/source",
  "--disable-warning=ExperimentalWarning",
];

/** Runs a program of the tests, from its source, until it ends by itself or is killed. */
export async function runProgram(
  program: string | URL,
  input: unknown,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [...nodeFlags, fileURLToPath(program)], {
    stdio: "pipe",
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: cache, ...env },
  });
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve([code, signal]));
  });
  child.stdin.on("error", () => {}); // it did not live to read it
  child.stdin.end(JSON.stringify(input));
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, signal, stdout, stderr };
}

/** What one order came to. */
export interface VictimReport {
  /** In order; the last one is where it was killed, if it was. */
  readonly steps: readonly string[];
  /** Set when it came to its end. */
  readonly outcome?: Outcome | undefined;
}

const victim = new URL("victim.ts", import.meta.url);

/** Gives orders to a new process, which is killed when all that are to be killed have come to their step. */
export async function runVictim(orders: readonly Order[]): Promise<readonly VictimReport[]> {
  const { code, signal, stdout, stderr } = await runProgram(victim, orders);
  const lines = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
  const reports = orders.map((_, order): VictimReport => {
    const mine = lines.filter((line) => line.order === order);
    return {
      steps: mine.flatMap(({ step }) => step ?? []),
      outcome: mine.find(({ outcome }) => outcome !== undefined)?.outcome,
    };
  });
  const wanted = reports.every(({ outcome }) => outcome !== undefined) ? "SIGTERM" : "SIGKILL";
  if (signal !== wanted || stderr !== "")
    throw new Error(`the process ended with ${signal ?? code}: ${stderr}`);
  return reports;
}
