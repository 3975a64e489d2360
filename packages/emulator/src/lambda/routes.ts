import type { Endpoint } from "../kit/types.ts";

const routes = {
  "types.list": ["GET", "/instance-types"],
  "instances.launch": ["POST", "/instance-operations/launch"],
  "instances.terminate": ["POST", "/instance-operations/terminate"],
  "instances.restart": ["POST", "/instance-operations/restart"],
  "instances.list": ["GET", "/instances"],
  "instances.get": ["GET", "/instances/:id"],
  "instances.rename": ["POST", "/instances/:id"],
  "sshKeys.list": ["GET", "/ssh-keys"],
  "sshKeys.add": ["POST", "/ssh-keys"],
  "sshKeys.delete": ["DELETE", "/ssh-keys/:id"],
  "fs.list": ["GET", "/file-systems"],
  "fs.listLater": ["GET", "/filesystems"],
  "fs.create": ["POST", "/filesystems"],
  "fs.delete": ["DELETE", "/filesystems/:id"],
  "images.list": ["GET", "/images"],
  "regions.list": ["GET", "/regions"],
  "fw.list": ["GET", "/firewall-rulesets"],
  "fw.create": ["POST", "/firewall-rulesets"],
  "fw.getGlobal": ["GET", "/firewall-rulesets/global"],
  "fw.patchGlobal": ["PATCH", "/firewall-rulesets/global"],
  "fw.get": ["GET", "/firewall-rulesets/:id"],
  "fw.patch": ["PATCH", "/firewall-rulesets/:id"],
  "fw.delete": ["DELETE", "/firewall-rulesets/:id"],
  "fw.legacyList": ["GET", "/firewall-rules"],
  "fw.legacyReplace": ["PUT", "/firewall-rules"],
} as const satisfies Readonly<Record<string, readonly [method: string, path: string]>>;

export type LambdaOperation = keyof typeof routes;

/** Answers of which `data` is an array of rows. */
const listed: ReadonlySet<LambdaOperation> = new Set([
  "instances.list",
  "sshKeys.list",
  "fs.list",
  "fs.listLater",
  "images.list",
  "regions.list",
  "fw.list",
  "fw.legacyList",
]);

export const lambdaOperations = Object.keys(routes) as readonly LambdaOperation[]; // its keys, by its type

/** The same paths under each method, to tell a wrong method from an unknown path. */
export const lambdaMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

export const lambdaEndpoints: readonly Endpoint[] = lambdaOperations.map((key) => {
  const [method, path] = routes[key];
  return { key, method, pattern: `/api/v1${path}`, ...(listed.has(key) ? { rows: "data" } : {}) };
});
