import type { AdapterTables, Endpoint, ErrorRow, RateLimit, StatusRow, Table, Timing } from "@gpuport/core";

/** One call in so many seconds: what Vast.ai calls a threshold. */
const threshold = (seconds: number): RateLimit => ({ calls: 1, perMs: seconds * 1000 });

/**
 * The list is version 1 and everything else version 0; the list of version 0 is withdrawn, and has answered with an
 * empty list to people whose machines went on billing. Slashes at the end belong to the paths.
 *
 * @see https://docs.vast.ai/api-reference/rate-limits-and-errors for the thresholds (read 2026-08-07)
 */
const endpoints = {
  /** @see https://docs.vast.ai/api-reference/search/search-offers */
  "offers.search": {
    method: "POST",
    path: "api/v0/bundles/",
    evidence: "documented",
    limit: { calls: 10, perMs: 60_000 },
  },
  /** @see https://docs.vast.ai/api-reference/instances/create-instance */
  "instance.create": {
    method: "PUT",
    path: "api/v0/asks/{offerId}/",
    evidence: "documented",
    limit: threshold(4.5),
    timeoutMs: 60_000,
  },
  /** @see https://docs.vast.ai/api-reference/instances/show-instance */
  "instance.get": {
    method: "GET",
    path: "api/v0/instances/{id}/",
    evidence: "documented",
    limit: threshold(2),
  },
  /** @see https://docs.vast.ai/api-reference/instances/show-instances */
  "instance.list": { method: "GET", path: "api/v1/instances/", evidence: "documented", limit: threshold(1) },
  /** @see https://docs.vast.ai/api-reference/instances/manage-instance */
  "instance.setState": {
    method: "PUT",
    path: "api/v0/instances/{id}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/reboot-instance */
  "instance.reboot": {
    method: "PUT",
    path: "api/v0/instances/reboot/{id}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/recycle-instance */
  "instance.recycle": {
    method: "PUT",
    path: "api/v0/instances/recycle/{id}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** One path with two jobs. @see https://docs.vast.ai/api-reference/instances/manage-instance */
  "instance.label": {
    method: "PUT",
    path: "api/v0/instances/{id}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/change-bid */
  "instance.bid": {
    method: "PUT",
    path: "api/v0/instances/bid_price/{id}/",
    evidence: "documented",
    limit: threshold(5.5),
  },
  /** @see https://docs.vast.ai/api-reference/instances/show-logs */
  "instance.logs": {
    method: "PUT",
    path: "api/v0/instances/request_logs/{id}/",
    evidence: "documented",
  },
  /** @see https://docs.vast.ai/api-reference/instances/execute */
  "instance.exec": {
    method: "PUT",
    path: "api/v0/instances/command/{id}/",
    evidence: "documented",
    limit: threshold(1.5),
  },
  /** In object storage, at the place that an answer names; the path is below that place. */
  "instance.result": { method: "GET", path: "{file}", evidence: "documented" },
  /** @see https://github.com/vast-ai/vast-cli/blob/master/vastai/api/instances.py */
  "instance.snapshot": {
    method: "POST",
    path: "api/v0/instances/take_snapshot/{id}/",
    evidence: "documented",
  },
  /** @see https://docs.vast.ai/api-reference/instances/attach-ssh-key */
  "instance.sshKeyAttach": {
    method: "POST",
    path: "api/v0/instances/{id}/ssh/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/show-instance-ssh-keys */
  "instance.sshKeys": {
    method: "GET",
    path: "api/v0/instances/{id}/ssh/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/detach-ssh-key */
  "instance.sshKeyDetach": {
    method: "DELETE",
    path: "api/v0/instances/{id}/ssh/{keyId}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/destroy-instance */
  "instance.destroy": {
    method: "DELETE",
    path: "api/v0/instances/{id}/",
    evidence: "documented",
    limit: threshold(3),
  },

  /** @see https://docs.vast.ai/api-reference/accounts/show-ssh-keys */
  "sshkey.list": { method: "GET", path: "api/v0/ssh/", evidence: "documented", limit: threshold(1) },
  /** @see https://docs.vast.ai/api-reference/accounts/create-ssh-key */
  "sshkey.create": { method: "POST", path: "api/v0/ssh/", evidence: "documented", limit: threshold(1) },
  /** @see https://docs.vast.ai/api-reference/accounts/delete-ssh-key */
  "sshkey.delete": { method: "DELETE", path: "api/v0/ssh/{id}/", evidence: "documented" },
  /** @see https://docs.vast.ai/api-reference/accounts/show-user */
  "account.get": { method: "GET", path: "api/v0/users/current/", evidence: "documented" },

  /** @see https://docs.vast.ai/cli/reference/show-volumes */
  "volume.list": { method: "GET", path: "api/v0/volumes", evidence: "documented" },
  /** @see https://docs.vast.ai/api-reference/volumes/search-volumes */
  "volume.search": { method: "POST", path: "api/v0/volumes/search/", evidence: "documented" },
  /** @see https://docs.vast.ai/api-reference/volumes/rent-volume */
  "volume.create": {
    method: "PUT",
    path: "api/v0/volumes/",
    evidence: "documented",
    limit: threshold(5.5),
    timeoutMs: 60_000,
  },
  /** @see https://docs.vast.ai/cli/reference/delete-volume */
  "volume.delete": { method: "DELETE", path: "api/v0/volumes/", evidence: "documented" },
} as const satisfies Readonly<Record<string, Endpoint>>;
export type EndpointName = keyof typeof endpoints;

/** How long to leave a result that is not there yet; core looks four times. The official client waits nine seconds. */
export const resultPauseMs = 3_000;

/** After a create that was throttled, the next one must wait so long. @see endpoints */
export const throttledCreateMs = 12_000;

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

/** What a create may hold. @see https://docs.vast.ai/api-reference/instances/create-instance (read 2026-08-07) */
export const limits = {
  /** GB; the cloud's own default too. */
  minDiskGb: 8,
  /** Sources say 4048, 4096 and 16 KB; the least of them, with a margin. */
  onstartBytes: 4000,
  envValueLength: 256,
  envTotalLength: 32_768,
  minBid: 0.001,
  maxBid: 128,
  /** So that a label in ASCII finds its machine again. */
  name: /^[A-Za-z0-9._ -]+$/,
  volumeName: /^[A-Za-z0-9_]{1,64}$/,
  /** Commands that Vast.ai runs in a machine, and how long they may be. */
  command: /^\s*(ls|rm|du)(\s|$)/,
  commandLength: 512,
} as const;

/** Offers come in pages of at most so many, whatever limit is asked for. */
export const offersPerPage = 64;

/** What every search asks for unless the user lifts it, as the official client does. */
export const standardFilters = { verified: { eq: true }, external: { eq: false } } as const;

/** The month in which storage is priced. */
export const hoursPerMonth = 720;

/** The most instances that one page of the list holds. */
export const instancesPerPage = 25;

/**
 * How Vast.ai writes GPUs, for its filter by name; what it writes otherwise is found by memory and count.
 *
 * @see https://github.com/vast-ai/vast-cli/blob/master/vastai/data/query.py (read 2026-08-06)
 */
export const gpuNames: readonly string[] = [
  ...["A10", "A10g", "A16", "A30", "A40", "A100 PCIE", "A100 SXM4", "A100 SXM", "A800 PCIE", "B200"],
  ...["GH200 SXM", "H100 PCIE", "H100 SXM", "H100 NVL", "H200", "H200 NVL", "L4", "L40", "L40S"],
  ...["Tesla K80", "Tesla M40", "Tesla P4", "Tesla P40", "Tesla P100", "Tesla T4", "Tesla V100"],
  ...["GTX 1070", "GTX 1080", "GTX 1080 Ti", "GTX 1660 S", "RTX 2060", "RTX 2070", "RTX 2070S"],
  ...["RTX 2080", "RTX 2080S", "RTX 2080 Ti", "RTX 3050", "RTX 3060", "RTX 3060 laptop", "RTX 3060 Ti"],
  ...["RTX 3070", "RTX 3070 laptop", "RTX 3070 Ti", "RTX 3080", "RTX 3080 Ti", "RTX 3090", "RTX 3090 Ti"],
  ...["RTX 4060", "RTX 4060 laptop", "RTX 4060 Ti", "RTX 4070", "RTX 4070 laptop", "RTX 4070S"],
  ...["RTX 4070S Ti", "RTX 4070 Ti", "RTX 4080", "RTX 4080 laptop", "RTX 4080S", "RTX 4090", "RTX 4090D"],
  ...["RTX 5060", "RTX 5060 Ti", "RTX 5070", "RTX 5070 Ti", "RTX 5080", "RTX 5090"],
  ...["Titan RTX", "Titan V", "Titan Xp", "Quadro P4000", "Quadro GV100"],
  ...["Q RTX 4000", "Q RTX 5000", "Q RTX 6000", "Q RTX 8000"],
  ...["RTX A2000", "RTX A4000", "RTX A4500", "RTX A5000", "RTX A6000"],
  ...["RTX 2000Ada", "RTX 4000Ada", "RTX 4500Ada", "RTX 5000Ada", "RTX 5880Ada", "RTX 6000Ada"],
  ...["RTX PRO 4000", "RTX PRO 4500", "RTX PRO 5000", "RTX PRO 6000", "RTX PRO 6000 S", "RTX PRO 6000 WS"],
  ...["RTX PRO 6000 Max-Q", "InstinctMI50", "InstinctMI100", "InstinctMI210", "InstinctMI250X"],
  ...["PRO W7900", "Pro V620", "RX 7900 XTX"],
];
