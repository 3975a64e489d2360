import { type DriverLaunchRequest, type LaunchRequest, labelOf, lookup, refuse } from "@gpuport/core";
import type { LaunchOptions } from "./options.ts";
import { toInitScript } from "./script.ts";
import { type ChargeMode, here, launchRules } from "./tables.ts";

/** What an offer's id says, so that a launch needs to read nothing. */
export interface OfferPlace {
  readonly regionId: string;
  readonly instanceTypeId: string;
  readonly isSpotInstance: boolean;
  /** Last, because it may hold anything. */
  readonly regionName?: string | undefined;
}

const words = { spot: true, standard: false } as const;

export function toOfferId({ regionId, instanceTypeId, isSpotInstance, regionName }: OfferPlace): string {
  const kind = isSpotInstance ? "spot" : "standard";
  return [regionId, instanceTypeId, kind, ...(regionName ? [regionName] : [])].join("/");
}

/** @throws `invalid_argument` for what is not an offer of this cloud. */
export function readOfferId(offerId: string): OfferPlace {
  const [regionId = "", instanceTypeId = "", kind, ...name] = offerId.split("/");
  const isSpotInstance = lookup(words, kind);
  if (regionId === "" || instanceTypeId === "" || isSpotInstance === undefined) {
    refuse("offerId", "is not an offer of hpc-ai: <region id>/<type id>/<spot or standard>");
  }
  return { regionId, instanceTypeId, isSpotInstance, regionName: name.join("/") || undefined };
}

export function toIdentity(token: string, { name }: LaunchRequest): string {
  return labelOf(token, name);
}

function givenIn(fields: object, prefix = ""): string[] {
  return Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [prefix + field]));
}

/** What the schema cannot see: fields that contradict each other, and what this cloud cannot hold. */
export function checkLaunch(request: LaunchRequest, options: LaunchOptions): void {
  const { offerId, region, pricing } = request;
  const { initScript } = options.instanceConfiguration;
  const given = new Set([...givenIn(request), ...givenIn({ ...options, initScript }, `${here}.`)]);
  for (const [all, none, field, why, code] of launchRules) {
    if (all.every((name) => given.has(name)) && !none.some((name) => given.has(name)))
      refuse(field, why, code);
  }
  const place = offerId === undefined ? undefined : readOfferId(offerId);
  const regions = place ? [place.regionId, place.regionName] : [options.regionId ?? region];
  if (region !== undefined && !regions.some((name) => name?.toLowerCase() === region.toLowerCase())) {
    refuse("region", place ? "is not the region of this offer" : `differs from ${here}.regionId`);
  }
  const isSpot = place ? place.isSpotInstance : options.isSpotInstance;
  if (pricing !== undefined && isSpot !== undefined && (pricing.kind === "spot") !== isSpot) {
    refuse("pricing", `is ${pricing.kind}, but the machine is ${isSpot ? "a spot" : "not a spot"} one`);
  }
  if (pricing?.kind === "spot" && pricing.maxPerHourMicros !== undefined) {
    const why = "there are no bids here, a spot machine has its price; use maxPerHourMicros";
    refuse("pricing.maxPerHourMicros", why, "unsupported");
  }
}

export const modeOfUnit = { day: "perDay", week: "perWeek", month: "perMonth" } as const;

function toBilling(
  { pricing }: LaunchRequest,
  { billing }: LaunchOptions,
): { readonly chargeMode: ChargeMode; readonly duration: number } {
  if (pricing?.kind === "reserved") return { chargeMode: modeOfUnit[pricing.unit], duration: pricing.count };
  return { chargeMode: billing?.chargeMode ?? "perHour", duration: 1 };
}

/** Published without being listed. */
const sshPort = 22;

/**
 * The body of a create. The validator refuses a required member that is left out, also where it is empty.
 *
 * @param regionIdOf The id of a region by its name, where the configuration declares one.
 * @see https://www.hpc-ai.com/doc/docs/api/instance/launch
 */
export function toCreateBody(
  request: DriverLaunchRequest,
  options: LaunchOptions,
  regionIdOf: (region: string) => string,
) {
  const { instanceTypeId, isSpotInstance = false, regionId = regionIdOf(request.region ?? "") } = options;
  const place: OfferPlace =
    instanceTypeId === undefined
      ? readOfferId(request.offer?.id ?? request.offerId ?? "")
      : { instanceTypeId, regionId, isSpotInstance };
  const { initScript, extraDataDiskSizeDB, ...given } = options.instanceConfiguration;
  const ports = [...(request.ports ?? []).map(({ port }) => port), ...options.nodePorts];
  return {
    name: request.identity,
    imageId: request.image ?? "",
    instanceTypeId: place.instanceTypeId,
    region: place.regionId,
    billing: toBilling(request, options),
    remoteStorages: options.remoteStorages,
    instanceConfiguration: {
      ...given,
      // The cloud's GB are taken for GiB.
      extraDataDiskSizeDB: Math.max(Math.ceil((request.minDiskMiB ?? 0) / 1024), extraDataDiskSizeDB),
      initScript: initScript?.reveal() ?? toInitScript(request),
    },
    isSpotInstance: place.isSpotInstance,
    nodePorts: [...new Set(ports)].filter((port) => port !== sshPort),
  };
}
