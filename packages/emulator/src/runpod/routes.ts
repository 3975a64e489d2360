import type { Endpoint } from "../kit/types.ts";

interface RunpodRoute {
  readonly key: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly rows?: string;
  /** Answers without a key, as the GraphQL catalogue does. */
  readonly open?: boolean;
}

/** One row per operation of REST v2, below `/v2`; hyphens matter: `/v2/networkvolumes` is unknown. */
const runpodRoutes = [
  { key: "pods.list", method: "GET", path: "/v2/pods", rows: "pods" },
  { key: "pods.create", method: "POST", path: "/v2/pods" },
  { key: "pods.get", method: "GET", path: "/v2/pods/:id" },
  { key: "pods.update", method: "PATCH", path: "/v2/pods/:id" },
  { key: "pods.delete", method: "DELETE", path: "/v2/pods/:id" },
  { key: "pods.action", method: "POST", path: "/v2/pods/:id/action" },
  { key: "pods.logs", method: "GET", path: "/v2/pods/:id/logs" },
  { key: "gpus.list", method: "GET", path: "/v2/catalog/gpus", rows: "gpus" },
  { key: "gpus.get", method: "GET", path: "/v2/catalog/gpus/:id" },
  { key: "cpus.list", method: "GET", path: "/v2/catalog/cpus", rows: "cpus" },
  { key: "datacenters.list", method: "GET", path: "/v2/catalog/datacenters", rows: "datacenters" },
  { key: "templates.public", method: "GET", path: "/v2/catalog/templates", rows: "templates" },
  { key: "templates.list", method: "GET", path: "/v2/templates", rows: "templates" },
  { key: "templates.create", method: "POST", path: "/v2/templates" },
  { key: "templates.get", method: "GET", path: "/v2/templates/:id" },
  { key: "templates.update", method: "PATCH", path: "/v2/templates/:id" },
  { key: "templates.delete", method: "DELETE", path: "/v2/templates/:id" },
  { key: "volumes.list", method: "GET", path: "/v2/network-volumes", rows: "networkVolumes" },
  { key: "volumes.create", method: "POST", path: "/v2/network-volumes" },
  { key: "volumes.get", method: "GET", path: "/v2/network-volumes/:id" },
  { key: "volumes.update", method: "PATCH", path: "/v2/network-volumes/:id" },
  { key: "volumes.delete", method: "DELETE", path: "/v2/network-volumes/:id" },
  { key: "registries.list", method: "GET", path: "/v2/registries", rows: "registries" },
  { key: "registries.create", method: "POST", path: "/v2/registries" },
  { key: "registries.get", method: "GET", path: "/v2/registries/:id" },
  { key: "registries.delete", method: "DELETE", path: "/v2/registries/:id" },
  { key: "sshKeys.get", method: "GET", path: "/v2/account/ssh-keys" },
  { key: "sshKeys.put", method: "PUT", path: "/v2/account/ssh-keys" },
  { key: "secrets.list", method: "GET", path: "/v2/account/secrets", rows: "secrets" },
  { key: "secrets.create", method: "POST", path: "/v2/account/secrets" },
  { key: "secrets.update", method: "PATCH", path: "/v2/account/secrets/:id" },
  { key: "secrets.delete", method: "DELETE", path: "/v2/account/secrets/:id" },
  { key: "billing.pods", method: "GET", path: "/v2/billing/pods", rows: "records" },
  { key: "graphql", method: "POST", path: "/graphql", open: true },
] as const satisfies readonly RunpodRoute[];

export type RunpodOperation = (typeof runpodRoutes)[number]["key"];

export interface KnownRunpodRoute extends RunpodRoute {
  readonly key: RunpodOperation;
}

export const knownRoutes: readonly KnownRunpodRoute[] = runpodRoutes;

export function toEndpoint({ key, method, path, rows }: KnownRunpodRoute): Endpoint {
  return { key, method, pattern: path, rows };
}
