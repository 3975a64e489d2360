import assert from "node:assert/strict";
import {
  type ComputeError,
  type ComputeErrorCode,
  type ComputeProvider,
  instanceSchema,
  isComputeError,
} from "@gpuport/core";
import { NotApplicable, Unverified } from "./outcome.ts";

/** @param defect What is wrong if it does not hold, in words that an adapter's author can act on. */
export function claim(holds: boolean, defect: string): asserts holds {
  if (!holds) throw new assert.AssertionError({ message: defect, stackStartFn: claim });
}

export function same(actual: unknown, expected: unknown, what: string): void {
  assert.deepEqual(actual, expected, `${what}: expected ${shown(expected)}, got ${shown(actual)}`);
}

function shown(value: unknown): string {
  return value instanceof Error ? String(value) : (JSON.stringify(value) ?? String(value));
}

/** What became of a call. */
export type Settled<Result> =
  | { readonly value: Result; readonly error?: undefined }
  | { readonly error: Error; readonly value?: undefined };

export async function settled<Result>(work: () => Promise<Result>): Promise<Settled<Result>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof NotApplicable || error instanceof Unverified) throw error;
    return {
      error: error instanceof Error ? error : new TypeError(`something was thrown: ${String(error)}`),
    };
  }
}

/** Ends a machine as the documentation says: as long as it is unconfirmed, it is terminated again. */
export async function endForSure(provider: ComputeProvider, id: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { error } = await settled(() => provider.terminate(id));
    if (error === undefined) return;
    if (!isComputeError(error, "termination_unconfirmed") || tries === maxTries) throw error;
  }
}

const maxTries = 5;

/** The call must be refused, with one of these codes if any are given. */
export async function refused(
  what: string,
  work: () => Promise<unknown>,
  ...codes: readonly ComputeErrorCode[]
): Promise<ComputeError> {
  const { value, error } = await settled(work);
  claim(
    error !== undefined,
    `${what} did not throw${value === undefined ? "" : `: it gave ${shown(value)}`}`,
  );
  const failure = computeError(what, error);
  const expected = codes.length === 0 || codes.includes(failure.code);
  claim(expected, `${what} threw ${failure.code}, not ${codes.join(" or ")}: ${failure.message}`);
  return failure;
}

/** Everything that a provider throws is a ComputeError. */
export function computeError(what: string, error: unknown): ComputeError {
  claim(isComputeError(error), `${what} threw something that is no ComputeError: ${String(error)}`);
  return error;
}

/** What goes on for longer goes on for ever. */
const longestList = 5_000;

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) {
    all.push(item);
    claim(all.length <= longestList, `a list has told ${longestList} items and goes on: it has no end`);
  }
  return all;
}

export function validInstance(instance: unknown): void {
  const issue = instanceSchema.safeParse(instance).error?.issues[0];
  claim(issue === undefined, `an instance is not valid at ${issue?.path.join(".")}: ${issue?.message}`);
}
