import type { CloudContext, Random } from "../kit/types.ts";
import { type GpuKind, gpuKinds } from "./gpus.ts";
import type { VastSettings } from "./settings.ts";

/** One host's machine. Its offers are slices of it; renting one takes the whole machine off the market. */
export interface Machine {
  readonly id: number;
  readonly hostId: number;
  readonly kind: GpuKind;
  readonly gpus: number;
  /** Null where the host does not report it. */
  readonly cpuCores: number | null;
  readonly memory: number;
  readonly diskGb: number;
  readonly diskBandwidth: number;
  readonly up: number;
  readonly down: number;
  readonly trafficCost: number;
  readonly directPorts: number;
  readonly address: string;
  readonly geolocation: string | null;
  readonly reliability: number;
  readonly verification: "verified" | "unverified" | "deverified";
  readonly datacenter: boolean;
  readonly cuda: number;
  readonly driver: string;
  readonly cpuName: string;
  /** Of one GPU, $/h. */
  readonly gpuPrice: number;
  /** Share of the on-demand price below which nobody gets it. */
  readonly bidFloor: number;
  /** $ per GB and month. */
  readonly storageCost: number;
  readonly vms: boolean;
  /** Epoch milliseconds. */
  readonly listedAt: number;
  endsAt: number;
  /** The contract that has its GPUs, a stranger, or nobody. */
  heldBy: number | "stranger" | undefined;
  /** The host's heartbeat as reads see it. */
  presence: "here" | "offline" | "unknown";
  listings: readonly Listing[];
}

export interface Listing {
  readonly id: number;
  readonly machine: Machine;
  readonly gpus: number;
}

export interface Market {
  readonly machines: () => readonly Machine[];
  readonly machine: (id: number) => Machine | undefined;
  /** The listings that can be rented now. */
  readonly listings: () => readonly Listing[];
  /** A listing that is on the market or was until its machine was taken; undefined once it was rented through us. */
  readonly listing: (id: number) => Listing | undefined;
  /** Takes the listing for good, and its machine's other listings with it. */
  readonly consume: (listing: Listing) => void;
  /** Gives the machine to someone, if it is free. */
  readonly hold: (machine: Machine, holder: number | "stranger") => boolean;
  /** Frees the machine if this holder has it, and offers it again a while later. */
  readonly release: (machine: Machine, holder: number | "stranger") => void;
  /** Calls `listener` whenever a machine becomes free. */
  readonly onFree: (listener: (machine: Machine) => void) => void;
}

const places = [
  "Sweden, SE",
  "California, US",
  "Texas, US",
  ", US",
  "Quebec, CA",
  "Germany, DE",
  "Bulgaria, BG",
  "Taiwan, TW",
  "Japan, JP",
  "United Kingdom, GB",
  "Norway, NO",
  "India, IN",
];

const cpus = [
  "AMD EPYC 7763 64-Core Processor",
  "AMD EPYC 9654 96-Core Processor",
  "Xeon® Gold 6338",
  "AMD Ryzen 9 7950X",
];

/** Kinds the market is full of. */
const common = gpuKinds.filter(({ name }) =>
  ["RTX 4090", "RTX 3090", "RTX 5090", "H100 SXM", "A100 SXM4"].includes(name),
);

const dayMs = 86_400_000;
const firstOffer = 7_000_001;

export function createMarket(context: CloudContext, settings: VastSettings): Market {
  const { clock, random } = context;
  const machines = new Map<number, Machine>();
  /** Every listing that was not rented through us, also those off the market since. */
  const known = new Map<number, Listing>();
  const listeners: ((machine: Machine) => void)[] = [];
  let nextOffer = firstOffer;

  function list(machine: Machine): void {
    const sizes: number[] = [];
    for (let size = machine.gpus; size >= 1; size = Math.floor(size / 2)) sizes.push(size);
    machine.listings = sizes.map((gpus) => ({ id: nextOffer++, machine, gpus }));
    for (const listing of machine.listings) known.set(listing.id, listing);
  }

  for (let index = 0; index < settings.machines; index++) {
    // Every kind once before any kind twice, so that each name can be found whatever the seed.
    const kind = gpuKinds[index] ?? (random.chance(0.5) ? random.pick(common) : random.pick(gpuKinds));
    const machine = makeMachine(index, kind, random, clock.now());
    machines.set(machine.id, machine);
    list(machine);
  }

  return {
    machines: () => [...machines.values()],
    machine: (id) => machines.get(id),
    listings: () => [...machines.values()].flatMap((machine) => machine.listings),
    listing: (id) => known.get(id),
    consume(listing) {
      known.delete(listing.id);
      for (const sibling of listing.machine.listings) known.delete(sibling.id);
      listing.machine.listings = [];
    },
    hold(machine, holder) {
      if (machine.heldBy !== undefined && machine.heldBy !== holder) return false;
      machine.heldBy = holder;
      machine.listings = [];
      return true;
    },
    release(machine, holder) {
      if (machine.heldBy !== holder) return;
      machine.heldBy = undefined;
      for (const listener of listeners) listener(machine);
      clock.after(settings.relistMs, () => {
        if (machine.heldBy === undefined && machine.listings.length === 0) list(machine);
      });
    },
    onFree(listener) {
      listeners.push(listener);
    },
  };
}

function makeMachine(index: number, kind: GpuKind, random: Random, now: number): Machine {
  // The first machine of each kind is one that sensible filters find, whatever the seed.
  const solid = index < gpuKinds.length;
  const sizes = [1, 2, 4, 8].filter((size) => size <= kind.most);
  const gpus = solid ? kind.most : random.pick(sizes);
  const datacenter = kind.perHour > 0.5 && random.chance(0.7);
  const cpuCores = gpus * random.pick([8, 12, 16]);
  const spread = 0.85 + random.next() * 0.4;
  return {
    id: 501 + index,
    hostId: 90 + Math.floor(index / 3),
    kind,
    gpus,
    cpuCores: !solid && random.chance(0.05) ? null : cpuCores,
    memory: cpuCores * random.pick([3980, 4016, 7980]),
    diskGb: round(200 + random.next() * 1800, 1),
    diskBandwidth: random.integer(800, 6500),
    up: random.integer(80, 4000),
    down: random.integer(100, 6000),
    trafficCost: random.pick([0, 0.001, 0.002, 0.005]),
    directPorts: !solid && random.chance(0.12) ? random.integer(0, 1) : random.pick([50, 100, 249, 500]),
    address: `192.0.2.${10 + (index % 240)}`,
    geolocation: !solid && random.chance(0.05) ? null : random.pick(places),
    reliability: round((solid ? 0.98 : 0.9) + random.next() * (solid ? 0.0195 : 0.0995), 4),
    verification: solid || random.chance(0.6) ? "verified" : random.chance(0.8) ? "unverified" : "deverified",
    datacenter,
    cuda: random.pick([12.2, 12.4, 12.6, 12.8, 13]),
    driver: random.pick(["535.183.01", "550.127.05", "570.86.10", "580.65.06"]),
    cpuName: random.pick(cpus),
    gpuPrice: round(kind.perHour * spread, 4),
    bidFloor: round(0.35 + random.next() * 0.3, 3),
    storageCost: random.pick([0.1, 0.15, 0.2, 0.3]),
    vms: random.chance(0.2),
    listedAt: now - random.integer(1, 200) * dayMs,
    endsAt: now + random.integer(5, 300) * dayMs,
    heldBy: undefined,
    presence: "here",
    listings: [],
  };
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
