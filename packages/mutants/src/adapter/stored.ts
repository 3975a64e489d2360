import { type DriverGroups, type InstanceStatus, lookup, type Snapshot, type Table } from "@gpuport/core";
import type { DriverMeans } from "./driver.ts";
import {
  hostSchema,
  processesSchema,
  snapshotPageSchema,
  snapshotSchema,
  statesSchema,
  volumePageSchema,
  volumeSchema,
} from "./wire.ts";

type Group<Name extends keyof DriverGroups> = NonNullable<DriverGroups[Name]>;

const snapshotStates: Table<Snapshot["status"]> = { copying: "creating", kept: "ready", broken: "failed" };

export function snapshotsOf({ api, maps }: DriverMeans) {
  const toSnapshot = (row: ReturnType<typeof snapshotSchema.parse>) => ({
    id: row.id,
    instanceId: row.machine_id ?? undefined,
    name: row.title ?? undefined,
    status: lookup(snapshotStates, row.state) ?? ("unknown" as const),
    providerStatus: row.state,
    sizeBytes: row.mb ? row.mb * 2 ** 20 : undefined,
    createdAt: maps.toDate(row.created),
  });
  return {
    async create(id, { name }, call) {
      const request = { params: { id }, json: { title: name }, response: snapshotSchema };
      return [toSnapshot(await api.call("instance.snapshot", { ...request, ...call }))];
    },
    async list({ cursor }, call) {
      const page = await api.call("snapshot.list", {
        query: { cursor },
        response: snapshotPageSchema,
        ...call,
      });
      return { items: page.snapshots.map(toSnapshot), next: page.next ?? undefined, total: page.total };
    },
    async remove(id, call) {
      await api.call("snapshot.remove", { params: { id }, idempotent: true, ...call });
    },
  } satisfies Group<"snapshots">;
}

export function volumesOf({ api, maps }: DriverMeans) {
  const toVolume = (row: ReturnType<typeof volumeSchema.parse>) => {
    const perHourMicros = row.price ? maps.centsToMicros(row.price / 100) : undefined;
    return {
      id: row.id,
      name: row.title ?? undefined,
      sizeMiB: maps.toDiskMiB(row.gb),
      region: row.region ?? undefined,
      price:
        perHourMicros === undefined
          ? undefined
          : { currency: "USD", perHourMicros, kind: "on_demand" as const },
      createdAt: maps.toDate(row.created),
    };
  };
  return {
    async list({ cursor }, call) {
      const page = await api.call("volume.list", { query: { cursor }, response: volumePageSchema, ...call });
      return { items: page.volumes.map(toVolume), next: page.next ?? undefined, total: page.total };
    },
    async create({ name, sizeMiB, region }, call) {
      const json = { title: name, gb: maps.toDiskGb(sizeMiB), region };
      return toVolume(await api.call("volume.add", { json, response: volumeSchema, ...call }));
    },
    async remove(id, call) {
      await api.call("volume.remove", { params: { id }, idempotent: true, ...call });
    },
  } satisfies Group<"volumes">;
}

export function statsOf({ api, context, maps }: DriverMeans) {
  return {
    async counts(call) {
      const { states } = await api.call("stats.states", { response: statesSchema, ...call });
      const counts: Partial<Record<InstanceStatus, number>> = {};
      for (const [state, count] of Object.entries(states)) {
        const { status } = maps.toStatus({ id: "", state }, context.tables);
        counts[status] = (counts[status] ?? 0) + count;
      }
      return counts;
    },
    async gpuProcesses(call) {
      const { processes } = await api.call("stats.processes", { response: processesSchema, ...call });
      return processes.map(({ gpu, pid, machine_id, command, vram_mb }) => ({
        ...{ gpu, pid, command, instanceId: machine_id ?? undefined },
        gpuMemoryBytes: vram_mb ? vram_mb * 2 ** 20 : undefined,
      }));
    },
    host: (call) => api.call("stats.host", { response: hostSchema, ...call }),
  } satisfies Group<"stats">;
}
