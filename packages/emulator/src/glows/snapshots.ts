import { type GlowsHandler, idLimits, ownInstance } from "./call.ts";
import { toSeconds } from "./catalogue.ts";
import { snapshotStatus } from "./lifecycle.ts";
import { cut, lenientPage } from "./paging.ts";
import { refuse } from "./refusal.ts";
import type { GlowsSnapshot } from "./state.ts";

const gibibyte = 2 ** 30;

export const createSnapshot: GlowsHandler = (call) => {
  const { parameters, store, settings, account, flags, lifecycle } = call;
  const instanceId = parameters.requiredText("instance_id", idLimits);
  const name = parameters.text("name", { max: 32 }) ?? "";
  const instance = ownInstance(call, { id: instanceId });
  if (instance.source !== "SourceSDK" || flags.has("snapshotNotAllowed")) {
    refuse("snapshotNotAllowed", "taking snapshots is not allowed");
  }
  if (instance.status !== "Running") refuse("illegalStatus", "instance is not running");
  if (!settings.storagePlan || flags.has("diskQuota")) refuse("diskQuota", "disk quota exceeded");
  const count = flags.number("snapshotCount", 1);
  const own = store.snapshots.filter(({ owner }) => owner === account.user);
  if (own.length + count > settings.maxSnapshots) refuse("snapshotQuota", "snapshot quantity exceeds quota");
  const now = store.now();
  const snapshots = Array.from(
    { length: count },
    (): GlowsSnapshot => ({
      id: store.newId("snap"),
      order: store.nextOrder(),
      owner: account.user,
      instanceId: instance.id,
      name,
      domain: instance.region.domain,
      createdAt: now,
      modifiedAt: now,
      status: snapshotStatus.taking,
    }),
  );
  store.snapshots.push(...snapshots);
  lifecycle.takeSnapshots(instance, snapshots);
  return { snapshot_ids: snapshots.map(({ id }) => id), instance_id: instance.id, status: instance.status };
};

export const listSnapshots: GlowsHandler = ({ parameters, store, account }) => {
  const page = lenientPage(parameters);
  const statuses = new Set(parameters.list("status").map(Number));
  const own = store.snapshots
    .filter(({ owner, status }) => owner === account.user && (statuses.size === 0 || statuses.has(status)))
    .reverse();
  const { rows, pagination } = cut(own, page);
  return {
    pagination,
    snapshots: rows.map(({ id, instanceId, status, domain, createdAt, modifiedAt }) => ({
      snapshot_id: id,
      instance_id: instanceId,
      status,
      type: 1,
      domain,
      create_time: toSeconds(createdAt),
      modify_time: toSeconds(modifiedAt),
      size_bytes: status === snapshotStatus.complete ? gibibyte : 0,
      vol_size_bytes: status === snapshotStatus.complete ? 10 * gibibyte : 0,
    })),
  };
};
