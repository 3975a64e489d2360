import type { CallOptions } from "../call-options.ts";
import { ComputeError } from "../errors.ts";
import type { Lease } from "../journal/journal.ts";
import type { ComputeProvider } from "../provider.ts";
import { internalsOf } from "./internals.ts";

/**
 * Renews the lease of a machine: it lives for `ttlMs` from now, or for as long as it was launched for.
 *
 * @throws `not_found` when no launch of this journal made the machine, `conflict` when it has no lease, or has ended or
 * is being ended.
 */
export async function renewLease(
  provider: ComputeProvider,
  id: string,
  { ttlMs, signal }: { readonly ttlMs?: number | undefined } & Pick<CallOptions, "signal"> = {},
): Promise<Lease> {
  const { journal, clock } = internalsOf(provider);
  const launched = await journal.byInstance(provider.name, id);
  const about = { provider: provider.name, operation: "renewLease", instanceId: id };
  if (launched === undefined) {
    throw new ComputeError({
      code: "not_found",
      message: `${provider.name}: no launch of this journal made ${id}`,
      ...about,
    });
  }
  const hold = await journal.hold(provider.name, launched.key, signal ?? new AbortController().signal);
  try {
    const record = hold.record;
    if (record?.state !== "created" || record.lease === undefined) {
      const why = record?.lease === undefined ? "has no lease" : `is ${record.state}`;
      throw new ComputeError({
        code: "conflict",
        message: `${provider.name}: machine ${id} ${why}`,
        ...about,
      });
    }
    const lease = {
      ...record.lease,
      ttlMs: ttlMs ?? record.lease.ttlMs,
      expiresAt: clock.now() + (ttlMs ?? record.lease.ttlMs),
    };
    await hold.write({ ...record, lease });
    return lease;
  } finally {
    await hold.release();
  }
}

/** Ends or stops a machine whose lease has run out, unless it was renewed meanwhile. Says whether it did. */
export async function enforceLease(
  provider: ComputeProvider,
  id: string,
  { toleranceMs = 0, ...options }: CallOptions & { readonly toleranceMs?: number } = {},
): Promise<"terminated" | "stopped" | undefined> {
  const { journal, clock } = internalsOf(provider);
  const record = await journal.byInstance(provider.name, id);
  if (record?.state !== "created" || record.lease === undefined) return undefined;
  if (clock.now() < record.lease.expiresAt + toleranceMs) return undefined;
  if (record.lease.onExpiry === "stop" && provider.power !== undefined) {
    const { status } = await provider.describe(id, options);
    if (status === "stopped" || status === "stopping") return undefined;
    await provider.power.stop(id, options);
    return "stopped";
  }
  await provider.terminate(id, options);
  return "terminated";
}
