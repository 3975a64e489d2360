import { type Listing, type Machine, round } from "./market.ts";

/** Hours in the market's month: storage is priced per GB and month, billed by the hour. */
const hoursPerMonth = 720;

export interface Price {
  readonly base: number;
  readonly storage: number;
  readonly total: number;
}

/** What a slice costs an hour. A bid is charged at most the on-demand price. */
export function priceOf(machine: Machine, gpus: number, diskGb: number, bid?: number | undefined): Price {
  const onDemand = machine.gpuPrice * gpus;
  const base = round(bid === undefined ? onDemand : Math.min(bid, onDemand), 6);
  const storage = round((diskGb * machine.storageCost) / hoursPerMonth, 6);
  return { base, storage, total: round(base + storage, 6) };
}

export function minimumBid(machine: Machine, gpus: number): number {
  return round(machine.gpuPrice * gpus * machine.bidFloor, 4);
}

export function splitPrice({ base, storage, total }: Price): object {
  return {
    gpuCostPerHour: base,
    diskHour: storage,
    totalHour: total,
    discountTotalHour: 0,
    discountedTotalPerHour: total,
  };
}

/** What an offer and an instance say alike about the slice of the machine. */
export function hardwareRow(machine: Machine, gpus: number): Record<string, unknown> {
  const { kind } = machine;
  const share = gpus / machine.gpus;
  return {
    machine_id: machine.id,
    host_id: machine.hostId,
    bundle_id: machine.id * 10 + gpus,
    gpu_name: kind.name,
    num_gpus: gpus,
    gpu_ram: kind.memory,
    gpu_frac: round(share, 4),
    gpu_arch: kind.arch,
    compute_cap: kind.capability,
    cuda_max_good: machine.cuda,
    driver_version: machine.driver,
    cpu_cores: machine.cpuCores,
    cpu_cores_effective: round((machine.cpuCores ?? machine.gpus * 8) * share, 2),
    cpu_ram: machine.memory,
    cpu_name: machine.cpuName,
    cpu_arch: "amd64",
    disk_bw: machine.diskBandwidth,
    disk_name: "NVMe",
    inet_up: machine.up,
    inet_down: machine.down,
    inet_up_cost: machine.trafficCost,
    inet_down_cost: machine.trafficCost,
    direct_port_count: machine.directPorts,
    static_ip: true,
    geolocation: machine.geolocation,
    country_code: machine.geolocation?.split(", ").at(-1) ?? null,
    reliability2: machine.reliability,
    verification: machine.verification,
    hosting_type: machine.datacenter ? 1 : 0,
    os_version: "22.04",
    mobo_name: null,
    pci_gen: 4,
    pcie_bw: 24.5,
    storage_cost: machine.storageCost,
    end_date: machine.endsAt / 1000,
    external: false,
    webpage: null,
    logo: "/static/logos/vastai_small2.png",
  };
}

export interface OfferView {
  readonly bid: boolean;
  readonly diskGb: number;
  readonly now: number;
}

export function offerRow(
  { id, machine, gpus }: Listing,
  { bid, diskGb, now }: OfferView,
): Record<string, unknown> {
  const lowest = minimumBid(machine, gpus);
  const price = priceOf(machine, gpus, diskGb, bid ? lowest : undefined);
  const teraflops = machine.kind.teraflops * gpus;
  return {
    ...hardwareRow(machine, gpus),
    id,
    ask_contract_id: id,
    gpu_total_ram: machine.kind.memory * gpus,
    driver_vers: driverNumber(machine.driver),
    disk_space: machine.diskGb,
    public_ipaddr: machine.address,
    reliability: machine.reliability,
    rentable: machine.heldBy === undefined,
    rented: false,
    is_bid: bid,
    duration: Math.max(0, machine.endsAt - now) / 1000,
    start_date: machine.listedAt / 1000,
    min_bid: lowest,
    dph_base: price.base,
    dph_total: price.total,
    dph_total_adj: price.total,
    discounted_dph_total: price.total,
    discounted_hourly: 0,
    credit_discount_max: 0.1,
    discount_rate: 0,
    storage_total_cost: price.storage,
    search: splitPrice(price),
    instance: splitPrice(price),
    internet_up_cost_per_tb: machine.trafficCost * 1000,
    internet_down_cost_per_tb: machine.trafficCost * 1000,
    vms_enabled: machine.vms,
    is_vm_deverified: false,
    resource_type: "gpu",
    cluster_id: null,
    dlperf: round(teraflops * 1.1, 3),
    dlperf_per_dphtotal: round((teraflops * 1.1) / price.total, 3),
    flops_per_dphtotal: round(teraflops / price.total, 3),
    total_flops: teraflops,
    gpu_max_power: machine.kind.watts,
    bw_nvlink: 0,
    score: round((teraflops * machine.reliability) / price.total, 4),
    rn: 1,
  };
}

/** "570.86.10" as the number that sorts like it: 570086010. */
function driverNumber(driver: string): number {
  const [major = 0, minor = 0, patch = 0] = driver.split(".").map(Number);
  return major * 1_000_000 + minor * 1_000 + patch;
}
