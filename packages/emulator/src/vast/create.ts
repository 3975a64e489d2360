import type { Answer, CloudRequest } from "../kit/types.ts";
import { asObject, fail, ok } from "./answers.ts";
import { boot } from "./lifecycle.ts";
import { minimumBid } from "./offers.ts";
import { readTerms, type Terms } from "./terms.ts";
import { takeVolume } from "./volumes.ts";
import type { Contract, Listing, VastRoute, World } from "./world.ts";

export function createRoutes(world: World): readonly VastRoute[] {
  return [
    {
      key: "instance.create",
      method: "PUT",
      pattern: "/api/v0/asks/:id/",
      auth: "required",
      threshold: 4.5,
      penalty: 12,
      handle: (request) => create(world, request),
    },
  ];
}

/**
 * Rents an offer. Flags: `noCapacity` (true or the status 400, 404, 410), `insufficientCredit` (true or the status),
 * `spendRateLimit`, `hostAccount`, `newContractInError` (true or the status), `noNewContract`, `startRace`, `stuck`,
 * `failStart` ("pull", "oci" or "exit"), `visibleAfterMs`.
 */
function create(world: World, { params, json, flags }: CloudRequest): Answer {
  const { settings, market } = world;
  const askId = Number(params["id"]);
  const body = asObject(json);
  if (body === undefined || !Number.isInteger(askId)) return invalid("the body must be a JSON object");
  const terms = readTerms(body);
  if ("refusal" in terms) return terms.refusal;
  if (terms.vm && world.sshKeys.size === 0) {
    return fail(400, "no_ssh_key_for_vm", "VM instances need an ssh key on the account.");
  }
  if (flags.has("hostAccount"))
    return fail(403, "invalid_args", "error 403/3602: this is not your own offer");
  if (flags.has("spendRateLimit")) return fail(400, "spend_rate_limit", "Account spending limit reached.");
  if (world.account.credit + world.account.balance <= 0 || flags.has("insufficientCredit")) {
    const status = flags.number("insufficientCredit", settings.creditStatus);
    return fail(status, "insufficient_credit", "Your account lacks credit; see the billing page.");
  }
  if (flags.has("noCapacity")) return gone(world, askId, "unknown", flags.number("noCapacity", 0));
  const listing = market.listing(askId);
  if (listing === undefined || listing.gpus < 1) return gone(world, askId, "unknown", 0);

  const volume = terms.volume === undefined ? undefined : takeVolume(world, terms.volume, listing.machine);
  if (volume !== undefined && "refusal" in volume) return volume.refusal;

  const tooLow = terms.bid !== undefined && terms.bid < minimumBid(listing.machine, listing.gpus);
  const busy = listing.machine.heldBy !== undefined;
  const wantsToRun = terms.target === "running";
  if (wantsToRun && (tooLow || busy || flags.has("newContractInError"))) {
    if (terms.cancelUnavailable && !flags.has("newContractInError")) return gone(world, askId, "taken", 0);
    const contract = addContract(
      world,
      listing,
      terms,
      flags.number("visibleAfterMs", settings.visibleAfterMs),
    );
    asStopped(contract);
    contract.volumeId = volume?.use(contract.id);
    const status = flags.number("newContractInError", settings.newContractStatus);
    const message = tooLow
      ? "The bid is too low for this machine now; the instance was created stopped."
      : "Required resources are currently unavailable; the instance was created stopped.";
    return fail(status, tooLow ? "bid_too_low" : "resources_unavailable", message, {
      new_contract: contract.id,
    });
  }

  const contract = addContract(
    world,
    listing,
    terms,
    flags.number("visibleAfterMs", settings.visibleAfterMs),
  );
  contract.volumeId = volume?.use(contract.id);
  if (!wantsToRun || flags.has("startRace")) asStopped(contract);
  else {
    const failure = flags.get("failStart");
    contract.stuck = flags.has("stuck");
    contract.failure = failure === true ? "oci" : failure === undefined ? undefined : String(failure);
    market.hold(listing.machine, contract.id);
    boot(world, contract);
  }
  if (flags.has("noNewContract")) return ok({ success: true });
  return ok({
    success: true,
    new_contract: contract.id,
    instance_api_key: `${world.context.random.hex(64)}`,
  });
}

function invalid(message: string): Answer {
  return fail(400, "invalid_args", `error 400/3467: Invalid args: ${message}`);
}

/** The answers of an offer that cannot be had: `forced` is a status, 0 for the one the settings or the cause ask for. */
function gone({ settings }: World, askId: number, cause: "unknown" | "taken", forced: number): Answer {
  const natural = cause === "unknown" ? 404 : 410;
  const status = forced || (settings.offerGoneAs === "natural" ? natural : settings.offerGoneAs);
  if (status === 410)
    return fail(410, "no_such_ask", `error 410/3907: Instance type by id ${askId} is no longer available.`);
  if (status === 400)
    return fail(
      400,
      "no_such_ask",
      `error 400/3603: no_such_ask Instance type by id ${askId} is not available.`,
    );
  return fail(
    status,
    "invalid_args",
    `error 404/3603: no_such_ask Instance type by id ${askId} is not available.`,
  );
}

/** Never started: what a create/start race or a lost bid leaves behind. */
function asStopped(contract: Contract): void {
  contract.intended = "stopped";
  contract.current = "stopped";
  contract.next = "stopped";
  contract.message = "";
}

function addContract(world: World, listing: Listing, terms: Terms, visibleAfterMs: number): Contract {
  const { context, market } = world;
  const now = context.clock.now();
  const index = context.random.integer(1, 9);
  const contract: Contract = {
    id: world.nextId(),
    machine: listing.machine,
    gpus: listing.gpus,
    createdAt: now,
    diskGb: terms.diskGb,
    isBid: terms.bid !== undefined,
    bid: terms.bid,
    label: terms.label,
    image: terms.image,
    runtype: terms.runtype,
    env: terms.env,
    onstart: terms.onstart,
    args: terms.args,
    templateId: terms.templateId,
    templateHash: terms.templateHash,
    jupyterToken: context.random.hex(48),
    proxy: { host: `ssh${index}.vast.example.test`, index, port: context.random.integer(10_000, 39_999) },
    volumeId: undefined,
    // A new instance gets the keys the account has at that moment.
    sshKeys: [...world.sshKeys.keys()],
    actual: null,
    intended: "running",
    current: "running",
    next: "running",
    message: null,
    ports: undefined,
    gpuBilled: false,
    queued: false,
    outbidAt: undefined,
    stuck: false,
    failure: undefined,
    log: [],
    visibleAt: now + visibleAfterMs,
    destroyedAt: undefined,
    listedUntil: 0,
    readableUntil: 0,
    cancelStep: () => {},
  };
  market.consume(listing);
  world.contracts.set(contract.id, contract);
  return contract;
}
