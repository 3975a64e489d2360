import type { Endpoint } from "../kit/types.ts";

export type GlowsOperation =
  | "instance.create"
  | "instance.get"
  | "instance.cancel"
  | "instance.list"
  | "instance.stat"
  | "spec.list"
  | "snapshot.create"
  | "snapshot.list"
  | "image.create"
  | "image.delete"
  | "image.list"
  | "network.create"
  | "network.list"
  | "network.attach"
  | "network.endpoints";

export interface GlowsRoute {
  readonly method: string;
  /** Below `/sdk/v1`. */
  readonly path: string;
  readonly parameters: "query" | "body";
}

/** Half of these rows are conclusions from their neighbours, so a test may replace any of them. */
const defaultGlowsRoutes: Readonly<Record<GlowsOperation, GlowsRoute>> = {
  "instance.create": { method: "POST", path: "/instance", parameters: "body" },
  "instance.get": { method: "GET", path: "/instance", parameters: "query" },
  "instance.cancel": { method: "DELETE", path: "/instance", parameters: "query" },
  "instance.list": { method: "GET", path: "/instance/list", parameters: "query" },
  "instance.stat": { method: "GET", path: "/instance/stat", parameters: "query" },
  "spec.list": { method: "GET", path: "/spec/list", parameters: "query" },
  "snapshot.create": { method: "POST", path: "/snapshot", parameters: "body" },
  "snapshot.list": { method: "GET", path: "/snapshot/list", parameters: "query" },
  "image.create": { method: "POST", path: "/image", parameters: "body" },
  "image.delete": { method: "DELETE", path: "/image", parameters: "body" },
  "image.list": { method: "GET", path: "/image/list", parameters: "query" },
  "network.create": { method: "POST", path: "/network", parameters: "body" },
  "network.list": { method: "GET", path: "/network/list", parameters: "query" },
  "network.attach": { method: "POST", path: "/network/attach", parameters: "body" },
  "network.endpoints": { method: "GET", path: "/network/endpoint/list", parameters: "query" },
};

const rows: Readonly<Partial<Record<GlowsOperation, string>>> = {
  "instance.list": "instances",
  "spec.list": "specs",
  "snapshot.list": "snapshots",
  "image.list": "images",
  "network.list": "networks",
  "network.endpoints": "endpoints",
};

export const glowsOperations = Object.keys(defaultGlowsRoutes) as readonly GlowsOperation[]; // its keys, by its type

export function glowsRoute(
  operation: GlowsOperation,
  overrides: Readonly<Partial<Record<GlowsOperation, Partial<GlowsRoute>>>>,
): GlowsRoute {
  return { ...defaultGlowsRoutes[operation], ...overrides[operation] };
}

export function toEndpoint(operation: GlowsOperation, { method, path }: GlowsRoute): Endpoint {
  return { key: operation, method, pattern: `/sdk/v1${path}`, rows: rows[operation] };
}
