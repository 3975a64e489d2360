import type { AdapterTables, ErrorRow, StatusRow, Table, Timing } from "@gpuport/core";
import { type EndpointName, endpoints } from "./endpoints.ts";

/** Messages of a runtime that will not start the container. */
const runtimeFailure =
  "(oci runtime create failed|error response from daemon|failed to create task|nvidia-container-cli|cdi device injection failed)";
/** Messages of an image that cannot be had. They come before the others: the daemon reports both kinds. */
const imageFailure =
  "(manifest unknown|manifest for ** not found|pull access denied|repository does not exist|failed to resolve reference|unauthorized|no space left on device)";

/**
 * What four fields and a message mean together, first row that fits. The text is
 * `actual/intended/current/next message`, each field `null` where it is null or missing. A word alone as a key means
 * that `actual_status`.
 *
 * Read in this order: gone; host silent; restarting; failed by its own message, but only a machine that is coming up
 * or should be running, because a stopped one keeps its last message; frozen; then by what the renter wants.
 *
 * @see https://docs.vast.ai/cli/reference/show-instance (read 2026-08-07; the order is inferred)
 */
const statuses: Table<StatusRow> = {
  destroyed: { status: "terminated", billing: "none" },
  "*/*/unloaded/* **": { status: "terminated", billing: "none" },
  "*/*/*/unloaded **": { status: "terminating", billing: "unknown" },

  unknown: { status: "unknown", reason: "host_lost", billing: "unknown" },
  offline: { status: "unknown", reason: "host_lost", billing: "none" },

  "(rebooting|recycling|restarting)/running/*/* **": {
    status: "provisioning",
    reason: "restart",
    billing: "compute",
  },

  [`(null|created|loading)/*/*/* **${imageFailure}**`]: {
    status: "failed",
    reason: "image_error",
    billing: "storage",
  },
  [`(null|created|loading)/*/*/* **${runtimeFailure}**`]: { status: "failed", billing: "storage" },
  // The container is down, but the machine is still held.
  [`(exited|stopped)/running/running/* **${imageFailure}**`]: {
    status: "failed",
    reason: "image_error",
    billing: "compute",
  },
  [`(exited|stopped)/running/running/* **${runtimeFailure}**`]: { status: "failed", billing: "compute" },
  [`(exited|stopped)/running/*/* **${imageFailure}**`]: {
    status: "failed",
    reason: "image_error",
    billing: "storage",
  },
  [`(exited|stopped)/running/*/* **${runtimeFailure}**`]: { status: "failed", billing: "storage" },

  // Paused with its memory, and billed in full.
  frozen: { status: "unknown", billing: "compute" },

  "null/running/running/* **": { status: "provisioning", billing: "storage" },
  "null/running/(stopped|null)/* **": { status: "pending", reason: "queued", billing: "storage" },
  "(created|loading|connecting|creating|scheduling)/running/running/* **": {
    status: "provisioning",
    billing: "storage",
  },
  "running/running/running/* **": { status: "running", billing: "compute" },
  // The hardware is gone, or a start waits for it; the container's report may lag.
  "(running|created|loading|connecting|creating|scheduling|exited|stopped)/running/stopped/* **": {
    status: "pending",
    reason: "queued",
    billing: "storage",
  },

  "loading/stopped/running/* **": { status: "stopping", billing: "storage" },
  "(running|rebooting|exited|stopped)/stopped/running/* **": { status: "stopping", billing: "compute" },
  "running/stopped/stopped/* **": { status: "stopping", billing: "storage" },
  "(exited|stopped|null|created|loading)/stopped/stopped/* **": { status: "stopped", billing: "storage" },

  // Up to ten minutes after a start or a reboot the report still says so; the row does not tell which it is, unless
  // its message names an error.
  "(exited|stopped)/running/running/* **(error|failed|exited with)**": {
    status: "failed",
    reason: "exited",
    billing: "compute",
  },
  "(exited|stopped)/running/running/* **": { status: "provisioning", reason: "restart", billing: "compute" },
};

/**
 * What refusals mean, first row that fits. The text is `endpoint status word: message`, where the word is `html` for a
 * web page. A word alone as a key means that error word, whatever endpoint and status.
 *
 * `effect: "none"` stands where the documentation, or what the refusal is about, proves that nothing was rented.
 *
 * @see https://docs.vast.ai/api-reference/instances/create-instance (read 2026-08-07)
 */
