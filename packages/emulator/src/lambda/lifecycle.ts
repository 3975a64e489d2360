import type { CloudContext, Flags } from "../kit/types.ts";
import type { LambdaSettings } from "./settings.ts";
import { type LambdaInstance, type LambdaStore, placeOf } from "./state.ts";

/** How an instance comes up. */
export type LambdaStart = "normal" | "stuck" | "unhealthy" | "unhealthyForAMoment";

export interface LambdaLifecycle {
  readonly begin: (instance: LambdaInstance, start: LambdaStart) => void;
  readonly restart: (instance: LambdaInstance) => void;
  readonly terminate: (instance: LambdaInstance, flags: Flags) => void;
  /** Lambda takes the machine back, and the row goes by itself. */
  readonly preempt: (instance: LambdaInstance) => void;
  /** Puts it into a state of its own accord; what was planned for it is dropped. */
  readonly enter: (instance: LambdaInstance, status: string) => void;
}

export function createLambdaLifecycle(
  { clock, random }: CloudContext,
  store: LambdaStore,
  settings: LambdaSettings,
): LambdaLifecycle {
  /** The next thing that happens to an instance, so that something else can happen instead. */
  const plans = new Map<string, () => void>();

  function drop({ id }: LambdaInstance): void {
    plans.get(id)?.();
    plans.delete(id);
  }

  function plan(instance: LambdaInstance, ms: number, work: () => void): void {
    drop(instance);
    plans.set(instance.id, clock.after(ms, work));
  }

  /** Billing begins when the health checks pass for the first time, and goes on whatever they say later. */
  function becomeActive(instance: LambdaInstance): void {
    instance.status = "active";
    instance.firstHealthyAt ??= clock.now();
    instance.billingSince ??= clock.now();
  }

  /** The site says that an unhealthy machine bills until it is terminated. */
  function becomeUnhealthy(instance: LambdaInstance): void {
    instance.status = "unhealthy";
    instance.billingSince ??= clock.now();
  }

  function freePlace(instance: LambdaInstance, free: 1 | -1): void {
    const place = placeOf(instance);
    store.capacity.set(place, (store.capacity.get(place) ?? 0) + free);
  }

  function end(instance: LambdaInstance, goneAfterMs: number): void {
    instance.status = "terminated";
    instance.billingSince = undefined;
    instance.endedAt = clock.now();
    instance.goneAt = clock.now() + goneAfterMs;
    freePlace(instance, 1);
  }

  function resurrect(instance: LambdaInstance): void {
    instance.endedAt = undefined;
    instance.goneAt = undefined;
    freePlace(instance, -1);
    becomeActive(instance);
  }

  return {
    begin(instance, start) {
      freePlace(instance, -1);
      if (start === "stuck") return;
      plan(instance, settings.addressMs, () => {
        instance.ip = `192.0.2.${random.integer(1, 254)}`;
        if (start === "unhealthyForAMoment") instance.status = "unhealthy";
        plan(instance, settings.healthMs, () => {
          if (start === "unhealthy") becomeUnhealthy(instance);
          else becomeActive(instance);
        });
      });
    },
    restart(instance) {
      instance.status = "booting";
      plan(instance, settings.restartMs, () => becomeActive(instance));
    },
    terminate(instance, flags) {
      const delayMs = flags.number("delayedDeleteMs", 0);
      instance.status = "terminating";
      if (!settings.billsTerminating && delayMs === 0) instance.billingSince = undefined;
      plan(instance, delayMs + settings.terminatingMs, () => {
        end(instance, settings.terminatedMs);
        if (!flags.has("resurrectAfterMs")) return;
        plan(instance, flags.number("resurrectAfterMs", 0), () => resurrect(instance));
      });
    },
    preempt(instance) {
      instance.status = "preempted";
      if (!settings.billsPreempted) instance.billingSince = undefined;
      plan(instance, settings.preemptedMs, () => end(instance, 0));
    },
    enter(instance, status) {
      drop(instance);
      if (status === "active") becomeActive(instance);
      else if (status === "unhealthy") becomeUnhealthy(instance);
      else instance.status = status;
    },
  };
}
