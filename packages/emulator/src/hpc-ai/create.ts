import type { Flags } from "../kit/types.ts";
import type { HpcAiCall, HpcAiHandler } from "./call.ts";
import { type HpcAiChargeMode, type HpcAiType, hoursOf } from "./catalogue.ts";
import { type Fields, fields, isObject, readBody } from "./fields.ts";
import type { HpcAiStart } from "./lifecycle.ts";
import { refuse, refuseValue } from "./refusal.ts";
import type { HpcAiInstance } from "./state.ts";

/** Reads the whole order first: a missing member is complained about before anything is looked up. */
function readOrder(body: Fields) {
  const name = body.text("name");
  const imageId = body.text("imageId");
  const typeId = body.text("instanceTypeId");
  const regionId = body.text("region");
  const billing = body.inside("billing");
  const chargeMode = toChargeMode(billing.text("chargeMode"));
  const duration = billing.number("duration");
  const volumeIds = body.array("remoteStorages").map(toVolumeId);
  const configuration = body.inside("instanceConfiguration");
  configuration.optionalNumber("extraDataDiskSizeDB");
  configuration.boolean("enableCommonData");
  configuration.boolean("enableDocker");
  configuration.optionalNumber("dockerStorageSize");
  configuration.text("initScript");
  const spot = body.optionalBoolean("isSpotInstance") ?? false;
  const ports = body.array("nodePorts").map(toPort);
  return { name, imageId, typeId, regionId, chargeMode, duration, volumeIds, spot, ports };
}

const modes = Object.keys(hoursOf) as readonly HpcAiChargeMode[]; // its keys, by its type

function toChargeMode(word: string): HpcAiChargeMode {
  return modes.find((mode) => mode === word) ?? refuseValue("billing.chargeMode");
}

function toVolumeId(row: unknown, index: number): string {
  const path = `remoteStorages[${index}]`;
  const storage = isObject(row) ? fields(row, `${path}.`) : refuseValue(path);
  storage.text("mountPath");
  storage.text("remoteStorageName");
  const id = storage.text("remoteStorageId");
  storage.text("type");
  return id;
}

function toPort(port: unknown): number {
  const valid = typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535;
  return valid ? port : refuseValue("nodePorts");
}

function check({ settings, store, account, flags }: HpcAiCall, order: ReturnType<typeof readOrder>) {
  const image = settings.images.find(({ id }) => id === order.imageId) ?? refuse("notFound", "imageNotFound");
  const region =
    settings.regions.find(({ id }) => id === order.regionId) ?? refuse("notFound", "regionNotFound");
  const type =
    settings.types.find(({ id, regionId }) => id === order.typeId && regionId === region.id) ??
    refuse("notFound", "typeNotFound");
  for (const volumeId of order.volumeIds) {
    const known = store.volumes.some(({ id, owner }) => id === volumeId && owner === account.username);
    if (!known) refuse("notFound", "volumeNotFound");
  }
  if (type.spot !== order.spot) refuse("refused", "spotMismatch");
  if (!(order.chargeMode in type.prices)) refuse("refused", "invalidChargeMode");
  const hourly = hoursOf[order.chargeMode] === 1;
  if (hourly ? order.duration !== 1 : !Number.isInteger(order.duration) || order.duration < 1) {
    refuseValue("billing.duration");
  }
  if (flags.has("insufficientBalance") || (store.balances.get(account.username) ?? account.balance) <= 0) {
    refuse("refused", "noBalance");
  }
  if (flags.has("noCapacity") || stockOf(type, store.stock) !== "InStock") refuse("refused", "noStock");
  return { image, region, type };
}

export const stockOf = (type: HpcAiType, stock: ReadonlyMap<string, string>) =>
  stock.get(type.id) ?? type.stockStatus;

function startOf(flags: Flags, { image, type }: Pick<HpcAiInstance, "image" | "type">): HpcAiStart {
  if (flags.has("stuck")) return "stuck";
  if (flags.has("failInitialization")) return "initializationFailed";
  if (flags.has("failStart")) return "startingFailed";
  // An image that does not fit the machine is accepted, and then never pulled.
  const fits = (image.machines === "gpu") === type.gpuNum > 0;
  return flags.has("pullBackOff") || !fits ? "pullBackOff" : "normal";
}

export const createInstance: HpcAiHandler = (call) => {
  const { store, account, flags, lifecycle, context } = call;
  const order = readOrder(readBody(call.json));
  const { image, region, type } = check(call, order);
  const now = context.clock.now();
  const word = flags.get("unknownStatus");
  const instance: HpcAiInstance = {
    id: `notebook-${context.random.uuid()}`,
    owner: account.username,
    name: order.name,
    type,
    region,
    image,
    chargeMode: order.chargeMode,
    duration: order.duration,
    ports: [...new Set([22, ...order.ports])],
    createdAt: now,
    visibleFrom: now + flags.number("visibleAfterMs", 0),
    status: flags.has("unknownStatus") ? (typeof word === "string" ? word : "Hibernating") : "Initializing",
    phase: undefined,
    diagnosis: undefined,
    nodePorts: undefined,
    releasedAt: undefined,
    listedUntil: undefined,
    billingSince: now,
    stale: undefined,
  };
  store.instances.push(instance);
  lifecycle.begin(instance, startOf(flags, instance));
  return { instanceId: instance.id };
};
