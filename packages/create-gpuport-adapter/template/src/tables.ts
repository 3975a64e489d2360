import type { AdapterTables, Endpoint, ErrorRow, StatusRow, Table, Timing } from "@gpuport/core";

/**
 * Every row can be overridden by configuration. `evidence` is `documented` where the vendor prints it, `live` once
 * you have seen it, `inferred` where you concluded it.
 *
 * @see https://api.my-cloud.example/v1
 */
const endpoints = {
  "instance.create": { method: "POST", path: "machines", evidence: "documented", timeoutMs: 60_000 },
  "instance.get": { method: "GET", path: "machines/{id}", evidence: "documented" },
  "instance.list": {
    method: "GET",
    path: "machines",
    evidence: "documented",
    limit: { calls: 2, perMs: 1_000 },
  },
  "instance.terminate": { method: "DELETE", path: "machines/{id}", evidence: "documented" },
  "instance.stop": { method: "POST", path: "machines/{id}/stop", evidence: "documented" },
  "instance.start": { method: "POST", path: "machines/{id}/start", evidence: "documented" },
  "offers.search": { method: "GET", path: "types", evidence: "documented" },
} as const satisfies Readonly<Record<string, Endpoint>>;
export type EndpointName = keyof typeof endpoints;

/** A word that is not here reads as `unknown`, never as `running`. @see https://api.my-cloud.example/v1 */
const statuses: Table<StatusRow> = {
  queued: { status: "pending", reason: "queued", billing: "none" },
  booting: { status: "provisioning", billing: "compute" },
  up: { status: "running", billing: "compute" },
  halting: { status: "stopping", billing: "compute" },
  halted: { status: "stopped", billing: "storage" },
  deleting: { status: "terminating", billing: "unknown" },
  deleted: { status: "terminated", billing: "none" },
  broken: { status: "failed", billing: "compute" },
};

/**
 * `effect: "none"` stands only where the documentation, or what the refusal is about, proves that nothing was rented.
 *
 * @see https://api.my-cloud.example/v1
 */
const errors: Table<ErrorRow> = {
  bad_credentials: { code: "unauthenticated", effect: "none" },
  not_allowed: { code: "permission_denied", effect: "none" },
  no_such_machine: { code: "not_found" },
  no_such_type: { code: "offer_gone", effect: "none" },
  invalid_field: { code: "invalid_argument", effect: "none" },
  out_of_credit: { code: "insufficient_funds", effect: "none" },
  quota_exceeded: { code: "quota_exceeded", effect: "none" },
  sold_out: { code: "no_capacity", effect: "none", scope: "offer" },
  wrong_state: { code: "conflict" },
  slow_down: { code: "rate_limited", effect: "none" },
};

/** What this cloud's time and money are like. Each is a promise that core acts on: see the guide. */
export const facts: Timing = {
  /** The name is free text: nothing at the cloud keeps two machines from carrying the same one. */
  launchIdentity: "label",
  visibilityLagMs: 5_000,
  appearsWithinMs: 30_000,
  lateCommitMs: 60_000,
  confirmTerminateMs: 120_000,
  pollIntervalMs: 5_000,
  pageSize: 50,
  requestTimeoutMs: 30_000,
  bills: { provisioning: "compute", stopped: "storage" },
};

export const tables: AdapterTables<EndpointName> = { endpoints, statuses, errors };
