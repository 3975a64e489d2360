import type { Endpoint, ErrorRow, StatusRow, Table, Timing } from "@gpuport/core";

export type EndpointName =
  | "instance.create"
  | "instance.get"
  | "instance.cancel"
  | "instance.list"
  | "spec.list";

/**
 * The operations of the SDK API that are used here. The create is printed in the vendor's own sample and the list has
 * been seen live by an independent client; that client's paths of the other three are not printed by the vendor.
 *
 * @see https://sdkdoc.glows.ai
 */
export const endpoints: Readonly<Record<EndpointName, Endpoint>> = {
  "instance.create": { method: "POST", path: "sdk/v1/instance", evidence: "documented" },
  "instance.get": { method: "GET", path: "sdk/v1/instance", evidence: "inferred" },
  "instance.cancel": { method: "DELETE", path: "sdk/v1/instance", evidence: "inferred" },
  "instance.list": { method: "GET", path: "sdk/v1/instance/list", evidence: "live" },
  "spec.list": { method: "GET", path: "sdk/v1/spec/list", evidence: "inferred" },
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
  /** PermissionDenied */
  "7": { code: "permission_denied", effect: "none" },
  /** MetaKeyExist */
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
  remark: 32,
  cmd: 512,
  envs: 512,
  networks: 1,
  perPage: 20,
} as const;
