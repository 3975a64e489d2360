import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ComputeProvider } from "@gpuport/core";
import type { Emulator } from "@gpuport/emulator";
import { configuration, startEmbedded } from "../src/embedded.ts";
import type { Rental } from "../src/rental.ts";

export { configuration, startEmbedded };

/** An example in a process of its own, without a terminal. */
export interface Run {
  /** Resolves when the standard output so far matches; rejects if the process ends before. */
  readonly said: (pattern: RegExp) => Promise<void>;
  readonly complained: (pattern: RegExp) => Promise<void>;
  readonly interrupt: () => void;
  /** Closes the standard output at its other end, as `| head` does. */
  readonly deafen: () => void;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

export function quickstart(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  return example("quickstart", args, env);
}

/** Any of the examples, by the name of its file. */
export function example(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Run {
  const file = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@gpuport/source", file, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const closed = once(child, "close");

  async function until(stream: NodeJS.ReadableStream, holds: () => boolean): Promise<void> {
    while (!holds()) {
      const ended = await Promise.race([once(stream, "data").then(() => false), closed.then(() => true)]);
      if (ended && !holds()) throw new Error(`it ended first:\n${out}\n${err}`);
    }
  }

  return {
    said: (pattern) => until(child.stdout, () => pattern.test(out)),
    complained: (pattern) => until(child.stderr, () => pattern.test(err)),
    deafen: () => child.stdout.destroy(),
    interrupt: () => child.kill("SIGINT"),
    ended: closed.then(([code]: (number | null)[]) => ({ code: code ?? null, out, err })),
  };
}

/** The endpoints that were called and changed something, or may have. */
export function changes(emulator: Emulator): readonly string[] {
  return emulator
    .requests()
    .map(({ cloud, endpoint }) => `${cloud} ${endpoint}`)
    .filter((call) => /create|destroy|delete|terminate|cancel|start|stop|setState/.test(call));
}

/** A rental that nothing was sent for. */
export function plannedAt(name: string, more: Partial<Rental>): Rental {
  const provider = { name, adapter: "vast" } as ComputeProvider; // what shows rentals reads nothing else of it
  return {
    ...{ provider, request: { name: "run_1" }, stage: "nothing", owed: new Set(), terminations: [] },
    ...more,
  };
}
