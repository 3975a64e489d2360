import { type GlowsCall, type GlowsHandler, idLimits, isVisible, ownInstance } from "./call.ts";
import { glowsStatuses, hasEnded } from "./lifecycle.ts";
import { cut, strictPage } from "./paging.ts";
import { GlowsRefusal, refuse } from "./refusal.ts";
import type { GlowsInstance } from "./state.ts";
import { toVisibleInstance } from "./view.ts";

function asked(call: GlowsCall): GlowsInstance {
  const id = call.parameters.text("request_id", idLimits);
  const metaKey = call.parameters.text("meta_key", idLimits);
  if (id === undefined && metaKey === undefined)
    refuse("illegalParameter", "request_id or meta_key is required");
  return ownInstance(call, { id, metaKey });
}

export const getInstance: GlowsHandler = (call) => {
  const instance = asked(call);
  if (!isVisible(call, instance)) refuse("illegalParameter", "illegal instance");
  return { instance: toVisibleInstance(instance, call.store, { flags: call.flags, listed: false }) };
};

export const cancelInstance: GlowsHandler = (call) => {
  const { flags, lifecycle, settings, store } = call;
  const instance = asked(call);
  if (instance.source !== "SourceSDK") refuse("illegalParameter", "illegal instance");
  if (instance.status === "Canceling" || hasEnded(instance)) {
    throw new GlowsRefusal(settings.secondCancelCode, "illegal status");
  }
  if (flags.has("lostDelete")) return {};
  const lingerMs = flags.number("lingerMs", 0);
  if (lingerMs > 0) instance.stale = { status: instance.status, until: store.now() + lingerMs };
  const resurrectAfterMs = flags.has("resurrectAfterMs") ? flags.number("resurrectAfterMs", 0) : undefined;
  lifecycle.cancel(instance, { delayMs: flags.number("delayedDeleteMs", 0), resurrectAfterMs });
  return {};
};

function visible(call: GlowsCall): readonly GlowsInstance[] {
  return call.store.instances.filter(
    (instance) => instance.owner === call.account.user && isVisible(call, instance),
  );
}

export const listInstances: GlowsHandler = (call) => {
  const { parameters, store, flags } = call;
  const page = strictPage(parameters);
  const ascending = parameters.boolean("ascending");
  // Words it does not know are dropped, so a list of nothing but typing mistakes asks for everything.
  const known: ReadonlySet<unknown> = new Set(glowsStatuses);
  const statuses = new Set(parameters.list("statuses").filter((status) => known.has(status)));
  const rows = visible(call)
    .map((instance) => toVisibleInstance(instance, store, { flags, listed: true }))
    .filter(({ status }) => statuses.size === 0 || statuses.has(status));
  const { rows: instances, pagination } = cut(ascending ? rows : rows.reverse(), page);
  return { pagination, instances };
};

/** Sparse: a status nobody is in has no member. */
export const statInstances: GlowsHandler = (call) => {
  const stats: Record<string, number> = {};
  for (const instance of visible(call)) {
    const { status } = toVisibleInstance(instance, call.store, { flags: call.flags, listed: true });
    stats[status] = (stats[status] ?? 0) + 1;
  }
  return { stats };
};
