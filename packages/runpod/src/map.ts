import {
  type Access,
  type Answer,
  type DriverInstance,
  type Failure,
  gibToMiB,
  type Kept,
  lookup,
  lookupPattern,
  micros,
  nameFromLabel,
  type PortMapping,
  positive,
  type SshEndpoint,
  toGpu,
  type Unstamped,
  type Volume,
  withRaw,
} from "@gpuport/core";
import type { RunpodTables } from "./tables.ts";
import { failureSchema, type ReadPod, type ReadVolume } from "./wire.ts";

export function toInstance(
  { raw, read: pod }: Kept<ReadPod>,
  { statuses }: Pick<RunpodTables, "statuses">,
): DriverInstance {
  const kind = pod.mounts?.persistent ? `${pod.status}/persistent` : pod.status;
  const unrecognized = { status: "unknown", reason: "unrecognized", billing: "unknown" } as const;
  const row = lookup(statuses, kind) ?? lookup(statuses, pod.status) ?? unrecognized;
  const { status, reason, billing = "unknown" } = row;
  // 0 while it is stopped, which is not what it costs while it runs.
  const perHourMicros = pod.cost ? micros(pod.cost) : undefined;
  const instance: DriverInstance = {
    ...{ id: pod.id, name: nameFromLabel(pod.name), identity: pod.name },
    ...{ status, reason, billing, providerStatus: pod.status ?? "" },
    message: status === "running" && hasNoGpu(pod) ? "it runs without a GPU, to save its data" : undefined,
    hardware: {
      gpu: toGpu(pod.gpu?.id, { count: pod.gpu?.count, cloud: "runpod" }),
      vcpus: positive(pod.gpu?.vcpuCount ?? pod.cpu?.vcpuCount),
      memoryMiB: gibToMiB(pod.gpu?.memory ?? pod.cpu?.memory),
      diskMiB: gibToMiB(pod.disk),
    },
    price: perHourMicros === undefined ? undefined : { currency: "USD", perHourMicros, kind: "on_demand" },
    ...{ region: pod.dataCenterId, image: pod.image, createdAt: pod.createdAt ?? undefined },
    access: status === "running" ? toAccess(pod) : { ssh: [], ports: [] },
  };
  return withRaw("runpod", instance, raw);
}

/** Rented with GPUs, and started without them. */
export function hasNoGpu({ gpu, cpu }: ReadPod): boolean {
  return !cpu && positive(gpu?.count) === undefined;
}

function toAccess({ id, ssh, runtime }: ReadPod): Access {
  const ways = [
    [ssh?.direct, "direct"],
    [ssh?.proxy, "proxy"],
  ] as const;
  return {
    ssh: ways.flatMap(([way, via]): SshEndpoint[] => {
      const { host, port, username: user } = way ?? {};
      return host && port && user ? [{ host, port, user, via }] : [];
    }),
    ports: (runtime?.ports ?? []).flatMap((row): PortMapping[] => {
      const { private: port, public: publicPort, type, ip } = row ?? {};
      if (!port || port === 22) return [];
      if (type === "http") {
        // Its own address is of a network inside; the proxy's is made of the pod's id.
        const host = `${id}-${port}.proxy.runpod.net`;
        return [{ port, protocol: "http", host, publicPort: 443, url: `https://${host}` }];
      }
      return type === "tcp" && publicPort && ip ? [{ port, protocol: "tcp", host: ip, publicPort }] : [];
    }),
  };
}

export function toVolume({ raw, read }: Kept<ReadVolume>): Unstamped<Volume> {
  const { id, name, size, dataCenter, type } = read;
  return withRaw("runpod/volume", { id, name, sizeMiB: gibToMiB(size), region: dataCenter, type }, raw);
}

/** Recognises refusals, some of which come with status 200. */
export function readFailure(
  { endpoint, status, headers, body, text }: Answer,
  { errors }: Pick<RunpodTables, "errors">,
): Failure | undefined {
  const said = failureSchema.safeParse(body).data;
  const all = said?.errors ?? [];
  const refused = said !== undefined && said.id === undefined && (said.error ?? all[0]) !== undefined;
  if (status < 300 && !refused) return undefined;
  const code = all[0]?.extensions?.code;
  const words = [
    said?.detail ?? said?.error ?? said?.message ?? said?.title,
    ...all.map((one) => one.message),
  ];
  const message = (said === undefined ? [text.trim()] : words).filter(Boolean).join("; ");
  const form = said === undefined ? "text" : "json";
  const row = lookupPattern(errors, code ?? "", `${endpoint} ${status} ${form}: ${message}`);
  const isPage = said === undefined && /<[a-z!]/i.test(text);
  const told = { message: isPage ? undefined : message, providerCode: code };
  const retryAfterMs = row?.code === "rate_limited" ? exhaustedMs(headers) : undefined;
  if (row !== undefined) return { ...told, ...row, retryAfterMs };
  return status < 300 ? { code: "unknown", ...told } : undefined;
}

/** Requests are counted by the minute, the hour and the day, and `Retry-After` speaks of one: the longest that is used up. */
function exhaustedMs(headers: Headers): number | undefined {
  const windows = (headers.get("ratelimit") ?? "").matchAll(/;\s*r=0\s*;\s*t=(\d+)/g);
  return Math.max(0, ...[...windows].map(([, seconds]) => Number(seconds) * 1000)) || undefined;
}
