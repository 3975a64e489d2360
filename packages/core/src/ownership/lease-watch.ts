import { signed } from "../call.ts";
import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/journal.ts";
import type { ComputeProvider } from "../provider.ts";
import { alarm } from "../tracing.ts";
import { enforceLease } from "./lease.ts";

/** Ends machines whose lease runs out, for as long as this process lives. What outlives it is `reap`'s. */
export interface LeaseWatch {
  readonly watch: (instanceId: string) => void;
}

/** How long after a lease could not be enforced it is tried again. */
const tryAgainMs = 60_000;

export function createLeaseWatch(provider: ComputeProvider, journal: Journal, clock: Clock): LeaseWatch {
  async function look(instanceId: string): Promise<void> {
    const record = await journal.byInstance(provider.name, instanceId);
    if (record?.state !== "created" || record.lease === undefined) return;
    const left = record.lease.expiresAt - clock.now();
    if (left > 0) return later(instanceId, left);
    await enforceLease(provider, instanceId);
  }

  function later(instanceId: string, ms: number): void {
    clock.alarm(ms, () => {
      look(instanceId).catch((thrown: unknown) => {
        const trace = { provider: provider.name, adapter: provider.adapter, operation: "lease" };
        alarm({ provider: provider.name, instanceId, error: signed(thrown, { ...trace, instanceId }) });
        later(instanceId, tryAgainMs);
      });
    });
  }

  return { watch: (instanceId) => later(instanceId, 0) };
}
