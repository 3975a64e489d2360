import { recordColumns } from "@gpuport/core";

const casts: Partial<Record<(typeof recordColumns)[number], string>> = {
  sent_at: "double precision",
  lease_ttl_ms: "double precision",
  lease_expires_at: "double precision",
  rate_per_hour_micros: "bigint",
  unsettled_until: "double precision",
};

/** Holds end by the server's clock, which all machines share. */
const later = (parameter: string): string =>
  `clock_timestamp() + ${parameter}::double precision * interval '1 millisecond'`;

/** A hold needs no disk: when the server crashes, all that is lost is who had it, and a write of theirs is refused. */
const quick = "quick as materialized (select set_config('synchronous_commit', 'off', true))";

/** A record is on the disk when its write returns, also where the server's setting is weaker. */
const sure = `sure as materialized (
  select case current_setting('synchronous_commit') when 'off' then set_config('synchronous_commit', 'on', true) end
)`;

const claims = "select * from unnest($1::text[], $2::text[], $3::uuid[])";

/** Every statement of the journal, for one schema. Each is a transaction of its own unless it is inside one. */
export function statementsFor(schema: string) {
  const all = recordColumns.join(", ");
  const values = recordColumns.map((column, index) => `$${index + 1}::${casts[column] ?? "text"}`);
  const updates = recordColumns.slice(2).map((column) => `${column} = excluded.${column}`);
  const page = (more: string): string => `select ${all} from ${schema}.launches
    where (provider, key) > ($1, $2) and ($3::text is null or provider = $3)
      and ($4::text[] is null or state = any($4)) ${more}
    order by provider, key limit $5`;
  return {
    // The look before the insert keeps those who wait from writing at every look.
    take: `with ${quick}
      insert into ${schema}.holds as hold (provider, key, fence, expires_at)
      select $1, $2, $3::uuid, ${later("$4")} from quick where not exists (
        select from ${schema}.holds where provider = $1 and key = $2 and expires_at > clock_timestamp()
      )
      on conflict (provider, key) do update set fence = excluded.fence, expires_at = ${later("$4")}
        where hold.expires_at <= clock_timestamp()
      returning fence`,
    renew: `with ${quick} update ${schema}.holds set expires_at = ${later("$4")} from quick
      where (provider, key, fence) in (${claims})`,
    drop: `with ${quick} delete from ${schema}.holds using quick where (provider, key, fence) in (${claims})`,
    record: `select ${all} from ${schema}.launches where provider = $1 and key = $2`,
    // While the hold is locked, nobody can take it.
    write: `with ${sure}, held as (
        select from ${schema}.holds where provider = $1 and key = $2 and fence = $${recordColumns.length + 1}::uuid for share
      )
      insert into ${schema}.launches (${all}) select ${values.join(", ")} from held, sure
      on conflict (provider, key) do update set ${updates.join(", ")}
      returning key`,
    unended: `select ${all} from ${schema}.launches where state not in ('refused', 'ended') and rate_currency = any($1)`,
    byInstance: `select ${all} from ${schema}.launches where provider = $1 and instance_id = $2
      order by sent_at desc limit 1`,
    page: page(""),
    /** For states that are not over, which are few among many. */
    unendedPage: page("and state not in ('refused', 'ended')"),
  };
}
