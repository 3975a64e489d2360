import type { Flags } from "../kit/types.ts";
import { type LambdaCall, type LambdaHandler, readBody } from "./call.ts";
import type { LambdaRegion, LambdaType } from "./catalogue.ts";
import type { LambdaStart } from "./lifecycle.ts";
import { type LambdaOrder, readOrder } from "./order.ts";
import { refuse, refuseUnknown } from "./refusal.ts";
import type { LambdaFileSystem, LambdaInstance, LambdaMount } from "./state.ts";

/** Whatever is named has to exist, in the order in which the site looks; only then are quota and stock asked. */
function lookUp(call: LambdaCall, order: LambdaOrder) {
  const { settings, store, account } = call;
  const own = <T extends { readonly owner: string }>(rows: readonly T[]) =>
    rows.filter(({ owner }) => owner === account.name);
  for (const name of order.keyNames) {
    if (!own(store.sshKeys).some((key) => key.name === name)) refuseUnknown(`ssh key ${name}`);
  }
  const type =
    settings.types.find(({ name }) => name === order.typeName) ??
    refuseUnknown(`instance type ${order.typeName}`);
  const region =
    settings.regions.find(({ name }) => name === order.regionName) ??
    refuseUnknown(`region ${order.regionName}`);
  const { id, family = id === undefined ? "lambda-stack-24-04" : undefined } = order.image;
  const image = settings.images.some(
    (row) =>
      row.region === region.name &&
      row.architecture === type.architecture &&
      (row.id === id || row.family === family),
  );
  if (!image) refuseUnknown(`image ${id ?? family}`);
  for (const ruleset of order.rulesets) {
    const known = own(store.rulesets).some((row) => row.id === ruleset && row.region === region);
    if (!known) refuseUnknown(`firewall ruleset ${ruleset}`);
  }
  return { type, region, mounts: lookUpMounts(call, order, region) };
}

function lookUpMounts(
  { store, account, settings }: LambdaCall,
  order: LambdaOrder,
  region: LambdaRegion,
): readonly LambdaMount[] {
  const owned = store.fileSystems.filter(({ owner }) => owner === account.name);
  const inRegion = (found: LambdaFileSystem | undefined, asked: string): LambdaFileSystem => {
    if (found === undefined) return refuseUnknown(`filesystem ${asked}`);
    if (found.region === region) return found;
    return settings.wrongRegionAs === "object-does-not-exist"
      ? refuseUnknown(`filesystem ${found.name} in region ${region.name}`)
      : refuse(
          "instance-operations/launch/file-system-in-wrong-region",
          `Filesystem ${found.name} is not in region ${region.name}.`,
        );
  };
  const asked = order.fileSystemNames.length + order.mounts.length;
  if (asked > 0 && !region.fileSystems) {
    refuse(
      "instance-operations/launch/file-systems-not-supported",
      `Region ${region.name} has no filesystems.`,
    );
  }
  const named = order.fileSystemNames.map((name) => {
    const found =
      owned.find((row) => row.name === name && row.region === region) ??
      owned.find((row) => row.name === name);
    return { fileSystemId: inRegion(found, name).id, mountPoint: `/lambda/nfs/${name}` };
  });
  for (const { fileSystemId } of order.mounts) {
    inRegion(
      owned.find(({ id }) => id === fileSystemId),
      fileSystemId,
    );
  }
  return [...named, ...order.mounts];
}

function checkRoom({ store, account, flags }: LambdaCall, type: LambdaType, region: LambdaRegion): void {
  const present = store.instances.filter(
    ({ owner, endedAt }) => owner === account.name && endedAt === undefined,
  );
  if (present.length >= (store.quotas.get(account.name) ?? account.quota)) {
    refuse("global/quota-exceeded", "Quota exceeded.", "Contact support to raise your quota.");
  }
  const free = store.capacity.get(`${type.name}|${region.name}`) ?? 0;
  if (free <= 0 || flags.has("noCapacity")) {
    refuse(
      "instance-operations/launch/insufficient-capacity",
      "Not enough capacity to fulfill launch request.",
      "Choose an instance type with more availability, or try again later.",
    );
  }
}

function startOf(flags: Flags): LambdaStart {
  if (flags.has("stuck")) return "stuck";
  if (flags.has("failStart")) return "unhealthy";
  return flags.has("unhealthyWhileBooting") ? "unhealthyForAMoment" : "normal";
}

/**
 * Flags: `noCapacity`, `noInstanceIds` (launched, and the list of ids is empty), `twoInstanceIds` (two are launched),
 * `stuck`, `failStart` (unhealthy for good), `unhealthyWhileBooting`, `visibleAfterMs`, `notTerminableMs`, `unknownStatus`.
 */
export const launch: LambdaHandler = (call) => {
  const { flags, store, lifecycle } = call;
  const order = readOrder(readBody(call.json));
  const found = lookUp(call, order);
  checkRoom(call, found.type, found.region);
  const launched = Array.from({ length: flags.has("twoInstanceIds") ? 2 : 1 }, () => {
    const instance = toInstance(call, order, found);
    store.instances.push(instance);
    lifecycle.begin(instance, startOf(flags));
    return instance.id;
  });
  return { data: { instance_ids: flags.has("noInstanceIds") ? [] : launched } };
};

function toInstance(
  { account, flags, settings, context: { clock, random } }: LambdaCall,
  { name, hostname, keyNames, tags, rulesets }: LambdaOrder,
  found: Pick<LambdaInstance, "type" | "region" | "mounts">,
): LambdaInstance {
  const now = clock.now();
  const word = flags.get("unknownStatus");
  return {
    id: random.hex(32),
    owner: account.name,
    ...found,
    ...{ name, hostname, tags, rulesets, sshKeyNames: keyNames },
    createdAt: now,
    visibleFrom: now + flags.number("visibleAfterMs", settings.visibleAfterMs),
    token: random.hex(32),
    status: flags.has("unknownStatus") ? (typeof word === "string" ? word : "hibernating") : "booting",
    ip: undefined,
    privateIp: `10.19.${random.integer(0, 255)}.${random.integer(1, 254)}`,
    ...{ firstHealthyAt: undefined, billingSince: undefined, endedAt: undefined, goneAt: undefined },
    stale: undefined,
    terminableFrom: now + flags.number("notTerminableMs", 0),
  };
}
