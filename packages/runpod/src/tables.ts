import type {
  AdapterTables,
  Endpoint,
  ErrorRow,
  LaunchRequest,
  StatusRow,
  Table,
  Timing,
} from "@gpuport/core";
import type { LaunchOptions } from "./options.ts";

/**
 * REST v2; version 1 is being switched off. The balance is in GraphQL alone. Spot pods are too, and are left out.
 *
 * @see https://docs.runpod.io/api-reference-v2 (read 2026-08-20)
 */
const endpoints = {
  "instance.create": {
    ...{ method: "POST", path: "v2/pods", evidence: "documented" },
    /** Inferred. */
    limit: { calls: 1, perMs: 2_000 },
    /** Long: a lost answer costs minutes of looking for the pod. */
    timeoutMs: 60_000,
  },
  "instance.list": { method: "GET", path: "v2/pods", evidence: "documented" },
  "instance.get": { method: "GET", path: "v2/pods/{id}", evidence: "documented" },
  "instance.terminate": { method: "DELETE", path: "v2/pods/{id}", evidence: "documented" },
  "instance.action": { method: "POST", path: "v2/pods/{id}/action", evidence: "documented" },
  "instance.logs": {
    ...{ method: "GET", path: "v2/pods/{id}/logs", evidence: "documented" },
    /** A log goes on for ever; its past comes at once, so this much silence ends it. Inferred. */
    untilSilentMs: 1_000,
  },
  "offers.search": { method: "GET", path: "v2/catalog/gpus", evidence: "documented" },
  "volume.list": { method: "GET", path: "v2/network-volumes", evidence: "documented" },
  "volume.create": { method: "POST", path: "v2/network-volumes", evidence: "documented" },
  "volume.delete": { method: "DELETE", path: "v2/network-volumes/{id}", evidence: "documented" },
  "sshkey.list": { method: "GET", path: "v2/account/ssh-keys", evidence: "documented" },
  /** Replaces the account's whole list. */
  "sshkey.replace": { method: "PUT", path: "v2/account/ssh-keys", evidence: "documented" },
  "account.balance": { method: "POST", path: "graphql", evidence: "documented" },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type RunpodEndpoint = keyof typeof endpoints;

/**
 * `status`, or `<status>/persistent` of a pod with a disk on its host, which goes first. There is no word for stopping or
 * for ending.
 *
 * @see https://docs.runpod.io/api-reference-v2/pods/get-a-pod (read 2026-08-20)
 */
const statuses: Table<StatusRow> = {
  PROVISIONING: { status: "provisioning", billing: "compute" }, // inferred: it may cost as much as one that runs
  STARTING: { status: "provisioning", billing: "compute" },
  RUNNING: { status: "running", billing: "compute" },
  // Stopped by its owner, ended by itself, killed for its memory, outbid, out of money: all look alike.
  EXITED: { status: "stopped", billing: "none" },
  "EXITED/persistent": { status: "stopped", billing: "storage" },
  ERROR: { status: "failed", billing: "unknown" }, // may bill until it is terminated
  TERMINATED: { status: "terminated", billing: "none" },
};

/** Words for "nothing free of that kind", all that tells them from other refusals with the same status. */
const full = `(${[
  "no longer any instances available",
  "no instances currently available",
  "no instances available",
  "no available datacenter with requested resources",
  "does not have the resources to deploy",
  "could not find any pods with required specifications",
  "not enough free gpu",
].join("|")})`;

/**
 * What refusals mean, first row that fits. The text is `endpoint status form: words`, where the form is `json` or `text`;
 * a word alone as a key is a code of GraphQL. There are no other codes: only the HTTP status and free text.
 *
 * `effect: "none"` stands where the documentation says of the status that nothing was done. Never of a 5xx: one came from
 * a create that had made its pod.
 *
 * @see https://docs.runpod.io/api-reference-v2/pods/create-a-pod (read 2026-08-20)
 */
const errors: Table<ErrorRow> = {
  "* 401 **": { code: "unauthenticated", effect: "none" },
  "* 402 **": { code: "insufficient_funds", effect: "none" },
  // The network in front, not a verdict on the key.
  "* 403 text: **": { code: "unavailable", effect: "none" },
  "* 408 **": { code: "timeout" },
  "* 429 **": { code: "rate_limited", effect: "none" },

  [`instance.create 4* json: **${full}**`]: { code: "no_capacity", effect: "none", scope: "offer" },
  [`instance.create * json: **${full}**`]: { code: "no_capacity", scope: "offer" },
  // A pod that is stopped keeps its host, where others may have taken the GPUs.
  [`instance.action 4* json: **${full}**`]: { code: "no_capacity", effect: "none", scope: "request" },
  [`instance.action * json: **${full}**`]: { code: "no_capacity", scope: "request" },
  // Inferred: nobody has published the words.
  "instance.(create|action) 4* json: **spend limit**": { code: "quota_exceeded", effect: "none" },
  "instance.(create|action) 4* json: **(balance|insufficient funds|not enough credit)**": {
    code: "insufficient_funds",
    effect: "none",
  },

  "* 4* json: **pod not found**": { code: "not_found", effect: "none" },
  // The volume, the template or the registry that a create names.
  "instance.create 400 json: **(not found|does not exist)**": { code: "not_found", effect: "none" },
  "instance.(create|get|terminate|action|logs) 404 json: **": { code: "not_found", effect: "none" },
  "volume.(create|delete) 404 json: **": { code: "not_found", effect: "none" },
  // This pool is not open to the account; another may be.
  "instance.create 403 json: **": { code: "permission_denied", effect: "none", scope: "offer" },
  "* 403 json: **": { code: "permission_denied", effect: "none" },
  "* 409 json: **": { code: "conflict", effect: "none" },
  "* (400|413|422) json: **": { code: "invalid_argument", effect: "none" },

  GRAPHQL_VALIDATION_FAILED: { code: "invalid_config" },
  INTERNAL_SERVER_ERROR: { code: "unavailable" },
  "* 5* **": { code: "unavailable" },
};

export type RunpodTables = AdapterTables<RunpodEndpoint>;
export const tables: RunpodTables = { endpoints, statuses, errors };

/**
 * A pod is known by its name alone, which need not be unique. For up to a minute after its create it may be absent from
 * the list, and both reading and deleting it may answer 404, so absence counts only after that time.
 */
export const facts: Timing = {
  launchIdentity: "label",
  visibilityLagMs: 60_000,
  appearsWithinMs: 60_000,
  /** Inferred. */
  lateCommitMs: 30_000,
  confirmTerminateMs: 180_000,
  pollIntervalMs: 5_000,
  pageSize: 100,
  requestTimeoutMs: 30_000,
  /** Inferred; the documented limits of a minute, an hour and a day are larger, or told in headers. */
  rateLimit: { calls: 10, perMs: 10_000 },
  /** Provisioning is inferred, on the safe side. A stopped pod pays for a persistent disk, if it has one. */
  bills: { provisioning: "compute", stopped: "storage" },
};

/** What the cloud takes. @see https://docs.runpod.io/api-reference-v2/pods/create-a-pod (read 2026-08-20) */
export const limits = {
  /** GB. Without a disk, or with a small one, a create is refused in words that are about something else. */
  minDiskGb: 20,
  httpPorts: 10,
  logLines: 5_000,
  minVolumeGb: 10,
  maxVolumeGb: 4096,
} as const;

/** A launch as it is held against the rules. */
interface Asked extends LaunchRequest {
  readonly options: LaunchOptions;
  readonly keys: boolean;
  /** What the offer says that was named. */
  readonly place: { readonly region?: string | undefined } | undefined;
}

/** A field, what is wrong with it, and when; `unsupported` marks what RunPod has not. */
type LaunchRule = readonly [string, string, (asked: Asked) => unknown, "unsupported"?];

const own = "providerOptions.runpod";
const noSsh = "a command replaces the image's own start, and with it its ssh";

/** What the schema cannot see: fields that contradict each other, and what this cloud cannot hold. */
export const launchRules: readonly LaunchRule[] = [
  ["region", "an offer has a place of its own", (a) => a.place && a.region && a.region !== a.place.region],
  [
    `${own}.dataCenterIds`,
    "says the same as the region",
    (a) => a.options.dataCenterIds && (a.region ?? a.place?.region),
  ],
  ["image", `runpod needs it, or ${own}.templateId`, (a) => !a.image && !a.options.templateId],
  [
    "ports",
    `runpod publishes ${limits.httpPorts} http ports at most`,
    (a) => (a.ports ?? []).filter(({ protocol }) => protocol === "http").length > limits.httpPorts,
  ],
  ["env.PUBLIC_KEY", "is how sshPublicKeys are sent", (a) => a.keys && a.env?.["PUBLIC_KEY"] !== undefined],
  ["sshPublicKeys", noSsh, (a) => a.keys && a.command !== undefined, "unsupported"],
];
