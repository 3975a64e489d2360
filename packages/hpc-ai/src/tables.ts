import type { AdapterTables, Endpoint, ErrorRow, StatusRow, Table, Timing } from "@gpuport/core";
import type { ChargeMode } from "./options.ts";

/**
 * Every call is a POST with a JSON body, reads included. No limits of calls are published.
 *
 * `documented` rows are on the cloud's own pages; the others are known from the console or from other clients, and may
 * change without notice. There is no `/instance/delete`: the page of that name calls `/instance/terminate`.
 *
 * @see https://www.hpc-ai.com/doc/docs/api/instance/launch
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
} as const satisfies Readonly<Record<string, Endpoint>>;

export type HpcAiEndpoint = keyof typeof endpoints;

/**
 * What a good answer has. An answer with a `message` instead is a refusal, even with HTTP 200.
 *
 * @see https://www.hpc-ai.com/doc/docs/api/instance/list
 */
export const successMembers: Readonly<Record<HpcAiEndpoint, readonly string[]>> = {
  "auth.login": ["accessToken", "token"],
  "instance.create": ["instanceId"],
  "instance.list": ["instances"],
  "instance.stop": ["instanceId"],
  "instance.start": ["instanceId"],
  "instance.restart": ["instanceId"],
  "instance.terminate": ["instanceId"],
  "catalog.types": ["instanceInfos"],
};

/** Where "not found" may be about what was asked for. On a list it never says that a machine is gone. */
export const asksForSomething: ReadonlySet<string> = new Set<HpcAiEndpoint>([
  ...(["instance.create", "instance.stop", "instance.start"] as const),
  ...(["instance.restart", "instance.terminate"] as const),
]);

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
 * Chinese. An answer without a known phrase goes by its `http-<status>`; `http-429` and the gateway's 502, 503 and 504
 * go before any phrase.
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
  ...each(["balance", "insufficient fund", "arrears", "余额", "欠费"], {
    ...{ code: "insufficient_funds", effect: "none" },
  }),
  ...each(["quota", "limit exceeded", "配额"], { code: "quota_exceeded", effect: "none" }),
  ...each(["stock", "sold out", "no available", "insufficient resource", "库存", "资源不足"], {
    ...{ code: "no_capacity", effect: "none" },
  }),
  ...each(["too many requests", "frequent", "频繁"], { code: "rate_limited", effect: "none" }),
  ...each(["status", "state", "cannot", "not running", "状态"], { code: "conflict" }),
  ...each(["http-400"], { code: "invalid_argument", effect: "none" }),
  ...each(["http-401"], { code: "unauthenticated", effect: "none" }),
  ...each(["http-402"], { code: "insufficient_funds" }),
  ...each(["http-403"], { code: "permission_denied", effect: "none" }),
  ...each(["http-404"], { code: "not_found", effect: "none" }),
  ...each(["http-405", "http-410"], { code: "invalid_config" }),
  ...each(["http-409"], { code: "conflict" }),
  ...each(["http-429"], { code: "rate_limited", effect: "none" }),
  ...each(["http-408", "http-500", "http-502", "http-503", "http-504"], { code: "unavailable" }),
};

/** How many hours each charge mode's price is for. Inferred: a month is 30 days. */
export const hoursOf: Readonly<Record<ChargeMode, number>> = {
  tidePerHour: 1,
  perHour: 1,
  perDay: 24,
  perWeek: 168,
  perMonth: 720,
};

/**
 * Nothing here is published, all of it is inferred. The name is all there is to know a machine by after a lost answer,
 * and names need not be unique, so a create is never sent again before the time has passed in which it could show up.
 *
 * Page size 50 is known to work; the largest is not known.
 */
export const facts: Timing = {
  launchIdentity: "label",
  visibilityLagMs: 10_000,
  lateCommitMs: 60_000,
  confirmTerminateMs: 120_000,
  pollIntervalMs: 10_000,
  pageSize: 50,
  requestTimeoutMs: 30_000,
  bills: { provisioning: "compute", stopped: "storage" },
};

export type HpcAiTables = AdapterTables<HpcAiEndpoint>;

export const tables: HpcAiTables = { endpoints, statuses, errors };
