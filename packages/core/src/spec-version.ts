import { ComputeError } from "./errors.ts";
import type { Timing } from "./facts.ts";

/**
 * The version of the interface between core and adapters. It goes up with every change that would let a core, or an
 * adapter, that does not know of it believe something wrong of a machine. What may go unread changes nothing.
 */
const current = 1;
const previous = 0;

export function isCurrent({ specVersion }: { readonly specVersion: number }): boolean {
  return specVersion === current;
}

/**
 * Version 0 had no `appearsWithinMs`: `visibilityLagMs` said how old an answer may be, and also how long a new machine may
 * not be shown at all. So it stands for both.
 */
export function toCurrentVersion<Definition extends { readonly specVersion: number; readonly facts: Timing }>(
  definition: Definition,
): Definition {
  if (isCurrent(definition)) return definition;
  const facts = { ...definition.facts, appearsWithinMs: definition.facts.visibilityLagMs };
  return { ...definition, specVersion: current, facts };
}

/**
 * @param called What the adapter is called in the error.
 * @throws `invalid_config` for a version that this core cannot run, with what to do.
 */
export function checkVersion(version: unknown, called: string): void {
  if (version === current || version === previous) return;
  const known = `this @gpuport/core runs versions ${previous} and ${current}`;
  const newer = typeof version === "number" && Number.isInteger(version) && version > current;
  const message = newer
    ? `${called} is written for version ${version} of the adapter interface, and ${known}: upgrade @gpuport/core and @gpuport/config`
    : `${called} says specVersion ${JSON.stringify(version)}, which is no version of the adapter interface; ${known}`;
  throw new ComputeError({ code: "invalid_config", field: "adapter", message });
}
