import { mapPorts } from "./ports.ts";
import type { Contract, World } from "./world.ts";

/** Replaces the step that is due next, if any. */
function then(world: World, contract: Contract, ms: number, step: () => void): void {
  contract.cancelStep();
  contract.cancelStep = world.context.clock.after(ms, step);
}

/** Lets a contract that holds its machine come up: report, load, create, run. */
export function boot(world: World, contract: Contract): void {
  const { settings } = world;
  contract.actual = null;
  contract.message = null;
  then(world, contract, settings.reportMs, () => load(world, contract));
}

function load(world: World, contract: Contract): void {
  const layer = world.context.random.hex(12);
  const words = [`${layer}: Pulling fs layer`, `${layer}: Download complete`, `${layer}: Extracting`];
  contract.actual = "loading";
  contract.log.push(`pulling ${contract.image}`);
  const third = world.settings.loadMs / words.length;

  function show(index: number): void {
    const word = words[index];
    if (word === undefined) {
      if (contract.stuck) contract.message = `${layer}: Waiting`;
      else if (contract.failure === "pull") failStart(world, contract, pullFailure(contract.image));
      else create(world, contract);
      return;
    }
    contract.message = `${word}\n`;
    then(world, contract, third, () => show(index + 1));
  }
  show(0);
}

function pullFailure(image: string): string {
  return `Error response from daemon: manifest for ${image} not found: manifest unknown: manifest unknown`;
}

function create(world: World, contract: Contract): void {
  contract.actual = "created";
  contract.message = "";
  then(world, contract, world.settings.startMs, () => {
    if (contract.failure === "oci") {
      failStart(
        world,
        contract,
        "Error response from daemon: failed to create task for container: OCI runtime create failed: runc create failed: nvidia-container-cli: device error: unknown",
      );
    } else run(world, contract);
  });
}

/** The platform gives up: the contract stays, stopped, and bills its disk. */
function failStart(world: World, contract: Contract, message: string): void {
  contract.message = message;
  contract.log.push(message);
  contract.intended = "stopped";
  letGo(world, contract);
}

function run(world: World, contract: Contract): void {
  contract.actual = "running";
  contract.message = `success, running ${contract.image.replace(":", "_")}/${contract.runtype.split(" ")[0] ?? "ssh"}\n`;
  contract.ports = mapPorts(contract, world.context.random);
  contract.gpuBilled = true;
  contract.log.push("container started");
  if (contract.failure === "exit") then(world, contract, world.settings.startMs, () => exit(contract));
}

/** The container's process ends by itself. The GPU stays held and billed. */
export function exit(contract: Contract): void {
  contract.actual = "exited";
  contract.message = "Error: container exited with code 1\n";
  contract.ports = undefined;
  contract.log.push("container exited with code 1");
}

/** Gives the hardware back at once. */
export function letGo(world: World, contract: Contract): void {
  contract.current = "stopped";
  contract.next = "stopped";
  contract.ports = undefined;
  contract.gpuBilled = false;
  contract.queued = false;
  world.market.release(contract.machine, contract.id);
}

export function stop(world: World, contract: Contract): void {
  contract.queued = false;
  contract.outbidAt = undefined;
  if (contract.current !== "running" && contract.current !== "frozen") {
    contract.intended = "stopped";
    contract.next = "stopped";
    return;
  }
  // A stop under way is not started again: repeating the call must not put it off.
  if (contract.intended === "stopped") return;
  contract.intended = "stopped";
  contract.next = "stopped";
  then(world, contract, world.settings.stopMs, () => {
    if (contract.actual !== null && contract.actual !== "loading" && contract.actual !== "created") {
      contract.actual = "exited";
    }
    contract.log.push("container stopped");
    letGo(world, contract);
  });
}

