import {
  ComputeError,
  type DriverOffer,
  micros,
  type Offer,
  type OfferQuery,
  type Price,
  type PriceKind,
  rawFrom,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type * as z from "zod";
import { modeOfUnit, toOfferId } from "./launch.ts";
import type { LaunchOptions, optionsSchema } from "./options.ts";
import { type ChargeMode, here, hoursOf } from "./tables.ts";
import { familyRegionSchema, familySchema, type InstanceType, instanceTypeSchema } from "./wire.ts";

/**
 * One offer per type and region. What has no id could not be launched, so it is no offer.
 *
 * With reserved pricing, only types that are sold for that period, and never spot ones.
 */
export function toOffers(
  families: readonly unknown[],
  { region: wanted, pricing }: OfferQuery,
  currency: string,
): DriverOffer[] {
  const mode = pricing?.kind === "reserved" ? modeOfUnit[pricing.unit] : "perHour";
  return placesIn(families).flatMap(({ family, region, type, row }): DriverOffer[] => {
    const { regionId, regionName } = region;
    const isSpotInstance = family.isSpotInstance === true || /spot/i.test(family.gpuName ?? "");
    const kind = isSpotInstance ? "spot" : pricing?.kind === "reserved" ? "reserved" : "on_demand";
    // A region is known by its name, or by its id if that is how it was asked for.
    const spelling = [regionName ?? regionId, regionId].find(
      (name) => wanted === undefined || name.toLowerCase() === wanted.toLowerCase(),
    );
    const otherKind = pricing !== undefined && pricing.kind !== kind;
    if (spelling === undefined || otherKind || !isSold(type, mode)) return [];
    const offer: DriverOffer = {
      id: toOfferId({ ...type, regionId, isSpotInstance, regionName: regionName ?? undefined }),
      hardware: { gpu: toGpu(family.gpuName, { count: type.gpuNum }) },
      price: toPrice(type, mode, kind, currency),
      region: spelling,
      available: type.stockStatus?.toLowerCase() === "instock",
    };
    return [withRaw("hpc-ai/offer", offer, row)];
  });
}

/** Every type with where it stands in the catalogue. */
function placesIn(families: readonly unknown[]) {
  return families.flatMap((familyRow) => {
    const family = familySchema.safeParse(familyRow).data;
    return (family?.regionInfos ?? []).flatMap((regionRow) => {
      const region = familyRegionSchema.safeParse(regionRow).data;
      return (region?.instanceTypeInfos ?? []).flatMap((row) => {
        const type = instanceTypeSchema.safeParse(row).data;
        return family && region && type ? [{ family, region, type, row }] : [];
      });
    });
  });
}

/** A type without any prices is sold as usual, for a price that is not known. */
function isSold({ price: rows }: InstanceType, mode: ChargeMode): boolean {
  return !rows?.length || rows.some((row) => row?.chargeMode === mode);
}

/** `undefined` is unknown, which is not free. */
function toPrice(
  { price: rows }: InstanceType,
  mode: ChargeMode,
  kind: PriceKind,
  currency: string,
): Price | undefined {
  const perPeriod = rows?.find((row) => row?.chargeMode === mode)?.price;
  const perHourMicros = typeof perPeriod === "number" ? micros(perPeriod / hoursOf[mode]) : undefined;
  return perHourMicros === undefined ? undefined : { currency, perHourMicros, kind };
}

const typeOf = rawFrom<unknown>("hpc-ai/offer");

/**
 * An offer at the rate that a launch chooses: it says itself what the machine costs by the hour, and off-peak hours have
 * a price of their own. An error where the catalogue has prices for the machine, but not this one.
 */
export function toQuote(offer: Offer, { billing }: LaunchOptions): Offer | ComputeError {
  if (billing === undefined || offer.price === undefined) return offer;
  const { kind, currency } = offer.price;
  const type = instanceTypeSchema.safeParse(typeOf(offer)).data;
  const price = type && toPrice(type, billing.chargeMode, kind, currency);
  if (price !== undefined) return withRaw("hpc-ai/offer", { ...offer, price }, typeOf(offer));
  const field = `${here}.billing`;
  const message = `${field}: the catalogue has no off-peak price for this machine`;
  return new ComputeError({ code: "invalid_argument", field, message, effect: "none" });
}

type Declared = NonNullable<z.output<typeof optionsSchema>["catalogue"]>;

/** What the configuration declares, in the shape of the cloud's own catalogue. Whether it is free shows at launch. */
export function toFamilies({ types, regions }: Declared): readonly unknown[] {
  return types.map(({ instanceTypeId, regionId, gpuName, gpuNum, isSpotInstance }) => {
    const regionName = regions.find((region) => region.regionId === regionId)?.regionName;
    const instanceTypeInfos = [{ instanceTypeId, gpuNum, stockStatus: "InStock" }];
    return { gpuName, isSpotInstance, regionInfos: [{ regionId, regionName, instanceTypeInfos }] };
  });
}