const errors: Table<ErrorRow> = {
  // A refused create can leave a machine behind: stopped, and billing its disk.
  new_contract: { code: "no_capacity", effect: "done", scope: "offer" },

  rate_limit_exceeded: { code: "rate_limited", effect: "none" },
  "* 429 **": { code: "rate_limited", effect: "none" },

  // With status 404 as well as 401 and 403, so it stands before everything that a 404 may mean.
  auth_error: { code: "unauthenticated", effect: "none" },
  "* * **session expired**": { code: "unauthenticated", effect: "none" },
  "* 401 **two factor authentication**": { code: "permission_denied", effect: "none" },
  "* 401 **": { code: "unauthenticated", effect: "none" },
  // The edge's page for bursts, not a verdict on the key.
  "* 403 html: **": { code: "unavailable" },

  "instance.create * **no_such_ask**": { code: "offer_gone", effect: "none", scope: "offer" },
  "instance.create (2*|4*) **(3603|3907|no longer available|is not available|not available)**": {
    code: "offer_gone",
    effect: "none",
    scope: "offer",
  },
  "volume.create (2*|4*) **(no_such_ask|3603|3907|no longer available|not available)**": {
    code: "offer_gone",
    effect: "none",
    scope: "offer",
  },
  spend_rate_limit: { code: "quota_exceeded", effect: "none" },
  insufficient_credit: { code: "insufficient_funds", effect: "none" },
  "(instance|volume).create (2*|4*) **credit**": { code: "insufficient_funds", effect: "none" },
  invalid_price: { code: "invalid_argument", effect: "none" },
  no_ssh_key_for_vm: { code: "invalid_argument", effect: "none" },
  "instance.create 403 invalid_args: **": { code: "permission_denied", effect: "none" },
  "(instance|volume).create 400 invalid_args: **": { code: "invalid_argument", effect: "none" },
  // The name of a volume.
  "volume.create 422 **": { code: "invalid_argument", effect: "none" },
  missing_billing: { code: "insufficient_funds", effect: "none" },
  // A start that was not refused but queued: it may happen whenever the GPU is free.
  resources_unavailable: { code: "no_capacity", scope: "offer" },

  no_such_instance: { code: "not_found" },
  "instance.(get|destroy|setState|reboot|recycle|label|bid|logs|exec|snapshot|sshKeys|sshKeyAttach|sshKeyDetach) 404 (not_found|invalid_id): **":
    {
      code: "not_found",
    },
  // An account without keys, unless it is no answer of the API at all.
  "sshkey.list 404 (html|text): **": { code: "invalid_config" },
  "sshkey.list 404 **": { code: "not_found" },
  no_ssh_key: { code: "not_found" },
  "(sshkey.delete|instance.sshKeyDetach) (400|404) **not found**": { code: "not_found" },
  team_ssh_keys_not_supported: { code: "unsupported", effect: "none" },
  "volume.delete 404 (not_found|no_such_volume|invalid_id): **": { code: "not_found" },
  // Concluded from what a volume is: nobody has published the words.
  "volume.delete 4* **(in_use|in use|attached)**": { code: "conflict" },
  deprecated_endpoint: { code: "invalid_config" },

  "* 402 **": { code: "insufficient_funds" },
  "* 403 **": { code: "permission_denied" },
  "* (408|5*) **": { code: "unavailable" },
  "* (400|422) **": { code: "invalid_argument" },
};

export type VastTables = AdapterTables<EndpointName>;
export const tables: VastTables = { endpoints, statuses, errors };

/**
 * What Vast.ai's time and money are like.
 *
 * Nothing marks a create as repeated but its label, so a label that is not found proves nothing until the create can
 * no longer be under way (inferred: 60 seconds). Rows may be missing for some seconds after a create (inferred: 5).
 *
 * @see https://docs.vast.ai/guides/instances/pricing (read 2026-08-07)
 */
export const facts: Timing = {
  launchIdentity: "label",
  visibilityLagMs: 5_000,
  /** The page of an instance is empty, or says that there is none, for so long after a create. */
  appearsWithinMs: 60_000,
  lateCommitMs: 60_000,
  confirmTerminateMs: 120_000,
  pollIntervalMs: 10_000,
  pageSize: 25,
  requestTimeoutMs: 30_000,
  bills: { provisioning: "storage", stopped: "storage" },
};
