import { isComputeError } from "@gpuport/core";
import { type Capability, type Case, type Having, topic } from "./case.ts";
import { claim, collect, computeError, refused, same, settled } from "./claims.ts";
import type { CaseContext } from "./context.ts";
import * as faults from "./faults.ts";
import { unverified } from "./outcome.ts";

// What is promised of everything that clouds store besides machines.

/** Makes something; where the cloud wants more than the model says, nothing can be decided. */
export async function made<Result>(work: () => Promise<Result>): Promise<Result> {
  const { value, error } = await settled(work);
  if (error === undefined) return value;
  if (isComputeError(error, "invalid_argument", "unsupported", "not_found")) {
    unverified(`the bench has no sample that this cloud takes: ${error.message}`);
  }
  throw error;
}

/** A list of stored things keeps the promises of every list. */
export function listPromises<Name extends Capability>(
  name: Name,
  what: string,
  list: (
    group: Having<Name>,
    options?: { signal?: AbortSignal; timeoutMs?: number },
  ) => AsyncIterable<{ id: string; provider: string }>,
): readonly Case[] {
  const { having } = topic(what);
  const offline = topic(what, { tiers: ["offline"] });
  return [
    having(name, `each of the ${what} is listed once, with its provider`, async (group, { provider }) => {
      const all = await collect(list(group));
      same(new Set(all.map(({ id }) => id)).size, all.length, `${what}, each once`);
      for (const stored of all) same(stored.provider, provider.name, `the provider of one of the ${what}`);
      for (const { id } of all) claim(id !== "", `one of the ${what} has no id`);
    }),
    ...[faults.refusal(500), faults.refusal(401), faults.webPage(), faults.noBody(), faults.brokenJson()].map(
      (fault) =>
        offline.having(
          name,
          `${fault.name} is never taken for an empty list of ${what}`,
          async (group, { tap }) => {
            tap.inject({ fault, hits: () => true });
            const { effect, code } = await refused(`a list of ${what}`, () =>
              collect(list(group, { timeoutMs: 20_000 })),
            );
            same(effect, "none", `the effect of a list of ${what} that failed`);
            claim(code !== "not_found", `a list of ${what} threw not_found after ${fault.name}`);
          },
        ),
    ),
    offline.having(
      name,
      `a list of ${what} that is cancelled before sends nothing`,
      async (group, { tap }) => {
        const cancelled = () => collect(list(group, { signal: AbortSignal.abort() }));
        const { exchanges } = await tap.during(() =>
          refused(`a cancelled list of ${what}`, cancelled, "cancelled"),
        );
        same(exchanges.length, 0, `requests of a cancelled list of ${what}`);
      },
    ),
  ];
}

/** What makes something that bills is sent once, however its answer is lost. */
export async function sentOnce(
  context: CaseContext,
  work: () => Promise<unknown>,
  reads: () => Promise<unknown>,
) {
  const { tap } = context;
  const { exchanges: known } = await tap.during(reads);
  const shapes = new Set(known.map(({ shape }) => shape));
  const isNew = ({ shape }: { shape: string }): boolean => !shapes.has(shape);
  tap.inject({ fault: faults.reset("after"), hits: isNew, times: 1 });
  const { result, exchanges } = await tap.during(() => settled(work));
  tap.clear();
  const { error } = result;
  if (isComputeError(error, "invalid_argument", "unsupported"))
    unverified(`the bench has no sample: ${error.message}`);
  const counts = Map.groupBy(exchanges.filter(isNew), ({ shape }) => shape);
  for (const [shape, sent] of counts)
    claim(sent.length === 1, `${shape} was sent ${sent.length} times: it may be done twice`);
  if (error === undefined) return;
  const failure = computeError("a create whose answer was lost", error);
  claim(failure.effect !== "none", "a create whose answer was lost says that nothing was done");
  claim(!failure.retryable, "a create whose answer was lost is called retryable: it would be done twice");
}
