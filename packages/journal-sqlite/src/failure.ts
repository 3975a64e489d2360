import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ComputeError, isComputeError } from "@gpuport/core";

// https://www.sqlite.org/rescode.html: the low eight bits are the primary code.
const busy = 5;
const locked = 6;
const readOnly = 8;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return Number(error.errcode) & 0xff;
}

/** Whether another process has the file for the moment. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === busy || code === locked;
}

/** Says what is wrong with the file, in words that name what to mend. */
export function toFailure(error: unknown, path: string): unknown {
  if (isComputeError(error) || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const refused = (why: string): ComputeError =>
    new ComputeError({
      code: "invalid_config",
      message: `cannot use the journal ${path}: ${why}`,
      field: "path",
      cause: error,
    });
  if (code === cannotOpen) return refused(whyNotOpened(path) ?? error.message);
  if (code === readOnly) return refused("it may only be read");
  if (code === notADatabase) return refused("it is not a SQLite database");
  const why =
    code === full
      ? "the disk is full"
      : isBusy(error)
        ? "another process has locked it for too long"
        : error.message;
  return new ComputeError({
    code: "unavailable",
    message: `the journal ${path} cannot be read or written: ${why}`,
    cause: error,
  });
}

function whyNotOpened(path: string): string | undefined {
  const folder = dirname(path);
  if (!existsSync(folder)) return `there is no folder ${folder}, or it may not be entered`;
  if (existsSync(path) && statSync(path).isDirectory()) return "it is a folder";
  return undefined;
}
