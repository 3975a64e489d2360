import type { LambdaHandler } from "./call.ts";
import { toRegion, toType } from "./view.ts";

/** One answer for types, prices and stock: an object by type name, not an array. */
export const listTypes: LambdaHandler = ({ settings, store, flags }) => ({
  data: Object.fromEntries(
    settings.types.map((type) => [
      type.name,
      {
        instance_type: toType(type, flags),
        regions_with_capacity_available: settings.regions
          .filter(({ name }) => (store.capacity.get(`${type.name}|${name}`) ?? 0) > 0)
          .map(toRegion),
      },
    ]),
  ),
});

export const listRegions: LambdaHandler = ({ settings }) => ({ data: settings.regions.map(toRegion) });

export const listImages: LambdaHandler = ({ settings }) => ({
  data: settings.images.map(({ region: name, ...image }) => ({
    ...image,
    created_time: "2026-08-01T00:00:00Z",
    updated_time: "2026-08-01T00:00:00Z",
    region: settings.regions.filter((region) => region.name === name).map(toRegion)[0],
  })),
});
