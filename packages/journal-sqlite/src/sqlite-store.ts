import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Budget, type Clock, ComputeError, type LaunchRecord, overBudget } from "@gpuport/core";
import { isBusy, toFailure } from "./failure.ts";
import { columns, toRecord, toRow } from "./row.ts";
import { isCurrent, migrate } from "./schema.ts";
import type { Claim, Store } from "./store.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  readonly holdMs: number;
  readonly clock: Pick<Clock, "now">;
}

/** How long one attempt may stand still for another process; the whole of Node stands still with it. */
const busyTimeoutMs = 50;
/** How long attempts are repeated. */
const patienceMs = 10_000;
const retryMs = 20;
const pageSize = 200;

/**
 * Records and holds in one SQLite file. Opened at the first use: a file that cannot be opened fails that, and is tried
 * again at the next.
 */
export function sqliteStore({ path, holdMs, clock }: SqliteStoreOptions): Store {
  let opening: Promise<Connection> | undefined;

  async function opened(): Promise<Connection> {
    opening ??= connect(path);
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  async function run<Result>(work: (connection: Connection) => Result): Promise<Result> {
    try {
      const connection = await opened();
      return await patiently(() => work(connection));
    } catch (error) {
      throw toFailure(error, path);
    }
  }

  return {
    take: (claim) =>
      run(({ statements, transaction }) => {
        const at = [claim.provider, claim.key] as const;
        const now = clock.now();
        // Looking takes no lock, and most looks of those who wait find nothing.
        if (isHeld(statements.hold.get(...at), now)) return undefined;
        return transaction("quick", () => {
          if (isHeld(statements.hold.get(...at), now)) return undefined;
          statements.take.run(...at, claim.fence, now + holdMs);
          const row = statements.record.get(...at);
          return { record: row && toRecord(row) };
        });
      }),
    renew: (claims) =>
      run(({ statements, transaction }) =>
        transaction("quick", () => {
          const expiresAt = clock.now() + holdMs;
          for (const { provider, key, fence } of claims) statements.renew.run(expiresAt, provider, key, fence);
        }),
      ),
    drop: (claims) =>
      run(({ statements, transaction }) =>
        transaction("quick", () => {
          for (const { provider, key, fence } of claims) statements.drop.run(provider, key, fence);
        }),
      ),
    write: (claim, record, budgets) =>
      run(({ statements, transaction }) =>
        transaction("durable", () => {
          if (statements.hold.get(claim.provider, claim.key)?.["fence"] !== claim.fence) return false;
          for (const budget of budgets) checkBudget(statements.others, budget, record);
          statements.write.run(...toRow(record));
          return true;
        }),
      ),
    byInstance: (provider, instanceId) =>
      run(({ statements }) => {
        const row = statements.byInstance.get(provider, instanceId);
        return row && toRecord(row);
      }),
    page: ({ provider, states }, after) =>
      run(({ statements }) => {
        const { provider: afterProvider = "", key: afterKey = "" } = after ?? {};
        const filter = { provider: provider ?? null, states: states === undefined ? null : JSON.stringify(states) };
        return statements.page.all({ ...filter, afterProvider, afterKey, pageSize }).map(toRecord);
      }),
    async close() {
      const connection = await opening?.catch(() => undefined);
      connection?.database.close();
    },
  };
}

function isHeld(row: ReturnType<StatementSync["get"]>, now: number): boolean {
  return row !== undefined && Number(row["expires_at"]) > now;
}

function checkBudget(others: StatementSync, budget: Budget, record: LaunchRecord): void {
  const { provider, key, rate, state } = record;
  const counts =
    (state === "open" || state === "created") &&
    rate?.currency === budget.currency &&
    (budget.provider === undefined || budget.provider === provider);
  if (!counts) return;
  const row = others.get({ currency: budget.currency, whose: budget.provider ?? null, provider, key });
  const perHourMicros = Number(row?.["total"]) + rate.perHourMicros;
  if (perHourMicros > budget.maxPerHourMicros) throw overBudget(budget, perHourMicros);
}

interface Connection {
  readonly database: DatabaseSync;
  readonly statements: ReturnType<typeof prepare>;
  /**
   * Runs work that nobody else's comes between. `durable` outlives the power; `quick` outlives this process only, which
   * is enough for holds: when the power goes, so does whoever has them.
   */
  readonly transaction: <Result>(lasting: "durable" | "quick", work: () => Result) => Result;
}

async function connect(path: string): Promise<Connection> {
  const { DatabaseSync } = await sqlite();
  return patiently(() => {
    const database = new DatabaseSync(path);
    try {
      database.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
      const transaction: Connection["transaction"] = (lasting, work) => {
        // A durable commit syncs the whole log, and so whatever quick ones have left in it.
        database.exec(`pragma synchronous = ${lasting === "durable" ? "full" : "normal"}; begin immediate`);
        try {
          const result = work();
          database.exec("commit");
          return result;
        } catch (error) {
          if (database.isTransaction) database.exec("rollback");
          throw error;
        }
      };
      if (!isCurrent(database)) transaction("durable", () => migrate(database));
      if (database.prepare("pragma journal_mode").get()?.["journal_mode"] !== "wal") {
        database.exec("pragma journal_mode = wal");
      }
      // Only macOS needs to be told that synced means on the disk.
      database.exec("pragma fullfsync = on");
      return { database, transaction, statements: prepare(database) };
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

async function sqlite(): Promise<typeof import("node:sqlite")> {
  try {
    return await import("node:sqlite");
  } catch (cause) {
    const message = "this runtime has no node:sqlite; Node has it from 22.16 on";
    throw new ComputeError({ code: "invalid_config", message, cause });
  }
}

function prepare(database: DatabaseSync) {
  const all = columns.join(", ");
  const updates = columns.slice(2).map((column) => `${column} = excluded.${column}`);
  return {
    hold: database.prepare("select fence, expires_at from holds where provider = ? and key = ?"),
    take: database.prepare("insert or replace into holds (provider, key, fence, expires_at) values (?, ?, ?, ?)"),
    renew: database.prepare("update holds set expires_at = ? where provider = ? and key = ? and fence = ?"),
    drop: database.prepare("delete from holds where provider = ? and key = ? and fence = ?"),
    record: database.prepare(`select ${all} from launches where provider = ? and key = ?`),
    write: database.prepare(
      `insert into launches (${all}) values (${columns.map(() => "?").join(", ")})
      on conflict (provider, key) do update set ${updates.join(", ")}`,
    ),
    others: database.prepare(
      `select coalesce(sum(rate_per_hour_micros), 0) as total from launches
      where state in ('open', 'created') and rate_currency = :currency and (:whose is null or provider = :whose)
        and not (provider = :provider and key = :key)`,
    ),
    byInstance: database.prepare(
      `select ${all} from launches where provider = ? and instance_id = ? order by sent_at desc limit 1`,
    ),
    page: database.prepare(
      `select ${all} from launches
      where (provider, key) > (:afterProvider, :afterKey) and (:provider is null or provider = :provider)
        and (:states is null or state in (select value from json_each(:states)))
      order by provider, key limit :pageSize`,
    ),
  };
}

/** Repeats what another process stands in the way of, and lets everything else run meanwhile. */
async function patiently<Result>(work: () => Result): Promise<Result> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
