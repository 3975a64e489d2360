import { type LambdaCall, type LambdaHandler, readBody, readTexts, requireText } from "./call.ts";
import { LambdaRefusal, refuse, refuseParameter, refuseUnknown } from "./refusal.ts";
import type { LambdaInstance } from "./state.ts";
import { isEnding, toRow, whyNotRestartable, whyNotTerminable } from "./view.ts";

const sightOf = ({ context, settings, flags }: LambdaCall) => ({
  now: context.clock.now(),
  settings,
  flags,
});

/** In sight of the single read: up to the moment when it answers 404. */
function isKnown(instance: LambdaInstance, { account, context }: LambdaCall): boolean {
  const now = context.clock.now();
  if (instance.owner !== account.name || now < instance.visibleFrom) return false;
  if (instance.stale !== undefined && now < instance.stale.until) return true;
  return instance.goneAt === undefined || now < instance.goneAt;
}

/** The list holds what is there: a terminated row drops out of it at once. */
function isListed(instance: LambdaInstance, call: LambdaCall): boolean {
  const stale = instance.stale !== undefined && call.context.clock.now() < instance.stale.until;
  return isKnown(instance, call) && (instance.endedAt === undefined || stale);
}

/**
 * Whole when neither page member is asked for; otherwise newest first, and `page_token` while more follows. Flag: `paged`
 * (the page's size) answers in pages although nobody asked.
 */
export const listInstances: LambdaHandler = (call) => {
  const { query, store, flags } = call;
  // On-demand machines belong to no cluster.
  const rows = query.has("cluster_id") ? [] : store.instances.filter((row) => isListed(row, call));
  const forced = flags.has("paged") ? flags.number("paged", 2) : undefined;
  const isPaged = query.has("page_size") || query.has("page_token") || forced !== undefined;
  if (!isPaged) return { data: rows.map((row) => toRow(row, sightOf(call))) };
  const size = forced ?? readCount(query.get("page_size") ?? "100", "page_size");
  const from = readCount(query.get("page_token") ?? "0", "page_token");
  const newest = rows.toReversed();
  const data = newest.slice(from, from + size).map((row) => toRow(row, sightOf(call)));
  return { data, page_token: from + size < newest.length ? String(from + size) : null };
};

function readCount(text: string, name: string): number {
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 ? number : refuseParameter(`${name} is not valid`);
}

function askedInPath(call: LambdaCall): LambdaInstance {
  const instance = call.store.instances.find((row) => row.id === call.id && isKnown(row, call));
  return instance ?? refuseUnknown(`instance ${call.id}`, 404);
}

export const getInstance: LambdaHandler = (call) => ({ data: toRow(askedInPath(call), sightOf(call)) });

export const renameInstance: LambdaHandler = (call) => {
  const instance = askedInPath(call);
  const name = requireText(readBody(call.json), "name");
  if (name.length > 64) refuseParameter("name is longer than 64");
  instance.name = name;
  return { data: toRow(instance, sightOf(call)) };
};

/** One unknown id fails the whole call, and nothing is done. */
function askedInBody(call: LambdaCall): readonly LambdaInstance[] {
  const ids = readTexts(readBody(call.json), "instance_ids");
  if (ids.length === 0) refuseParameter("instance_ids must not be empty");
  return ids.map(
    (id) =>
      call.store.instances.find((row) => row.id === id && isKnown(row, call)) ??
      refuseUnknown(`instance ${id}`, 404),
  );
}

/** Flags: `emptyTerminate` (answered with nobody in the list, nothing done), `lostDelete`, `lingerMs`, `terminateTwice`. */
export const terminateInstances: LambdaHandler = (call) => {
  const { flags, lifecycle, settings, context } = call;
  const now = context.clock.now();
  const instances = askedInBody(call);
  if (flags.has("emptyTerminate")) return { data: { terminated_instances: [] } };
  const isTwice = settings.terminateTwice === "unknown_error" || flags.has("terminateTwice");
  for (const instance of instances) {
    if (isEnding(instance) && isTwice) {
      throw new LambdaRefusal("global/unknown", "API call could not be completed.");
    }
    if (whyNotTerminable(instance, now) === "vm-has-not-launched") {
      refuse("global/conflict", `Instance ${instance.id} has not launched.`);
    }
  }
  for (const instance of instances) {
    if (isEnding(instance) || flags.has("lostDelete")) continue;
    const lingerMs = flags.number("lingerMs", 0);
    if (lingerMs > 0) instance.stale = { status: instance.status, until: now + lingerMs };
    lifecycle.terminate(instance, flags);
  }
  const rows = instances.map((instance) => ({
    ...toRow(instance, sightOf(call)),
    ...(instance.status === "terminated" ? {} : { status: "terminating" }),
  }));
  return { data: { terminated_instances: rows } };
};

export const restartInstances: LambdaHandler = (call) => {
  const instances = askedInBody(call);
  for (const instance of instances) {
    const reason = whyNotRestartable(instance);
    if (reason !== undefined) refuse("global/conflict", `Instance ${instance.id}: ${reason}.`);
  }
  for (const instance of instances) call.lifecycle.restart(instance);
  return { data: { restarted_instances: instances.map((row) => toRow(row, sightOf(call))) } };
};
