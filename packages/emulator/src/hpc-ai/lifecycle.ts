import type { CloudContext, Flags } from "../kit/types.ts";
import type { HpcAiSettings } from "./settings.ts";
import type { HpcAiInstance } from "./state.ts";

/** How an instance comes up. */
export type HpcAiStart = "normal" | "stuck" | "pullBackOff" | "startingFailed" | "initializationFailed";

export interface HpcAiLifecycle {
  readonly begin: (instance: HpcAiInstance, start: HpcAiStart) => void;
  readonly stop: (instance: HpcAiInstance) => void;
  readonly start: (instance: HpcAiInstance) => void;
  readonly restart: (instance: HpcAiInstance) => void;
  readonly terminate: (instance: HpcAiInstance, flags: Flags) => void;
  /** Puts it into a state of its own accord; what was planned for it is dropped. */
  readonly enter: (instance: HpcAiInstance, status: string) => void;
}

export function createHpcAiLifecycle(
  { clock, random }: CloudContext,
  settings: HpcAiSettings,
): HpcAiLifecycle {
  /** The next thing that happens to an instance, so that something else can happen instead. */
  const plans = new Map<string, () => void>();

  function plan(instance: HpcAiInstance, ms: number, work: () => void): void {
    plans.get(instance.id)?.();
    plans.set(instance.id, clock.after(ms, work));
  }

  function drop(instance: HpcAiInstance): void {
    plans.get(instance.id)?.();
    plans.delete(instance.id);
  }

  function become(instance: HpcAiInstance, status: string): void {
    instance.status = status;
    instance.phase = status === "PullingImage" ? "DownloadImage" : undefined;
    instance.diagnosis = undefined;
    instance.nodePorts =
      status === "Running" ? instance.ports.map(() => random.integer(30_000, 32_767)) : undefined;
  }

  function comeUp(instance: HpcAiInstance): void {
    become(instance, "Starting");
    plan(instance, settings.startingMs, () => become(instance, "Running"));
  }

  /** Never resolves: only terminating helps. */
  function backOff(instance: HpcAiInstance): void {
    become(instance, "Starting");
    instance.phase = "DownloadImage";
    const message = `Back-off pulling image "${instance.image.name}"`;
    instance.diagnosis = { reason: "BackOff", message };
  }

  function release(instance: HpcAiInstance, flags: Flags): void {
    drop(instance);
    become(instance, "Released");
    instance.releasedAt = clock.now();
    instance.listedUntil = clock.now() + settings.releasedMs;
    if (!flags.has("resurrectAfterMs")) return;
    plan(instance, flags.number("resurrectAfterMs", 0), () => {
      instance.releasedAt = undefined;
      instance.listedUntil = undefined;
      instance.billingSince = clock.now();
      become(instance, "Running");
    });
  }

  return {
    begin(instance, start) {
      if (start === "stuck") return;
      plan(instance, settings.initializingMs, () => {
        if (start === "initializationFailed") {
          become(instance, "InitializationFailed");
          return;
        }
        become(instance, "PullingImage");
        plan(instance, settings.pullingMs, () => {
          if (start === "pullBackOff") backOff(instance);
          else if (start === "normal") comeUp(instance);
          else {
            become(instance, "Starting");
            plan(instance, settings.startingMs, () => become(instance, "StartingFailed"));
          }
        });
      });
    },
    stop(instance) {
      become(instance, "Stopping");
      plan(instance, settings.stoppingMs, () => become(instance, "Stopped"));
    },
    start: comeUp,
    restart(instance) {
      become(instance, "Restarting");
      plan(instance, settings.restartingMs, () => become(instance, "Running"));
    },
    terminate(instance, flags) {
      const delayMs = flags.number("delayedDeleteMs", 0);
      if (delayMs > 0) plan(instance, delayMs, () => release(instance, flags));
      else release(instance, flags);
    },
    enter(instance, status) {
      drop(instance);
      become(instance, status);
    },
  };
}
