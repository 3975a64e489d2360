import type { CloudContext, Flags } from "../kit/types.ts";
import { type RunpodLedger, ratesOf, totalOf } from "./ledger.ts";
import type { RunpodSettings } from "./settings.ts";
import type { RunpodMapping, RunpodPod, RunpodStore } from "./state.ts";

export type RunpodStart = "normal" | "stuck" | "failed";

export interface RunpodLifecycle {
  readonly begin: (pod: RunpodPod, start: RunpodStart) => void;
  readonly stop: (pod: RunpodPod) => void;
  /** With so many of its GPUs: none, when it is only to rescue its data. */
  readonly start: (pod: RunpodPod, gpus: number) => void;
  readonly restart: (pod: RunpodPod) => void;
  readonly terminate: (pod: RunpodPod, flags: Flags) => void;
  /** Puts it into a state of its own accord; what was planned for it is dropped. */
  readonly enter: (pod: RunpodPod, status: string) => void;
  readonly balance: () => number;
  /** What the look at the balance does when nothing is left. */
  readonly runDry: () => void;
}

export function createRunpodLifecycle(
  { clock, random }: CloudContext,
  settings: RunpodSettings,
  { store, ledger }: { readonly store: RunpodStore; readonly ledger: RunpodLedger },
): RunpodLifecycle {
  /** The next thing that happens to a pod, so that something else can happen instead. */
  const plans = new Map<string, () => void>();
  let watched = false;

  function plan(pod: RunpodPod, ms: number, work: () => void): void {
    drop(pod);
    plans.set(pod.id, clock.after(ms, work));
  }

  function drop(pod: RunpodPod): void {
    plans.get(pod.id)?.();
    plans.delete(pod.id);
  }

  function say(pod: RunpodPod, source: "container" | "system", line: string): void {
    pod.log.push({ at: clock.now(), source, line });
  }

  function become(pod: RunpodPod, status: string): void {
    pod.status = status;
    if (status === "EXITED" || status === "TERMINATED") pod.held = 0;
    if (status !== "RUNNING") pod.mappings = [];
    ledger.set(pod.id, "pod", ratesOf(pod));
    say(pod, "system", `pod is ${status}`);
    watch();
  }

  function mappingsOf(pod: RunpodPod): readonly RunpodMapping[] {
    return pod.ports.map((port) => {
      const [number, type] = port.split("/");
      const http = type === "http";
      const given = random.integer(http ? 60_000 : 40_000, http ? 64_999 : 49_999);
      return {
        // A number above 70000 asks for the same port inside and outside, whichever it is.
        private: Number(number) > 70_000 ? given : Number(number),
        public: given,
        type: http ? "http" : "tcp",
        ip: http ? `100.65.0.${random.integer(2, 254)}` : (pod.host?.address ?? "192.0.2.9"),
      };
    });
  }

  function run(pod: RunpodPod, old: readonly RunpodMapping[]): void {
    pod.placed = true;
    pod.startedAt = clock.now();
    become(pod, "RUNNING");
    pod.mappings = mappingsOf(pod);
    pod.oldMappings =
      old.length === 0 ? undefined : { rows: old, until: clock.now() + settings.stalePortsMs };
    say(pod, "container", "container started");
  }

  function comeUp(pod: RunpodPod, old: readonly RunpodMapping[]): void {
    become(pod, "STARTING");
    plan(pod, settings.startingMs, () => run(pod, old));
  }

  function end(pod: RunpodPod, flags: Flags): void {
    drop(pod);
    const before = pod.status;
    const { held } = pod;
    become(pod, "TERMINATED");
    pod.terminatedAt = clock.now();
    if (!flags.has("resurrectAfterMs")) return;
    plan(pod, flags.number("resurrectAfterMs", 0), () => {
      pod.terminatedAt = undefined;
      pod.held = held;
      if (before === "RUNNING") run(pod, []);
      else become(pod, before);
    });
  }

  const balance = () => store.credit - ledger.spent();

  /** Pods on a network volume are kept, standing still; all others are gone with their data. */
  function runDry(): void {
    for (const pod of store.pods) {
      if (pod.terminatedAt !== undefined) continue;
      drop(pod);
      if (pod.mounts.network === undefined) end(pod, noFlags);
      else become(pod, "EXITED");
    }
  }

  function watch(): void {
    if (watched || !ledger.open().some(({ rates }) => totalOf(rates) > 0)) return;
    watched = true;
    clock.after(settings.balanceCheckMs, () => {
      watched = false;
      if (balance() <= 0) runDry();
      watch();
    });
  }

  return {
    begin(pod, start) {
      become(pod, pod.status);
      if (start === "stuck") return;
      plan(pod, settings.placingMs, () => {
        pod.placed = true;
        say(pod, "system", "pulling image");
        plan(pod, settings.pullingMs, () => {
          if (start === "failed") become(pod, "ERROR");
          else run(pod, []);
        });
      });
    },
    stop(pod) {
      drop(pod);
      pod.oldMappings = pod.mappings.length === 0 ? undefined : { rows: pod.mappings, until: clock.now() };
      become(pod, "EXITED");
    },
    start(pod, gpus) {
      pod.held = gpus;
      comeUp(pod, pod.oldMappings?.rows ?? []);
    },
    restart(pod) {
      comeUp(pod, pod.mappings);
    },
    terminate(pod, flags) {
      const delayMs = flags.number("delayedDeleteMs", 0);
      if (delayMs > 0) plan(pod, delayMs, () => end(pod, flags));
      else end(pod, flags);
    },
    enter(pod, status) {
      drop(pod);
      if (status === "TERMINATED") end(pod, noFlags);
      else if (status === "RUNNING") run(pod, []);
      else become(pod, status);
    },
    balance,
    runDry,
  };
}

const noFlags: Flags = {
  get: () => undefined,
  has: () => false,
  number: (_name, fallback) => fallback,
};
