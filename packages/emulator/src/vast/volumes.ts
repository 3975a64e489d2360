import type { Answer, CloudRequest } from "../kit/types.ts";
import { asObject, fail, type Members, ok } from "./answers.ts";
import { type Machine, round } from "./market.ts";
import { answerSearch } from "./search.ts";
import type { VastRoute, Volume, World } from "./world.ts";

/** What `volume_info` of a create asks for. */
export interface VolumeWish {
  readonly create: boolean;
  /** A volume, or a volume offer when it is to be created. */
  readonly id: number;
  readonly sizeGb: number;
  readonly name: string | undefined;
}

const nameShape = /^[A-Za-z0-9_]{1,64}$/;
/** Volume offers are numbered by their machine. */
const firstOffer = 9_000_000;

export function readVolumeWish(value: unknown): VolumeWish | string | undefined {
  if (value === undefined || value === null) return undefined;
  const wish = asObject(value);
  if (wish === undefined || typeof wish["volume_id"] !== "number" || typeof wish["mount_path"] !== "string") {
    return "volume_info needs volume_id and mount_path";
  }
  return {
    create: wish["create_new"] === true,
    id: wish["volume_id"],
    sizeGb: typeof wish["size"] === "number" ? wish["size"] : 10,
    name: typeof wish["name"] === "string" ? wish["name"] : undefined,
  };
}

/** Finds the volume for a new instance; `use` gives it to the contract. */
export function takeVolume(
  world: World,
  wish: VolumeWish,
  machine: Machine,
): { readonly use: (contractId: number) => number } | { readonly refusal: Answer } {
  if (wish.create) {
    if (wish.id !== firstOffer + machine.id) return refused("the volume offer is on another machine");
    return {
      use(contractId) {
        const volume = addVolume(world, machine, wish.sizeGb, wish.name);
        volume.usedBy = contractId;
        return volume.id;
      },
    };
  }
  const volume = world.volumes.get(wish.id);
  if (volume === undefined || volume.removedAt !== undefined) return refused("no such volume");
  if (volume.machine !== machine) return refused("the volume is on another machine");
  if (volume.usedBy !== undefined) return refused("the volume is in use");
  return {
    use(contractId) {
      volume.usedBy = contractId;
      return volume.id;
    },
  };
}

function refused(message: string): { readonly refusal: Answer } {
  return { refusal: fail(400, "invalid_args", `error 400/3467: Invalid args: ${message}`) };
}

function addVolume(world: World, machine: Machine, sizeGb: number, name: string | undefined): Volume {
  const id = world.nextId();
  const volume: Volume = {
    id,
    machine,
    sizeGb,
    name: name ?? `volume_${id}`,
    createdAt: world.context.clock.now(),
    usedBy: undefined,
    removedAt: undefined,
  };
  world.volumes.set(id, volume);
  return volume;
}

/** $/h. */
export function volumePrice({ machine, sizeGb }: Volume): number {
  return round((machine.storageCost * sizeGb) / 720, 6);
}

export function volumeRoutes(world: World): readonly VastRoute[] {
  const route = (
    key: string,
    method: string,
    pattern: string,
    handle: VastRoute["handle"],
    threshold?: number,
  ): VastRoute => ({ key, method, pattern, auth: "required", threshold, handle });
  return [
    { ...route("volume.list", "GET", "/api/v0/volumes/", () => list(world)), rows: "volumes" },
    {
      ...route("volume.search", "POST", "/api/v0/volumes/search/", (request) => search(world, request)),
      rows: "offers",
    },
    route("volume.create", "PUT", "/api/v0/volumes/", (request) => create(world, request), 5.5),
    route("volume.delete", "DELETE", "/api/v0/volumes/", (request) => remove(world, request)),
  ];
}

function list(world: World): Answer {
  const volumes = [...world.volumes.values()].filter((volume) => volume.removedAt === undefined);
  return ok({
    volumes: volumes.map((volume) => ({
      id: volume.id,
      label: volume.name,
      name: volume.name,
      machine_id: volume.machine.id,
      host_id: volume.machine.hostId,
      disk_space: volume.sizeGb,
      size: volume.sizeGb,
      status: volume.usedBy === undefined ? "created" : "in-use",
      instances: volume.usedBy === undefined ? [] : [volume.usedBy],
      storage_cost: volume.machine.storageCost,
      dph_total: volumePrice(volume),
      start_date: volume.createdAt / 1000,
      end_date: volume.machine.endsAt / 1000,
      geolocation: volume.machine.geolocation,
      type: "local_volume",
    })),
  });
}

/** Searched as GPUs are, with the same filters and the same cap. */
function search(world: World, request: CloudRequest): Answer {
  const machines = world.market.machines().filter(({ presence }) => presence === "here");
  const rows = machines.map((machine) => offerOf(world, machine));
  return answerSearch(world, request, { asked: request.json ?? {}, rows, defaultOrder: "reliability2" });
}

function offerOf(world: World, machine: Machine): Members {
  return {
    id: firstOffer + machine.id,
    ask_contract_id: firstOffer + machine.id,
    machine_id: machine.id,
    host_id: machine.hostId,
    disk_space: machine.diskGb,
    storage_cost: machine.storageCost,
    disk_bw: machine.diskBandwidth,
    inet_up: machine.up,
    inet_down: machine.down,
    reliability2: machine.reliability,
    verification: machine.verification,
    hosting_type: machine.datacenter ? 1 : 0,
    geolocation: machine.geolocation,
    country_code: machine.geolocation?.split(", ").at(-1) ?? null,
    external: false,
    start_date: machine.listedAt / 1000,
    end_date: machine.endsAt / 1000,
    duration: Math.max(0, machine.endsAt - world.context.clock.now()) / 1000,
  };
}

function create(world: World, { json }: CloudRequest): Answer {
  const body = asObject(json);
  const { id, size, name } = { id: body?.["id"], size: body?.["size"], name: body?.["name"] };
  if (typeof id !== "number" || typeof size !== "number" || !(size > 0)) {
    return fail(400, "invalid_args", "error 400/3467: Invalid args: id and size are required");
  }
  if (name !== undefined && (typeof name !== "string" || !nameShape.test(name))) {
    return fail(422, "invalid_args", "name must match ^[A-Za-z0-9_]{1,64}$");
  }
  const machine = world.market.machine(id - firstOffer);
  if (machine === undefined)
    return fail(404, "no_such_ask", `error 404/3603: no_such_ask Volume offer ${id} is not available.`);
  const volume = addVolume(world, machine, size, name);
  return ok({ success: true, volume_id: volume.id, volume_name: volume.name });
}

function remove(world: World, { query }: CloudRequest): Answer {
  const volume = world.volumes.get(Number(query.get("id")));
  if (volume === undefined || volume.removedAt !== undefined)
    return fail(404, "not_found", "Volume not found.");
  if (volume.usedBy !== undefined)
    return fail(400, "volume_in_use", "The volume is attached to an instance.");
  volume.removedAt = world.context.clock.now();
  return ok({ success: true });
}
