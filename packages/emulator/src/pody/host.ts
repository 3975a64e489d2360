import { existing, has, type PodyCall, type PodyHandler } from "./call.ts";
import { isUp } from "./pods.ts";
import { refuse } from "./refusal.ts";
import type { KnownPodyRoute } from "./routes.ts";
import { toNumbers } from "./versions.ts";

/** Needs no user, so it gets less than other handlers. */
export type OpenCall = Omit<PodyCall, "user">;

export const getVersion = ({ settings }: OpenCall) => ({ json: toNumbers(settings.version) });

export const getStatus = ({ settings }: OpenCall) => ({ json: { version: toNumbers(settings.version) } });

const gibibyte = 2 ** 30;

/** What runs on each graphics card, of everybody. */
export function listGpuProcesses(call: OpenCall) {
  const { parameters, settings, store, context } = call;
  const all = settings.machine.gpus.map((_, index) => index);
  const asked = parameters.optional("id");
  const wanted = asked === undefined ? all : asked.split(",").map((text) => toIndex(text, all));
  const now = context.clock.now();
  const running = new Set(existing(store).flatMap((pod) => (isUp(pod, now) ? [pod.fullName] : [])));
  const byGpu = Object.fromEntries(
    wanted.map((gpu) => [
      String(gpu),
      store.processes
        .filter(
          (process) => process.gpu === gpu && (process.fullName === "" || running.has(process.fullName)),
        )
        .map(({ fullName, cmd, startedAt }, index) => ({
          pid: 4000 + gpu * 100 + index,
          pod: fullName,
          cmd: fullName === "" ? "[host process]" : cmd,
          uptime: (now - startedAt) / 1000,
          memory_used: gibibyte,
          gpu_memory_used: 2 * gibibyte,
        })),
    ]),
  );
  return { json: has(call, "0.1.7") ? byGpu : { gpu: byGpu } };
}

function toIndex(text: string, known: readonly number[]): number {
  if (!/^\s*\d+\s*$/.test(text)) refuse(400, "Invalid GPU ID");
  const index = Number(text);
  return known.includes(index) ? index : refuse(400, `GPU ID ${index} is invalid`);
}

export const getSpec: PodyHandler = ({ settings }) => ({
  json: {
    pody_version: settings.version,
    docker_version: "20.10.24",
    nvidia_driver_version: settings.machine.gpus.length === 0 ? "N/A" : "550.54.14",
    nvidia_ctk_version: settings.machine.gpus.length === 0 ? "N/A" : "1.15.0",
  },
});

/** Seconds of use per user; users without any are absent. */
export function getTime(kind: "cpu" | "gpu"): PodyHandler {
  return ({ parameters, settings, store, context }) => {
    const asked = parameters.optional("user")?.split(",");
    const now = context.clock.now();
    const seconds: Record<string, number> = {};
    for (const pod of existing(store)) {
      const used = kind === "cpu" || store.processes.some(({ fullName }) => fullName === pod.fullName);
      if (!used || !isUp(pod, now) || now - pod.startedAt < 1000) continue;
      if (asked !== undefined && !asked.includes(pod.user)) continue;
      if (!settings.users.some(({ name }) => name === pod.user)) continue;
      seconds[pod.user] = (seconds[pod.user] ?? 0) + (now - pod.startedAt) / 1000;
    }
    return { json: seconds };
  };
}

export function getHelp(routes: readonly KnownPodyRoute[]): PodyHandler {
  return (call) => {
    const path = call.parameters.optional("path");
    const matches = routes.filter((route) => {
      if (path === undefined) return true;
      return path.endsWith("/") ? route.path.startsWith(path) : route.path === path;
    });
    return {
      json: matches.map(({ path: at, method, parameters }) => ({
        path: at,
        methods: [method],
        params: parameters.map(({ name, optional }) =>
          has(call, "0.1.9") ? { name, optional: optional === true } : name,
        ),
      })),
    };
  };
}
