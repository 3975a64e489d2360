import { type DriverLaunchRequest, type LaunchRequest, labelOf, lookup, refuse } from "@gpuport/core";
import type { ChargeMode, LaunchOptions } from "./options.ts";
import { toInitScript } from "./script.ts";

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
  const parts = [regionId, instanceTypeId, isSpotInstance ? "spot" : "standard"];
  return [...parts, ...(regionName ? [regionName] : [])].join("/");
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

const here = "providerOptions.hpc-ai";

/** What the schema cannot see: two fields that contradict each other, and what this cloud cannot hold. */
export function checkLaunch(request: LaunchRequest, options: LaunchOptions): void {
  const { offerId, pricing } = request;
  checkChoice(request, options);
  const isSpot = offerId === undefined ? options.isSpotInstance : readOfferId(offerId).isSpotInstance;
  if (pricing !== undefined && isSpot !== undefined && (pricing.kind === "spot") !== isSpot) {
    refuse("pricing", `is ${pricing.kind}, but the machine is ${isSpot ? "a spot" : "not a spot"} one`);
  }
  if (pricing?.kind === "spot" && pricing.maxPerHourMicros !== undefined) {
    const how = "there are no bids here, a spot machine has its price; use maxPerHourMicros";
    refuse("pricing.maxPerHourMicros", how, "unsupported");
  }
  if (options.billing !== undefined) checkBilling(options.billing, request);
  if (options.instanceConfiguration?.initScript !== undefined) {
    for (const field of ["startup", "command", "env", "sshPublicKeys"] as const) {
      if (request[field] !== undefined) refuse(field, `is sent as initScript, which ${here} gives already`);
    }
  }
}

/** What to rent is said once: by `gpu`, `offerId` or the ids themselves. */
function checkChoice({ offerId, gpu, region }: LaunchRequest, options: LaunchOptions): void {
  const { instanceTypeId, regionId, isSpotInstance } = options;
  if (instanceTypeId === undefined) {
    if (gpu === undefined && offerId === undefined) {
      refuse("gpu", `hpc-ai needs gpu, offerId or ${here}.instanceTypeId`);
    }
    if (regionId !== undefined) refuse(`${here}.regionId`, "goes with instanceTypeId; otherwise use region");
    if (isSpotInstance !== undefined) {
      refuse(`${here}.isSpotInstance`, "goes with instanceTypeId; otherwise use pricing");
    }
  } else {
    if (gpu !== undefined || offerId !== undefined) {
      refuse(`${here}.instanceTypeId`, "stands instead of gpu and offerId, not beside them");
    }
    if (region === undefined && regionId === undefined) refuse("region", "is needed with instanceTypeId");
    if (region !== undefined && regionId !== undefined && region !== regionId) {
      refuse("region", `differs from ${here}.regionId`);
    }
  }
  if (offerId === undefined || region === undefined) return;
  const place = readOfferId(offerId);
  const known = [place.regionId, place.regionName].map((name) => name?.toLowerCase());
  if (!known.includes(region.toLowerCase())) refuse("region", "is not the region of this offer");
}

function checkBilling(
  { chargeMode, duration }: NonNullable<LaunchOptions["billing"]>,
  { pricing, maxPerHourMicros }: LaunchRequest,
): void {
  const hourly = chargeMode === "perHour" || chargeMode === "tidePerHour";
  if (hourly && duration !== 1) refuse(`${here}.billing.duration`, "must be 1 for the hourly modes");
  if (pricing !== undefined) refuse(`${here}.billing`, "stands instead of pricing, not beside it");
  if (maxPerHourMicros !== undefined) {
    refuse("maxPerHourMicros", `cannot be held with ${here}.billing`, "unsupported");
  }
}

export const modeOfUnit = { day: "perDay", week: "perWeek", month: "perMonth" } as const;

function toBilling({ pricing }: LaunchRequest): { chargeMode: ChargeMode; duration: number } {
  if (pricing?.kind !== "reserved") return { chargeMode: "perHour", duration: 1 };
  return { chargeMode: modeOfUnit[pricing.unit], duration: pricing.count };
}

/** @param regionIdOf The id of a region by its name, where the configuration declares one. */
function toPlace(
  { offer, offerId, region = "" }: DriverLaunchRequest,
  { instanceTypeId, regionId, isSpotInstance = false }: LaunchOptions,
  regionIdOf: (region: string) => string,
): OfferPlace {
  if (instanceTypeId === undefined) return readOfferId(offer?.id ?? offerId ?? "");
  return { instanceTypeId, regionId: regionId ?? regionIdOf(region), isSpotInstance };
}

/** Published without being listed. */
const sshPort = 22;

/**
 * The body of a create. The validator refuses a required member that is left out, also where it is empty.
 *
 * @see https://www.hpc-ai.com/doc/docs/api/instance/launch
 */
export function toCreateBody(
  request: DriverLaunchRequest,
  options: LaunchOptions,
  regionIdOf: (region: string) => string,
) {
  const place = toPlace(request, options, regionIdOf);
  const { initScript, ...given } = options.instanceConfiguration ?? {};
  const ports = [...(request.ports ?? []).map(({ port }) => port), ...(options.nodePorts ?? [])];
  return {
    name: request.identity,
    imageId: request.image ?? "",
    instanceTypeId: place.instanceTypeId,
    region: place.regionId,
    billing: options.billing ?? toBilling(request),
    remoteStorages: options.remoteStorages ?? [],
    instanceConfiguration: {
      // The cloud's GB are taken for GiB.
      extraDataDiskSizeDB: Math.max(
        Math.ceil((request.minDiskMiB ?? 0) / 1024),
        given.extraDataDiskSizeDB ?? 0,
      ),
      enableCommonData: given.enableCommonData ?? false,
      enableDocker: given.enableDocker ?? false,
      dockerStorageSize: given.dockerStorageSize ?? 0,
      initScript: initScript?.reveal() ?? toInitScript(request),
    },
    isSpotInstance: place.isSpotInstance,
    nodePorts: [...new Set(ports)].filter((port) => port !== sshPort),
  };
}
