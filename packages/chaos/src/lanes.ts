import { type Emulator, startEmulator } from "@gpuport/emulator";
import type { Cell } from "./cell.ts";
import { noFindings, type Verdict, verdictOf } from "./judge.ts";
import { runWithout } from "./naive.ts";
import { runWithProtocol } from "./run.ts";
import { emptyTally, note, type Side, sides, type Tally } from "./tally.ts";

/** While one cell waits for an answer that never comes, others go on. Each lane has clouds of its own. */
const laneCount = 3;

const columns: Readonly<Record<Side, (emulator: Emulator, cell: Cell) => Promise<Verdict>>> = {
  on: runWithProtocol,
  off: runWithout,
};

/** Runs cells, each with the protocol and without. */
export async function runCells(cells: readonly Cell[], onCell: () => void = () => undefined): Promise<Tally> {
  const tally = emptyTally();
  let next = 0;

  async function lane(): Promise<void> {
    // Requests that a program without the protocol has given up may still arrive; they must not meet the other column.
    const emulators = { on: await start(), off: await start() };

    async function play(side: Side, cell: Cell): Promise<Verdict> {
      try {
        await emulators[side].reset();
        return await columns[side](emulators[side], cell);
      } catch (error) {
        // Other clouds, because what this cell had under way must not reach the next one.
        await emulators[side].close();
        emulators[side] = await start();
        // The port that was closed on purpose is somebody else's now.
        return isPortTaken(error) ? play(side, cell) : unplayable(error);
      }
    }

    for (let cell = cells[next++]; cell !== undefined; cell = cells[next++]) {
      for (const side of sides) note(tally, side, cell, await play(side, cell));
      onCell();
    }
    for (const side of sides) await emulators[side].close();
  }

  await Promise.all(Array.from({ length: laneCount }, lane));
  return tally;
}

/** A cell that cannot be played to its end is a failure like any other. */
function unplayable(error: unknown): Verdict {
  const findings = noFindings();
  findings.lists.broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return verdictOf(findings);
}

const start = (): Promise<Emulator> => startEmulator({ clock: "manual" });

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
