import type { RunpodCall } from "./call.ts";
import { costOf } from "./ledger.ts";
import type { RunpodMapping, RunpodPod } from "./state.ts";

/** What the record says may be done, which is not always what is then done: see PROVISIONING. */
const actions: Readonly<Record<string, readonly string[]>> = {
  PROVISIONING: ["start", "terminate"],
  STARTING: ["stop", "terminate"],
  RUNNING: ["stop", "restart", "terminate"],
  EXITED: ["start", "terminate"],
  ERROR: ["start", "terminate"],
};

const vcpusPerGpu = 16;
const memoryPerGpu = 62;

/** A pod as reads answer it. Its environment is in it, values and all. */
export function toPod(call: RunpodCall, pod: RunpodPod): unknown {
  const now = call.context.clock.now();
  if (pod.stale !== undefined && now < pod.stale.until) return pod.stale.row;
  const { flags } = call.request;
  const cost = costOf(pod);
  const word = flags.get("unknownStatus");
  const status = flags.has("unknownStatus") ? (typeof word === "string" ? word : "HIBERNATING") : pod.status;
  return {
    id: pod.id,
    name: pod.name,
    status,
    actions: actions[pod.status] ?? [],
    image: pod.image,
    args: pod.args,
    disk: pod.disk,
    ports: pod.ports,
    env: pod.env,
    registry: pod.registry,
    mounts: pod.mounts,
    cloud: pod.cloud,
    dataCenterId: pod.placed ? pod.dataCenterId : null,
    cudaVersion: pod.placed ? pod.cudaVersion : null,
    ...hardware(pod, flags.has("earlySpec")),
    // Sums of thirds of cents would end in a row of nines.
    cost: Number((cost.gpu + cost.cpu).toFixed(6)),
    ssh: { direct: direct(pod, now), proxy: proxy(pod) },
    runtime: runtime(call, pod),
    template: null,
    locked: pod.locked,
    globalNetworking: { enabled: pod.globalNetworking },
    createdAt: time(pod.createdAt),
    startedAt: pod.startedAt === undefined ? null : time(pod.startedAt),
  };
}

export const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** The newer description of the API tells cores and system memory too. */
function hardware({ gpu, cpu, held, status, placed }: RunpodPod, earlySpec: boolean): object {
  if (cpu !== undefined) {
    const { flavour, vcpuCount } = cpu;
    return { cpu: { id: flavour.id, vcpuCount, memory: vcpuCount * flavour.ramGbPerVcpu } };
  }
  if (gpu === undefined) return {};
  const count = status === "EXITED" || status === "TERMINATED" ? gpu.wanted : held;
  const more =
    earlySpec || !placed ? {} : { vcpuCount: gpu.wanted * vcpusPerGpu, memory: gpu.wanted * memoryPerGpu };
  return { gpu: { id: gpu.type.id, count, ...more } };
}

/** An address, not a promise: it is there whether or not anything listens. */
function direct(pod: RunpodPod, now: number): object | null {
  const mapping = shownMappings(pod, now).find((row) => row.private === 22 && row.type === "tcp");
  if (pod.status !== "RUNNING" || mapping === undefined) return null;
  const { ip, public: port } = mapping;
  return { host: ip, port, username: "root", command: `ssh root@${ip} -p ${port}` };
}

function proxy({ id, opaque, placed, status }: RunpodPod): object | null {
  if (!placed || status === "EXITED") return null;
  const username = `${id}-${opaque}`;
  return { host: "ssh.runpod.io", port: 22, username, command: `ssh ${username}@ssh.runpod.io` };
}

function runtime({ settings, context }: RunpodCall, pod: RunpodPod): object | null {
  if (pod.status === "PROVISIONING") return settings.provisioningRuntime === "object" ? {} : null;
  if (pod.status !== "RUNNING") return null;
  const now = context.clock.now();
  return {
    uptime: Math.floor((now - (pod.startedAt ?? now)) / 1000),
    gpus: Array.from({ length: pod.held }, () => ({ util: 0, memoryUtil: 0 })),
    cpu: { util: 3 },
    memory: { util: 5 },
    ports: shownMappings(pod, now),
  };
}

/** For a short while after a start the old mappings are told still. */
function shownMappings({ mappings, oldMappings }: RunpodPod, now: number): readonly RunpodMapping[] {
  return oldMappings !== undefined && now < oldMappings.until ? oldMappings.rows : mappings;
}
