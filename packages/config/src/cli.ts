#!/usr/bin/env node
import { isComputeError, systemClock } from "@gpuport/core";
import { openConfigured } from "./open.ts";
import { type ReaperArguments, readArguments, usage } from "./reaper/arguments.ts";
import { toJsonLines, toTable } from "./reaper/print.ts";
import { isLeft, runRound } from "./reaper/round.ts";
import type { Providers } from "./types.ts";

const nothingLeft = 0;
const somethingLeft = 1;
const wrongUsage = 2;

async function main(): Promise<number> {
  let line: ReaperArguments | "help";
  try {
    line = readArguments(process.argv.slice(2));
  } catch (error) {
    complain(`${wordsOf(error)}\ngpuport-reap --help says more`);
    return wrongUsage;
  }
  if (line === "help") {
    process.stdout.write(usage);
    return nothingLeft;
  }
  try {
    const { providers, lasting } = await openConfigured(line.config, {});
    try {
      if (lasting) return await rounds(providers, line);
    } finally {
      await providers[Symbol.asyncDispose]();
    }
  } catch (error) {
    complain(wordsOf(error));
    return isComputeError(error, "invalid_config") ? wrongUsage : somethingLeft;
  }
  complain(
    "the configuration names no journal that other programs can write, and without their journal every machine of " +
      "theirs looks forgotten: journal: { sqlite: FILE } or { postgres: CONNECTION STRING }",
  );
  return wrongUsage;
}

/** One round after the other; a round that has begun is finished. A second signal ends the process where it is. */
async function rounds(providers: Providers, line: ReaperArguments): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  for (;;) {
    const at = systemClock.now();
    const rows = await runRound(providers, providers.journal, line);
    process.stdout.write(line.json ? toJsonLines(rows, at) : toTable(rows, at, line.yes));
    const code = rows.some(isLeft) ? somethingLeft : nothingLeft;
    if (line.loopMs === undefined) return code;
    await systemClock.sleep(Math.max(0, at + line.loopMs - systemClock.now()), stopping.signal);
    if (stopping.signal.aborted) return code;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

process.exitCode = await main();
