import type { AdapterTables, Endpoint, ErrorRow, StatusRow, Table, Timing } from "@gpuport/core";

/** Everything that changes a pod blocks until done, and waits for the calls of others before it. */
const changesTimeoutMs = 120_000;

/** The engine itself is given up after so long; to save a large pod takes minutes. */
const engineTimeoutMs = 600_000;

/** How long a command may take is its caller's to say; this is where even a patient caller ends. */
const longestCommandMs = 3_600_000;

/**
 * Every parameter goes in the query, also of a POST. There are no limits of calls; the server works on one call at a
 * time.
 *
 * Seen on a running, unmodified 0.4.1 (`/pod/info`: 0.1.13 to 0.2.5), and read in its source.
 *
 * @see https://github.com/MenxLi/pody
 */
const endpoints = {
  "instance.create": { method: "POST", path: "pod/create", evidence: "live", timeoutMs: changesTimeoutMs },
  /** From 0.3.0. */
  "instance.get": { method: "GET", path: "pod/inspect", evidence: "live" },
  /** Before 0.3.0. In 0.3.x it answers 200 with no pod in it, also for pods that do not exist. */
  "instance.get.old": { method: "GET", path: "pod/info", evidence: "live" },
  "instance.list": { method: "GET", path: "pod/list", evidence: "live" },
  "instance.terminate": { method: "POST", path: "pod/delete", evidence: "live", timeoutMs: changesTimeoutMs },
  "instance.start": { method: "POST", path: "pod/start", evidence: "live", timeoutMs: changesTimeoutMs },
  "instance.stop": { method: "POST", path: "pod/stop", evidence: "live", timeoutMs: changesTimeoutMs },
  "instance.restart": { method: "POST", path: "pod/restart", evidence: "live", timeoutMs: changesTimeoutMs },
  "exec.run": { method: "POST", path: "pod/exec", evidence: "live", timeoutMs: longestCommandMs },
  /** From 0.1.10. */
  "server.version": { method: "GET", path: "version", evidence: "live" },
  /** From 0.3.0. */
  "image.list": { method: "GET", path: "image/list", evidence: "live" },
  /** Before 0.3.0. In 0.3.x it answers 200 with no images in it. */
  "image.list.old": { method: "GET", path: "host/images", evidence: "live" },
  /** From 0.3.0. The server's own documentation says GET, which is 405. */
  "image.get": { method: "POST", path: "image/inspect", evidence: "live" },
  /** From 0.3.0. */
  "image.remove": { method: "POST", path: "image/delete", evidence: "live", timeoutMs: changesTimeoutMs },
  /** From 0.3.0. */
  "snapshot.create": { method: "POST", path: "pod/commit", evidence: "live", timeoutMs: engineTimeoutMs },
  "account.get": { method: "GET", path: "user/info", evidence: "live" },
  "account.users": { method: "GET", path: "user/list", evidence: "live" },
  /** The server's own documentation says GET, which is 405. */
  "account.password": { method: "POST", path: "user/ch-passwd", evidence: "live" },
  "host.processes": { method: "GET", path: "host/gpu-ps", evidence: "live" },
  /** From 0.1.10. */
  "host.get": { method: "GET", path: "host/spec", evidence: "live" },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type PodyEndpoint = keyof typeof endpoints;

/**
 * The states of a container. `removing` and `dead` are inferred, the others were seen.
 *
 * No row says `billing`: Pody has no prices. A pod occupies the machine and the account's quota all the same, in every
 * state, until it is terminated.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerInspect
 */
const statuses: Table<StatusRow> = {
  created: { status: "failed" }, // a create answers after the start, so this one did not start
  running: { status: "running" },
  restarting: { status: "provisioning", reason: "restart" }, // a main process that ends is started again for ever
  paused: { status: "stopped" },
  exited: { status: "stopped" }, // stopped by its user, an operator or the GPU quota: it does not say
  removing: { status: "terminating" },
  dead: { status: "failed" },
};

/** What people should know about a status and could not guess from its word. */
export const statusMessages: Table<string> = {
  created: "it was never started: its start failed",
  restarting: "its main process ended and is started again, for as long as it takes",
  paused: "an operator has paused it: it can be stopped and restarted, not started",
  dead: "the container engine could not remove it",
};

/**
 * A pod reads so only between two starts of a main process that ends by itself, which Pody repeats for ever and does not
 * count. Three looks of one wait are several seconds apart.
 */
export const stuckAfterLooks: Table<number> = { restarting: 3 };

/** The server has no such route; what it says of a pod is longer. */
export const routeAbsent = "404 Not Found";
/** The pod is there, but its image was deleted, and the server cannot read the one without the other. */
export const imageGone = "404 **/images/**No such image**";
/** The image is everybody's, somebody else's, or not there any more. */
export const notACommit = "403 Can only delete user commit images**";

/**
 * What Pody answers, told apart by status and `detail`, as `<status> <detail>`, or as `<endpoint> <status> <detail>`
 * where the same words mean different things; `**` stands for anything, and the first row that fits counts. Sentences of
 * the container engine change between its releases, so the rows hold short phrases of them.
 *
 * `effect: "none"` stands where Pody refuses before the engine makes a container. The order of its checks is:
 * credentials, parameters, name, duplicate, pod limit, image, ports, engine.
 *
 * Seen on 0.4.1 and, where a row says so, on older versions.
 *
 * @see https://github.com/MenxLi/pody
 */
const errors: Table<ErrorRow> = {
  "401**": { code: "unauthenticated", effect: "none" },
  "403 Invalid username or password**": { code: "unauthenticated", effect: "none" },
  "403 Exceed max pod limit**": { code: "quota_exceeded", effect: "none" },
  "403 Exceed user commit limit**": { code: "quota_exceeded", effect: "none" },
  "403 Container size**exceeds**": { code: "quota_exceeded", effect: "none" },
  "403 **exceeds user commit size limit**": { code: "quota_exceeded", effect: "none" },
  // There is one machine, so there is no other region to try.
  "403 No available port**": { code: "no_capacity", effect: "none", scope: "provider" },
  "403 Invalid pod name**": { code: "permission_denied", effect: "none", scope: "request" },
  "403 User does not have permission**": { code: "permission_denied", effect: "none" },
  [notACommit]: { code: "permission_denied", effect: "none", scope: "request" },
  "403 Invalid image name**": { code: "permission_denied", effect: "none", scope: "request" },
  "403 Image ** is not allowed**": { code: "invalid_argument", effect: "none" }, // before 0.1.12
  "400 Invalid pod name**": { code: "invalid_argument", effect: "none" },
  "400 Invalid tag name**": { code: "invalid_argument", effect: "none" },
  "400 Invalid image name**": { code: "invalid_argument", effect: "none" },
  "image.get 400 Image not found**": { code: "not_found", effect: "none" },
  "image.remove 400 Image not found**": { code: "not_found", effect: "none" },
  "400 Image not found**": { code: "invalid_argument", effect: "none" },
  "422**": { code: "invalid_argument", effect: "none" },
  [routeAbsent]: { code: "invalid_config", effect: "none" },
  "405 Method Not Allowed": { code: "invalid_config", effect: "none" },
  "404 **No such container**": { code: "not_found" },
  "404 Container ** not found**": { code: "not_found" },
  [imageGone]: { code: "conflict" },
  "409 ** already exists**": { code: "conflict", effect: "none" },
  "500 409 Client Error**already in use**": { code: "conflict", effect: "none" }, // before 0.1.11
  // The server's configuration or the account's quota is more than the engine can do.
  "500 **/containers/create?**": { code: "instance_failed", effect: "none", scope: "provider" },
  // The pod was made and did not start. It stays behind, with its name and its place in the quota.
  "instance.create 500 **/start:**": { code: "instance_failed", effect: "done" },
  // Host ports are kept only while a pod runs: another one has taken them, and there are no others to be had.
  "instance.start 500 **/start:**port is already allocated**": { code: "conflict", effect: "none" },
  "instance.start 500 **cannot start a paused container**": { code: "conflict", effect: "none" },
  "instance.start 500 **/start:**": { code: "instance_failed", effect: "none" },
  // What a restart has done when it fails, stopped the pod or not, it does not say.
  "instance.restart 500 **port is already allocated**": { code: "conflict", effect: "maybe" },
  "instance.restart 500 **start:**": { code: "instance_failed", effect: "maybe" },
  // A command that was not run, or not to its end, is answered with 200.
  "exec.run 200 Timeout**": { code: "timeout", effect: "maybe", scope: "request" },
  "exec.run 200 Docker API error: 409**": { code: "conflict", effect: "none" }, // not running, restarting, paused
  "exec.run 200 Docker API error: 404**No such container**": { code: "not_found", effect: "none" },
  "exec.run 200 Docker API error**": { code: "unavailable", effect: "maybe" },
  "exec.run 200 OCI runtime exec failed**/bin/bash**": { code: "unsupported", effect: "none" },
  "exec.run 200 OCI runtime exec failed**": { code: "unknown", effect: "none" },
  "exec.run 200**": { code: "unknown", effect: "maybe" },
  "500 Network ** not found**": { code: "unavailable" },
  "500 Internal Server Error": { code: "unavailable" },
  "504 Request timed out**": { code: "timeout" },
  // Sentences that nobody knows yet mean what their status means, and prove nothing about a create.
  "400 **": { code: "invalid_argument" },
  "403 **": { code: "permission_denied" },
  "404 **": { code: "unknown" },
  "409 **": { code: "conflict" },
  "5**": { code: "unavailable" },
};

/**
 * Pody shows a change at once, and keeps names unique: the name is the only handle and the only guard against doubles
 * there is.
 */
export const facts: Timing = {
  launchIdentity: "unique_name",
  visibilityLagMs: 0,
  appearsWithinMs: 0,
  /** Inferred: a create whose caller has hung up waits behind the calls of others, and is carried out. */
  lateCommitMs: 60_000,
  /** A delete alone may take 120 s. */
  confirmTerminateMs: 180_000,
  pollIntervalMs: 3000,
  /** There are no pages: the list of names is one answer. */
  pageSize: 1000,
  /** The list has names only; each pod is read by itself. */
  listCosts: "per_machine",
  /** Long, because every call may wait for somebody's command that runs for 30 s. */
  requestTimeoutMs: 60_000,
  /** Pody has no prices. The machine is occupied all the same. */
  bills: { provisioning: "none", stopped: "none" },
};

export const tables: AdapterTables<PodyEndpoint> = { endpoints, statuses, errors };
