import {
  type DriverOffer,
  gibToMiB,
  type Kept,
  micros,
  positive,
  refuse,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type { ReadGpu } from "./wire.ts";

/** Data centers, or the machines of other people; what each is called in a price. */
const pools = { SECURE: "secure", COMMUNITY: "community" } as const;

/** What an offer's id says, which is all that a create needs to know. */
export interface Place {
  readonly gpuId: string;
  readonly count: number;
  readonly cloud: keyof typeof pools;
  /** A data center; anywhere when left out. */
  readonly region?: string | undefined;
}

const anywhere = "*";

export function toOfferId({ gpuId, count, cloud, region = anywhere }: Place): string {
  return [gpuId, count, cloud, region].join("|");
}

/** @throws `invalid_argument` for what is not an offer of this cloud. */
export function readOfferId(offerId: string): Place {
  const parts = /^([^|]+)\|([1-9]\d{0,2})\|(SECURE|COMMUNITY)\|([^|]+)$/.exec(offerId);
  const [, gpuId = "", count, word, region] =
    parts ?? refuse("offerId", "is not an offer of runpod: <GPU id>|<count>|<cloud>|<data center or *>");
  const cloud = word === "SECURE" ? "SECURE" : "COMMUNITY";
  return { gpuId, count: Number(count), cloud, region: region === anywhere ? undefined : region };
}

/** So many GPUs of one type in one cloud, anywhere or in one data center; `undefined` where they are not sold. */
export function toOffer(
  { raw, read }: Kept<ReadGpu>,
  { count, cloud, region }: Omit<Place, "gpuId">,
): DriverOffer | undefined {
  const pool = pools[cloud];
  const named = read.dataCenters?.find((each) => each?.id?.toLowerCase() === region?.toLowerCase());
  const site = region === undefined ? { id: undefined, availability: read.availability } : named;
  if (read[pool] !== true || !site) return undefined;
  const most = positive(read.maxCount?.[pool]);
  const perGpu = read.price?.[pool];
  const perHourMicros = perGpu ? micros(perGpu * count) : undefined;
  const offer: DriverOffer = {
    id: toOfferId({ gpuId: read.id, count, cloud, region: site.id }),
    hardware: { gpu: toGpu(read.id, { count, memoryMiB: gibToMiB(read.memory), cloud: "runpod" }) },
    // Of the GPUs; what the disk adds is in no price of this cloud.
    price: perHourMicros === undefined ? undefined : { currency: "USD", perHourMicros, kind: "on_demand" },
    region: site.id,
    available: site.availability?.toUpperCase() !== "NONE" && count <= (most ?? count),
    maxCount: most,
  };
  return withRaw("runpod/offer", offer, raw);
}
