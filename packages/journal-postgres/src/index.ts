import { type ClosableJournal, ComputeError, holdingJournal, redact, systemClock } from "@gpuport/core";
import pg from "pg";
import type { PostgresPool } from "./pool.ts";
import { postgresStore } from "./postgres-store.ts";

export type { PostgresClient, PostgresPool } from "./pool.ts";

export interface PostgresJournalOptions {
  /** Where the database is, `postgresql://user:password@host/database`. Instead of a `pool`. */
  readonly connectionString?: string | undefined;
  /** Your own connections, as a `Pool` of `pg`. They stay open when the journal is closed. */
  readonly pool?: PostgresPool | undefined;
  /** Holds the tables, and is made if it is not there; `gpuport`. */
  readonly schema?: string | undefined;
  /** How long a launch stays with a process that has fallen silent, before another one may go on with it; 30 s. */
  readonly holdMs?: number | undefined;
}

const timeoutMs = 10_000;
const maxConnections = 5;

/**
 * A journal in PostgreSQL: any number of processes on any number of machines share it, and what it has written is as
 * safe as the database.
 *
 * @example
 * await using journal = postgresJournal({ connectionString: "postgresql://gpuport@db.internal/launches" });
 * const provider = vast({ journal });
 */
export function postgresJournal(options: PostgresJournalOptions): ClosableJournal {
  const { connectionString, schema = "gpuport", holdMs = 30_000 } = options;
  if ((connectionString === undefined) === (options.pool === undefined)) {
    refuse("connectionString", "or pool must be given, and not both");
  }
  if (schema === "" || schema.includes("\0")) refuse("schema", "must be a name");
  if (!(holdMs > 0 && Number.isFinite(holdMs))) refuse("holdMs", "must be a number above 0");
  const { pool, end, secrets } =
    connectionString === undefined
      ? { pool: options.pool as PostgresPool, end: async () => {}, secrets: [] }
      : ownPool(connectionString);
  const names = { schema, quoted: pg.escapeIdentifier(schema) };
  const store = postgresStore({ pool, names, holdMs, secrets, end });
  return holdingJournal(store, { holdMs, clock: systemClock });
}

interface OwnPool {
  readonly pool: PostgresPool;
  readonly end: () => Promise<void>;
  readonly secrets: readonly string[];
}

function ownPool(connectionString: string): OwnPool {
  const secrets = [connectionString, ...passwordsIn(connectionString)];
  const pool = new pg.Pool({
    connectionString,
    fallback_application_name: "gpuport",
    max: maxConnections,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  // A connection that breaks while nobody uses it is gone from the pool already; the next use opens another.
  pool.on("error", () => {});
  return { pool, end: () => pool.end(), secrets };
}

/** The password as it is written and as it is meant. */
function passwordsIn(connectionString: string): string[] {
  try {
    // Reads the connection string, and connects to nothing.
    const { password } = new pg.Client({ connectionString });
    return password ? [password, encodeURIComponent(password)] : [];
  } catch (error) {
    // The error itself goes no further: it carries the connection string.
    const why = redact(error instanceof Error ? error.message : "", [connectionString]);
    return refuse("connectionString", `cannot be read: ${why}`);
  }
}

function refuse(field: keyof PostgresJournalOptions, why: string): never {
  throw new ComputeError({ code: "invalid_config", message: `postgresJournal: ${field} ${why}`, field });
}
