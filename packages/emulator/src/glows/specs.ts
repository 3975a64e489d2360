import { type GlowsHandler, idLimits, knownRegion, usableImage } from "./call.ts";
import { resourceId } from "./catalogue.ts";
import { cut, lenientPage } from "./paging.ts";
import type { GlowsSpec, GlowsStore } from "./state.ts";

function toSpecInfo(spec: GlowsSpec, store: GlowsStore) {
  const id = resourceId(spec);
  const soldOut = store.soldOut.get(id) ?? spec.soldOut;
  return {
    region_name: spec.region,
    machine_category: spec.machineCategory,
    instance_categories: spec.instanceCategories,
    base_resource: {
      resource_id: id,
      unit_qty: 1,
      unit_spec: {
        cpus: spec.cpus,
        gpus: spec.gpus,
        disk_gb: spec.diskGb,
        gpu_name: spec.gpuName,
        cpu_name: spec.cpuName,
        ram_mb: spec.ramMb,
      },
    },
    extra_resources: spec.extras.map(({ cpus, millicents }) => ({
      resource: { cpus },
      price: { millicent_per_hour: millicents },
    })),
    price: { millicent_per_hour: spec.millicents },
    avail: !soldOut,
    max_available_units: soldOut ? 0 : spec.maxUnits,
  };
}

export const listSpecs: GlowsHandler = (call) => {
  const { parameters, settings, store } = call;
  const machineCategory = parameters.requiredInteger("machine_category", { min: 0, max: 3 });
  usableImage(call, parameters.requiredText("from_image_id", idLimits));
  const page = lenientPage(parameters);
  const instanceCategory = parameters.integer("instance_category", { min: 0, max: 1 });
  const regionName = parameters.text("region_name", { max: 128 });
  const regions =
    regionName === undefined
      ? settings.regions.filter((region) => region.allowed)
      : [knownRegion(call, regionName)];
  const names = new Set(regions.map(({ name }) => name));
  const specs = settings.specs
    .filter((spec) => names.has(spec.region) && spec.machineCategory === machineCategory)
    .filter((spec) => instanceCategory === undefined || spec.instanceCategories.includes(instanceCategory))
    .map((spec) => toSpecInfo(spec, store));

  if (!parameters.boolean("by_region")) {
    const { rows, pagination } = cut(specs, page);
    return { pagination, specs: rows, regions: [] };
  }
  const groups = [...names]
    .map((name) => ({ region_name: name, specs: specs.filter((spec) => spec.region_name === name) }))
    .filter((group) => group.specs.length > 0);
  const { rows, pagination } = cut(groups, page);
  return { pagination, specs: [], regions: rows };
};
