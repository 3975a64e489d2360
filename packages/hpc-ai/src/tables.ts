import type { AdapterTables, Endpoint, ErrorRow, StatusRow, Table, Timing } from "@gpuport/core";

/**
 * Every documented call is a POST with a JSON body, reads included. No limits of calls are published.
 *
 * `documented` rows are on the cloud's own pages; the others are known from the console or from other clients, and may
 * change without notice. There is no `/instance/delete`: the page of that name calls `/instance/terminate`.
 *
 * @see https://www.hpc-ai.com/doc/docs/api/instance/launch
 * @see https://www.hpc-ai.com/doc/docs/api/storage/create
 */
const endpoints = {
  "auth.login": { method: "POST", path: "user/login", evidence: "documented" },
  "instance.create": {
    ...{ method: "POST", path: "instance/create", evidence: "documented" },
    /** Long: a lost answer costs minutes of looking for the machine. */
    timeoutMs: 60_000,
  },
  "instance.list": { method: "POST", path: "instance/list", evidence: "documented" },
  "instance.stop": { method: "POST", path: "instance/stop", evidence: "documented" },
  "instance.start": { method: "POST", path: "instance/start", evidence: "inferred" },
  "instance.restart": { method: "POST", path: "instance/restart", evidence: "inferred" },
  "instance.terminate": { method: "POST", path: "instance/terminate", evidence: "documented" },
  "catalog.types": { method: "POST", path: "resource/user/instance/list", evidence: "inferred" },
  "volume.list": { method: "POST", path: "storage/volume/list", evidence: "documented" },
  "volume.create": { method: "POST", path: "storage/volume/create", evidence: "documented" },
  "volume.delete": { method: "POST", path: "storage/volume/delete", evidence: "documented" },
  "account.balance": { method: "GET", path: "balance", evidence: "inferred" },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type HpcAiEndpoint = keyof typeof endpoints;

/** How to read what an endpoint answers. */
interface AnswerRow {
  /** What a good answer has. One with a `message` and none of these is a refusal, even with HTTP 200. */
  readonly success: readonly string[];
  /**
   * Where "not found" is about what the request names: only where the cloud says so in words, or also where a confirmed
   * path answers a bare 404. A list never says that a machine is gone.
   */
  readonly absence?: "in words" | "also by status";
}

const changed: AnswerRow = { success: ["instanceId"], absence: "also by status" };

/** @see https://www.hpc-ai.com/doc/docs/api/instance/list */
export const answers: Readonly<Record<HpcAiEndpoint, AnswerRow>> = {
  "auth.login": { success: ["accessToken", "token"] },
  "instance.create": { success: ["instanceId"], absence: "in words" },
  "instance.list": { success: ["instances"] },
  "instance.stop": changed,
  "instance.start": changed,
  "instance.restart": changed,
  "instance.terminate": changed,
  "catalog.types": { success: ["instanceInfos"] },
  "volume.list": { success: ["volumeList"] },
  "volume.create": { success: ["volumeId", "id"], absence: "in words" },
  "volume.delete": { success: ["volumeId", "id"], absence: "also by status" },
  "account.balance": { success: ["availableBalance"] },
};

/**
 * `instanceRuntimeInfo.status`, without case; or `<status>/<phase>/<diagnosisReason>`, which goes first. What a machine
 * costs in each of them is not documented, so `billing` is inferred.
 *
 * @see https://www.hpc-ai.com/doc/docs/api/instance/list
 */
const statuses: Table<StatusRow> = {
  /**
   * The image cannot be pulled, which is not known ever to resolve; a machine that waits for it may cost as much as
   * one that runs. Inferred: a single look that shows it is believed.
   */
  "Starting/DownloadImage/BackOff": { status: "failed", reason: "image_error", billing: "compute" },
  Initializing: { status: "provisioning", billing: "compute" },
  PullingImage: { status: "provisioning", billing: "compute" },
  Starting: { status: "provisioning", billing: "compute" },
  Running: { status: "running", billing: "compute" },
  Restarting: { status: "provisioning", reason: "restart", billing: "compute" },
  Stopping: { status: "stopping", billing: "compute" },
  Stopped: { status: "stopped", billing: "storage" },
  Archived: { status: "stopped", billing: "storage" }, // stopped for long; a start may be refused
  Released: { status: "terminated", billing: "none" },
  StartingFailed: { status: "failed", billing: "unknown" }, // still has to be terminated
  InitializationFailed: { status: "failed", billing: "unknown" },
};

/** One meaning for several phrases. */
function each(phrases: readonly string[], row: ErrorRow): Table<ErrorRow> {
  return Object.fromEntries(phrases.map((phrase) => [phrase, row]));
}

/**
 * The sentences that are the cloud's only error codes: the first phrase that occurs counts. Luchen Cloud may answer in
 * Chinese. An answer without a known phrase goes by its `http-<status>` or `http-<hundreds>xx`; `http-401`, `http-429` and the gateway's 502, 503
 * and 504 go before any phrase.
 *
 * `effect: "none"`: refused before any work, so nothing was rented. Never believed of a 5xx.
 *
 * Documented are `not logged in`, `not found` and `is not set`; the others are inferred.
 *
 * @see https://www.hpc-ai.com/doc/docs/api/instance/launch
 */
const errors: Table<ErrorRow> = {
  ...each(["not logged in", "login expired", "unauthorized", "invalid token", "token expired", "未登录"], {
    ...{ code: "unauthenticated", effect: "none" },
  }),
  // Said of a refused login, but also of a machine's own password or remote login, which may come after the work.
  ...each(["password", "登录"], { code: "unauthenticated" }),
  ...each(["permission", "forbidden", "无权限"], { code: "permission_denied", effect: "none" }),
  ...each(["not found", "不存在", "未找到"], { code: "not_found", effect: "none" }),
  ...each(["is not set", "invalid", "illegal param", "required", "参数"], {
    ...{ code: "invalid_argument", effect: "none" },
  }),
  ...each(["already exist", "duplicate", "已存在"], { code: "conflict" }),
  ...each(
    [
      "insufficient balance",
      "balance is",
      "balance not",
      "enough balance",
      "insufficient fund",
      "arrears",
      "余额",
      "欠费",
    ],
    { code: "insufficient_funds", effect: "none" },
  ),
  // There are other balances than an account's, a load balancer's for one.
  ...each(["balance"], { code: "insufficient_funds" }),
  ...each(["quota", "limit exceeded", "配额"], { code: "quota_exceeded", effect: "none" }),
  ...each(["stock", "sold out", "no available", "insufficient resource", "库存", "资源不足"], {
    ...{ code: "no_capacity", effect: "none" },
  }),
  ...each(["too many requests", "frequent", "频繁"], { code: "rate_limited", effect: "none" }),
  ...each(["status", "state", "cannot", "not running", "状态"], { code: "conflict" }),
  "http-400": { code: "invalid_argument", effect: "none" },
  "http-401": { code: "unauthenticated", effect: "none" },
  "http-402": { code: "insufficient_funds" },
  "http-403": { code: "permission_denied", effect: "none" },
  "http-404": { code: "not_found", effect: "none" },
  "http-405": { code: "invalid_config" },
  "http-408": { code: "unavailable" },
  "http-409": { code: "conflict" },
  "http-410": { code: "invalid_config" },
  "http-429": { code: "rate_limited", effect: "none" },
  "http-2xx": { code: "unknown" },
  "http-3xx": { code: "invalid_config", effect: "none" }, // sent elsewhere before anybody reads the request
  "http-4xx": { code: "invalid_argument" },
  "http-5xx": { code: "unavailable" },
};

/** How many hours each charge mode's price is for. Inferred: a month is 30 days. */
export const hoursOf = { tidePerHour: 1, perHour: 1, perDay: 24, perWeek: 168, perMonth: 720 } as const;
export type ChargeMode = keyof typeof hoursOf;

/** Where the launch options of this cloud alone stand. */
export const here = "providerOptions.hpc-ai";
const typeId = `${here}.instanceTypeId`;
const regionId = `${here}.regionId`;
const isSpot = `${here}.isSpotInstance`;
const billing = `${here}.billing`;

/** Where all of some fields of a launch are given and none of some others, a field is refused, and why. */
type LaunchRule = readonly [
  all: readonly string[],
  none: readonly string[],
  field: string,
  why: string,
  code?: "unsupported",
];

/** What to rent is said once, and so is how to pay for it and what runs there. */
export const launchRules: readonly LaunchRule[] = [
  [[], ["gpu", "offerId", typeId], "gpu", `hpc-ai needs gpu, offerId or ${typeId}`],
  [[typeId, "gpu"], [], typeId, "stands instead of gpu, not beside it"],
  [[typeId, "offerId"], [], typeId, "stands instead of offerId, not beside it"],
  [[typeId], ["region", regionId], "region", `is needed with ${typeId}`],
  [[regionId], [typeId], regionId, "goes with instanceTypeId; otherwise use region"],
  [[isSpot], [typeId], isSpot, "goes with instanceTypeId; otherwise use pricing"],
  [[billing, "pricing"], [], billing, "stands instead of pricing, not beside it"],
  [[billing, "maxPerHourMicros"], [], "maxPerHourMicros", `cannot be held with ${billing}`, "unsupported"],
  ...["startup", "command", "env", "sshPublicKeys"].map(
    (field): LaunchRule => [
      [`${here}.initScript`, field],
      [],
      field,
      "is sent as initScript, which is given",
    ],
  ),
];

/**
 * Nothing here is published, all of it is inferred. The name is all there is to know a machine by after a lost answer,
 * and names need not be unique, so a create is never sent again before the time has passed in which it could show up.
 *
 * Page size 50 is known to work; the largest is not known.
 */
export const facts: Timing = {
  launchIdentity: "label",
  visibilityLagMs: 10_000,
  /** Inferred: a row may appear late; "about a minute" is what clients allow. */
  appearsWithinMs: 60_000,
  lateCommitMs: 60_000,
  confirmTerminateMs: 120_000,
  pollIntervalMs: 10_000,
  pageSize: 50,
  requestTimeoutMs: 30_000,
  bills: { provisioning: "compute", stopped: "storage" },
};

export type HpcAiTables = AdapterTables<HpcAiEndpoint>;

export const tables: HpcAiTables = { endpoints, statuses, errors };
