import {
  type Access,
  type DriverInstance,
  type DriverLaunchRequest,
  type DriverOffer,
  formOfToken,
  gibToMiB,
  type Hardware,
  lookup,
  micros,
  nameFromLabel,
  type OfferQuery,
  type Price,
  positive,
  type ReadFailure,
  Secret,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type { LaunchOptions } from "./options.ts";
import type { TundraTables } from "./tables.ts";
import { failureSchema, type Machine, type Offer } from "./wire.ts";

type Priced = Pick<Machine, "gpu_name" | "gpu_count" | "gpu_ram_gb" | "vcpus" | "ram_mb">;

/** Micro-units of a dollar from cents. */
const centsToMicros = (cents: number): number | undefined => micros(cents / 100);

const officeBeforeUtcMs = 8 * 3_600_000;

/** A moment from the head office's "2026-01-31 20:00:00". */
function toDate(text: string | null | undefined): Date | undefined {
  if (!text) return undefined;
  const ms = Date.parse(`${text.replace(" ", "T")}Z`) - officeBeforeUtcMs;
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

function toHardware(row: Priced): Hardware {
  return {
    gpu: toGpu(row.gpu_name, { count: row.gpu_count, memoryMiB: gibToMiB(row.gpu_ram_gb) }),
    vcpus: row.vcpus || undefined,
    memoryMiB: positive(row.ram_mb),
  };
}

/** Of the whole machine, disk included; a stopped one pays for its disk. */
function toPrice(
  gpuCents: number | null | undefined,
  gpus: number | null | undefined,
  diskCents: number | undefined,
  kind: Price["kind"],
): Price | undefined {
  if (gpuCents === null || gpuCents === undefined || !gpus || diskCents === undefined) return undefined;
  const compute = centsToMicros(gpuCents * gpus);
  const disk = centsToMicros(diskCents);
  if (compute === undefined || disk === undefined) return undefined;
  return {
    currency: "USD",
    perHourMicros: compute + disk,
    stoppedPerHourMicros: disk,
    kind,
    parts: [
      { kind: "compute", perHourMicros: compute },
      { kind: "disk", perHourMicros: disk },
    ],
  };
}

/** What is not told of either is not told of the product. */
function product(one: number | null | undefined, other: number | null | undefined): number | undefined {
  return one === null || one === undefined || other === null || other === undefined ? undefined : one * other;
}

function toAccess({ host, ssh_port, ssh_password, ports }: Machine): Access {
  if (!host) return { ssh: [], ports: [] };
  const password = ssh_password ? { password: new Secret(ssh_password) } : {};
  const ssh = ssh_port ? [{ host, port: ssh_port, user: "root", via: "direct" as const, ...password }] : [];
  const mapped = (ports ?? []).map(({ port, protocol, public: publicPort }) => {
    return { port, protocol, host, publicPort };
  });
  return { ssh, ports: mapped };
}

const unrecognized = { status: "unknown", reason: "unrecognized", billing: "unknown" } as const;

function toStatus(
  { state }: Machine,
  { statuses }: TundraTables,
): Pick<DriverInstance, "status" | "reason" | "billing"> {
  const { status, reason, billing = "unknown" } = lookup(statuses, state) ?? unrecognized;
  return { status, reason, billing };
}

function toInstance(machine: Machine, tables: TundraTables, maps: Maps): DriverInstance {
  const { disk_gb, disk_cents_per_gb, gpu_cents, gpu_count, is_spot } = machine;
  const diskCents = product(disk_gb, disk_cents_per_gb);
  const instance: DriverInstance = {
    id: machine.id,
    identity: machine.label || undefined,
    name: nameFromLabel(machine.label || undefined),
    ...maps.toStatus(machine, tables),
    message: machine.note || undefined,
    providerStatus: machine.state,
    hardware: { ...maps.toHardware(machine), diskMiB: maps.toDiskMiB(disk_gb) },
    price: maps.toPrice(gpu_cents, gpu_count, diskCents, is_spot ? "spot" : "on_demand"),
    region: machine.region || undefined,
    image: machine.image || undefined,
    access: maps.toAccess(machine),
    createdAt: maps.toDate(machine.created),
  };
  return withRaw("tundra", instance, machine);
}

/** GiB of disk that a machine gets where nobody asks for more. */
const defaultDiskGb = 20;

function toDiskGb(minDiskMiB: number | undefined): number {
  return minDiskMiB === undefined ? defaultDiskGb : Math.ceil(minDiskMiB / 1024);
}

function toOffer(offer: Offer, query: OfferQuery, maps: Maps): DriverOffer {
  const spot = query.pricing?.kind === "spot";
  const diskGb = maps.toDiskGb(query.minDiskMiB);
  const cents = spot ? offer.gpu_spot_cents : offer.gpu_cents;
  const diskCents = product(diskGb, offer.disk_cents_per_gb);
  const row: DriverOffer = {
    id: offer.offer_id,
    hardware: { ...maps.toHardware(offer), diskMiB: maps.toDiskMiB(offer.max_disk_gb) },
    price: maps.toPrice(cents, offer.gpu_count, diskCents, spot ? "spot" : "on_demand"),
    region: offer.region || undefined,
    available: offer.free > 0,
    maxCount: offer.free,
  };
  return withRaw("tundra", row, offer);
}

/** Cents per GPU from what the whole machine may cost, its disk included. */
function toBidCents(perHourMicros: number, gpus: number, diskCents: number): number {
  return Math.floor(((perHourMicros / 1e4 - diskCents) / gpus) * 1e4) / 1e4;
}

/** The bid for a machine with so many GPUs: what the caller allows, or what the cloud asks for at least. */
function toBid(
  { pricing, offer, minDiskMiB }: DriverLaunchRequest,
  gpus: number,
  maps: Maps,
): number | undefined {
  if (pricing?.kind !== "spot") return undefined;
  const most = pricing.maxPerHourMicros ?? offer?.price?.perHourMicros ?? 0;
  return maps.toBidCents(most, gpus, maps.toDiskGb(minDiskMiB) * diskCentsPerGb);
}

/** The same everywhere, says the price list. */
export const diskCentsPerGb = 0.02;

/** @param gpus How many the offer has. */
function toCreateBody(
  request: DriverLaunchRequest,
  options: LaunchOptions,
  maps: Maps,
  gpus: number,
): unknown {
  return {
    label: request.identity,
    offer: request.offerId ?? request.offer?.id,
    image: request.image,
    snapshot: request.snapshot,
    disk_gb: maps.toDiskGb(request.minDiskMiB),
    bid_cents: maps.toBid(request, gpus, maps),
    env: request.env,
    script: request.startup,
    keys: request.sshPublicKeys,
    ports: request.ports?.map(({ port, protocol = "tcp" }) => `${port}/${protocol}`),
    priority: options.priority,
  };
}

function readFailure(
  { body, status }: Parameters<ReadFailure>[0],
  { errors }: TundraTables,
): ReturnType<ReadFailure> {
  const failure = failureSchema.safeParse(body);
  if (!failure.success || status < 400) return undefined; // not a refusal we know: core goes by the HTTP status
  const { error, message } = failure.data;
  const row = lookup(errors, error);
  if (row === undefined && status >= 500) return undefined;
  return { ...(row ?? { code: "unknown" }), providerCode: error, message: message ?? error };
}

/** Everything that is made of what Tundra says, and of what it is told; each piece can be replaced. */
export const soundMaps = {
  ...{ toInstance, toStatus, toHardware, toDiskMiB: gibToMiB, toPrice, toAccess, toDate },
  ...{ toOffer, toDiskGb, toBidCents, toBid, toCreateBody, readFailure, centsToMicros },
  tokenIn: (label: string | null | undefined) => formOfToken(label ?? undefined),
};
export type Maps = typeof soundMaps;
