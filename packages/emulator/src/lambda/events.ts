import type { EventArgument } from "../kit/types.ts";
import type { LambdaLifecycle } from "./lifecycle.ts";
import type { LambdaInstance, LambdaStore } from "./state.ts";

/**
 * What happens without a call:
 * - `{ id }` for `unhealthy`, `recover` (active again) and `preempt`; `status` `{ id, status }`: any word at all;
 * - `capacity` `{ type, region, free }`; `quota` `{ account, quota }`; `key` `{ account, name, publicKey }` (added in the console).
 */
export function createLambdaEvents(store: LambdaStore, lifecycle: LambdaLifecycle) {
  function wanted({ id }: EventArgument): LambdaInstance {
    const instance = store.instances.find((row) => row.id === id);
    if (instance === undefined) throw new RangeError(`lambda: no instance ${String(id)}`);
    return instance;
  }

  return {
    unhealthy: (argument: EventArgument) => lifecycle.enter(wanted(argument), "unhealthy"),
    recover: (argument: EventArgument) => lifecycle.enter(wanted(argument), "active"),
    preempt: (argument: EventArgument) => lifecycle.preempt(wanted(argument)),
    status: (argument: EventArgument) => lifecycle.enter(wanted(argument), String(argument["status"])),
    capacity: ({ type, region, free }: EventArgument) =>
      void store.capacity.set(`${String(type)}|${String(region)}`, Number(free)),
    quota: ({ account, quota }: EventArgument) => void store.quotas.set(String(account), Number(quota)),
    key: ({ account, name, publicKey }: EventArgument) =>
      void store.sshKeys.push({
        id: `console-${store.sshKeys.length}`,
        owner: String(account),
        name: String(name),
        publicKey: String(publicKey),
      }),
  };
}
