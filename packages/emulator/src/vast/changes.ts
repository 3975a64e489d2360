import type { Answer, CloudRequest } from "../kit/types.ts";
import { asObject, fail, type Members, noSuchInstance, ok } from "./answers.ts";
import { destroy, reboot, recycle, resumeIfBidWins, start, stop } from "./lifecycle.ts";
import { contractPrice } from "./row.ts";
import type { Contract, VastRoute, World } from "./world.ts";

type Change = (contract: Contract, body: Members, request: CloudRequest) => Answer;

export function changeRoutes(world: World): readonly VastRoute[] {
  const route = (
    key: string,
    method: string,
    path: string,
    threshold: number,
    change: Change,
  ): VastRoute => ({
    key,
    method,
    pattern: `/api/v0/instances/${path}/`,
    auth: "required",
    threshold,
    handle: (request) => onContract(world, request, change),
  });
  return [
    route("instance.reboot", "PUT", "reboot/:id", 1, (contract, _body, request) =>
      restart(world, contract, request),
    ),
    route("instance.recycle", "PUT", "recycle/:id", 1, (contract) => renew(world, contract)),
    route("instance.update", "PUT", "update_template/:id", 0, update),
    route("instance.bid", "PUT", "bid_price/:id", 5.5, (contract, body) => changeBid(world, contract, body)),
    route("instance.prepay", "PUT", "prepay/:id", 2, (_contract, body) => prepay(world, body)),
    route("instance.deposit", "GET", "balance/:id", 3, () =>
      ok({ success: true, refundable_deposit: 0, total_discount: 0, discount_months: 0 }),
    ),
    // One path with two jobs: a body with a label is the one, any other is the other.
    {
      ...route("instance.label", "PUT", ":id", 1, setLabel),
      accepts: (body) => asObject(body)?.["label"] !== undefined,
    },
    route("instance.setState", "PUT", ":id", 1, (contract, body) => setState(world, contract, body)),
    route("instance.destroy", "DELETE", ":id", 3, (contract, _body, request) =>
      remove(world, contract, request),
    ),
  ];
}

/** Finds the contract a path names and hands it on; refuses the ids that name none. */
export function onContract(world: World, request: CloudRequest, change: Change): Answer {
  const id = request.params["id"] ?? "";
  if (!/^\d+$/.test(id)) return fail(400, "invalid_args", `error 400/3467: Invalid args: bad id ${id}`);
  const contract = world.contracts.get(Number(id));
  if (contract === undefined || contract.destroyedAt !== undefined) {
    return request.flags.has("goneAs200")
      ? fail(200, "no_such_instance", `Instance ${id} not found.`)
      : noSuchInstance(id);
  }
  return change(contract, asObject(request.json) ?? {}, request);
}

function setLabel(contract: Contract, body: Members): Answer {
  const label = body["label"];
  if (typeof label !== "string" && label !== null) return fail(400, "invalid_args", "label must be a string");
  if (label !== null && label.length > 1024)
    return fail(400, "label_too_long", "label is longer than 1024 characters");
  contract.label = label;
  return ok({ success: true });
}

function setState(world: World, contract: Contract, body: Members): Answer {
  switch (body["state"]) {
    case "stopped":
      stop(world, contract);
      return ok({ success: true });
    case "running":
      if (world.account.credit + world.account.balance <= 0) {
        return fail(400, "missing_billing", "Add credit or a payment method first.");
      }
      if (start(world, contract) === "accepted") return ok({ success: true });
      // A refusal in a 200, and the start may still come.
      return fail(
        200,
        "resources_unavailable",
        "Required resources are currently unavailable, state change queued.",
      );
    default:
      return fail(400, "invalid_args", "error 400/3467: Invalid args: state must be running or stopped");
  }
}

/** Flag `shows`: the status the row has meanwhile, "rebooting" (default) or "exited". */
function restart(world: World, contract: Contract, { flags }: CloudRequest): Answer {
  if (contract.current !== "running" || contract.intended !== "running") {
    return fail(400, "invalid_args", "error 400/3467: Invalid args: the instance is not running");
  }
  reboot(world, contract, String(flags.get("shows") ?? "rebooting"));
  return ok({ success: true });
}

function renew(world: World, contract: Contract): Answer {
  if (contract.current !== "running") {
    return fail(400, "invalid_args", "error 400/3467: Invalid args: the instance is not running");
  }
  recycle(world, contract);
  return ok({ success: true });
}

function update(contract: Contract, body: Members): Answer {
  if (typeof body["image"] === "string") contract.image = body["image"];
  if (typeof body["onstart"] === "string") contract.onstart = body["onstart"];
  const env = asObject(body["env"]);
  if (env !== undefined) contract.env = Object.entries(env).map(([name, value]) => [name, String(value)]);
  return ok({ success: true });
}

function changeBid(world: World, contract: Contract, body: Members): Answer {
  const price = body["price"] ?? contractPrice(contract).base;
  if (!contract.isBid)
    return fail(400, "invalid_args", "error 400/3467: Invalid args: not an interruptible instance");
  if (typeof price !== "number" || !(price >= 0.001 && price <= 32 * contract.gpus)) {
    return fail(400, "invalid_args", "error 400/3467: Invalid args: price is out of range");
  }
  contract.bid = price;
  resumeIfBidWins(world, contract);
  return ok({ success: true });
}

function prepay(world: World, body: Members): Answer {
  const amount = body["amount"];
  if (typeof amount !== "number" || !(amount > 0))
    return fail(400, "invalid_args", "amount must be more than 0");
  if (amount > world.account.credit) return fail(400, "insufficient_credit", "Your account lacks credit.");
  world.account.credit -= amount;
  return ok({ success: true, timescale: 30, discount_rate: 0.1 });
}

/** Flags: `lostDelete`, `delayedDeleteMs`, `lingerMs` (list and single read), `resurrectAfterMs`, `goneAs200`. */
function remove(world: World, contract: Contract, { flags }: CloudRequest): Answer {
  const resurrect = flags.get("resurrectAfterMs");
  const options = {
    lingerMs: flags.number("lingerMs", world.settings.lingerMs),
    readableMs: flags.number("lingerMs", 0),
    resurrectAfterMs: typeof resurrect === "number" ? resurrect : undefined,
  };
  const delayMs = flags.number("delayedDeleteMs", 0);
  if (flags.has("lostDelete")) return ok({ success: true });
  if (delayMs > 0) {
    world.context.clock.after(delayMs, () => {
      if (contract.destroyedAt === undefined) destroy(world, contract, options);
    });
  } else destroy(world, contract, options);
  return ok({ success: true });
}
