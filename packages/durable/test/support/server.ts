import { randomUUID } from "node:crypto";
import pg from "pg";
import { type TestPostgres, testPostgres } from "../../../journal-postgres/test/support/postgres.ts";
import type { JournalPlace } from "./order.ts";

export type { TestPostgres };

/** The tests' own PostgreSQL. Processes are killed here, and never the power: nothing needs to be on the disk. */
export function startPostgres(): Promise<TestPostgres> {
  return testPostgres({ fsync: "off", full_page_writes: "off", max_connections: "300" });
}

/** Real time, because the server's clock ends the hold of a process that was killed. */
const holdMs = 2_000;

/** A new journal. */
export function journalOn({ connectionString }: TestPostgres): JournalPlace {
  return { postgres: connectionString, schema: `world ${randomUUID()}`, holdMs };
}

/** Asks the database itself. */
async function inside(
  { connectionString }: TestPostgres,
  query: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(query)).rows;
  } finally {
    await client.end();
  }
}

/** Every row of every journal, as text. */
export async function tablesOf(server: TestPostgres): Promise<string> {
  const tables = await inside(
    server,
    "select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where schemaname like 'world %'",
  );
  const all = tables.map(({ name }) => `select row_to_json(t)::text as row from ${name} t`);
  return (await inside(server, all.join(" union all "))).map(({ row }) => row).join("\n");
}

/** A database of its own, for programs that make tables as they please. */
export async function newDatabase(server: TestPostgres): Promise<string> {
  const name = `db_${randomUUID().replaceAll("-", "")}`;
  await inside(server, `create database ${name}`);
  // Some programs want a host in front, and go by the socket's folder behind all the same.
  return server.connectionString.replace("@/postgres", `@localhost/${name}`);
}
