import type { Endpoint, ErrorRow, Network, Snapshot, StatusRow, Table, Timing } from "@gpuport/core";

export type EndpointName =
  | "instance.create"
  | "instance.get"
  | "instance.cancel"
  | "instance.list"
  | "instance.stat"
  | "spec.list"
  | "image.create"
  | "image.delete"
  | "image.list"
  | "snapshot.create"
  | "snapshot.list"
  | "network.create"
  | "network.list"
  | "network.attach"
  | "network.endpoints";

/**
 * The 15 operations of the SDK API. The create is printed in the vendor's own sample and the list has been seen live by
 * an independent client; the other paths are that client's (get, cancel, catalogue, create of a snapshot) or follow the
 * pattern of their neighbours, and the vendor prints none of them.
 *
 * @see https://sdkdoc.glows.ai
 */
export const endpoints: Readonly<Record<EndpointName, Endpoint>> = {
  "instance.create": { method: "POST", path: "sdk/v1/instance", evidence: "documented" },
  "instance.get": { method: "GET", path: "sdk/v1/instance", evidence: "inferred" },
  "instance.cancel": { method: "DELETE", path: "sdk/v1/instance", evidence: "inferred" },
  "instance.list": { method: "GET", path: "sdk/v1/instance/list", evidence: "live" },
  "instance.stat": { method: "GET", path: "sdk/v1/instance/stat", evidence: "inferred" },
  "spec.list": { method: "GET", path: "sdk/v1/spec/list", evidence: "inferred" },
  "image.create": { method: "POST", path: "sdk/v1/image", evidence: "inferred" },
  // The reference shows a body, not a query.
  "image.delete": { method: "DELETE", path: "sdk/v1/image", evidence: "inferred" },
  "image.list": { method: "GET", path: "sdk/v1/image/list", evidence: "inferred" },
  "snapshot.create": { method: "POST", path: "sdk/v1/snapshot", evidence: "inferred" },
  "snapshot.list": { method: "GET", path: "sdk/v1/snapshot/list", evidence: "inferred" },
  "network.create": { method: "POST", path: "sdk/v1/network", evidence: "inferred" },
  "network.list": { method: "GET", path: "sdk/v1/network/list", evidence: "inferred" },
  "network.attach": { method: "POST", path: "sdk/v1/network/attach", evidence: "inferred" },
  "network.endpoints": { method: "GET", path: "sdk/v1/network/endpoint/list", evidence: "inferred" },
};

/**
 * The 18 words of the SDK reference. It does not say what they mean: the meanings are inferred from the console's words
 * and from the user guide, by which only a running machine is billed.
 *
 * @see https://sdkdoc.glows.ai
 * @see https://docs.glows.ai
 */
export const statuses: Table<StatusRow> = {
  SchedInit: { status: "pending", reason: "queued", billing: "none" },
  SchedQueued: { status: "pending", reason: "queued", billing: "none" },
  PriceChanged: { status: "pending", reason: "queued", billing: "none" },
  Pending: { status: "provisioning", billing: "none" },
  Running: { status: "running", billing: "compute" },
  Rebooted: { status: "provisioning", reason: "restart", billing: "none" },
  Resuming: { status: "provisioning", billing: "none" },
  Migrating: { status: "provisioning", reason: "restart", billing: "none" },
  Pausing: { status: "stopping", billing: "none" },
  // Stopped states pass by themselves: there is no start, the platform resumes or releases the machine.
  Paused: { status: "stopped", billing: "none" },
  Snapshotted: { status: "stopped", billing: "none" },
  Checkpointed: { status: "stopped", billing: "none" },
  Canceling: { status: "terminating", billing: "none" },
  Exited: { status: "terminated", billing: "none" },
  Finished: { status: "terminated", reason: "exited", billing: "none" },
  ExitSnapshotted: { status: "terminated", billing: "none" },
  // Not an end: the host may come back, and the machine can still be cancelled.
  Unavail: { status: "failed", reason: "host_lost", billing: "none" },
  InvalidNodeStatus: { status: "unknown", billing: "unknown" },
};

/** What a person should know about a status that does not explain itself. */
export const statusMessages: Table<string> = {
  PriceChanged:
    "the price moved while it waited, and the API cannot confirm it: terminate it and launch again",
  Finished: "its command ended, and the machine was released with its disk",
  Unavail: "its host is lost; it may come back",
};

/** A price that has moved waits for a confirmation that only the console can give. */
export const stuckAfterLooks: Table<number> = { PriceChanged: 2 };

/**
 * What the numbers of a snapshot's status mean. Inferred: the only printed sample is a 3 with sizes and a later time of
 * change; the other seven are not explained anywhere.
 *
 * @see https://sdkdoc.glows.ai
 */
export const snapshotStatuses: Table<Snapshot["status"]> = { "3": "ready" };

