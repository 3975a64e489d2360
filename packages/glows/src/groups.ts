import {
  type AdapterTables,
  type Api,
  type DriverGroups,
  parseOrRefuse,
  refuse,
  type Snapshot,
  type Table,
} from "@gpuport/core";
import * as z from "zod";
import { checkedId, checkLength } from "./check.ts";
import { nextOf, placeOf } from "./paging.ts";
import { toCounts, toImage, toNetwork, toNetworkEndpoint, toSnapshot } from "./resources.ts";
import { type EndpointName, limits, networkTypes } from "./tables.ts";
import * as wire from "./wire.ts";

/** The API, and how many rows a page of it has. */
export interface Means {
  readonly api: Api<EndpointName>;
  readonly perPage: number;
}

// Creates carry no key, so none of them is ever repeated: after a lost answer, list and look.

export function imagesOf({ api, perPage }: Means) {
  return {
    async list({ cursor, owned, search }, call) {
      checkLength("search", search, limits.keywords);
      const place = placeOf(cursor);
      const query = { page: place.page, per_page: perPage, owned, keywords: search || undefined };
      const { rows, pagination } = await api.call("image.list", {
        ...{ query, response: wire.imagePageSchema },
        ...call,
      });
      return { items: rows.map((row) => toImage(row, owned)), ...nextOf(place, rows.length, pagination) };
    },
    async create({ source }, call) {
      checkLength("source", source, limits.imageLink);
      const { image_id: id, name } = await api.call("image.create", {
        ...{ json: { image_link: source }, response: wire.imageCreatedSchema },
        ...call,
      });
      return { id, name, owned: true };
    },
    async remove(id, call) {
      const image = { image_id: checkedId(id) };
      await api.call("image.delete", {
        // `params` serve a configured path that has `{image_id}` in it.
        ...{ json: image, params: image, response: wire.doneSchema, removes: true },
        ...call,
      });
    },
  } satisfies DriverGroups["images"];
}

const noOptionsSchema = z.strictObject({});

export function snapshotsOf({ api, perPage }: Means, statuses: Table<Snapshot["status"]>) {
  return {
    async create(instanceId, { name, providerOptions }, call) {
      parseOrRefuse(noOptionsSchema, providerOptions?.["glows"] ?? {}, "providerOptions.glows");
      checkLength("name", name, limits.snapshotName);
      const { snapshot_ids } = await api.call("snapshot.create", {
        ...{ json: { instance_id: checkedId(instanceId), name }, response: wire.snapshotCreatedSchema },
        ...call,
      });
      return snapshot_ids.map((id) => ({ id, instanceId, name, status: "creating" }) as const);
    },
    async list({ cursor, statuses: wanted }, call) {
      const place = placeOf(cursor);
      const status = numbersFor(wanted, statuses);
      const { rows, pagination } = await api.call("snapshot.list", {
        ...{ query: { page: place.page, per_page: perPage, status }, response: wire.snapshotPageSchema },
        ...call,
      });
      return {
        items: rows.map((row) => toSnapshot(row, statuses)),
        ...nextOf(place, rows.length, pagination),
      };
    },
  } satisfies DriverGroups["snapshots"];
}

/** The cloud's numbers for the wanted statuses. A number that nobody knows cannot be asked for: then all are read. */
function numbersFor(
  wanted: readonly Snapshot["status"][] | undefined,
  statuses: Table<Snapshot["status"]>,
): readonly string[] {
  const known = (status: Snapshot["status"]) => Object.values(statuses).includes(status);
  if (wanted === undefined || !wanted.every(known)) return [];
  return Object.keys(statuses).filter((number) => wanted.some((status) => statuses[number] === status));
}

/** @param domains Numbers of the region domains to list; a list of the cloud's shows one domain and one type only. */
export function networksOf({ api, perPage }: Means, domains: readonly number[]) {
  const lists = domains.flatMap((domain) => networkTypes.map((type) => ({ domain, ...type })));
  return {
    async create({ name, region }, call) {
      checkLength("name", name, limits.networkName);
      checkLength("region", region, limits.region);
      const { network_id: id } = await api.call("network.create", {
        ...{ json: { name, region_name: region }, response: wire.networkCreatedSchema },
        ...call,
      });
      return { id, name, kind: "private" };
    },
    async list({ cursor }, call) {
      const place = placeOf(cursor);
      const { domain, network_type, kind } = lists[place.list] ?? refuse("cursor", "names no list");
      const query = { page: place.page, per_page: perPage, network_type, domain };
      const { rows, pagination } = await api.call("network.list", {
        ...{ query, response: wire.networkPageSchema },
        ...call,
      });
      const items = rows.map((row) => toNetwork(row, kind));
      return { items, ...nextOf(place, rows.length, pagination, lists.length) };
    },
    async attach(networkId, instanceIds, call) {
      const network_id = checkedId(networkId, "networkId");
      const instance_ids = [...new Set(instanceIds)].map((id) => checkedId(id, "instanceIds"));
      if (instance_ids.length > limits.attached) {
        refuse("instanceIds", `glows joins at most ${limits.attached} machines at once`);
      }
      await api.call("network.attach", {
        // The answer may name fewer endpoints than machines have joined, so it is not read.
        ...{ json: { network_id, instance_ids }, response: wire.doneSchema },
        ...call,
      });
    },
    async endpoints(networkId, { cursor }, call) {
      const place = placeOf(cursor);
      const network_id = checkedId(networkId, "networkId");
      const { rows, pagination } = await api.call("network.endpoints", {
        ...{ query: { network_id, page: place.page, per_page: perPage }, response: wire.endpointPageSchema },
        ...call,
      });
      const items = rows.map((row) => toNetworkEndpoint(row, networkId));
      return { items, ...nextOf(place, rows.length, pagination) };
    },
  } satisfies DriverGroups["networks"];
}

export function statsOf({ api }: Means, tables: Pick<AdapterTables, "statuses">) {
  return {
    async counts(call) {
      const { stats } = await api.call("instance.stat", { response: wire.statsSchema, ...call });
      return toCounts(stats, tables);
    },
  } satisfies DriverGroups["stats"];
}
