import {
  type Access,
  ComputeError,
  type DriverInstance,
  type DriverOffer,
  gibToMiB,
  type Hardware,
  type Image,
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
import {
  type FilesystemRow,
  type imagesSchema,
  type MachineRow,
  machineSchema,
  type TypeRow,
  typeRowSchema,
} from "./wire.ts";

/**
 * @param now When the row was read: how long ago a machine became healthy is part of what its status means.
 * @throws `bad_response` for a row without an id: no list gets shorter in silence.
 */
export function toInstance(raw: unknown, { statuses }: LambdaTables, now: number): DriverInstance {
  const parsed = machineSchema.safeParse(raw);
  if (!parsed.success) {
    throw new ComputeError({ code: "bad_response", message: "lambda: a row of an answer has no id" });
  }
  const machine = parsed.data;
  const word = machine.status ?? "";
  const unrecognized = { status: "unknown", reason: "unrecognized", billing: "unknown" } as const;
  const health = healthOf(machine, now);
  const row = lookupPattern(statuses, word, `${word}/${health}`) ?? unrecognized;
  const { status, reason, billing = "unknown" } = row;
  const tags = tagsOf(machine);
  const instance: DriverInstance = {
    id: machine.id,
    identity: tags.get(tagKeys.launch) ?? machine.name ?? undefined,
    name: nameFromLabel(machine.name ?? undefined),
    ...{ status, reason, billing, providerStatus: word },
    message: word === "unhealthy" ? "its health checks do not pass" : undefined,
    hardware: toHardware(machine.instance_type),
    price: toPrice(machine.instance_type, machine.is_reserved ? "reserved" : "on_demand"),
    region: machine.region?.name ?? undefined,
    access: toAccess(machine, status, tags.get(tagKeys.ports)),
    labels: Object.fromEntries([...tags].filter(([key]) => !ownTags.has(key))),
  };
  return withRaw("lambda", instance, raw);
}

const ownTags: ReadonlySet<string> = new Set(Object.values(tagKeys));

/** Absent is not null: older answers do not tell. */
function healthOf({ first_healthy: since }: MachineRow, now: number): string {
  if (since === undefined) return "unsaid";
  if (since === null) return "never";
  return now - since.getTime() < graceMs ? "lately" : "once";
}

function tagsOf({ tags }: MachineRow): ReadonlyMap<string, string> {
  return new Map((tags ?? []).flatMap((tag) => (tag ? [[tag.key, tag.value] as const] : [])));
}

/** The memory of one GPU stands in the text, in GB that are GiB. */
export function toHardware(type: TypeRow | null | undefined): Hardware {
  const { specs } = type ?? {};
  const words = type?.gpu_description ?? type?.description?.replace(/^\d+x\s+/, "");
  const gigabytes = /\((\d+) GB\b/.exec(words ?? "")?.[1];
  const memoryMiB = gibToMiB(gigabytes === undefined ? undefined : Number(gigabytes));
  return {
    gpu: toGpu(words, { count: specs?.gpus, memoryMiB, cloud: "lambda" }),
    vcpus: specs?.vcpus ? Math.round(specs.vcpus) || undefined : undefined,
    memoryMiB: gibToMiB(specs?.memory_gib),
    diskMiB: gibToMiB(specs?.storage_gib),
  };
}

/** Of cents per hour for the whole machine. Taxes come on top. */
function toPrice(type: TypeRow | null | undefined, kind: Price["kind"]): Price | undefined {
  const cents = type?.price_cents_per_hour;
  const perHourMicros = micros(cents === null || cents === undefined ? undefined : cents / 100);
  return perHourMicros === undefined ? undefined : { currency: "USD", perHourMicros, kind };
}

/** Addresses go to the next customer, so one counts only while the machine is there. */
function toAccess(
  { ip: host }: MachineRow,
  status: DriverInstance["status"],
  ports: string | undefined,
): Access {
  const isThere = status === "provisioning" || status === "running" || status === "failed";
  if (!host || !isThere) return { ssh: [], ports: [] };
  return { ssh: [{ host, port: 22, user, via: "direct" }], ports: readPorts(ports, host) };
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

/** What an offer's id says, so that a launch needs to read nothing. */
function toOfferId(type: string, region: string): string {
  return `${type}|${region}`;
}

/** One offer per type and region that has it; one that is not to be had for a type that no region has. */
export function toOffers(type: string, raw: unknown): readonly DriverOffer[] {
  const parsed = typeRowSchema.safeParse(raw);
  if (!parsed.success) {
    throw new ComputeError({ code: "bad_response", message: `lambda: the type ${type} is in another shape` });
  }
  const { instance_type, regions_with_capacity_available: places } = parsed.data;
  const offer = { hardware: toHardware(instance_type), price: toPrice(instance_type, "on_demand") };
  const regions = (places ?? []).flatMap((place) => place?.name ?? []);
  const offers: readonly DriverOffer[] =
    regions.length === 0
      ? [{ id: toOfferId(type, ""), ...offer, available: false }]
      : regions.map((region) => ({ id: toOfferId(type, region), ...offer, region, available: true }));
  return offers.map((row) => withRaw("lambda/offer", row, raw));
}

/**
 * Images by family, which every region has, each with its newest; by id where there is no family. The rows are one for
 * each image and region, whose ids fit that region alone.
 */
export function toImages(rows: z.output<typeof imagesSchema>["data"]): readonly Unstamped<Image>[] {
  const newest = new Map<string, (typeof rows)[number]>();
  for (const row of rows) {
    const id = row.family ?? row.id;
    const known = newest.get(id);
    if (known === undefined || Number(row.created_time ?? 0) > Number(known.created_time ?? 0))
      newest.set(id, row);
  }
  return [...newest].map(([id, { name, created_time }]) => ({
    id,
    name: name ?? undefined,
    owned: false,
    createdAt: created_time ?? undefined,
  }));
}

/** It has no size: it grows, and what lies in it is paid by the GiB and month, mounted or not. */
export function toVolume(row: FilesystemRow): Unstamped<Volume> {
  const volume: Unstamped<Volume> = {
    id: row.id,
    name: row.name ?? undefined,
    region: row.region?.name ?? undefined,
    createdAt: row.created ?? undefined,
  };
  return withRaw("lambda/volume", volume, row);
}
