import type { LaunchRecord, LaunchState, PastAttempt } from "./journal.ts";

/** The columns of a record, in the order in which they are written. */
export const recordColumns = [
  "provider",
  "key",
  "request_hash",
  "state",
  "identity",
  "sent_at",
  "instance_id",
  "late",
  "lease_ttl_ms",
  "lease_expires_at",
  "lease_on_expiry",
  "rate_currency",
  "rate_per_hour_micros",
  "unsettled_until",
  "past",
] as const;

/** A record as a row of a table, in the order of {@link recordColumns}. Nothing else of a launch is ever written. */
export function toRecordRow(record: LaunchRecord): (string | number | null)[] {
  const { provider, key, requestHash, state, identity, sentAt, instanceId, late, lease, rate } = record;
  const { unsettledUntil, past } = record;
  return [
    ...[provider, key, requestHash, state, identity, sentAt, instanceId ?? null, late],
    ...[lease?.ttlMs ?? null, lease?.expiresAt ?? null, lease?.onExpiry ?? null],
    ...[rate?.currency ?? null, rate?.perHourMicros ?? null],
    ...[unsettledUntil ?? null, past === undefined ? null : JSON.stringify(past)],
  ];
}

/** The record that a row holds. */
export function fromRecordRow(row: Readonly<Record<string, unknown>>): LaunchRecord {
  const { lease_ttl_ms, lease_expires_at, lease_on_expiry, rate_currency, rate_per_hour_micros } = row;
  return {
    provider: String(row["provider"]),
    key: String(row["key"]),
    requestHash: String(row["request_hash"]),
    // Only toRecordRow writes these columns, and only what a record has.
    state: row["state"] as LaunchState,
    identity: String(row["identity"]),
    sentAt: Number(row["sent_at"]),
    ...(row["instance_id"] !== null && { instanceId: String(row["instance_id"]) }),
    late: row["late"] as LaunchRecord["late"],
    ...(lease_ttl_ms !== null && {
      lease: {
        ttlMs: Number(lease_ttl_ms),
        expiresAt: Number(lease_expires_at),
        onExpiry: lease_on_expiry as "terminate" | "stop",
      },
    }),
    ...(rate_currency !== null && {
      rate: { currency: String(rate_currency), perHourMicros: Number(rate_per_hour_micros) },
    }),
    ...(row["unsettled_until"] !== null && { unsettledUntil: Number(row["unsettled_until"]) }),
    ...(row["past"] !== null && { past: JSON.parse(String(row["past"])) as readonly PastAttempt[] }),
  };
}
