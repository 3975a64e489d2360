import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Runs a simulation in a process of its own, and gives what it prints. */
export async function simulate<Result>(name: string, options: readonly (string | number)[]): Promise<Result> {
  const program = fileURLToPath(new URL(`../subjects/${name}.ts`, import.meta.url));
  const args = [...process.execArgv, program, ...options.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 240_000 });
  return JSON.parse(stdout) as Result;
}
