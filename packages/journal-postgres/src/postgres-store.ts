import {
  type Budget,
  type Claim,
  checkBudget,
  fromRecordRow,
  type JournalStore,
  type LaunchRecord,
  toRecordRow,
} from "@gpuport/core";
import { isAnswer, isCollision, toFailure } from "./failure.ts";
import type { PostgresClient, PostgresPool, Row } from "./pool.ts";
import { migrate, type Names } from "./schema.ts";
import { statementsFor } from "./statements.ts";

export interface PostgresStoreOptions {
  readonly pool: PostgresPool;
  readonly names: Names;
  readonly holdMs: number;
  /** What no error may say. */
  readonly secrets: readonly string[];
  /** Ends the pool if it is ours. */
  readonly end: () => Promise<void>;
}

/** How often work is repeated that collides with that of others. */
const maxAttempts = 5;
const pageSize = 500;

/** Records and holds in a schema of a PostgreSQL database, which is made at the first use. */
export function postgresStore({ pool, names, holdMs, secrets, end }: PostgresStoreOptions): JournalStore {
  const statements = statementsFor(names.quoted);
  let migrated = false;

  async function run<Result>(work: (client: PostgresClient) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await withClient(work);
      } catch (error) {
        if (!isCollision(error) || attempt === maxAttempts) throw toFailure(error, secrets);
      }
    }
  }

  async function withClient<Result>(work: (client: PostgresClient) => Promise<Result>): Promise<Result> {
    const client = await pool.connect();
    // A connection that breaks between two queries fails the next one; without a listener it would end the process.
    const broken = (): void => {};
    client.on("error", broken);
    let usable = true;
    try {
      if (!migrated) await migrate(client, names);
      migrated = true;
      return await work(client);
    } catch (error) {
      usable = isAnswer(error);
      throw error;
    } finally {
      client.off("error", broken);
      client.release(!usable);
    }
  }

  const rowsOf = (text: string, values: unknown[]): Promise<Row[]> =>
    run(async (client) => (await client.query(text, values)).rows);

  async function writeWithin(
    budgets: readonly Budget[],
    client: PostgresClient,
    claim: Claim,
    record: LaunchRecord,
  ): Promise<boolean> {
    // One after the other, so that each sees what those before it spend; and nobody waits for one who stands still.
    await client.query(`begin isolation level read committed;
      set local lock_timeout = '5s'; set local idle_in_transaction_session_timeout = '5s'`);
    try {
      await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
        `gpuport budgets ${names.schema}`,
      ]);
      const currencies = budgets.map(({ currency }) => currency);
      const others = (await client.query(statements.unended, [currencies])).rows.map(fromRecordRow);
      for (const budget of budgets) checkBudget(budget, record, others);
      const { rows } = await client.query(statements.write, [...toRecordRow(record), claim.fence]);
      await client.query("commit");
      return rows.length > 0;
    } catch (error) {
      await client.query("rollback").catch(() => {}); // what went wrong before says more
      throw error;
    }
  }

  return {
    take: ({ provider, key, fence }) =>
      run(async (client) => {
        const { rows } = await client.query(statements.take, [provider, key, fence, holdMs]);
        if (rows.length === 0) return undefined;
        // A statement of its own: that one may not see yet what the last holder has written.
        const [row] = (await client.query(statements.record, [provider, key])).rows;
        return { record: row && fromRecordRow(row) };
      }),
    renew: async (claims) => void (await rowsOf(statements.renew, [...arrays(claims), holdMs])),
    drop: async (claims) => void (await rowsOf(statements.drop, arrays(claims))),
    async write(claim, record, budgets) {
      if (budgets.length > 0) return run((client) => writeWithin(budgets, client, claim, record));
      return (await rowsOf(statements.write, [...toRecordRow(record), claim.fence])).length > 0;
    },
    async byInstance(provider, instanceId) {
      const [row] = await rowsOf(statements.byInstance, [provider, instanceId]);
      return row && fromRecordRow(row);
    },
    async page({ provider = null, states = null }, after) {
      const isOver = states?.some((state) => state === "refused" || state === "ended") ?? true;
      const statement = isOver ? statements.page : statements.unendedPage;
      const values = [after?.provider ?? "", after?.key ?? "", provider, states, pageSize];
      return (await rowsOf(statement, values)).map(fromRecordRow);
    },
    close: end,
  };
}

/** One array for each column. */
function arrays(claims: readonly Claim[]): unknown[] {
  return [
    claims.map(({ provider }) => provider),
    claims.map(({ key }) => key),
    claims.map(({ fence }) => fence),
  ];
}
