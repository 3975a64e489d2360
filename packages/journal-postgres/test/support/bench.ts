import { randomUUID } from "node:crypto";
import { type SharedJournalBench, startJournalProcess } from "@gpuport/conformance";
import type { ClosableJournal } from "@gpuport/core";
import pg from "pg";
import { postgresJournal } from "../../src/index.ts";
import type { TestPostgres } from "./postgres.ts";

/** A new schema, and everything that has it open. */
export async function openBench({ connectionString }: TestPostgres): Promise<SharedJournalBench> {
  const schema = `test "${randomUUID()}"`;
  const open: { readonly close: () => Promise<void> }[] = [];
  const opened = (holdMs?: number): ClosableJournal => {
    const journal = postgresJournal({ connectionString, schema, holdMs });
    open.push(journal);
    return journal;
  };
  const holds = `${pg.escapeIdentifier(schema)}.holds`;
  return {
    journal: opened(),
    another: async ({ holdMs } = {}) => opened(holdMs),
    async elsewhere({ holdMs } = {}) {
      const args = [connectionString, schema, ...(holdMs === undefined ? [] : [String(holdMs)])];
      const process = await startJournalProcess(new URL("child.ts", import.meta.url), args, [
        "--conditions=@gpuport/source",
      ]);
      open.push(process);
      return process;
    },
    async holdEndsAt(provider, key) {
      const query = `select extract(epoch from expires_at) as ends from ${holds} where provider = $1 and key = $2`;
      const [row] = await inside(connectionString, query, [provider, key]);
      return Number(row?.["ends"]);
    },
    async endHold(provider, key) {
      const query = `update ${holds} set expires_at = '-infinity' where provider = $1 and key = $2`;
      await inside(connectionString, query, [provider, key]);
    },
    async close() {
      await Promise.all(open.map((each) => each.close()));
      await inside(connectionString, `drop schema if exists ${pg.escapeIdentifier(schema)} cascade`);
    },
  };
}

/** Asks the database itself. */
export async function inside(
  connectionString: string,
  query: string,
  values: readonly unknown[] = [],
): Promise<Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(query, [...values])).rows;
  } finally {
    await client.end();
  }
}
