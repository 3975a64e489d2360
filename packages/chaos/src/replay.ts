import { startEmulator } from "@gpuport/emulator";
import { type Cell, tell } from "./cell.ts";
import { wrongs } from "./judge.ts";
import { runWithProtocol } from "./run.ts";

/** One cell with the protocol, told step by step: what was planned, every request, every machine, and what went wrong. */
export async function replay(cell: Cell): Promise<string> {
  await using emulator = await startEmulator({ clock: "manual" });
  const startedAt = emulator.clock.now();
  const { row: _, plan, ...story } = tell(cell);
  const verdict = await runWithProtocol(emulator, cell);
  const after = (at: number | undefined): string =>
    at === undefined ? "" : ((at - startedAt) / 1000).toFixed(2).padStart(8);
  const requests = emulator.requests().map(({ at, method, path, status, fault, work }) => {
    const answer = status === undefined ? "no answer" : String(status);
    return `${after(at)} s  ${method} ${path} -> ${answer}${fault === undefined ? "" : ` (${fault}, work ${work})`}`;
  });
  const machines = emulator.machines().map(({ id, identity, createdAt, terminatedAt, state }) => {
    const end = terminatedAt === undefined ? "still there" : `until ${after(terminatedAt)} s`;
    return `${id} (${identity}) from ${after(createdAt)} s, ${end}: ${state}`;
  });
  return [
    JSON.stringify(cell),
    JSON.stringify(story),
    ...plan.faults.map((fault) => JSON.stringify(fault)),
    JSON.stringify({ closedAt: plan.closedAt, facts: plan.facts }),
    ...requests,
    ...machines,
    ...wrongs.flatMap((wrong) => verdict[wrong].map((words) => `${wrong}: ${words}`)),
  ].join("\n");
}
