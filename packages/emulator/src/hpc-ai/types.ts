import type { Flags } from "../kit/types.ts";
import type { HpcAiHandler } from "./call.ts";
import type { HpcAiType } from "./catalogue.ts";
import { stockOf } from "./create.ts";

function toPrices({ prices }: HpcAiType, flags: Flags) {
  return Object.entries(prices).map(([chargeMode, price]) => ({
    chargeMode,
    price: flags.has("nullPrices") ? null : price,
  }));
}

/** The feed of the console's launch form: families, their regions, their sizes. */
export const listTypes: HpcAiHandler = ({ settings, store, flags }) => {
  const families = [...new Set(settings.types.map(({ gpuName }) => gpuName))];
  return {
    instanceInfos: families.map((gpuName) => {
      const members = settings.types.filter((type) => type.gpuName === gpuName);
      const regions = settings.regions.filter(({ id }) => members.some(({ regionId }) => regionId === id));
      return {
        // A CPU family has no name at all.
        ...(gpuName === "" ? {} : { gpuName }),
        isSpotInstance: members.some(({ spot }) => spot),
        regionInfos: regions.map((region) => ({
          regionId: region.id,
          regionName: region.name,
          instanceTypeInfos: members
            .filter(({ regionId }) => regionId === region.id)
            .map((type) => ({
              instanceTypeId: type.id,
              ...(type.gpuNum === 0 ? {} : { gpuNum: type.gpuNum }),
              stockStatus: stockOf(type, store.stock),
              price: toPrices(type, flags),
            })),
        })),
      };
    }),
  };
};