/** Starts a contract. "queued" when its machine is taken. */
export function start(world: World, contract: Contract): "accepted" | "queued" {
  if (contract.current === "running") {
    const stopping = contract.intended === "stopped";
    contract.intended = "running";
    contract.next = "running";
    // The stop is called off; a container that had not come up yet begins again.
    if (stopping) {
      contract.cancelStep();
      if (contract.actual !== "running") boot(world, contract);
    }
    return "accepted";
  }
  const leaseOver = contract.machine.endsAt <= world.context.clock.now();
  if (leaseOver || !world.market.hold(contract.machine, contract.id)) {
    if (world.settings.queuedStart === "running" && !leaseOver) {
      contract.queued = true;
      contract.intended = "running";
    }
    return "queued";
  }
  resume(world, contract);
  return "accepted";
}

/** Comes up again on the machine it has just got. */
function resume(world: World, contract: Contract): void {
  contract.queued = false;
  contract.outbidAt = undefined;
  contract.stuck = false;
  contract.failure = undefined;
  contract.intended = "running";
  contract.current = "running";
  contract.next = "running";
  then(world, contract, world.settings.startLagMs, () => {
    contract.actual = "loading";
    contract.message = "";
    then(world, contract, world.settings.startMs, () => run(world, contract));
  });
}

/** Gives a machine that became free to the contract that waits for it longest. */
export function resumeQueued(world: World): void {
  world.market.onFree((machine) => {
    for (const contract of world.contracts.values()) {
      const waits = contract.queued || contract.outbidAt !== undefined;
      if (contract.machine !== machine || !waits || contract.destroyedAt !== undefined) continue;
      if (!world.market.hold(machine, contract.id)) return;
      resume(world, contract);
      return;
    }
  });
}

export function reboot(world: World, contract: Contract, shows: string): void {
  contract.actual = shows;
  contract.log.push("container restarting");
  then(world, contract, world.settings.rebootMs, () => run(world, contract));
}

export function recycle(world: World, contract: Contract): void {
  contract.actual = "recycling";
  contract.ports = undefined;
  then(world, contract, world.settings.rebootMs, () => {
    contract.actual = "loading";
    then(world, contract, world.settings.loadMs, () => create(world, contract));
  });
}

/** A higher bid takes the machine. The contract comes back when its own bid wins again. */
export function outbid(contract: Contract, rival: number, shows: "running" | "stopped"): void {
  contract.cancelStep();
  contract.actual = "exited";
  contract.message = "";
  contract.intended = shows;
  contract.current = "stopped";
  contract.next = shows;
  contract.ports = undefined;
  contract.gpuBilled = false;
  contract.outbidAt = rival;
  contract.machine.heldBy = "stranger";
}

/** A raised bid above the rival's wins the machine back. */
export function resumeIfBidWins(world: World, contract: Contract): void {
  if (contract.outbidAt === undefined || contract.bid === undefined || contract.bid <= contract.outbidAt)
    return;
  contract.machine.heldBy = undefined;
  if (world.market.hold(contract.machine, contract.id)) resume(world, contract);
}

export interface DestroyOptions {
  /** How long the list goes on showing the row. */
  readonly lingerMs: number;
  /** How long the single read does. */
  readonly readableMs: number;
  readonly resurrectAfterMs: number | undefined;
}

export function destroy(world: World, contract: Contract, options: DestroyOptions): void {
  const { clock } = world.context;
  const now = clock.now();
  contract.cancelStep();
  contract.destroyedAt = now;
  contract.listedUntil = now + options.lingerMs;
  contract.readableUntil = now + options.readableMs;
  contract.intended = "stopped";
  letGo(world, contract);
  contract.current = "unloaded";
  contract.next = "unloaded";
  const volume = contract.volumeId === undefined ? undefined : world.volumes.get(contract.volumeId);
  if (volume !== undefined) {
    clock.after(world.settings.volumeReleaseMs, () => {
      if (volume.usedBy === contract.id) volume.usedBy = undefined;
    });
  }
  if (options.resurrectAfterMs === undefined) return;
  clock.after(options.resurrectAfterMs, () => {
    contract.destroyedAt = undefined;
    contract.actual = "exited";
    contract.current = "stopped";
    contract.next = "stopped";
  });
}
