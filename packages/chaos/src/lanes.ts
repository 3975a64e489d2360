import { type Emulator, startEmulator } from "@gpuport/emulator";
import type { Cell } from "./cell.ts";
import type { Verdict } from "./judge.ts";
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
    let emulator = await start();
    try {
      for (let cell = cells[next++]; cell !== undefined; cell = cells[next++]) {
        for (const side of sides) {
          try {
            await emulator.reset();
          } catch (error) {
            // A port that was closed on purpose is somebody else's now. Other clouds, the same cell.
            if (!isPortTaken(error)) throw error;
            await emulator.close();
            emulator = await start();
          }
          note(tally, side, cell, await columns[side](emulator, cell));
        }
        onCell();
      }
    } finally {
      await emulator.close();
    }
  }

  await Promise.all(Array.from({ length: laneCount }, lane));
  return tally;
}

const start = (): Promise<Emulator> => startEmulator({ clock: "manual" });

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
