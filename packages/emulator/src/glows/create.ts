import { type GlowsCall, type GlowsHandler, idLimits, knownRegion, usableImage } from "./call.ts";
import { resourceId } from "./catalogue.ts";
import { hasEnded, snapshotStatus } from "./lifecycle.ts";
import { toPorts } from "./ports.ts";
import { refuse } from "./refusal.ts";
import { type GlowsInstance, type GlowsRegion, type GlowsSpec, sameId } from "./state.ts";
import { newWord, toVisibleInstance } from "./view.ts";

function toCategory(word: string | undefined): GlowsInstance["category"] {
  if (word === undefined || word === "container") return "container";
  return word === "vm" ? word : refuse("illegalParameter", "instance_category");
}

function readOrder({ parameters }: GlowsCall) {
  const order = {
    imageId: parameters.text("from_image_id", idLimits),
    snapshotId: parameters.text("from_snap_id", idLimits),
    gpuName: parameters.text("gpu_name", { max: 128 }),
    cpuName: parameters.text("cpu_name", { max: 128 }),
    metaKey: parameters.requiredText("custom_meta_key", { max: 64 }),
    category: toCategory(parameters.text("instance_category", { max: 16 })),
    regionName: parameters.requiredText("region_name", { max: 128 }),
    remark: parameters.text("remark", { max: 32 }) ?? "",
    cmd: parameters.text("cmd", { max: 512 }) ?? "",
    envs: parameters.text("envs", { max: 512 }) ?? "",
    ports: parameters.text("ports", { max: 4096 }),
    // 0 means the default, as it does for pages.
    units: parameters.integer("unit_qty", { min: 0 }) || 1,
    baseResource: parameters.object("base_resource"),
    extraResource: parameters.object("extra_resource") ?? parameters.object("extra_resources"),
    networkIds: parameters.list("net_ids"),
    publicIpId: parameters.text("public_ip_id", idLimits),
  };
  parameters.integer("network_type", { min: 0, max: 7 });
  if ((order.imageId === undefined) === (order.snapshotId === undefined)) {
    refuse("illegalParameter", "exactly one of from_image_id and from_snap_id");
  }
  if ((order.gpuName === undefined) === (order.cpuName === undefined)) {
    refuse("illegalParameter", "exactly one of gpu_name and cpu_name");
  }
  if (order.category === "vm" && order.cmd !== "") refuse("illegalParameter", "cmd is for containers");
  return order;
}

type Order = ReturnType<typeof readOrder>;

function findSource(call: GlowsCall, { imageId, snapshotId }: Order) {
  if (imageId !== undefined) {
    const { stock, ...image } = usableImage(call, imageId);
    return { image, snapshot: undefined, stock };
  }
  const snapshot = call.store.snapshots.find(({ id }) => sameId(id, snapshotId ?? ""));
  if (snapshot === undefined || snapshot.owner !== call.account.user)
    refuse("illegalParameter", "illegal snapshot");
  if (snapshot.status !== snapshotStatus.complete) refuse("illegalStatus", "snapshot is not complete");
  return { image: undefined, snapshot: { id: snapshot.id, name: snapshot.name }, stock: true };
}

function findSpec({ settings, store, flags }: GlowsCall, order: Order, region: GlowsRegion): GlowsSpec {
  const model = (spec: GlowsSpec) =>
    order.gpuName === undefined
      ? spec.gpus === 0 && spec.cpuName === order.cpuName
      : spec.gpuName === order.gpuName;
  const models = settings.specs.filter(model);
  if (models.length === 0) refuse("illegalParameter", "unknown model");
  const wanted = order.category === "vm" ? 1 : 0;
  const spec = models.find((row) => row.region === region.name && row.instanceCategories.includes(wanted));
  const resource = spec === undefined ? undefined : resourceId(spec);
  const asked = order.baseResource?.["resource_id"];
  if (asked !== undefined && asked !== resource) refuse("illegalParameter", "base_resource does not fit");
  const soldOut = spec === undefined || (store.soldOut.get(resource ?? "") ?? spec.soldOut);
  if (spec === undefined || soldOut || flags.has("noCapacity") || order.units > spec.maxUnits) {
    return refuse("noResource", `sold out in ${region.name}`);
  }
  return spec;
}

function findExtra({ extraResource }: Order, spec: GlowsSpec): GlowsInstance["extra"] {
  if (extraResource === undefined) return undefined;
  const found = spec.extras.find(({ cpus }) => cpus === extraResource["cpus"]);
  return found ?? refuse("illegalParameter", "extra_resource is not on offer");
}

function findNetwork({ store, account }: GlowsCall, { networkIds, publicIpId }: Order): string | undefined {
  if (networkIds.length > 1) refuse("illegalParameter", "net_ids holds more than one id");
  const owned = (id: unknown, type: number) =>
    store.networks.find(
      (net) =>
        typeof id === "string" && sameId(net.id, id) && net.owner === account.user && net.type === type,
    );
  if (publicIpId !== undefined && owned(publicIpId, 6) === undefined)
    refuse("illegalParameter", "illegal public ip");
  const [wanted] = networkIds;
  if (wanted === undefined) return undefined;
  return owned(wanted, 0)?.id ?? refuse("illegalParameter", "illegal network");
}

/** Accepts an order: the instance exists, queued, from here on. */
export const createInstance: GlowsHandler = (call) => {
  const { store, settings, account, flags, lifecycle } = call;
  const order = readOrder(call);
  if (store.instances.some(({ metaKey }) => metaKey === order.metaKey))
    refuse("metaKeyExists", "duplicate meta key");
  const region = knownRegion(call, order.regionName);
  const source = findSource(call, order);
  const ports = toPorts(order.ports, source);
  const networkId = findNetwork(call, order);
  const alive = store.instances.filter((instance) => instance.owner === account.user && !hasEnded(instance));
  if (alive.length >= settings.maxInstances || flags.has("instanceQuota")) {
    refuse("instanceQuota", "instance quantity exceeds quota");
  }
  const spec = findSpec(call, order, region);
  const extra = findExtra(order, spec);

  const id = store.newId("ins");
  const now = store.now();
  const instance: GlowsInstance = {
    id: flags.has("legacyIds") ? id.slice(4) : id,
    order: store.nextOrder(),
    owner: account.user,
    metaKey: order.metaKey,
    category: order.category,
    source: "SourceSDK",
    region,
    image: source.image,
    snapshot: source.snapshot,
    spec,
    units: order.units,
    extra,
    ports,
    cmd: order.cmd,
    envs: order.envs,
    remark: order.remark,
    password: call.context.random.hex(16),
    networkId,
    createdAt: now,
    visibleFrom: now + flags.number("visibleAfterMs", 0),
    status: newWord(flags, "Hibernating") ?? "SchedQueued",
    assigned: false,
    access: undefined,
    billingSince: undefined,
    endedAt: undefined,
    stale: undefined,
  };
  store.instances.push(instance);
  if (flags.has("failStart")) lifecycle.scheduleFailure(instance);
  else if (!flags.has("stuck")) lifecycle.schedule(instance);
  return { instance: toVisibleInstance(instance, store, { flags, listed: false }) };
};
