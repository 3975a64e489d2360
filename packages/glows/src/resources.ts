import {
  type AdapterTables,
  fromUnixSeconds,
  type Image,
  type InstanceStatus,
  type Kept,
  lookup,
  type Network,
  type NetworkEndpoint,
  positive,
  type Snapshot,
  type Table,
  type Unstamped,
  withRaw,
} from "@gpuport/core";
import { said } from "./map.ts";
import type { ReadEndpoint, ReadImage, ReadNetwork, ReadSnapshot } from "./wire.ts";

/** How many machines there are of each status; words that nobody knows are counted as `unknown`. */
export function toCounts(
  stats: Readonly<Record<string, number>>,
  { statuses }: Pick<AdapterTables, "statuses">,
): Readonly<Partial<Record<InstanceStatus, number>>> {
  const counts: Partial<Record<InstanceStatus, number>> = {};
  for (const [word, count] of Object.entries(stats)) {
    const status = lookup(statuses, word)?.status ?? "unknown";
    counts[status] = (counts[status] ?? 0) + count;
  }
  return counts;
}

/** @param owned Whether only the account's own were asked for; the rows themselves do not say whose they are. */
export function toImage({ raw, read }: Kept<ReadImage>, owned: boolean | undefined): Unstamped<Image> {
  const image: Unstamped<Image> = {
    id: read.image_id,
    name: read.name,
    providerStatus: read.status,
    owned: owned || undefined,
    createdAt: fromUnixSeconds(read.create_time),
  };
  return withRaw("glows", said(image), raw);
}

export function toSnapshot(
  { raw, read }: Kept<ReadSnapshot>,
  statuses: Table<Snapshot["status"]>,
): Unstamped<Snapshot> {
  const snapshot: Unstamped<Snapshot> = {
    id: read.snapshot_id,
    instanceId: read.instance_id,
    status: lookup(statuses, read.status) ?? "unknown",
    providerStatus: read.status,
    sizeBytes: positive(read.size_bytes),
    createdAt: fromUnixSeconds(read.create_time),
  };
  return withRaw("glows", said(snapshot), raw);
}

/** @param kind What was asked for: the rows' own word, `clusterType`, is not explained anywhere. */
export function toNetwork({ raw, read }: Kept<ReadNetwork>, kind: Network["kind"]): Unstamped<Network> {
  const network: Unstamped<Network> = {
    id: read.netID,
    name: read.name,
    kind,
    createdAt: fromUnixSeconds(read.createTime?.seconds) ?? fromUnixSeconds(read.create_time),
  };
  return withRaw("glows", said(network), raw);
}

export function toNetworkEndpoint({ raw, read }: Kept<ReadEndpoint>, networkId: string): NetworkEndpoint {
  const endpoint: NetworkEndpoint = {
    id: read.endpoint_id,
    networkId: read.network_id ?? networkId,
    instanceId: read.instance_id,
    cidr: read.cidr,
    mac: read.mac,
    providerStatus: read.status,
    createdAt: fromUnixSeconds(read.create_time),
  };
  return withRaw("glows", said(endpoint), raw);
}