/**
 * The `machine_category` numbers of the catalogue: 0 is documented by a sample, 1 is inferred, 2 and 3 are not explained.
 *
 * @see https://sdkdoc.glows.ai
 */
export const machineCategories = { gpu: 0, cpu: 1 } as const;

/**
 * The types of networks that are listed: the account's mesh, and its public addresses (NAT4). A list shows one of them.
 *
 * @see https://sdkdoc.glows.ai
 */
export const networkTypes: readonly { readonly network_type: number; readonly kind: Network["kind"] }[] = [
  { network_type: 0, kind: "private" },
  { network_type: 6, kind: "public_ip" },
];

/**
 * Refusals, by the number in `code`; `instance.get 6` is number 6 of one endpoint, and `HTTP 401` an HTTP status. Each
 * documented number but 1 refuses before any work. A number that is not here may mean anything.
 *
 * @see https://sdkdoc.glows.ai
 */
export const errors: Table<ErrorRow> = {
  /** InternalError */
  "1": { code: "unavailable" },
  /** ParamIllegal: a wrong parameter, an unknown id and somebody else's id are one number. */
  "6": { code: "invalid_argument", effect: "none" },
  // Their only argument is an id or a meta key, and its form is checked before it is sent.
  "instance.get 6": { code: "not_found", effect: "none" },
  "instance.cancel 6": { code: "not_found", effect: "none" },
  "image.delete 6": { code: "not_found", effect: "none" },
  "network.endpoints 6": { code: "not_found", effect: "none" },
  /** PermissionDenied */
  "7": { code: "permission_denied", effect: "none" },
  /** MetaKeyExist: nobody else knows a launch's key, so a machine with it is this launch's own, and is looked for */
  "instance.create 10": { code: "conflict", effect: "maybe" },
  "10": { code: "conflict", effect: "none" },
  /** DiskQuotaExceeded */
  "17": { code: "quota_exceeded", effect: "none" },
  /** IllegalStatus */
  "20": { code: "conflict", effect: "none" },
  /** OutOfNetCountLimit */
  "88": { code: "quota_exceeded", effect: "none" },
  /** EndpointExist */
  "89": { code: "conflict", effect: "none" },
  /** TakingSnapNotAllowed */
  "114": { code: "conflict", effect: "none" },
  /** NetNameRepeat */
  "133": { code: "conflict", effect: "none" },
  /** OutOfNetEndpointCountLimit */
  "164": { code: "quota_exceeded", effect: "none" },
  /** ImageAlreadyExists */
  "174": { code: "conflict", effect: "none" },
  /** Missing from the reference; seen live where a token is refused. */
  "176": { code: "unauthenticated", effect: "none" },
  /** ImagePendingLimitExceeded: passes when images have been prepared. */
  "192": { code: "quota_exceeded", effect: "none", retryable: true },
  /** UserNodeQtyExceedQuota */
  "198": { code: "quota_exceeded", effect: "none" },
  /** UserSnapQtyExceedQuota */
  "199": { code: "quota_exceeded", effect: "none" },
  /** InvalidDomainInfo: no such region. */
  "206": { code: "invalid_argument", effect: "none", scope: "region" },
  /** RegionAccessDenied */
  "208": { code: "permission_denied", effect: "none", scope: "region" },
  /** NoResourceAvailable */
  "215": { code: "no_capacity", effect: "none", scope: "region" },
  /** Every call's token is checked before anything else; inferred, the live answer is number 176. */
  "HTTP 401": { code: "unauthenticated", effect: "none" },
  /** Inferred; a gateway may say it of a request that it has passed on. */
  "HTTP 408": { code: "unavailable" },
};

/**
 * Times are inferred: the vendor states none. The identity is documented: a `custom_meta_key` is taken once, and finds
 * its machine.
 *
 * @see https://sdkdoc.glows.ai
 */
export const facts: Timing = {
  launchIdentity: "unique_name",
  visibilityLagMs: 2_000,
  /** Inferred, as lateCommitMs is. */
  appearsWithinMs: 60_000,
  lateCommitMs: 60_000,
  confirmTerminateMs: 120_000,
  pollIntervalMs: 5_000,
  pageSize: 20,
  requestTimeoutMs: 30_000,
  bills: { provisioning: "none", stopped: "none" },
};

/**
 * The longest of each, from the reference. Nobody says whether texts are counted in letters or bytes, so they are held
 * to bytes, which keeps both.
 *
 * @see https://sdkdoc.glows.ai
 */
export const limits = {
  id: 64,
  modelName: 128,
  region: 128,
  remark: 32,
  cmd: 512,
  envs: 512,
  networks: 1,
  keywords: 100,
  imageLink: 512,
  snapshotName: 32,
  networkName: 32,
  attached: 10,
  perPage: 20,
} as const;
