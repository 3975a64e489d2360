import type { DatabaseSync } from "node:sqlite";
import { ComputeError } from "@gpuport/core";

/** Marks a file as a journal of gpuport ("gpup"), so that no other program's database is taken for one. */
const applicationId = 0x67707570;

/** What brings the file from each version to the next; only ever added to. */
const migrations: readonly string[] = [
  `create table launches (
    provider text not null,
    key text not null,
    request_hash text not null,
    state text not null,
    identity text not null,
    sent_at real not null,
    instance_id text,
    late text not null,
    lease_ttl_ms real,
    lease_expires_at real,
    lease_on_expiry text,
    rate_currency text,
    rate_per_hour_micros integer,
    unsettled_until real,
    past text,
    primary key (provider, key)
  ) strict, without rowid;
  create index launches_instance on launches (provider, instance_id) where instance_id is not null;
  create index launches_unended on launches (rate_currency) where state not in ('refused', 'ended');
  create table holds (
    provider text not null,
    key text not null,
    fence text not null,
    expires_at real not null,
    primary key (provider, key)
  ) strict, without rowid;`,
];

/** Whether the file is as this version of the package writes it. */
export function isCurrent(database: DatabaseSync): boolean {
  return (
    read(database, "application_id") === applicationId && read(database, "user_version") === migrations.length
  );
}

/**
 * Brings the file up to date. Runs inside a transaction, and several processes may try at once.
 *
 * @throws `invalid_config` when the file is of a later version, or is another program's.
 */
export function migrate(database: DatabaseSync): void {
  const version = read(database, "user_version");
  if (read(database, "application_id") !== applicationId) {
    const { tables } = database.prepare("select count(*) as tables from sqlite_schema").get() ?? {};
    if (version !== 0 || tables !== 0) refuse("it is a database of another program");
    database.exec(`pragma application_id = ${applicationId}`);
  }
  if (version > migrations.length) {
    refuse(`a later gpuport has written it (schema ${version}, and this one knows ${migrations.length})`);
  }
  for (const step of migrations.slice(version)) database.exec(step);
  database.exec(`pragma user_version = ${migrations.length}`);
}

function read(database: DatabaseSync, pragma: "application_id" | "user_version"): number {
  return Number(database.prepare(`pragma ${pragma}`).get()?.[pragma]);
}

function refuse(why: string): never {
  throw new ComputeError({
    code: "invalid_config",
    message: `cannot use the journal: ${why}`,
    field: "path",
  });
}
