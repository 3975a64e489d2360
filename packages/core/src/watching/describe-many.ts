import type { CallOptions } from "../call-options.ts";
import { internalsOf } from "../ownership/internals.ts";
import type { ComputeProvider } from "../provider.ts";
import type { Description } from "./observer.ts";

/**
 * Reads several machines with the fewest requests that the cloud allows: by its list, in batches or one by one. Every id
 * has its own result, in the order of the ids; a machine that a list does not show is asked for by itself before it
 * counts as `not_found`.
 *
 * @throws what the list or a batch fails with; then nothing is known of any of them.
 */
export function describeMany(
  provider: ComputeProvider,
  ids: Iterable<string>,
  options?: CallOptions,
): Promise<readonly Description[]> {
  return internalsOf(provider).describeMany([...new Set(ids)], options);
}
