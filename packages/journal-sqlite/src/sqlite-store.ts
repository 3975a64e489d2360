import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  type Clock,
  ComputeError,
  checkBudget,
  fromRecordRow,
  type JournalStore,
  recordColumns,
  toRecordRow,
} from "@gpuport/core";
import { isBusy, toFailure } from "./failure.ts";
import { isCurrent, migrate } from "./schema.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  readonly holdMs: number;
  readonly clock: Pick<Clock, "now" | "sleep">;
}

/** How long one attempt stands still for another process; the whole of Node stands still with it. */
const busyTimeoutMs = 5;
/** How often, and how far apart, what another process stands in the way of is attempted: for five seconds. */
const attempts = 200;
const retryMs = 20;
const pageSize = 500;

/**
 * Records and holds in one SQLite file. Opened at the first use: a file that cannot be opened fails that, and is tried
 * again at the next.
 */
export function sqliteStore({ path, holdMs, clock }: SqliteStoreOptions): JournalStore {
  let opening: Promise<Connection> | undefined;

  async function opened(): Promise<Connection> {
    opening ??= connect(path, clock);
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
      return await patiently(clock, () => work(connection));
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
          return { record: row && fromRecordRow(row) };
        });
      }),
    renew: (claims) =>
      run(({ statements, transaction }) =>
        transaction("quick", () => {
          const expiresAt = clock.now() + holdMs;
          for (const { provider, key, fence } of claims)
            statements.renew.run(expiresAt, provider, key, fence);
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
          for (const budget of budgets) {
            checkBudget(budget, record, statements.unended.all(budget.currency).map(fromRecordRow));
          }
          statements.write.run(...toRecordRow(record));
          return true;
        }),
      ),
    byInstance: (provider, instanceId) =>
      run(({ statements }) => {
        const row = statements.byInstance.get(provider, instanceId);
        return row && fromRecordRow(row);
      }),
    page: ({ provider, states }, after) =>
      run(({ statements }) => {
        const { provider: afterProvider = "", key: afterKey = "" } = after ?? {};
        const filter = {
          provider: provider ?? null,
          states: states === undefined ? null : JSON.stringify(states),
        };
        return statements.page.all({ ...filter, afterProvider, afterKey, pageSize }).map(fromRecordRow);
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

interface Connection {
  readonly database: DatabaseSync;
  readonly statements: ReturnType<typeof prepare>;
  /**
   * Runs work that nobody else's comes between. `durable` outlives the power; `quick` outlives this process only, which
   * is enough for holds: when the power goes, so does whoever has them.
   */
  readonly transaction: <Result>(lasting: "durable" | "quick", work: () => Result) => Result;
}

async function connect(path: string, clock: Pick<Clock, "sleep">): Promise<Connection> {
  const { DatabaseSync } = await sqlite();
  return patiently(clock, () => {
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
  const all = recordColumns.join(", ");
  const updates = recordColumns.slice(2).map((column) => `${column} = excluded.${column}`);
  return {
    hold: database.prepare("select fence, expires_at from holds where provider = ? and key = ?"),
    take: database.prepare(
      "insert or replace into holds (provider, key, fence, expires_at) values (?, ?, ?, ?)",
    ),
    renew: database.prepare("update holds set expires_at = ? where provider = ? and key = ? and fence = ?"),
    drop: database.prepare("delete from holds where provider = ? and key = ? and fence = ?"),
    record: database.prepare(`select ${all} from launches where provider = ? and key = ?`),
    write: database.prepare(
      `insert into launches (${all}) values (${recordColumns.map(() => "?").join(", ")})
      on conflict (provider, key) do update set ${updates.join(", ")}`,
    ),
    unended: database.prepare(
      `select ${all} from launches where state not in ('refused', 'ended') and rate_currency = ?`,
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
async function patiently<Result>(clock: Pick<Clock, "sleep">, work: () => Result): Promise<Result> {
  for (let left = attempts; ; left -= 1) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || left === 0) throw error;
    }
    await clock.sleep(retryMs * (0.5 + Math.random()));
  }
}
