import type { Emulator, Fault } from "@gpuport/emulator";
import type { Cell, Story } from "./cell.ts";
import type { Fate } from "./process.ts";

/** The faults of one cell, armed. */
export interface Script {
  /** The port that closes and opens again, the crash, and the caller who leaves. */
  readonly fate: Fate;
  /** Whether a fault has met a call. To be asked before the faults are cleared. */
  readonly hasStruck: () => boolean;
}

export function arm(emulator: Emulator, { cloud }: Cell, story: Story, leave: () => void): Script {
  const { closedAt, faults } = story.plan;
  let waitsWhileClosed: number | undefined;
  for (const fault of faults) emulator.faults.add({ ...fault, cloud } as Fault); // a CloudFault and its cloud

  const fate: Fate = {
    crashAt: story.crashAt,
    async beforeRequest(count) {
      if (count !== closedAt?.request) return;
      emulator.faults.add({ cloud, fault: "refuse" });
      waitsWhileClosed = 0;
    },
    async beforeWait(count) {
      if (count === story.leaves) leave();
      if (waitsWhileClosed === undefined) return;
      waitsWhileClosed += 1;
      if (waitsWhileClosed === closedAt?.waits) await emulator.faults.clear();
    },
    onCreate() {
      if (story.leaves === "sent") leave();
    },
  };
  const left = (): number => emulator.faults.list().reduce((sum, { times = 0 }) => sum + times, 0);
  const armed = left();
  const always = faults.some(({ times }) => times === undefined);
  return { fate, hasStruck: () => waitsWhileClosed !== undefined || always || left() < armed };
}
