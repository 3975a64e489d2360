import type { CloudContext, Flags } from "../kit/types.ts";
import { resolveName } from "./names.ts";
import type { PodyParameters } from "./parameters.ts";
import { noSuchContainer } from "./refusal.ts";
import type { PodySettings, PodyUser } from "./settings.ts";
import { holdsPorts, type PodyPod, type PodyStore, statusOf } from "./state.ts";
import { isAtLeast } from "./versions.ts";

/** Everything an operation works with. */
export interface PodyCall {
  readonly user: PodyUser;
  readonly parameters: PodyParameters;
  readonly flags: Flags;
  readonly store: PodyStore;
  readonly settings: PodySettings;
  readonly context: CloudContext;
}

export interface PodyResult {
  readonly json: unknown;
  /** How long the server works on it. */
  readonly takesMs?: number;
  /** Set when the call fails although it has changed something. */
  readonly status?: number;
}

export type PodyHandler = (call: PodyCall) => PodyResult;

export const has = ({ settings }: Pick<PodyCall, "settings">, least: string) =>
  isAtLeast(settings.version, least);

export const existing = (store: PodyStore) => store.pods.filter(({ removedAt }) => removedAt === undefined);

/** Pods as reads show them: not the ones too new to be seen, and those that linger. */
export function shown({ store, context }: Pick<PodyCall, "store" | "context">): readonly PodyPod[] {
  const now = context.clock.now();
  return store.pods.filter(
    ({ removedAt, visibleFrom, lingersUntil }) =>
      now >= visibleFrom && (removedAt === undefined || (lingersUntil !== undefined && now < lingersUntil)),
  );
}

/** The pod that the parameter `ins` names, or 404 in the engine's words. */
export function asked(call: PodyCall): PodyPod {
  const fullName = resolveName(call.parameters.text("ins"), call.user, call.settings);
  return existing(call.store).find((pod) => pod.fullName === fullName) ?? noSuchContainer(fullName);
}

/**
 * The pods that the server takes for the user's. It looks for a piece of the name, so that without a prefix the pods of
 * `jimalice` are among those of `alice`.
 */
export function belonging(pods: readonly PodyPod[], { user, settings }: PodyCall): readonly PodyPod[] {
  const piece = settings.prefix === "" ? `${user.name}-` : `${settings.prefix}-${user.name}-`;
  return pods.filter(({ fullName }) => fullName.includes(piece));
}

/** Host ports that cannot be given away: a pod holds its own only while it is up. */
export function portsInUse(store: PodyStore): ReadonlySet<number> {
  const up = existing(store).filter(({ status }) => holdsPorts(status));
  return new Set(up.flatMap(({ ports }) => ports.map(({ host }) => host)));
}

export function toPodInfo(pod: PodyPod, call: PodyCall) {
  const status = statusOf(pod, call.context.clock.now());
  const word = call.flags.get("unknownStatus");
  const { image } = pod;
  return {
    ...(has(call, "0.1.7") ? { container_id: pod.containerId.slice(0, 12) } : {}),
    name: pod.fullName,
    status: call.flags.has("unknownStatus") ? (typeof word === "string" ? word : "hibernating") : status,
    image: image.tagged ? image.name : image.id.slice(0, "sha256:".length + 12),
    ...(has(call, "0.3.2") ? { networks: ["bridge"] } : {}),
    port_mapping: holdsPorts(status) ? pod.ports.map(({ host, pod: inside }) => `${host}:${inside}`) : [],
    gpu_ids: pod.gpuIds,
    ...(has(call, "0.1.6") ? { memory_limit: pod.memoryLimit } : {}),
    ...(has(call, "0.3.0") ? { shm_size: pod.shmSize } : {}),
  };
}
