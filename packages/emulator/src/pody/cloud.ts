import type { Answer, BillRow, Cloud, CloudRequest, CreateCloud, MachineRecord } from "../kit/types.ts";
import { logIn } from "./access.ts";
import { existing, type PodyHandler, type PodyResult } from "./call.ts";
import { createPod } from "./create.ts";
import { createPodyEvents } from "./events.ts";
import { execInPod } from "./exec.ts";
import { getHelp, getSpec, getStatus, getTime, getVersion, listGpuProcesses, type OpenCall } from "./host.ts";
import { commitPod, deleteImage, inspectImage, listImages } from "./images.ts";
import { readParameters } from "./parameters.ts";
import {
  deletePod,
  deprecatedAnswer,
  inspectPod,
  listAllContainers,
  listPods,
  restartPod,
  startPod,
  stopPod,
} from "./pods.ts";
import { PodyRefusal, refuse } from "./refusal.ts";
import { type KnownPodyRoute, type PodyOperation, routesOf, toEndpoint } from "./routes.ts";
import { defaultPodySettings, type PodySettings } from "./settings.ts";
import { createPodyStore, type PodyPod, type PodyStore } from "./state.ts";
import { changePassword, getUser, listUsers } from "./users.ts";
import { isAtLeast } from "./versions.ts";

export type { ExecResult } from "./exec.ts";
export {
  defaultPodyQuota,
  type PodyImageSetting,
  type PodyMachine,
  type PodyQuota,
  type PodySettings,
  type PodyUser,
} from "./settings.ts";

export type PodyCredentials = { readonly username: string; readonly password: string };

type OpenOperation = "version" | "status" | "host.gpu-ps";

const openHandlers: Readonly<Record<OpenOperation, (call: OpenCall) => PodyResult>> = {
  version: getVersion,
  status: getStatus,
  "host.gpu-ps": listGpuProcesses,
};

function handlersOf(routes: readonly KnownPodyRoute[], version: string) {
  // Between 0.3.0 and 0.3.4 the two old routes answer, and say nothing.
  const deprecated = isAtLeast(version, "0.3.0");
  return {
    help: getHelp(routes),
    "user.info": getUser,
    "user.list": listUsers,
    "user.ch-passwd": changePassword,
    "pod.create": createPod,
    "pod.inspect": inspectPod,
    "pod.info": inspectPod,
    "pod.list": listPods,
    "pod.listall": listAllContainers,
    "pod.start": startPod,
    "pod.stop": stopPod,
    "pod.restart": restartPod,
    "pod.delete": deletePod,
    "pod.exec": execInPod,
    "pod.commit": commitPod,
    "image.list": listImages,
    "image.inspect": inspectImage,
    "image.delete": deleteImage,
    "host.images": deprecated ? () => deprecatedAnswer("/image/list") : listImages,
    "host.spec": getSpec,
    "stat.cputime": getTime("cpu"),
    "stat.gputime": getTime("gpu"),
  } satisfies Record<Exclude<PodyOperation, OpenOperation>, PodyHandler>;
}

/** So long that the kit takes it for never. */
const neverMs = 1e15;

/**
 * A Pody server, which is one machine. Beside the flags all clouds share it reads: `crashLoop`, `failCreate` (refused by
 * the engine, nothing left), `nullInfo`, `internalError` (500 in plain text), `networkGone`, and on commands
 * `execTimeout`, `execHuge`, `execBinary` (hangs the server) and `execRestarting`.
 */
export const createPody: CreateCloud<PodySettings, PodyCredentials> = (context, overrides = {}) => {
  const settings: PodySettings = { ...defaultPodySettings, ...overrides };
  const store = createPodyStore(context, settings);
  const routes = routesOf(settings.version);
  const handlers = handlersOf(routes, settings.version);
  const first = settings.users[0];
  if (first === undefined) throw new TypeError("pody: at least one user is needed");

  function work(route: KnownPodyRoute, request: CloudRequest): PodyResult {
    const { key } = route;
    const parts = { flags: request.flags, store, settings, context };
    const readCall = () => ({ ...parts, parameters: readParameters(request, route, settings.pydantic) });
    if (key === "version" || key === "status" || key === "host.gpu-ps") return openHandlers[key](readCall());
    // The old route answers anybody: it has nothing to tell.
    if (key === "pod.info" && isAtLeast(settings.version, "0.3.0")) return deprecatedAnswer("/pod/inspect");
    const user = logIn(request, settings, store);
    if (request.flags.has("networkGone")) refuse(500, "Network pody not found.");
    return handlers[key]({ ...readCall(), user });
  }

  function answer(request: CloudRequest): Answer & { readonly takesMs?: number | undefined } {
    const route = routes.find(({ key }) => key === request.endpoint);
    if (route === undefined) return answerUnrouted(request, routes);
    if (request.flags.has("internalError")) return { status: 500, text: "Internal Server Error" };
    try {
      const { json, takesMs, status = 200 } = work(route, request);
      return { status, json, takesMs };
    } catch (error) {
      if (!(error instanceof PodyRefusal)) throw error;
      return { status: error.status, json: { detail: error.detail }, headers: error.headers };
    }
  }

  return {
    name: "pody",
    basePath: "",
    credentials: { username: first.name, password: first.password },
    endpoints: routes.map(toEndpoint),
    handle(request) {
      if (store.hung) return { status: 503, afterMs: neverMs };
      const { takesMs = 0, ...given } = answer(request);
      if (store.hung) return { status: 503, afterMs: neverMs };
      return { ...given, afterMs: takeTurn({ settings, store, now: context.clock.now(), takesMs }) };
    },
    bill: () => existing(store).map(toBillRow),
    machines: () => store.pods.map(toMachineRecord),
    events: createPodyEvents(store, context.clock),
    state: () => ({
      hung: store.hung,
      pods: existing(store).map(({ fullName, containerId, status }) => ({ fullName, containerId, status })),
    }),
  } satisfies Cloud<PodyCredentials>;
};

/** One call at a time: the answer leaves when the calls before it are done and this one is, too. */
function takeTurn({
  settings,
  store,
  now,
  takesMs,
}: {
  readonly settings: PodySettings;
  readonly store: PodyStore;
  readonly now: number;
  readonly takesMs: number;
}): number {
  if (!settings.serial) return takesMs;
  store.busyUntil = Math.max(store.busyUntil, now) + takesMs;
  return store.busyUntil - now;
}

function answerUnrouted({ path, method }: CloudRequest, routes: readonly KnownPodyRoute[]): Answer {
  if (routes.some((route) => route.path === path)) {
    const allowed = routes.filter((route) => route.path === path && route.method !== method);
    const allow = allowed.map((route) => route.method).join(", ");
    return { status: 405, json: { detail: "Method Not Allowed" }, headers: { allow } };
  }
  const bare = path.replace(/\/$/, "");
  if (bare !== path && routes.some((route) => route.path === bare))
    return { status: 307, headers: { location: bare } };
  return { status: 404, json: { detail: "Not Found" } };
}

/** No prices: a pod costs its owner a place in the quota and the machine its memory. */
function toBillRow(pod: PodyPod): BillRow {
  return {
    cloud: "pody",
    id: pod.name,
    name: pod.name,
    owner: pod.user,
    since: pod.createdAt,
    perHour: 0,
    currency: "none",
    state: pod.status,
  };
}

function toMachineRecord(pod: PodyPod): MachineRecord {
  return {
    cloud: "pody",
    id: pod.name,
    identity: pod.name,
    owner: pod.user,
    createdAt: pod.createdAt,
    terminatedAt: pod.removedAt,
    state: pod.status,
  };
}
