import type { Endpoint } from "../kit/types.ts";

export type HpcAiOperation =
  | "auth.login"
  | "instance.create"
  | "instance.list"
  | "instance.stop"
  | "instance.start"
  | "instance.restart"
  | "instance.terminate"
  | "volume.list"
  | "volume.create"
  | "volume.delete"
  | "catalog.types"
  | "account.balance";

export interface HpcAiRoute {
  readonly method: string;
  /** Below `/api`. */
  readonly path: string;
  readonly rows?: string;
}

/** There is no `/instance/delete`, whatever the page of that name says: it answers 404 like any other unknown path. */
export const defaultHpcAiRoutes: Readonly<Record<HpcAiOperation, HpcAiRoute>> = {
  "auth.login": { method: "POST", path: "/user/login" },
  "instance.create": { method: "POST", path: "/instance/create" },
  "instance.list": { method: "POST", path: "/instance/list", rows: "instances" },
  "instance.stop": { method: "POST", path: "/instance/stop" },
  "instance.start": { method: "POST", path: "/instance/start" },
  "instance.restart": { method: "POST", path: "/instance/restart" },
  "instance.terminate": { method: "POST", path: "/instance/terminate" },
  "volume.list": { method: "POST", path: "/storage/volume/list", rows: "volumeList" },
  "volume.create": { method: "POST", path: "/storage/volume/create" },
  "volume.delete": { method: "POST", path: "/storage/volume/delete" },
  "catalog.types": { method: "POST", path: "/resource/user/instance/list", rows: "instanceInfos" },
  "account.balance": { method: "GET", path: "/balance" },
};

export const hpcAiOperations = Object.keys(defaultHpcAiRoutes) as readonly HpcAiOperation[]; // its keys, by its type

export function toEndpoint(operation: HpcAiOperation, { method, path, rows }: HpcAiRoute): Endpoint {
  return { key: operation, method, pattern: `/api${path}`, rows };
}
