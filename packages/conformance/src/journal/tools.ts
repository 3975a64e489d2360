import assert from "node:assert/strict";
import {
  type Budget,
  type ComputeErrorCode,
  isComputeError,
  type Journal,
  type JournalQuery,
  type LaunchRecord,
} from "@gpuport/core";

export const never: AbortSignal = new AbortController().signal;

export function record(more: Partial<LaunchRecord> = {}): LaunchRecord {
  return {
    provider: "northwind",
    key: "training",
    requestHash: "hash of the request",
    state: "open",
    identity: "training-gp0123456789abcdefgh",
    sentAt: 1_760_000_000_123,
    late: "adopt",
    ...more,
  };
}

export const dollars = (perHourMicros: number): LaunchRecord["rate"] => ({ currency: "USD", perHourMicros });

export async function put(journal: Journal, next: LaunchRecord, budgets?: readonly Budget[]): Promise<void> {
  const hold = await journal.hold(next.provider, next.key, never);
  try {
    await hold.write(next, budgets);
  } finally {
    await hold.release();
  }
}

export async function get(journal: Journal, { provider, key } = record()): Promise<LaunchRecord | undefined> {
  const hold = await journal.hold(provider, key, never);
  await hold.release();
  return hold.record;
}

export async function keys(journal: Journal, query?: JournalQuery): Promise<string[]> {
  const found: string[] = [];
  for await (const { provider, key } of journal.list(query)) found.push(`${provider}/${key}`);
  return found.toSorted();
}

/** A field that is left out is the same as one that is undefined. */
export function same(actual: LaunchRecord | undefined, expected: LaunchRecord | undefined): void {
  assert.deepEqual(plain(actual), plain(expected));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

export async function refuses(work: Promise<unknown>, code: ComputeErrorCode): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(isComputeError(error, code), `expected ${code}, got ${String(error)}`);
    return true;
  });
}

/** Lets `count` callers add one to what the last one has left; what is lost shows in the sum. */
export async function addUp(journals: readonly Journal[], count: number): Promise<void> {
  let inHand = 0;
  const add = async (journal: Journal): Promise<void> => {
    const hold = await journal.hold("northwind", "training", never);
    inHand += 1;
    assert.equal(inHand, 1, "two callers had the launch at once");
    await hold.write(record({ sentAt: (hold.record?.sentAt ?? 0) + 1 }));
    inHand -= 1;
    await hold.release();
  };
  const callers = journals.flatMap((journal) => Array.from({ length: count }, () => add(journal)));
  await Promise.all(callers);
  for (const journal of journals) assert.equal((await get(journal))?.sentAt, callers.length);
}

/** Has `count` launches of one dollar written at once under a budget of `most` dollars. */
export async function spend(journals: readonly Journal[], count: number, most: number): Promise<void> {
  const budget: Budget = { currency: "USD", maxPerHourMicros: most * 1e6 };
  const outcomes = await Promise.allSettled(
    journals.flatMap((journal, at) =>
      Array.from({ length: count }, (_, index) =>
        put(journal, record({ key: `${at}-${index}`, rate: dollars(1e6) }), [budget]),
      ),
    ),
  );
  const refusals = outcomes.filter((outcome) => outcome.status === "rejected");
  for (const { reason } of refusals) assert.ok(isComputeError(reason, "quota_exceeded"), String(reason));
  assert.equal(outcomes.length - refusals.length, most);
  for (const journal of journals) assert.equal((await keys(journal)).length, most);
}
