import { ok, type RunpodCall, type RunpodHandler } from "./call.ts";
import type { RunpodGpuType, RunpodTier } from "./catalogue.ts";
import { refuse, refuseMembers } from "./refusal.ts";
import { availabilityWord, roomFor } from "./stock.ts";

interface Asked {
  readonly cloud: RunpodTier;
  readonly count: number;
  readonly availability: boolean;
}

/** Flags: `nullPrice` (no price of any type), `stale` (says HIGH of everything). */
export const listGpus: RunpodHandler = (call) => {
  const asked = readQuery(call);
  const { query } = call.request;
  const cudaVersions = lists(query.getAll("cudaVersions"));
  const minCudaVersion = query.get("minCudaVersion");
  const types = call.settings.gpuTypes.filter(({ cudaVersions: has = [] }) => {
    if (cudaVersions.length > 0) return has.some((version) => cudaVersions.includes(version));
    return minCudaVersion === null || has.some((version) => Number(version) >= Number(minCudaVersion));
  });
  return ok({ gpus: types.map((type) => toGpu(call, type, asked)) });
};

export const getGpu: RunpodHandler = (call) => {
  const asked = readQuery(call);
  const type = call.settings.gpuTypes.find(({ id }) => id === call.request.params["id"]);
  return type === undefined ? refuse(404, "GPU type not found") : ok(toGpu(call, type, asked));
};

const lists = (values: readonly string[]) => values.flatMap((value) => value.split(","));

function readQuery({ request: { query } }: RunpodCall): Asked {
  const availability = lists(query.getAll("include")).includes("AVAILABILITY");
  if (availability && !query.has("product")) refuse(400, "product is required with include=AVAILABILITY.");
  const count = Number(query.get("count") ?? "1");
  if (!(Number.isInteger(count) && count >= 1)) refuseMembers(["count: must be an integer, 1 or more"]);
  const word = query.get("cloud") ?? "SECURE";
  if (word !== "SECURE" && word !== "COMMUNITY") refuseMembers(["cloud: must be one of SECURE, COMMUNITY"]);
  return { cloud: word === "COMMUNITY" ? "COMMUNITY" : "SECURE", count, availability };
}

function toGpu(call: RunpodCall, type: RunpodGpuType, asked: Asked): unknown {
  const { flags } = call.request;
  const { cudaVersions, price, ...rest } = type;
  return {
    ...rest,
    price: flags.has("nullPrice") ? { secure: null, community: null } : price,
    ...(cudaVersions === undefined
      ? {}
      : { cudaVersions: cudaVersions.map((version) => ({ version, available: true })) }),
    ...(asked.availability ? availabilityOf(call, type, asked) : {}),
  };
}

/** How many machines have room for a pod of that size; a data center with none is not named. */
function availabilityOf(call: RunpodCall, { id, secure, community }: RunpodGpuType, { cloud, count }: Asked) {
  const { store, settings, request } = call;
  const countries = lists(request.query.getAll("countryCodes"));
  const sold = cloud === "SECURE" ? secure : community;
  const room = sold ? roomFor(store, { gpuId: id, cloud, count }) : [];
  const dataCenters = settings.dataCenters
    .filter(({ country }) => countries.length === 0 || countries.includes(country))
    .map((place) => ({ place, hosts: room.filter(({ dataCenterId }) => dataCenterId === place.id).length }))
    .filter(({ hosts }) => hosts > 0)
    .map(({ place, hosts }) => ({ id: place.id, name: place.name, availability: availabilityWord(hosts) }));
  const availability = request.flags.has("stale") ? "HIGH" : availabilityWord(room.length);
  return { availability, ...(dataCenters.length === 0 ? {} : { dataCenters }) };
}

export const listCpus: RunpodHandler = ({ settings }) => ok({ cpus: settings.cpuFlavours });

export const listDataCenters: RunpodHandler = (call) => {
  const { settings, store, request } = call;
  const withGpus = lists(request.query.getAll("include")).includes("GPU_AVAILABILITY");
  const rows = settings.dataCenters.map(({ country: _country, ...place }) => ({
    ...place,
    compliance: [],
    ...(withGpus
      ? {
          gpuAvailability: settings.gpuTypes.map(({ id, name }) => {
            const room = roomFor(store, { gpuId: id, cloud: "SECURE", count: 1, dataCenterIds: [place.id] });
            return { id, name, availability: availabilityWord(room.length) };
          }),
        }
      : {}),
  }));
  return ok({ datacenters: rows });
};
