import type { AdapterTables, Endpoint, ErrorRow, StatusRow, Table, Timing } from "@gpuport/core";

const get = (path: string) => ({ method: "GET", path, evidence: "documented" }) as const;
const post = (path: string) => ({ method: "POST", path, evidence: "documented" }) as const;
const put = (path: string) => ({ method: "PUT", path, evidence: "documented" }) as const;
const remove = (path: string) => ({ method: "DELETE", path, evidence: "documented" }) as const;

const endpoints = {
  "instance.create": post("machines"),
  "instance.get": get("machines/{id}"),
  "instance.list": get("machines"),
  "instance.several": get("machines/several"),
  "instance.end": remove("machines/{id}"),
  "instance.halt": post("machines/{id}/halt"),
  "instance.resume": post("machines/{id}/resume"),
  "instance.reboot": post("machines/{id}/reboot"),
  "instance.label": put("machines/{id}/label"),
  "instance.bid": put("machines/{id}/bid"),
  "instance.log": get("machines/{id}/log"),
  "instance.exec": post("machines/{id}/exec"),
  "instance.snapshot": post("machines/{id}/snapshots"),
  "instance.key": post("machines/{id}/keys"),
  "offers.list": get("offers"),
  "offers.get": get("offers/{id}"),
  "image.list": get("images"),
  "image.add": post("images"),
  "image.remove": remove("images/{id}"),
  "snapshot.list": get("snapshots"),
  "snapshot.remove": remove("snapshots/{id}"),
  "volume.list": get("volumes"),
  "volume.add": post("volumes"),
  "volume.remove": remove("volumes/{id}"),
  "key.list": get("keys"),
  "key.add": post("keys"),
  "key.remove": remove("keys/{id}"),
  "network.list": get("networks"),
  "network.add": post("networks"),
  "network.join": post("networks/{id}/members"),
  "network.members": get("networks/{id}/members"),
  "account.get": get("account"),
  "stats.states": get("stats/states"),
  "stats.processes": get("stats/processes"),
  "stats.host": get("stats/host"),
} as const satisfies Readonly<Record<string, Endpoint>>;
export type EndpointName = keyof typeof endpoints;
export type TundraTables = AdapterTables<EndpointName>;

const statuses: Table<StatusRow> = {
  queued: { status: "pending", reason: "queued", billing: "none" },
  pulling: { status: "provisioning", billing: "compute" },
  up: { status: "running", billing: "compute" },
  rebooting: { status: "provisioning", reason: "restart", billing: "compute" },
  halting: { status: "stopping", billing: "compute" },
  halted: { status: "stopped", billing: "storage" },
  ending: { status: "terminating", billing: "compute" },
  ended: { status: "terminated", billing: "none" },
  crashed: { status: "failed", reason: "exited", billing: "compute" },
  lost: { status: "unknown", reason: "host_lost", billing: "unknown" },
};

const errors: Table<ErrorRow> = {
  bad_key: { code: "unauthenticated", effect: "none" },
  no_such_machine: { code: "not_found" },
  no_such_image: { code: "not_found" },
  no_such_snapshot: { code: "not_found", effect: "none" },
  no_such_volume: { code: "not_found" },
  no_such_key: { code: "not_found" },
  no_such_network: { code: "not_found" },
  no_such_offer: { code: "offer_gone", effect: "none" },
  no_such_path: { code: "invalid_config", effect: "none" },
  not_yours: { code: "permission_denied", effect: "none" },
  sold_out: { code: "no_capacity", effect: "none", scope: "offer" },
  bid_too_low: { code: "no_capacity", effect: "none", scope: "offer" },
  bad_image: { code: "invalid_argument", effect: "none" },
  bad_disk: { code: "invalid_argument", effect: "none" },
  bad_cursor: { code: "bad_response", effect: "none" },
  wrong_state: { code: "conflict", effect: "none" },
  slow_down: { code: "rate_limited", effect: "none" },
  no_money: { code: "insufficient_funds", effect: "none" },
};

export const tables: TundraTables = { endpoints, statuses, errors };

export const timing: Timing = {
  launchIdentity: "label",
  visibilityLagMs: 4_000,
  appearsWithinMs: 10_000,
  lateCommitMs: 10_000,
  confirmTerminateMs: 90_000,
  pollIntervalMs: 4_000,
  pageSize: 3,
  requestTimeoutMs: 1_500,
  bills: { provisioning: "compute", stopped: "storage" },
};
