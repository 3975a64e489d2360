import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Cell, rowOf } from "./cell.ts";
import { cloudNames } from "./clouds.ts";
import { runCells } from "./lanes.ts";
import { faults, operations } from "./matrix.ts";
import { replay } from "./replay.ts";
import { canFail, isKept, report } from "./report.ts";
import { emptyTally, merge, type Tally } from "./tally.ts";
import type { Message } from "./worker.ts";

const usage = `pnpm chaos [options]

Every fault on every emulated cloud, with the launch and termination protocol and without it.

  --quick            one seed for each cell: what CI runs
  --seeds N          seeds for each cell; 200 when left out
  --first N          the first seed; 1 when left out. Two halves of a run are --seeds 100, and --seeds 100 --first 101
  --cloud NAME       only ${cloudNames.join(", ")}
  --fault NAME       only this fault
  --operation NAME   only ${operations.join(", ")}
  --seed N           only this seed, to see one cell again
  --workers N        processes; one for each processor when left out
  --json             all counts and failures as one line of JSON
  --list             the names of the faults

Ends with 0 when the protocol kept every promise and the same faults did harm without it.
`;

function only<Name extends string>(
  names: readonly Name[],
  name: string | undefined,
  option: string,
): readonly Name[] {
  if (name === undefined) return names;
  const found = names.filter((known) => known === name);
  if (found.length === 0) throw new RangeError(`--${option}: there is no ${name}, only ${names.join(", ")}`);
  return found;
}

function count(text: string | undefined, fallback: number, option: string): number {
  const number = text === undefined ? fallback : Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new RangeError(`--${option} must be a number, 1 or more`);
  return number;
}

/** Runs the cells in processes of their own, dealt out like cards. */
async function inWorkers(cells: readonly Cell[], workers: number): Promise<Tally> {
  const tally = emptyTally();
  const startedAt = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const child = fork(new URL("./worker.ts", import.meta.url));
      return new Promise<void>((resolve, reject) => {
        child.on("message", (message: Message) => {
          if (message.tally !== undefined) return merge(tally, message.tally);
          done += message.cells;
          progress(done, cells.length, startedAt);
        });
        child.once("exit", (code) =>
          code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`)),
        );
        child.send(cells.filter((_cell, at) => at % workers === index));
      });
    }),
  );
  return tally;
}

function progress(done: number, all: number, startedAt: number): void {
  if (!process.stderr.isTTY) return;
  const perSecond = done / ((performance.now() - startedAt) / 1000);
  const left = Math.round((all - done) / perSecond);
  process.stderr.write(`\r${done} of ${all} cells, ${perSecond.toFixed(0)} a second, ${left} s left   `);
}

/** Resolves when it is written: the process ends by itself, with time-outs of killed processes still running. */
function say(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...{ quick: { type: "boolean" }, json: { type: "boolean" }, list: { type: "boolean" } },
      ...{ help: { type: "boolean" }, seeds: { type: "string" }, first: { type: "string" } },
      ...{ cloud: { type: "string" }, fault: { type: "string" }, operation: { type: "string" } },
      ...{ seed: { type: "string" }, workers: { type: "string" } },
    },
  });
  if (values.help) {
    await say(usage.trimEnd());
    return 0;
  }
  if (values.list) {
    await say(faults.map(({ id, title }) => `${id.padEnd(20)} ${title}`).join("\n"));
    return 0;
  }
  if (values.fault !== undefined) rowOf(values.fault);
  const first = count(values.seed ?? values.first, 1, "first");
  const seeds = values.seed === undefined ? count(values.seeds, values.quick ? 1 : 200, "seeds") : 1;
  const cells: Cell[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    for (const cloud of only(cloudNames, values.cloud, "cloud")) {
      for (const { id: fault } of faults.filter(({ id }) => id === (values.fault ?? id))) {
        for (const operation of only(operations, values.operation, "operation")) {
          cells.push({ cloud, fault, operation, seed });
        }
      }
    }
  }
  const [single] = cells;
  if (cells.length === 1 && single !== undefined && !values.json) await say(await replay(single));
  const startedAt = performance.now();
  const workers = count(values.workers, availableParallelism(), "workers");
  const tally = cells.length > 100 ? await inWorkers(cells, workers) : await runCells(cells);
  const seconds = (performance.now() - startedAt) / 1000;
  if (values.json) await say(JSON.stringify({ ...tally, seconds }));
  else {
    const pace = `${seconds.toFixed(1)} s, ${(cells.length / seconds).toFixed(0)} a second`;
    await say(`${cells.length} cells in ${pace}
${report(tally)}`);
  }
  const whole = [values.cloud, values.fault, values.operation, values.seed].every((one) => one === undefined);
  return isKept(tally) && (!whole || canFail(tally)) ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  const words = error instanceof Error && !(error instanceof RangeError) ? error.stack : String(error);
  process.stderr.write(`${words}\n`);
  process.exit(2);
}
