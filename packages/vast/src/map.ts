import {
  type Access,
  ComputeError,
  type DriverInstance,
  fromUnixSeconds,
  gibToMiB,
  type Hardware,
  lookupPattern,
  micros,
  nameFromLabel,
  type PortMapping,
  type Price,
  positive,
  type SshEndpoint,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type * as z from "zod";
import type { VastTables } from "./tables.ts";
import { type MachineRow, machineSchema, type OfferRow } from "./wire.ts";

/** An instance of the list or the single read. @throws `bad_response` for a row without an id. */
export function toInstance(raw: unknown, { statuses }: VastTables): DriverInstance {
  const machine = rowOf(machineSchema, raw);
  const { label, actual_status, intended_status, cur_state, next_state, status_msg } = machine;
  // The cloud's own null stays visible.
  const words = [actual_status, intended_status, cur_state, next_state].map((word) => word || "null");
  const [actual = "", ...others] = words.map((word) => word.replace(/[/\s]+/g, "_"));
  const text = `${[actual, ...others].join("/")} ${status_msg ?? ""}`;
  const unrecognized = { status: "unknown", reason: "unrecognized", billing: "unknown" } as const;
  const { status, reason, billing = "unknown" } = lookupPattern(statuses, actual, text) ?? unrecognized;
  const instance: DriverInstance = {
    ...{ id: machine.id, identity: label || undefined, name: nameFromLabel(label || undefined) },
    ...{ status, reason, billing },
    message: status_msg || undefined,
    providerStatus: words.join("/"),
    hardware: { ...toHardware(machine), diskMiB: gibToMiB(machine.disk_space) },
    price: toPrice(machine.dph_total, machine.storage_total_cost, machine.is_bid ? "spot" : "on_demand"),
    region: toRegion(machine.geolocation) ?? toRegion(machine.country_code),
    image: machine.image_uuid || undefined,
    access: toAccess(machine),
    createdAt: fromUnixSeconds(machine.start_date),
    expiresAt: fromUnixSeconds(machine.end_date),
  };
  return withRaw("vast", instance, raw);
}

/** Reads a row of a list. @throws `bad_response` for one without an id: no list gets shorter in silence. */
export function rowOf<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ComputeError({ code: "bad_response", message: "a row of an answer has no id" });
}

/** What instances and offers say alike. CPU memory is the machine's, and the rental has a share of it. */
export function toHardware(row: MachineRow | OfferRow): Hardware {
  const { cpu_cores, cpu_cores_effective: vcpus, cpu_ram } = row;
  return {
    gpu: toGpu(row.gpu_name, { count: row.num_gpus, memoryMiB: row.gpu_ram, cloud: "vast" }),
    vcpus: vcpus || undefined,
    memoryMiB: cpu_cores && vcpus && cpu_ram ? positive((cpu_ram * vcpus) / cpu_cores) : undefined,
    cpuModel: row.cpu_name || undefined,
  };
}

/** Of dollars per hour. While stopped, the disk alone is billed. */
export function toPrice(
  total: number | null | undefined,
  disk: number | null | undefined,
  kind: Price["kind"],
): Price | undefined {
  const perHourMicros = micros(total);
  if (perHourMicros === undefined) return undefined;
  const diskMicros = micros(disk);
  const whole = { currency: "USD", perHourMicros, stoppedPerHourMicros: diskMicros, kind };
  if (diskMicros === undefined || diskMicros > perHourMicros) return whole;
  const compute = { kind: "compute", perHourMicros: perHourMicros - diskMicros } as const;
  return { ...whole, parts: [compute, { kind: "disk", perHourMicros: diskMicros }] };
}

/** The country of "City or State, CC"; the two letters are what searches filter by. */
export function toRegion(geolocation: string | null | undefined): string | undefined {
  return /(?:^|,\s*)([a-z]{2})$/i.exec(geolocation?.trim() ?? "")?.[1]?.toUpperCase();
}

const user = "root";

function toAccess({ public_ipaddr, ports: mapped, image_runtype, ssh_host, ssh_port }: MachineRow): Access {
  const all = public_ipaddr ? toPorts(mapped, public_ipaddr) : [];
  const isSsh = ({ port, protocol }: PortMapping): boolean => port === 22 && protocol === "tcp";
  const direct = all
    .filter(isSsh)
    .map(({ host, publicPort: port }): SshEndpoint => ({ host, port, user, via: "direct" }));
  // Found by the official client: with Jupyter, the proxy's ssh is one port further.
  const port = (ssh_port ?? Number.NaN) + (/jupyter/i.test(image_runtype ?? "") ? 1 : 0);
  const hasProxy = ssh_host && port <= 65_535 && /ssh|jupyter/i.test(image_runtype ?? "");
  const proxy: readonly SshEndpoint[] = hasProxy ? [{ host: ssh_host, port, user, via: "proxy" }] : [];
  return { ssh: [...direct, ...proxy], ports: all.filter((mapping) => !isSsh(mapping)) };
}

/** One mapping per port: the rows for IPv4 and IPv6 say the same. */
function toPorts(ports: MachineRow["ports"], host: string): PortMapping[] {
  return Object.entries(ports ?? {}).flatMap(([key, rows]): PortMapping[] => {
    const [, number, protocol] = /^(\d{1,5})\/(tcp|udp)$/.exec(key) ?? [];
    const port = Number(number ?? 0);
    const publicPort = rows?.find(({ HostPort }) => HostPort)?.HostPort;
    if (port < 1 || port > 65_535 || !publicPort) return [];
    return [{ port, protocol: protocol === "udp" ? "udp" : "tcp", host, publicPort }];
  });
}
