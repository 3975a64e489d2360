import type { Machine } from "./machine.ts";
import { Refusal } from "./refusal.ts";
import type { Time } from "./time.ts";

/** How long things take, in milliseconds. */
export const durations = {
  visible: 3_000,
  queued: 4_000,
  pulling: 8_000,
  halting: 4_000,
  resuming: 6_000,
  rebooting: 5_000,
  ending: 6_000,
  /** How long an ended machine is still shown. */
  remembered: 60_000,
} as const;

/** What happens to machines as time passes, and what people do to them. */
export function createLives(time: Time) {
  function become(machine: Machine, state: string, from: readonly string[]): void {
    if (from.includes(machine.state)) machine.state = state;
    if (machine.state === "up") machine.startedAt ??= time.now();
  }

  function refuseUnless(machine: Machine, ...states: readonly string[]): void {
    if (states.includes(machine.state)) return;
    throw new Refusal(409, "wrong_state", `machine ${machine.id} is ${machine.state}`);
  }

  return {
    begin(machine: Machine): void {
      time.after(durations.queued, () => become(machine, "pulling", ["queued"]));
      time.after(durations.queued + durations.pulling, () => become(machine, "up", ["pulling"]));
    },
    end(machine: Machine): void {
      if (machine.state === "ending" || machine.state === "ended") return;
      machine.state = "ending";
      time.after(durations.ending, () => {
        machine.state = "ended";
        machine.endedAt = time.now();
        machine.offer.free += 1;
      });
    },
    halt(machine: Machine): void {
      if (machine.state === "halted" || machine.state === "halting") return;
      refuseUnless(machine, "up");
      machine.state = "halting";
      time.after(durations.halting, () => become(machine, "halted", ["halting"]));
    },
    resume(machine: Machine): void {
      if (machine.state === "up") return;
      refuseUnless(machine, "halted");
      machine.state = "pulling";
      time.after(durations.resuming, () => become(machine, "up", ["pulling"]));
    },
    reboot(machine: Machine): void {
      refuseUnless(machine, "up");
      machine.state = "rebooting";
      time.after(durations.rebooting, () => become(machine, "up", ["rebooting"]));
    },
    refuseUnless,
  };
}
export type Lives = ReturnType<typeof createLives>;
