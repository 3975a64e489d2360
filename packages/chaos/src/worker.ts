import type { Cell } from "./cell.ts";
import { runCells } from "./lanes.ts";
import type { Tally } from "./tally.ts";

/** What a worker tells the command: how far it is, then what it found. */
export type Message = { readonly cells: number; readonly tally?: undefined } | { readonly tally: Tally };

const every = 50;

process.once("disconnect", () => process.exit(1)); // the command is gone

process.once("message", (cells: readonly Cell[]) => {
  let done = 0;
  const tell = (): void => {
    done += 1;
    if (done % every === 0) process.send?.({ cells: every } satisfies Message);
  };
  runCells(cells, tell).then(
    // The deadlines of processes that were killed still run, so nothing ends by itself.
    (tally) => process.send?.({ tally } satisfies Message, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () =>
        process.exit(1),
      );
    },
  );
});
