import { signed } from "../call.ts";
import type { CallOptions } from "../call-options.ts";
import type { ComputeError } from "../errors.ts";
import type { ComputeProvider, Termination } from "../provider.ts";
import { inBatches } from "./concurrency.ts";

/** One machine's end, or why it is not proven. */
export type TerminationResult =
  | { readonly id: string; readonly termination: Termination; readonly error?: undefined }
  | { readonly id: string; readonly termination?: undefined; readonly error: ComputeError };

export interface TerminateAllOptions extends CallOptions {
  /** How many at once; 8 when left out. */
  readonly concurrency?: number | undefined;
}

/** Ends several machines. One that cannot be ended keeps none of the others from it; every id has its own result. */
export function terminateAll(
  provider: ComputeProvider,
  ids: Iterable<string>,
  { concurrency = 8, ...options }: TerminateAllOptions = {},
): Promise<readonly TerminationResult[]> {
  return inBatches([...new Set(ids)], concurrency, async (id): Promise<TerminationResult> => {
    try {
      return { id, termination: await provider.terminate(id, options) };
    } catch (thrown) {
      const trace = {
        provider: provider.name,
        adapter: provider.adapter,
        operation: "terminate",
        instanceId: id,
      };
      return { id, error: signed(thrown, trace) };
    }
  });
}
