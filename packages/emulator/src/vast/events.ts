import type { EventArgument } from "../kit/types.ts";
import { destroy, exit, letGo, outbid } from "./lifecycle.ts";
import type { Machine } from "./market.ts";
import { minimumBid } from "./offers.ts";
import type { Contract, World } from "./world.ts";

/** What happens to instances without a call. All but `setCredit` take `{ id }`, an instance. */
export function createEvents(world: World): Readonly<Record<string, (argument: EventArgument) => void>> {
  const contract = (argument: EventArgument): Contract => {
    const found = world.contracts.get(Number(argument["id"]));
    if (found === undefined) throw new RangeError(`no instance ${String(argument["id"])}`);
    return found;
  };
  const machine = (argument: EventArgument): Machine => {
    if (argument["id"] !== undefined) return contract(argument).machine;
    const found = world.market.machine(Number(argument["machineId"]));
    if (found === undefined) throw new RangeError(`no machine ${String(argument["machineId"])}`);
    return found;
  };

  return {
    /** A rival bids `price` (default: half as much again as the lowest). `shows`: "stopped" (default) or "running". */
    outbid(argument) {
      const loser = contract(argument);
      const { price } = argument as { readonly price?: unknown };
      const rival = typeof price === "number" ? price : minimumBid(loser.machine, loser.gpus) * 1.5;
      outbid(loser, rival, argument["shows"] === "running" ? "running" : "stopped");
    },
    /** A stranger rents the machine (`{ id }` of a stopped instance on it, or `{ machineId }`). */
    rentOut(argument) {
      if (!world.market.hold(machine(argument), "stranger")) throw new RangeError("the machine is in use");
    },
    /** The stranger leaves, and whoever is queued gets the machine. */
    vacate(argument) {
      world.market.release(machine(argument), "stranger");
    },
    hostOffline(argument) {
      machine(argument).presence = "offline";
    },
    hostUnknown(argument) {
      machine(argument).presence = "unknown";
    },
    hostBack(argument) {
      machine(argument).presence = "here";
    },
    /** The container's process ends. */
    exit(argument) {
      const ended = contract(argument);
      ended.cancelStep();
      exit(ended);
    },
    freeze(argument) {
      const frozen = contract(argument);
      frozen.cancelStep();
      frozen.actual = "frozen";
      frozen.intended = "frozen";
      frozen.current = "frozen";
      frozen.next = "frozen";
    },
    /** The host's offer ends: the instance is stopped and cannot start again. */
    leaseEnd(argument) {
      const ended = contract(argument);
      ended.machine.endsAt = world.context.clock.now();
      halt(world, ended);
    },
    /** The platform deletes the instance. */
    remove(argument) {
      destroy(world, contract(argument), { lingerMs: 0, readableMs: 0, resurrectAfterMs: undefined });
    },
    /** `{ credit }` dollars are left; at 0 or less every instance is stopped. */
    setCredit(argument) {
      world.account.credit = Number(argument["credit"] ?? 0);
      if (world.account.credit + world.account.balance > 0) return;
      for (const each of world.contracts.values()) if (each.destroyedAt === undefined) halt(world, each);
    },
  };
}

function halt(world: World, contract: Contract): void {
  contract.cancelStep();
  contract.intended = "stopped";
  if (contract.actual === "running") contract.actual = "exited";
  letGo(world, contract);
}
