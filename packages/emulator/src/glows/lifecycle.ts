import type { Clock, Random } from "../kit/types.ts";
import type { GlowsSettings } from "./settings.ts";
import type { GlowsInstance, GlowsSnapshot, GlowsStore } from "./state.ts";

export const glowsStatuses = [
  "InvalidNodeStatus",
  "Pending",
  "Running",
  "Exited",
  "Finished",
  "Rebooted",
  "Canceling",
  "Unavail",
  "Pausing",
  "Paused",
  "Resuming",
  "Snapshotted",
  "ExitSnapshotted",
  "Migrating",
  "Checkpointed",
  "SchedInit",
  "SchedQueued",
  "PriceChanged",
] as const;

const ended: ReadonlySet<string> = new Set(["Exited", "Finished", "ExitSnapshotted"]);

/** The number is known from the only sample; the one for "not yet" is a guess. */
export const snapshotStatus = { taking: 1, complete: 3 } as const;

export const hasEnded = (instance: GlowsInstance) => ended.has(instance.status);

export interface GlowsLifecycle {
  /** Puts an instance into a state of its own accord; plans made for it are dropped. */
  readonly enter: (instance: GlowsInstance, status: string) => void;
  readonly schedule: (instance: GlowsInstance) => void;
  /** The machine is assigned and then lost. */
  readonly scheduleFailure: (instance: GlowsInstance) => void;
  readonly cancel: (
    instance: GlowsInstance,
    options: { delayMs: number; resurrectAfterMs?: number | undefined },
  ) => void;
  /** Pausing, Paused, Resuming, Running; the snapshots are complete when the pause ends. */
  readonly takeSnapshots: (instance: GlowsInstance, snapshots: readonly GlowsSnapshot[]) => void;
}

export function createGlowsLifecycle(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  store: GlowsStore,
  settings: GlowsSettings,
): GlowsLifecycle {
  /** The next thing that happens to an instance, so that something else can happen instead. */
  const plans = new Map<string, () => void>();

  function plan(instance: GlowsInstance, ms: number, work: () => void): void {
    plans.get(instance.id)?.();
    plans.set(instance.id, clock.after(ms, work));
  }

  function drop(instance: GlowsInstance): void {
    plans.get(instance.id)?.();
    plans.delete(instance.id);
  }

  function become(instance: GlowsInstance, status: string): void {
    instance.status = status;
    if (status === "Running") {
      instance.assigned = true;
      instance.endedAt = undefined;
      instance.billingSince ??= clock.now();
      instance.access = {
        host: `tw-${String(random.integer(1, 12)).padStart(2, "0")}.access.glows.ai`,
        publicPorts: instance.ports.map(() => random.integer(20_000, 32_000)),
      };
      join(instance);
      return;
    }
    instance.billingSince = undefined;
    instance.access = undefined;
    if (ended.has(status)) {
      instance.endedAt = clock.now();
      leave(instance);
    }
  }

  /** The network named at creation is joined when the machine is up. */
  function join(instance: GlowsInstance): void {
    const { networkId } = instance;
    if (networkId === undefined || store.endpoints.some((endpoint) => endpoint.instanceId === instance.id))
      return;
    store.endpoints.push({
      id: store.newId("ept"),
      networkId,
      instanceId: instance.id,
      cidr: `10.64.0.${random.integer(2, 250)}/24`,
      mac: store.newMac(),
      createdAt: clock.now(),
    });
  }

  function leave(instance: GlowsInstance): void {
    const kept = store.endpoints.filter((endpoint) => endpoint.instanceId !== instance.id);
    store.endpoints.splice(0, store.endpoints.length, ...kept);
  }

  function endCancel(instance: GlowsInstance, resurrectAfterMs: number | undefined): void {
    become(instance, "Exited");
    drop(instance);
    if (resurrectAfterMs !== undefined) plan(instance, resurrectAfterMs, () => become(instance, "Running"));
  }

  return {
    enter(instance, status) {
      drop(instance);
      become(instance, status);
    },
    schedule(instance) {
      plan(instance, settings.queuedMs, () => {
        become(instance, "Pending");
        plan(instance, settings.pendingMs, () => become(instance, "Running"));
      });
    },
    scheduleFailure(instance) {
      plan(instance, settings.queuedMs, () => {
        become(instance, "Pending");
        plan(instance, settings.pendingMs, () => become(instance, "Unavail"));
      });
    },
    cancel(instance, { delayMs, resurrectAfterMs }) {
      const start = () => {
        become(instance, "Canceling");
        plan(instance, settings.cancelingMs, () => endCancel(instance, resurrectAfterMs));
      };
      if (delayMs > 0) plan(instance, delayMs, start);
      else start();
    },
    takeSnapshots(instance, snapshots) {
      become(instance, "Pausing");
      plan(instance, settings.pausingMs, () => {
        become(instance, "Paused");
        plan(instance, settings.pausedMs, () => {
          for (const snapshot of snapshots) {
            snapshot.status = snapshotStatus.complete;
            snapshot.modifiedAt = clock.now();
          }
          become(instance, "Resuming");
          plan(instance, settings.resumingMs, () => become(instance, "Running"));
        });
      });
    },
  };
}
