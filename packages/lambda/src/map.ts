import {
  type DriverInstance,
  type DriverOffer,
  gibToMiB,
  type Hardware,
  type Kept,
  lookupPattern,
  micros,
  nameFromLabel,
  type PortMapping,
  type Price,
  toGpu,
  type Unstamped,
  type Volume,
  withRaw,
} from "@gpuport/core";
import type * as z from "zod";
import { graceMs, type LambdaTables, tagKeys, user } from "./tables.ts";
import type { FilesystemRow, MachineRow, TypeRow, typeRowSchema } from "./wire.ts";

const unrecognized = { status: "unknown", reason: "unrecognized", billing: "unknown" } as const;

/** @param now When it was read: how long ago a machine became healthy is part of what its status means. */
export function toInstance(
  { raw, read: machine }: Kept<MachineRow>,
  { statuses }: LambdaTables,
  now: number,
): DriverInstance {
  const { instance_type: type, status: word, name } = machine;
  const text = `${word ?? ""}/${healthOf(machine, now)}`;
  const { status, reason, billing = "unknown" } = lookupPattern(statuses, word ?? "", text) ?? unrecognized;
  const pairs = (machine.tags ?? []).flatMap((tag) => (tag ? [[tag.key, tag.value]] : []));
  const { [tagKeys.launch]: identity, [tagKeys.ports]: ports, ...labels } = Object.fromEntries(pairs);
  // Addresses go to the next customer, so one counts only while the machine is there.
  const isThere = status === "provisioning" || status === "running" || status === "failed";
  const host = isThere ? machine.ip : undefined;
  const instance: DriverInstance = {
    ...{ id: machine.id, identity: identity ?? name ?? undefined, name: nameFromLabel(name ?? undefined) },
    ...{ status, reason, billing, providerStatus: word ?? "", labels },
    message: word === "unhealthy" ? "its health checks do not pass" : undefined,
    hardware: toHardware(type),
    price: toPrice(type, machine.is_reserved ? "reserved" : "on_demand"),
    region: machine.region?.name ?? undefined,
    access: {
      ssh: host ? [{ host, port: 22, user, via: "direct" }] : [],
      ports: host ? readPorts(ports, host) : [],
    },
  };
  return withRaw("lambda", instance, raw);
}

/** Absent is not null: older answers do not tell. */
function healthOf({ first_healthy: since }: MachineRow, now: number): string {
  if (since === undefined) return "unsaid";
  if (since === null) return "never";
  return now - since.getTime() < graceMs ? "lately" : "once";
}

/** The memory of one GPU stands in the text, in GB that are GiB. */
export function toHardware(type: TypeRow | null | undefined): Hardware {
  const { specs, gpu_description, description } = type ?? {};
  const words = gpu_description ?? description?.replace(/^\d+x\s+/, "");
  const gigabytes = /\((\d+) GB\b/.exec(words ?? "")?.[1];
  const memoryMiB = gibToMiB(Number(gigabytes ?? 0));
  return {
    gpu: toGpu(words, { count: specs?.gpus, memoryMiB, cloud: "lambda" }),
    vcpus: Math.round(specs?.vcpus ?? 0) || undefined,
    memoryMiB: gibToMiB(specs?.memory_gib),
    diskMiB: gibToMiB(specs?.storage_gib),
  };
}

/** Of cents per hour for the whole machine. Taxes come on top. */
function toPrice(type: TypeRow | null | undefined, kind: Price["kind"]): Price | undefined {
  const perHourMicros = micros((type?.price_cents_per_hour ?? Number.NaN) / 100);
  return perHourMicros === undefined ? undefined : { currency: "USD", perHourMicros, kind };
}

/** The ports that the launch asked for stand in a tag: the row itself names none. */
export function toPortsTag(ports: readonly { port: number; protocol?: string | undefined }[]): string {
  return ports.map(({ port, protocol = "tcp" }) => `${port}/${protocol}`).join(" ");
}

/** The machine's address is its own, so every port is published under its own number. */
function readPorts(tag: string | undefined, host: string): readonly PortMapping[] {
  return (tag ?? "").split(" ").flatMap((text): PortMapping[] => {
    const [, digits, protocol] = /^(\d{1,5})\/(tcp|udp)$/.exec(text) ?? [];
    const port = Number(digits ?? 0);
    if (port < 1 || port > 65_535) return [];
    return [{ port, protocol: protocol === "udp" ? "udp" : "tcp", host, publicPort: port }];
  });
}

/** One offer per type and region that has it; one that is not to be had for a type that no region has. */
export function toOffers(type: string, { raw, read }: Kept<z.output<typeof typeRowSchema>>) {
  const { instance_type, regions_with_capacity_available: places } = read;
  const regions = (places ?? []).flatMap((place) => place?.name ?? []);
  return (regions.length === 0 ? [undefined] : regions).map((region): DriverOffer => {
    const about = { hardware: toHardware(instance_type), price: toPrice(instance_type, "on_demand") };
    const offer = { id: `${type}|${region ?? ""}`, ...about, region, available: region !== undefined };
    return withRaw("lambda/offer", offer, raw);
  });
}

/** It has no size: it grows, and what lies in it is paid by the GiB and month, mounted or not. */
export function toVolume({ raw, read }: Kept<FilesystemRow>): Unstamped<Volume> {
  const { id, name, region, created } = read;
  const about = { name: name ?? undefined, region: region?.name ?? undefined };
  return withRaw("lambda/volume", { id, ...about, createdAt: created ?? undefined }, raw);
}
