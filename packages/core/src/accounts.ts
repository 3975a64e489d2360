import type { Clock } from "./clock.ts";

/** Finds what an account has in common, or makes it. */
export type Shared<Thing extends object> = (clock: Clock, account: string, make: () => Thing) => Thing;

/**
 * What all providers of this process that are open on one account have in common, kept for as long as one of them is.
 * An account is a name that nobody else has, made of where the cloud is and who calls. By clock, because only those who
 * live by one time can wait for each other in it.
 */
export function sharedByAccount<Thing extends object>(): Shared<Thing> {
  const all = new WeakMap<Clock, Map<string, WeakRef<Thing>>>();
  return (clock, account, make) => {
    const known = all.get(clock) ?? new Map<string, WeakRef<Thing>>();
    all.set(clock, known);
    const thing = known.get(account)?.deref() ?? make();
    for (const [name, kept] of known) if (kept.deref() === undefined) known.delete(name);
    known.set(account, new WeakRef(thing));
    return thing;
  };
}
