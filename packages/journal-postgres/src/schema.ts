import { ComputeError } from "@gpuport/core";
import type { PostgresClient } from "./pool.ts";

/** Where the tables are. */
export interface Names {
  /** As PostgreSQL lists it. */
  readonly schema: string;
  /** As it is written in a statement. */
  readonly quoted: string;
}

/** What brings the schema from each version to the next; only ever added to. */
const migrations: readonly ((schema: string) => string)[] = [
  // Names sort by their bytes on every server, and times are numbers as JavaScript has them.
  (schema) => `
    create table ${schema}.launches (
      provider text collate "C" not null,
      key text collate "C" not null,
      request_hash text not null,
      state text not null,
      identity text not null,
      sent_at double precision not null,
      instance_id text collate "C",
      late text not null,
      lease_ttl_ms double precision,
      lease_expires_at double precision,
      lease_on_expiry text,
      rate_currency text,
      rate_per_hour_micros bigint,
      unsettled_until double precision,
      past text,
      primary key (provider, key)
    );
    create index launches_instance on ${schema}.launches (provider, instance_id) where instance_id is not null;
    create index launches_unended on ${schema}.launches (provider, key) where state not in ('refused', 'ended');
    create table ${schema}.holds (
      provider text collate "C" not null,
      key text collate "C" not null,
      fence uuid not null,
      expires_at timestamptz not null,
      primary key (provider, key)
    );`,
];

/**
 * Brings the schema up to date; several processes may try at once.
 *
 * @throws `invalid_config` when a later version of this package has been at it.
 */
export async function migrate(client: PostgresClient, names: Names): Promise<void> {
  if ((await versionOf(client, names)) === migrations.length) return;
  const { schema, quoted } = names;
  await client.query("begin isolation level read committed");
  try {
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `gpuport migrations ${schema}`,
    ]);
    // Where the schema is there already, the right to create one is not needed.
    const { rows } = await client.query("select 1 from pg_namespace where nspname = $1", [schema]);
    if (rows.length === 0) await client.query(`create schema ${quoted}`);
    const columns = "version integer primary key, applied_at timestamptz not null default now()";
    await client.query(`create table if not exists ${quoted}.migrations (${columns})`);
    const version = await versionOf(client, names);
    for (const [index, statements] of migrations.entries()) {
      if (index < version) continue;
      await client.query(statements(quoted));
      await client.query(`insert into ${quoted}.migrations (version) values ($1)`, [index + 1]);
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => {}); // what went wrong before says more
    throw error;
  }
}

async function versionOf(client: PostgresClient, { schema, quoted }: Names): Promise<number> {
  const there = await client.query("select to_regclass($1) as found", [`${quoted}.migrations`]);
  if (there.rows[0]?.["found"] === null) return 0;
  const { rows } = await client.query(
    `select coalesce(max(version), 0) as version from ${quoted}.migrations`,
  );
  const version = Number(rows[0]?.["version"]);
  if (version <= migrations.length) return version;
  throw new ComputeError({
    code: "invalid_config",
    message: `a later gpuport has written the journal in schema ${schema} (version ${version}, and this one knows ${migrations.length})`,
    field: "schema",
  });
}
