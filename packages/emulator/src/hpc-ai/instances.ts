import type { Flags } from "../kit/types.ts";
import type { HpcAiCall, HpcAiHandler } from "./call.ts";
import { readBody } from "./fields.ts";
import { cut, readPager } from "./pager.ts";
import { refuse } from "./refusal.ts";
import type { HpcAiSettings } from "./settings.ts";
import type { HpcAiInstance } from "./state.ts";

function isListed(instance: HpcAiInstance, now: number): boolean {
  if (now < instance.visibleFrom) return false;
  if (instance.stale !== undefined && now < instance.stale.until) return true;
  return instance.listedUntil === undefined || now < instance.listedUntil;
}

function toRow(
  instance: HpcAiInstance,
  now: number,
  { settings, flags }: { settings: HpcAiSettings; flags: Flags },
) {
  const { stale } = instance;
  const status = stale !== undefined && now < stale.until ? stale.status : instance.status;
  const word = flags.get("unknownStatus");
  const running = instance.nodePorts !== undefined;
  const { image, type, region } = instance;
  const unconfirmed = {
    createdAt: new Date(instance.createdAt).toISOString(),
    imageId: image.id,
    instanceTypeId: type.id,
    gpuName: type.gpuName,
    gpuNum: type.gpuNum,
    regionId: region.id,
    regionName: region.name,
  };
  return {
    instanceMetadata: {
      instanceId: instance.id,
      [settings.nameMember]: instance.name,
      instanceUsername: running ? "root" : "",
      ...(settings.unconfirmedMembers ? unconfirmed : {}),
    },
    instanceRuntimeInfo: {
      status: flags.has("unknownStatus") ? (typeof word === "string" ? word : "Hibernating") : status,
      ...(instance.phase === undefined ? {} : { phase: instance.phase }),
      ...(instance.diagnosis === undefined
        ? {}
        : { diagnosisReason: instance.diagnosis.reason, diagnosisMessage: instance.diagnosis.message }),
    },
    instanceSpecInfo: {
      regionInfo: { sshAddress: running ? region.sshAddress : "" },
      nodePorts: instance.ports.map((port, index) => ({ port, nodePort: instance.nodePorts?.[index] ?? 0 })),
    },
  };
}

/** Newest first, so that a new machine pushes rows over to the next page. */
export const listInstances: HpcAiHandler = ({ json, store, account, settings, flags, context }) => {
  const pager = readPager(json);
  const now = context.clock.now();
  const listed = store.instances
    .filter(({ owner }) => owner === account.username)
    .filter((row) => isListed(row, now));
  const rows = cut(listed.reverse(), pager).map((instance) => toRow(instance, now, { settings, flags }));
  const empty = rows.length === 0;
  return {
    ...(flags.has("missingInstances") && empty
      ? {}
      : { instances: flags.has("nullInstances") && empty ? null : rows }),
    ...(flags.has("missingPager") ? {} : { pager: { ...pager, totalEntries: listed.length } }),
  };
};

function asked({ json, store, account, context }: HpcAiCall): HpcAiInstance {
  const id = readBody(json).text("instanceId");
  const instance = store.instances.find((row) => row.id === id && row.owner === account.username);
  const gone = instance?.listedUntil !== undefined && context.clock.now() >= instance.listedUntil;
  return instance === undefined || gone ? refuse("notFound", "instanceNotFound") : instance;
}

export const stopInstance: HpcAiHandler = (call) => {
  const instance = asked(call);
  if (instance.status !== "Running") refuse("refused", "notRunning");
  call.lifecycle.stop(instance);
  return { instanceId: instance.id };
};

export const startInstance: HpcAiHandler = (call) => {
  const instance = asked(call);
  if (instance.status !== "Stopped") refuse("refused", "notStopped");
  call.lifecycle.start(instance);
  return { instanceId: instance.id };
};

export const restartInstance: HpcAiHandler = (call) => {
  const instance = asked(call);
  if (instance.status !== "Running") refuse("refused", "notRunning");
  call.lifecycle.restart(instance);
  return { instanceId: instance.id };
};

/** Works in every state; a released instance is answered as before for as long as it is listed. */
export const terminateInstance: HpcAiHandler = (call) => {
  const { flags, context } = call;
  const instance = asked(call);
  const answer = { instanceId: instance.id };
  if (instance.releasedAt !== undefined || flags.has("lostDelete")) return answer;
  const lingerMs = flags.number("lingerMs", 0);
  if (lingerMs > 0) instance.stale = { status: instance.status, until: context.clock.now() + lingerMs };
  call.lifecycle.terminate(instance, flags);
  return answer;
};
