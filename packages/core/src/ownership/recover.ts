import { signed } from "../call.ts";
import type { CallOptions } from "../call-options.ts";
import { type ComputeError, isComputeError } from "../errors.ts";
import type { LaunchRecord } from "../journal/journal.ts";
import type { ComputeProvider } from "../provider.ts";
import { alarm } from "../tracing.ts";
import { inBatches } from "./concurrency.ts";
import { internalsOf } from "./internals.ts";

/** What became of one launch that an earlier call, or an earlier process, left open. */
export interface Recovery {
  readonly provider: string;
  readonly key: string;
  /**
   * - `adopted`: the machine exists and is in the journal as ours;
   * - `terminated`: it existed, and was ended with evidence;
   * - `never_created`: proven;
   * - `open`: still not known, or not yet proven gone; look again later.
   */
  readonly outcome: "adopted" | "terminated" | "never_created" | "open";
  readonly instanceId?: string | undefined;
  /** Why it is still open. */
  readonly error?: ComputeError | undefined;
}

/** How many launches are looked after at once, per provider. */
const concurrency = 4;

/**
 * Takes every launch that these providers' journals hold open, and every termination without evidence, to a definite
 * end. Call it when a process starts, and now and then while one runs. What stays open is also told to subscribers of
 * `gpuport:alarm`.
 *
 * Never rejects for what a cloud does: each launch has its own outcome.
 */
export async function recover(
  providers: Iterable<ComputeProvider>,
  options?: CallOptions,
): Promise<readonly Recovery[]> {
  const all = await Promise.all(Array.from(providers, (provider) => recoverOne(provider, options)));
  return all.flat();
}

async function recoverOne(provider: ComputeProvider, options?: CallOptions): Promise<Recovery[]> {
  const { journal } = internalsOf(provider);
  const records: LaunchRecord[] = [];
  for await (const record of journal.list({ provider: provider.name, states: ["open", "ending"] }))
    records.push(record);
  return inBatches(records, concurrency, (record) => recoverLaunch(provider, record, options));
}

/** Takes one launch to its end. */
export async function recoverLaunch(
  provider: ComputeProvider,
  { key, instanceId, state }: LaunchRecord,
  options?: CallOptions,
): Promise<Recovery> {
  const about = { provider: provider.name, key, instanceId };
  try {
    if (state === "ending" && instanceId !== undefined) {
      await provider.terminate(instanceId, options);
      return { ...about, outcome: "terminated" };
    }
    return { ...about, ...(await settleOpen(provider, key, options)) };
  } catch (thrown) {
    const error = signed(thrown, {
      provider: provider.name,
      adapter: provider.adapter,
      operation: "recover",
    });
    alarm({ provider: provider.name, launchKey: key, instanceId: error.instanceId ?? instanceId, error });
    return { ...about, instanceId: error.instanceId ?? instanceId, outcome: "open", error };
  }
}

async function settleOpen(
  provider: ComputeProvider,
  key: string,
  options: CallOptions | undefined,
): Promise<Pick<Recovery, "outcome"> & { instanceId?: string | undefined }> {
  const { journal, resume } = internalsOf(provider);
  const hold = await journal.hold(provider.name, key, options?.signal ?? new AbortController().signal);
  try {
    const { record } = hold;
    if (record?.state === "created") return { outcome: "adopted", instanceId: record.instanceId }; // by somebody else
    if (record?.state !== "open") return { outcome: "never_created" };
    const { id } = await resume(hold, record, options);
    return { outcome: "adopted", instanceId: id };
  } catch (error) {
    // Effect none of a launch is a promise: no machine exists, and one that did was ended with evidence.
    if (!isComputeError(error) || error.effect !== "none") throw error;
    return {
      outcome: error.instanceId === undefined ? "never_created" : "terminated",
      instanceId: error.instanceId,
    };
  } finally {
    await hold.release();
  }
}
