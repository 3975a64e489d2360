import type { Flags } from "../kit/types.ts";
import { round } from "./market.ts";
import { hardwareRow, minimumBid, priceOf, splitPrice } from "./offers.ts";
import { hasSsh } from "./ports.ts";
import type { Contract, World } from "./world.ts";

export function contractPrice(contract: Contract) {
  return priceOf(contract.machine, contract.gpus, contract.diskGb, contract.bid);
}

/** The status a read shows: the host's presence hides what its containers last reported. */
export function shownStatus(contract: Contract): string | null {
  if (contract.destroyedAt !== undefined) return contract.actual;
  return contract.machine.presence === "here" ? contract.actual : contract.machine.presence;
}

/** The columns a list can filter and sort by; the others are computed. */
export function storedColumns(contract: Contract, flags: Flags): Record<string, unknown> {
  const { machine } = contract;
  return {
    id: contract.id,
    label: contract.label,
    machine_id: machine.id,
    host_id: machine.hostId,
    actual_status: flags.get("unknownStatus") ?? shownStatus(contract),
    intended_status: contract.intended,
    cur_state: contract.current,
    next_state: contract.next,
    gpu_name: machine.kind.name,
    verification: machine.verification,
    image_uuid: contract.image,
    start_date: contract.createdAt / 1000,
    end_date: machine.endsAt / 1000,
    is_bid: contract.isBid,
    geolocation: machine.geolocation,
    template_id: contract.templateId,
    template_hash_id: contract.templateHash,
  };
}

/** An instance as reads show it. The single read leaves out `volume_info`. */
export function instanceRow(
  world: World,
  contract: Contract,
  flags: Flags,
  many: boolean,
): Record<string, unknown> {
  const { settings, context } = world;
  const { machine } = contract;
  const now = context.clock.now();
  const price = contractPrice(contract);
  const ending = settings.untrimmed ? "\n" : "";
  const address = settings.sshHost ?? machine.address;
  const running = contract.actual === "running" && contract.current === "running";
  const row: Record<string, unknown> = {
    ...hardwareRow(machine, contract.gpus),
    ...storedColumns(contract, flags),
    status_msg: contract.message,
    duration: Math.max(0, machine.endsAt - now) / 1000,
    uptime_mins: null,
    time_remaining: "",
    time_remaining_isbid: "",
    image_runtype: contract.runtype,
    image_args: contract.args,
    onstart: contract.onstart,
    extra_env: contract.env,
    template_name: null,
    jupyter_token: contract.jupyterToken,
    gpu_totalram: machine.kind.memory * contract.gpus,
    gpu_util: running ? 0 : null,
    gpu_temp: running ? 41 : null,
    cpu_util: running ? 0.01 : 0,
    mem_limit: running ? round(machine.memory / 1024 / (machine.gpus / contract.gpus), 1) : null,
    mem_usage: running ? 0.4 : null,
    vmem_usage: running ? 0.5 : null,
    disk_space: contract.diskGb,
    disk_usage: -1,
    disk_util: -1,
    dph_base: price.base,
    dph_total: price.total,
    min_bid: minimumBid(machine, contract.gpus),
    storage_total_cost: price.storage,
    search: splitPrice(price),
    instance: splitPrice(
      contract.current === "running" ? price : { ...price, base: 0, total: price.storage },
    ),
    public_ipaddr: contract.actual === null ? null : `${address}${ending}`,
    local_ipaddrs: `10.0.0.5 172.17.0.1 ${ending}`,
    ssh_host: hasSsh(contract.runtype) ? (settings.sshHost ?? contract.proxy.host) : null,
    ssh_port: hasSsh(contract.runtype) ? (settings.sshPort ?? contract.proxy.port) : null,
    ssh_idx: String(contract.proxy.index),
    machine_dir_ssh_port: -1,
    direct_port_start: -1,
    direct_port_end: -1,
    rentable: machine.heldBy === undefined,
    client_run_time: 1.1,
    host_run_time: 1728000,
    credit_balance: null,
    credit_discount: null,
    credit_discount_max: 0.1,
  };
  addPorts(row, world, contract, flags);
  if (many) row["volume_info"] = volumeInfo(world, contract);
  return row;
}

function addPorts(row: Record<string, unknown>, { settings }: World, contract: Contract, flags: Flags): void {
  const shape = flags.get("ports") ?? (contract.ports === undefined ? settings.noPortsAs : "map");
  if (shape === "absent") return;
  if (shape === "null") row["ports"] = null;
  else if (shape === "array")
    row["ports"] = Object.values(contract.ports ?? {}).map(([first]) => Number(first?.HostPort));
  else row["ports"] = shownPorts(contract, settings.sshPort);
}

function shownPorts(contract: Contract, sshPort: number | undefined): Contract["ports"] {
  if (sshPort === undefined || contract.ports?.["22/tcp"] === undefined) return contract.ports;
  return { ...contract.ports, "22/tcp": [{ HostIp: "0.0.0.0", HostPort: String(sshPort) }] };
}

function volumeInfo(world: World, contract: Contract): readonly object[] {
  const volume = contract.volumeId === undefined ? undefined : world.volumes.get(contract.volumeId);
  if (volume === undefined) return [];
  const { id, name, sizeGb } = volume;
  return [{ id, label: name, type: "local_volume", avail_space: sizeGb, total_space: sizeGb }];
}
