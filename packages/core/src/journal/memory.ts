import { ComputeError } from "../errors.ts";
import type { Budget, Journal, LaunchRecord, LaunchState } from "./journal.ts";
import { lines } from "./line.ts";

/** A journal that lives as long as the process. */
export function memoryJournal(): Journal {
  const records = new Map<string, LaunchRecord>();
  const instances = new Map<string, string>();
  const waiting = lines();
  const place = (provider: string, name: string): string => JSON.stringify([provider, name]);

  return {
    async hold(provider, key, signal) {
      const at = place(provider, key);
      const done = await waiting.turn(at, signal);
      return {
        record: records.get(at),
        async write(record, budgets = []) {
          for (const budget of budgets) checkBudget(budget, record, records.values());
          records.set(at, record);
          if (record.instanceId !== undefined) instances.set(place(provider, record.instanceId), at);
        },
        release: async () => done(),
      };
    },
    async byInstance(provider, instanceId) {
      const record = records.get(instances.get(place(provider, instanceId)) ?? "");
      // The launch may have gone on to another machine since.
      return record?.instanceId === instanceId ? record : undefined;
    },
    async *list({ provider, states } = {}) {
      for (const record of [...records.values()]) {
        if (provider !== undefined && record.provider !== provider) continue;
        if (states === undefined || states.includes(record.state)) yield record;
      }
    },
  };
}

const mayBill: ReadonlySet<LaunchState> = new Set(["open", "created", "ending"]);

/**
 * Holds a record against a budget: what all other launches that may bill cost, and what this one would.
 *
 * @throws `quota_exceeded`.
 */
export function checkBudget(budget: Budget, record: LaunchRecord, others: Iterable<LaunchRecord>): void {
  const counts = ({ provider, rate, state }: LaunchRecord): boolean =>
    mayBill.has(state) &&
    rate?.currency === budget.currency &&
    (budget.provider === undefined || budget.provider === provider);
  if (!counts(record)) return;
  let perHourMicros = record.rate?.perHourMicros ?? 0;
  for (const other of others) {
    const same = other.provider === record.provider && other.key === record.key;
    if (!same && counts(other)) perHourMicros += other.rate?.perHourMicros ?? 0;
  }
  if (perHourMicros > budget.maxPerHourMicros) throw overBudget(budget, perHourMicros);
}

/** The refusal that every journal gives. */
export function overBudget(budget: Budget, perHourMicros: number): ComputeError {
  const amount = (micros: number): string => `${micros / 1e6} ${budget.currency}`;
  const whose = budget.provider === undefined ? "everything" : budget.provider;
  return new ComputeError({
    code: "quota_exceeded",
    message: `${whose} would cost ${amount(perHourMicros)} an hour, and the budget is ${amount(budget.maxPerHourMicros)}`,
    scope: "account",
  });
}
