import type { AdapterTables, Endpoint, ErrorRow, StatusRow, Table, Timing } from "@gpuport/core";

/**
 * Filesystems are listed under one spelling and made and removed under another; a later document lists them under the
 * second one too.
 *
 * @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0)
 */
const endpoints = {
  "types.list": { method: "GET", path: "instance-types", evidence: "documented" },
  "instance.create": {
    ...{ method: "POST", path: "instance-operations/launch", evidence: "documented" },
    limit: { calls: 1, perMs: 12_000 },
    /** Long: a lost answer costs minutes of looking for the machine. */
    timeoutMs: 60_000,
  },
  "instance.terminate": {
    ...{ method: "POST", path: "instance-operations/terminate", evidence: "documented" },
  },
  "instance.list": { method: "GET", path: "instances", evidence: "documented" },
  "instance.get": { method: "GET", path: "instances/{id}", evidence: "documented" },
  "instance.rename": { method: "POST", path: "instances/{id}", evidence: "documented" },
  "image.list": { method: "GET", path: "images", evidence: "documented" },
  "sshkey.list": { method: "GET", path: "ssh-keys", evidence: "documented" },
  "sshkey.add": { method: "POST", path: "ssh-keys", evidence: "documented" },
  "sshkey.delete": { method: "DELETE", path: "ssh-keys/{id}", evidence: "documented" },
  "filesystem.list": { method: "GET", path: "file-systems", evidence: "documented" },
  "filesystem.listLater": { method: "GET", path: "filesystems", evidence: "inferred" },
  "filesystem.create": { method: "POST", path: "filesystems", evidence: "documented" },
  "filesystem.delete": { method: "DELETE", path: "filesystems/{id}", evidence: "documented" },
  "firewall.global": { method: "GET", path: "firewall-rulesets/global", evidence: "documented" },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type LambdaEndpoint = keyof typeof endpoints;

/**
 * The text is `<status>/<health>`, where health is `never` while the health checks have not passed yet, `lately` for the
 * first minutes after they have, `once` from then on, and `unsaid` where the cloud does not tell. First row that fits.
 *
 * A machine bills from the moment in which it is healthy for the first time until it is terminated.
 *
 * @see https://docs.lambda.ai/public-cloud/billing
 */
const statuses: Table<StatusRow> = {
  "booting/never": { status: "provisioning", billing: "none" },
  // It has been healthy before, so it boots again.
  "booting/(lately|once)": { status: "provisioning", reason: "restart", billing: "compute" },
  booting: { status: "provisioning", billing: "unknown" },
  active: { status: "running", billing: "compute" },
  // A machine can be unhealthy for a moment while it boots; what is given up here would be ended by whoever waits for it.
  "unhealthy/(never|lately)": { status: "provisioning", billing: "compute" },
  unhealthy: { status: "failed", billing: "compute" }, // exists and bills until it is terminated
  // Ended by the cloud. Whether it still bills is not said, so it counts as gone only when reads leave it out.
  preempted: { status: "stopping", reason: "preempted", billing: "unknown" },
  terminating: { status: "terminating", billing: "unknown" },
  terminated: { status: "terminated", billing: "none" },
};

const denied: ErrorRow = { code: "permission_denied", effect: "none", scope: "account" };

/**
 * By the cloud's own code; what has none, by the text `<endpoint> <status> <code or kind>: <message>`. First row that
 * fits. Texts are for people, and so is the HTTP status where there is a code.
 *
 * `effect: "none"`: refused before any work. Believed of a 4xx alone.
 *
 * @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0)
 */
const errors: Table<ErrorRow> = {
  "* * global/invalid-api-key: **": { code: "unauthenticated", effect: "none" },
  // The account is not paid, or closed; its billing address is missing.
  "* * global/(account-inactive|invalid-address|forbidden): **": denied,
  "* * global/invalid-parameters: **": { code: "invalid_argument", effect: "none" },
  "* * global/object-does-not-exist: **": { code: "not_found", effect: "none" },
  // The path, not a thing: nothing is said of any machine.
  "* * global/not-found: **": { code: "invalid_config", effect: "none" },
  "* * global/quota-exceeded: **": { code: "quota_exceeded", effect: "none", scope: "account" },
  "* * global/(duplicate|conflict): **": { code: "conflict", effect: "none" },
  "* * global/rate-limited: **": { code: "rate_limited", effect: "none" },
  "* * global/internal-error: **": { code: "unavailable" },
  "* * provider/**": { code: "unavailable" },
  // Has been the answer to a second terminate; says nothing.
  "* * global/unknown: **": { code: "unknown" },
  "* * instance-operations/launch/insufficient-capacity: **": {
    ...{ code: "no_capacity", effect: "none", scope: "offer" },
  },
  "* * instance-operations/launch/file-system-in-wrong-region: **": {
    ...{ code: "invalid_argument", effect: "none" },
  },
  "* * instance-operations/launch/file-systems-not-supported: **": {
    ...{ code: "invalid_argument", effect: "none", scope: "region" },
  },
  // A code that nobody has listed: a refusal, but not one that is known to come before any work.
  "* * instance-operations/launch/**": { code: "invalid_argument" },
  "* * filesystems/filesystem-in-use: **": { code: "conflict" },
  "* * (firewall-rulesets/firewall-ruleset-in-use|ssh-keys/key-in-use): **": { code: "conflict" },

  "* 429 **": { code: "rate_limited", effect: "none" },
  // The edge throttles in its own words, with the status of a missing right.
  "* 403 (text|html): **1015**": { code: "rate_limited", effect: "none" },
  "* 403 (text|html): **": { code: "unavailable" },
  "* 401 **": { code: "unauthenticated", effect: "none" },
  "* 403 **": denied,
  "* 405 **": { code: "invalid_config", effect: "none" },
};

export type LambdaTables = AdapterTables<LambdaEndpoint>;
export const tables: LambdaTables = { endpoints, statuses, errors };

/**
 * A create has no idempotency key and names are not unique, so a lost one is looked for by tag and name until it cannot
 * be under way any more. Nobody has measured how long a new machine may be invisible; all reports have it listed at once.
 *
 * The limits are the account's, which other processes and the console count against.
 *
 * @see https://docs.lambda.ai/public-cloud/cloud-api
 */
export const facts: Timing = {
  launchIdentity: "label",
  /** Inferred. */
  visibilityLagMs: 30_000,
  /** Inferred. */
  appearsWithinMs: 120_000,
  /** Inferred. */
  lateCommitMs: 60_000,
  /** Inferred: takes a minute or several. */
  confirmTerminateMs: 600_000,
  /** Inferred: a boot takes minutes, and each look is one of the second's request. */
  pollIntervalMs: 10_000,
  /** Not sent: a list without it is whole. */
  pageSize: 1000,
  requestTimeoutMs: 30_000,
  rateLimit: { calls: 1, perMs: 1000 },
  bills: { provisioning: "none", stopped: "none" },
};

/** What a launch may hold. */
export const limits = {
  /** Of 64, without a token and the dash before it. */
  nameLength: 43,
  /** Our own are not for labels. */
  tagKey: /^(?!lambda-ai-|gpuport-(launch|ports)$)[a-z][a-z0-9-:]{0,54}$/,
  tagValueLength: 128,
  hostname: /^[a-z0-9][0-9a-z-]{0,62}$/,
  userDataBytes: 1_000_000,
  filesystemName: /^(?=.{1,60}$)[a-zA-Z]+[0-9a-zA-Z-]*$/,
  publicKeyLength: 4096,
} as const;

/** Our own tags: what marks a launch, and the ports it asked for. */
export const tagKeys = { launch: "gpuport-launch", ports: "gpuport-ports" } as const;

/** For so long after its first healthy moment a machine may read unhealthy without being given up. Inferred. */
export const graceMs = 300_000;

/** Who logs in. @see https://docs.lambda.ai/public-cloud/on-demand/creating-managing-instances */
export const user = "ubuntu";
