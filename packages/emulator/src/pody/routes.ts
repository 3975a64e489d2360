import type { Endpoint } from "../kit/types.ts";
import { isAtLeast } from "./versions.ts";

interface PodyParameter {
  readonly name: string;
  readonly optional?: boolean;
}

export interface PodyRoute {
  readonly key: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly parameters: readonly PodyParameter[];
  /** First and last version that has it. */
  readonly since?: string;
  readonly until?: string;
  readonly open?: boolean;
  readonly rows?: string;
}

const ins = { name: "ins" };
const image = { name: "image" };

/** One row per route that any version has or had. */
const podyRoutes = [
  { key: "version", method: "GET", path: "/version", parameters: [], since: "0.1.10", open: true },
  {
    key: "status",
    method: "GET",
    path: "/status",
    parameters: [],
    since: "0.1.9",
    until: "0.1.9",
    open: true,
  },
  { key: "help", method: "GET", path: "/help", parameters: [{ name: "path", optional: true }] },
  { key: "user.info", method: "GET", path: "/user/info", parameters: [] },
  { key: "user.list", method: "GET", path: "/user/list", parameters: [] },
  { key: "user.ch-passwd", method: "POST", path: "/user/ch-passwd", parameters: [{ name: "passwd" }] },
  { key: "pod.create", method: "POST", path: "/pod/create", parameters: [ins, image] },
  { key: "pod.inspect", method: "GET", path: "/pod/inspect", parameters: [ins], since: "0.3.0" },
  { key: "pod.info", method: "GET", path: "/pod/info", parameters: [ins], until: "0.3.99" },
  { key: "pod.list", method: "GET", path: "/pod/list", parameters: [], rows: "" },
  { key: "pod.listall", method: "GET", path: "/pod/listall", parameters: [], rows: "" },
  { key: "pod.start", method: "POST", path: "/pod/start", parameters: [ins] },
  { key: "pod.stop", method: "POST", path: "/pod/stop", parameters: [ins] },
  { key: "pod.restart", method: "POST", path: "/pod/restart", parameters: [ins] },
  { key: "pod.delete", method: "POST", path: "/pod/delete", parameters: [ins] },
  {
    key: "pod.exec",
    method: "POST",
    path: "/pod/exec",
    parameters: [ins, { name: "cmd" }, { name: "timeout", optional: true }],
  },
  {
    key: "pod.commit",
    method: "POST",
    path: "/pod/commit",
    parameters: [ins, { name: "tag", optional: true }, { name: "msg", optional: true }],
    since: "0.3.0",
  },
  { key: "image.list", method: "GET", path: "/image/list", parameters: [], since: "0.3.0", rows: "" },
  { key: "image.inspect", method: "POST", path: "/image/inspect", parameters: [image], since: "0.3.0" },
  { key: "image.delete", method: "POST", path: "/image/delete", parameters: [image], since: "0.3.0" },
  { key: "host.images", method: "GET", path: "/host/images", parameters: [], until: "0.3.99", rows: "" },
  {
    key: "host.gpu-ps",
    method: "GET",
    path: "/host/gpu-ps",
    parameters: [{ name: "id", optional: true }],
    open: true,
  },
  { key: "host.spec", method: "GET", path: "/host/spec", parameters: [], since: "0.1.10" },
  {
    key: "stat.cputime",
    method: "GET",
    path: "/stat/cputime",
    parameters: [
      { name: "user", optional: true },
      { name: "t", optional: true },
    ],
    since: "0.2.5",
  },
  {
    key: "stat.gputime",
    method: "GET",
    path: "/stat/gputime",
    parameters: [
      { name: "user", optional: true },
      { name: "t", optional: true },
    ],
    since: "0.2.5",
  },
] as const satisfies readonly PodyRoute[];

export type PodyOperation = (typeof podyRoutes)[number]["key"];

export interface KnownPodyRoute extends PodyRoute {
  readonly key: PodyOperation;
}

export function routesOf(version: string): readonly KnownPodyRoute[] {
  const routes: readonly KnownPodyRoute[] = podyRoutes;
  return routes.filter(
    ({ since, until }) =>
      (since === undefined || isAtLeast(version, since)) &&
      (until === undefined || isAtLeast(until, version)),
  );
}

export function toEndpoint({ key, method, path, rows }: KnownPodyRoute): Endpoint {
  return { key, method, pattern: path, rows };
}
