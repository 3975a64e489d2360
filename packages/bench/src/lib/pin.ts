import { type ChildProcess, execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

/**
 * Keeps a process on one processor, where the system has `taskset`. Left alone, server and client now share a core and
 * now do not, and the same work takes once or twice the time.
 */
export function pin({ pid }: ChildProcess, processor: number): void {
  if (pid === undefined || availableParallelism() < 2) return;
  try {
    execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", String(processor), String(pid)], {
      stdio: "ignore",
    });
  } catch {
    // Without it the spread is wider, which the page shows.
  }
}
