import type { EventArgument } from "../kit/types.ts";
import type { HpcAiLifecycle } from "./lifecycle.ts";
import type { HpcAiSessions } from "./sessions.ts";
import type { HpcAiInstance, HpcAiStore } from "./state.ts";

interface Parts {
  readonly store: HpcAiStore;
  readonly lifecycle: HpcAiLifecycle;
  readonly sessions: HpcAiSessions;
}

/**
 * What happens without a call:
 * - `{ id }` for `archive`, `stop` (by the site) and `release` (by the site, as when a subscription ends);
 * - `status` `{ id, status }`: any word at all;
 * - `stock` `{ typeId, stockStatus }`; `balance` `{ username, balance }`; `expireTokens`.
 */
export function createHpcAiEvents({ store, lifecycle, sessions }: Parts) {
  function wanted({ id }: EventArgument): HpcAiInstance {
    const instance = store.instances.find((row) => row.id === id);
    if (instance === undefined) throw new Error(`hpc-ai: no instance ${String(id)}`);
    return instance;
  }

  const noFlags = {
    get: () => undefined,
    has: () => false,
    number: (_name: string, fallback: number) => fallback,
  };

  return {
    archive: (argument: EventArgument) => lifecycle.enter(wanted(argument), "Archived"),
    stop: (argument: EventArgument) => lifecycle.stop(wanted(argument)),
    release: (argument: EventArgument) => lifecycle.terminate(wanted(argument), noFlags),
    status(argument: EventArgument) {
      const { status } = argument;
      if (status === "Released") lifecycle.terminate(wanted(argument), noFlags);
      else lifecycle.enter(wanted(argument), String(status));
    },
    stock: ({ typeId, stockStatus }: EventArgument) =>
      void store.stock.set(String(typeId), String(stockStatus)),
    balance: ({ username, balance }: EventArgument) =>
      void store.balances.set(String(username), Number(balance)),
    expireTokens: () => sessions.expireAll(),
  };
}
