import type { GpuProcess, Identity, Image, ImageQuery, Quota, Snapshot, Unstamped } from "@gpuport/core";
import { toMiB, toShortName } from "./map.ts";
import type { PodyAccount, PodyImage, PodyProcess } from "./wire.ts";

/** Commits are listed by their tag alone; every other image has a name before it. */
export function isCommit(name: string): boolean {
  return !name.includes(":");
}

/** The name that a commit is listed under, which is its tag: `alice-t2` of `pody-commit:alice-t2`. */
export function toCommitName(name: string): string {
  return name.slice(name.lastIndexOf(":") + 1);
}

export function toImage(name: string, owned: boolean): Unstamped<Image> {
  return { id: name, name, owned };
}

/** Whether an image is among those that were asked for. */
export function wanted({ name = "", owned }: Unstamped<Image>, query: ImageQuery): boolean {
  if (query.owned !== undefined && query.owned !== owned) return false;
  return name.toLowerCase().includes((query.search ?? "").toLowerCase());
}

/** A commit, which is there from the moment that it is listed. */
export function toSnapshot(
  id: string,
  { username, ...more }: { username: string; instanceId?: string; image?: PodyImage },
): Unstamped<Snapshot> {
  const { size, created } = more.image ?? {};
  const start = `${username}-`;
  return {
    id,
    instanceId: more.instanceId,
    name: id.startsWith(start) ? id.slice(start.length) : undefined,
    status: "ready",
    sizeBytes: count(size),
    createdAt: toDate(created),
  };
}

export function toIdentity({ user }: PodyAccount): Identity {
  const { name, is_admin } = user;
  return { name, isAdmin: is_admin === null || is_admin === undefined ? undefined : Boolean(is_admin) };
}

export function toQuota({ quota }: PodyAccount): Quota {
  const { max_pods, gpu_count, gpus, memory_limit, storage_size, storage_limit, commit_count } = quota ?? {};
  const gpuLimits = [count(gpu_count), countOfNamed(gpus)].filter((limit) => limit !== undefined);
  return {
    maxInstances: count(max_pods),
    maxGpus: gpuLimits.length === 0 ? undefined : Math.min(...gpuLimits),
    memoryMiB: toMiB(toBytes(memory_limit)),
    diskMiB: toMiB(storage_size ?? storage_limit),
    maxSnapshots: count(commit_count),
  };
}

/** Servers before 0.1.6 count memory in gigabytes. No engine takes a limit under 6 MB, and no machine has so many GB. */
function toBytes(memory: number | null | undefined): number | undefined {
  if (memory === null || memory === undefined) return undefined;
  return memory < 2 ** 20 ? memory * 2 ** 30 : memory;
}

/** How many GPUs a quota names; it may also name all, or leave it to the machine. */
function countOfNamed(gpus: string | null | undefined): number | undefined {
  const named = gpus?.trim().toLowerCase() ?? "";
  if (named === "" || named === "all") return undefined;
  return named === "none" ? 0 : new Set(named.split(",").map((index) => index.trim())).size;
}

export function toGpuProcesses(
  byGpu: Readonly<Record<string, readonly PodyProcess[]>>,
  username: string,
): readonly GpuProcess[] {
  return Object.entries(byGpu).flatMap(([gpu, processes]) =>
    processes.map(({ pid, pod, cmd, uptime, memory_used, gpu_memory_used }) => ({
      gpu: Number(gpu),
      pid,
      instanceId: toInstanceId(pod ?? "", username),
      command: cmd ?? "",
      gpuMemoryBytes: count(gpu_memory_used),
      memoryBytes: count(memory_used),
      uptimeMs: count((uptime ?? Number.NaN) * 1000),
    })),
  );
}

/**
 * The pod behind a container's name, `[<prefix>-]<user>-<ins>`: by its short name if it is ours, and as administrators
 * name it if it is somebody else's.
 */
function toInstanceId(container: string, username: string): string | undefined {
  const owner = container.split("-").at(-2);
  if (owner === undefined) return undefined;
  const ins = toShortName(container);
  return owner === username ? ins : `${owner}-${ins}`;
}

/** By the server's own names, without those that it does not know. */
export function toHostVersions(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const told = Object.entries(spec).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "N/A",
  );
  return Object.fromEntries(told);
}

/** A whole number from 0 on; anything else is unlimited, or was not told. */
function count(value: number | null | undefined): number | undefined {
  const whole = Math.round(value ?? Number.NaN);
  return Number.isSafeInteger(whole) && whole >= 0 ? whole : undefined;
}

function toDate(text: string | null | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
