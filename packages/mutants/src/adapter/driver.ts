import type { Api, ComputeDriver, DriverCall, DriverContext, DriverLaunchRequest } from "@gpuport/core";
import { accountOf, bidsOf, execOf, imagesOf, keysOf, logsOf, networksOf } from "./groups.ts";
import type { Maps } from "./map.ts";
import type { LaunchOptions } from "./options.ts";
import { snapshotsOf, statsOf, volumesOf } from "./stored.ts";
import type { EndpointName } from "./tables.ts";
import {
  createdSchema,
  machinePageSchema,
  machineSchema,
  offerPageSchema,
  offerSchema,
  severalSchema,
} from "./wire.ts";

/** What an operation works with. */
export interface DriverMeans {
  readonly api: Api<EndpointName>;
  readonly context: DriverContext<EndpointName>;
  readonly maps: Maps;
}

export function createDriver({ api, context, maps }: DriverMeans) {
  const { tables, facts } = context;
  const means = { api, context, maps };
  /** A bid goes out per GPU; core looks an offer up only where it needs its price. */
  async function gpusOf({ offer, offerId, pricing }: DriverLaunchRequest, call: DriverCall): Promise<number> {
    if (offer !== undefined || offerId === undefined || pricing?.kind !== "spot") {
      return offer?.hardware.gpu?.count ?? 1;
    }
    const request = { params: { id: offerId }, response: offerSchema };
    const { gpu_count } = await api.call("offers.get", { ...request, ...call });
    return gpu_count ?? 1;
  }

  return {
    async launch(request, options: LaunchOptions, call) {
      const json = maps.toCreateBody(request, options, maps, await gpusOf(request, call));
      const { machine } = await api.call("instance.create", {
        json,
        response: createdSchema,
        rents: true,
        ...call,
      });
      return { id: machine.id, identity: request.identity };
    },
    async describe(id, call) {
      const machine = await api.call("instance.get", { params: { id }, response: machineSchema, ...call });
      return maps.toInstance(machine, tables, maps);
    },
    async list({ cursor, statuses: _, ...call }) {
      const page = await api.call("instance.list", {
        query: { cursor, limit: facts.pageSize },
        response: machinePageSchema,
        ...call,
      });
      const items = page.machines.map((machine) => maps.toInstance(machine, tables, maps));
      return { items, next: page.next ?? undefined, total: page.total };
    },
    async terminate(id, call) {
      await api.call("instance.end", { params: { id }, idempotent: true, ...call });
    },
    offers: {
      cheapestFirst: false,
      async search({ cursor, ...query }, call) {
        const page = await api.call("offers.list", { query: { cursor }, response: offerPageSchema, ...call });
        const items = page.offers.map((offer) => maps.toOffer(offer, query, maps));
        return { items, next: page.next ?? undefined, total: page.total };
      },
    },
    power: {
      async stop(id, call) {
        await api.call("instance.halt", { params: { id }, idempotent: true, ...call });
      },
      async start(id, call) {
        await api.call("instance.resume", { params: { id }, idempotent: true, ...call });
      },
      async restart(id, call) {
        await api.call("instance.reboot", { params: { id }, ...call });
      },
    },
    naming: {
      async rename(id, name, call) {
        const machine = await api.call("instance.get", { params: { id }, response: machineSchema, ...call });
        const token = maps.tokenIn(machine.label);
        const label = token === undefined ? name : `${name}-${token}`;
        await api.call("instance.label", { params: { id }, json: { label }, idempotent: true, ...call });
      },
    },
    bulk: {
      maxIds: 20,
      async describe(ids, call) {
        const query = { ids: ids.join(",") };
        const { machines } = await api.call("instance.several", { query, response: severalSchema, ...call });
        return machines.map((machine) => maps.toInstance(machine, tables, maps));
      },
    },
    bids: bidsOf(means),
    images: imagesOf(means),
    exec: execOf(means),
    logs: logsOf(means),
    snapshots: snapshotsOf(means),
    volumes: volumesOf(means),
    networks: networksOf(means),
    sshKeys: keysOf(means),
    account: accountOf(means),
    stats: statsOf(means),
  } satisfies ComputeDriver<LaunchOptions>;
}
export type Driver = ReturnType<typeof createDriver>;
