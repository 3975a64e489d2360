import {
  type DriverOffer,
  micros,
  type OfferQuery,
  type Price,
  type PriceKind,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type * as z from "zod";
import { modeOfUnit, toOfferId } from "./launch.ts";
import type { ChargeMode, optionsSchema } from "./options.ts";
import { hoursOf } from "./tables.ts";
import { familyRegionSchema, familySchema, type InstanceType, instanceTypeSchema } from "./wire.ts";

/**
 * One offer per type and region. What has no id could not be launched, so it is no offer.
 *
 * With reserved pricing, only types that are sold for that period, and never spot ones.
 */
export function toOffers(families: readonly unknown[], query: OfferQuery, currency: string): DriverOffer[] {
  return families.flatMap((row) => {
    const family = familySchema.safeParse(row).data;
    return (family?.regionInfos ?? []).flatMap((regionRow) => {
      const region = familyRegionSchema.safeParse(regionRow).data;
      const spelling = region && spellingOf(region, query.region);
      if (family === undefined || region === undefined || spelling === undefined) return [];
      return (region.instanceTypeInfos ?? []).flatMap((typeRow): DriverOffer[] => {
        const type = instanceTypeSchema.safeParse(typeRow).data;
        if (type === undefined) return [];
        const isSpotInstance = family.isSpotInstance === true || /spot/i.test(family.gpuName ?? "");
        const price = toPrice(type, isSpotInstance, query.pricing, currency);
        if (price === "not sold") return [];
        const offer: DriverOffer = {
          id: toOfferId({
            regionId: region.regionId,
            instanceTypeId: type.instanceTypeId,
            isSpotInstance,
            regionName: region.regionName?.trim(),
          }),
          hardware: { gpu: toGpu(family.gpuName, { count: type.gpuNum }) },
          price,
          region: spelling,
          available: type.stockStatus?.trim().toLowerCase() === "instock",
        };
        return [withRaw("hpc-ai/offer", offer, typeRow)];
      });
    });
  });
}

/** A region is known by its name, or by its id if that is how it was asked for; nothing if another one is wanted. */
function spellingOf(
  { regionId, regionName }: z.output<typeof familyRegionSchema>,
  wanted: string | undefined,
): string | undefined {
  const name = regionName?.trim() || regionId;
  if (wanted === undefined) return name;
  return [name, regionId].find((spelling) => spelling.toLowerCase() === wanted.toLowerCase());
}

/** `undefined` is unknown, which is not free. */
function toPrice(
  { price: rows }: InstanceType,
  isSpotInstance: boolean,
  pricing: OfferQuery["pricing"],
  currency: string,
): Price | undefined | "not sold" {
  const standard = pricing?.kind === "reserved" ? "reserved" : "on_demand";
  const kind: PriceKind = isSpotInstance ? "spot" : standard;
  if (pricing !== undefined && pricing.kind !== kind) return "not sold";
  const mode: ChargeMode = pricing?.kind === "reserved" ? modeOfUnit[pricing.unit] : "perHour";
  const row = (rows ?? []).find((candidate) => candidate?.chargeMode === mode);
  if (row === undefined && (rows ?? []).length > 0) return "not sold";
  const perPeriod = row?.price ?? undefined;
  const perHourMicros = perPeriod === undefined ? undefined : micros(perPeriod / hoursOf[mode]);
  if (perHourMicros === undefined || !Number.isSafeInteger(perHourMicros)) return undefined;
  return { currency, perHourMicros, kind };
}

type Declared = NonNullable<z.output<typeof optionsSchema>["catalogue"]>;

/** What the configuration declares, in the shape of the cloud's own catalogue. Whether it is free shows at launch. */
export function toFamilies({ types, regions }: Declared): readonly unknown[] {
  return types.map(({ instanceTypeId, regionId, gpuName, gpuNum, isSpotInstance }) => ({
    gpuName,
    isSpotInstance,
    regionInfos: [
      {
        regionId,
        regionName: regions.find((region) => region.regionId === regionId)?.regionName,
        instanceTypeInfos: [{ instanceTypeId, gpuNum, stockStatus: "InStock" }],
      },
    ],
  }));
}
