import {
  type Access,
  ComputeError,
  type DriverInstance,
  fromUnixSeconds,
  gibToMiB,
  type Hardware,
  micros,
  nameFromLabel,
  type PortMapping,
  type Price,
  positive,
  type SshEndpoint,
  type StatusRow,
  toGpu,
  withRaw,
} from "@gpuport/core";
import { firstMatch } from "./glob.ts";
import type { VastTables } from "./tables.ts";
import { type MachineRow, machineSchema, type OfferRow } from "./wire.ts";

/** An instance of the list or the single read. @throws `bad_response` for a row without an id. */
export function toInstance(row: unknown, tables: VastTables): DriverInstance {
  const parsed = machineSchema.safeParse(row);
  if (!parsed.success) {
    const message = "a row of an answer is no instance: it has no id";
    throw new ComputeError({ code: "bad_response", message });
  }
  const machine = parsed.data;
  const label = machine.label || undefined;
  const { status, reason, billing = "unknown" } = toStatus(machine, tables);
  const instance: DriverInstance = {
    ...{ id: machine.id, identity: label, name: nameFromLabel(label) },
    ...{ status, reason, billing },
    message: machine.status_msg || undefined,
    providerStatus: words(machine).join("/"),
    hardware: { ...toHardware(machine), diskMiB: whole(gibToMiB(machine.disk_space)) },
    price: toPrice(machine),
    region: toRegion(machine.geolocation) ?? toRegion(machine.country_code),
    image: machine.image_uuid || undefined,
    access: toAccess(machine),
    createdAt: fromUnixSeconds(machine.start_date),
    expiresAt: fromUnixSeconds(machine.end_date),
  };
  return withRaw("vast", instance, row);
}

/** The four words that make up a status; the cloud's own null stays visible. */
function words(machine: MachineRow): readonly string[] {
  const { actual_status, intended_status, cur_state, next_state } = machine;
  return [actual_status, intended_status, cur_state, next_state].map((word) => word || "null");
}

function toStatus(machine: MachineRow, { statuses }: VastTables): StatusRow {
  const [actual = "null", ...others] = words(machine).map((word) => word.replace(/[/\s]+/g, "_"));
  const text = `${[actual, ...others].join("/")} ${machine.status_msg ?? ""}`;
  return (
    firstMatch(statuses, actual, text) ?? { status: "unknown", reason: "unrecognized", billing: "unknown" }
  );
}

/** What instances and offers say alike. CPU memory is the machine's, and the rental has a share of it. */
export function toHardware(row: MachineRow | OfferRow): Hardware {
  const { cpu_cores, cpu_cores_effective: vcpus, cpu_ram } = row;
  const share = cpu_cores && vcpus && cpu_ram ? (cpu_ram * vcpus) / cpu_cores : undefined;
  return {
    gpu: toGpu(row.gpu_name, {
      count: whole(positive(row.num_gpus)),
      memoryMiB: whole(positive(row.gpu_ram)),
      cloud: "vast",
    }),
    vcpus: vcpus && vcpus > 0 ? vcpus : undefined,
    memoryMiB: whole(positive(share)),
    cpuModel: row.cpu_name || undefined,
  };
}

/** Numbers beyond what counts exactly are no sizes or prices. */
function whole(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** Micro-dollars per hour; a negative price is none. */
export function amount(dollars: number | null | undefined): number | undefined {
  const value = whole(micros(dollars));
  return value !== undefined && value >= 0 ? value : undefined;
}

/** While stopped, the disk alone is billed. */
function toPrice({ dph_total, storage_total_cost, is_bid }: MachineRow): Price | undefined {
  const total = amount(dph_total);
  if (total === undefined) return undefined;
  const disk = amount(storage_total_cost);
  return {
    currency: "USD",
    perHourMicros: total,
    stoppedPerHourMicros: disk,
    kind: is_bid ? "spot" : "on_demand",
    parts:
      disk === undefined || disk > total
        ? undefined
        : [
            { kind: "compute", perHourMicros: total - disk },
            { kind: "disk", perHourMicros: disk },
          ],
  };
}

/** The country of "City or State, CC"; the two letters are what the offer search filters by. */
export function toRegion(geolocation: string | null | undefined): string | undefined {
  return /(?:^|,\s*)([a-z]{2})$/i.exec(geolocation?.trim() ?? "")?.[1]?.toUpperCase();
}

const sshUser = "root";

function toAccess(machine: MachineRow): Access {
  const host = machine.public_ipaddr || undefined;
  const ports = host === undefined ? [] : toPorts(machine.ports, host);
  const runtype = machine.image_runtype ?? "";
  const ssh: SshEndpoint[] = ports
    .filter(({ port, protocol }) => port === 22 && protocol === "tcp")
    .map((direct) => ({ host: direct.host, port: direct.publicPort, user: sshUser, via: "direct" }));
  // Found by the official client: with Jupyter, the proxy's ssh is one port further.
  const proxyPort = toPort((machine.ssh_port ?? Number.NaN) + (/jupyter/i.test(runtype) ? 1 : 0));
  if (machine.ssh_host && proxyPort !== undefined && /ssh|jupyter/i.test(runtype)) {
    ssh.push({ host: machine.ssh_host, port: proxyPort, user: sshUser, via: "proxy" });
  }
  return { ssh, ports: ports.filter(({ port, protocol }) => port !== 22 || protocol !== "tcp") };
}

/** One mapping per port: the rows for IPv4 and IPv6 say the same. */
function toPorts(ports: MachineRow["ports"], host: string): PortMapping[] {
  return Object.entries(ports ?? {}).flatMap(([key, rows]) => {
    const [, number, protocol] = /^(\d{1,5})\/(tcp|udp)$/.exec(key) ?? [];
    const port = toPort(number);
    const mapped: readonly unknown[] = Array.isArray(rows) ? rows : [];
    const publicPort = mapped.map(hostPort).find((found) => found !== undefined);
    if (port === undefined || publicPort === undefined) return [];
    return [{ port, protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const), host, publicPort }];
  });
}

function hostPort(row: unknown): number | undefined {
  return typeof row === "object" && row !== null && "HostPort" in row ? toPort(row.HostPort) : undefined;
}

function toPort(value: unknown): number | undefined {
  const port = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}
