import type { Clock } from "../clock.ts";
import { createGate, type Gate } from "./gate.ts";

/** By clock, because only calls that share a time can be kept apart in it. */
const gates = new WeakMap<Clock, Map<string, WeakRef<Gate>>>();

/**
 * The gate of an account: one for all providers of this process that are open on it, kept for as long as one of them
 * is. An account is a name that nobody else has, made of where the cloud is and who calls.
 */
export function gateOf(clock: Clock, account: string): Gate {
  const known = gates.get(clock) ?? new Map<string, WeakRef<Gate>>();
  gates.set(clock, known);
  const gate = known.get(account)?.deref() ?? createGate(clock);
  for (const [name, kept] of known) if (kept.deref() === undefined) known.delete(name);
  known.set(account, new WeakRef(gate));
  return gate;
}
