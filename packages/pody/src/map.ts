import {
  type Access,
  type AdapterTables,
  type DriverInstance,
  type Hardware,
  lookup,
  nameFromLabel,
  type PortMapping,
  positive,
  type StatusRow,
  type Table,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type * as z from "zod";
import type { optionsSchema } from "./options.ts";
import { statusMessages } from "./tables.ts";
import type { PodRecord } from "./wire.ts";

type Options = z.output<typeof optionsSchema>;

/** What a pod's record does not say and its reader knows: the machine that it runs on. */
export interface Place {
  readonly statuses: Table<StatusRow>;
  /** Where the ports of pods are published. */
  readonly host: string;
  readonly sshUser: string;
  readonly hardware: Hardware | undefined;
}

/** The machine behind a server, as the configuration has it. */
export function toPlace({ baseUrl, publicHost, sshUser, hardware }: Options, tables: AdapterTables): Place {
  const host = publicHost ?? new URL(baseUrl).hostname.replace(/^\[(.*)\]$/, "$1");
  return { statuses: tables.statuses, host, sshUser, hardware: hardware && toHardware(hardware) };
}

function toHardware({ gpu, ...rest }: NonNullable<Options["hardware"]>): Hardware {
  return { ...rest, gpu: gpu && toGpu(gpu.model, gpu) };
}

/** @param ins Short name that the pod was asked for by, which is its id. */
export function toInstance(ins: string, { pod, raw }: PodRecord, place: Place): DriverInstance {
  const row = lookup(place.statuses, pod.status);
  const message = lookup(statusMessages, pod.status);
  const instance: DriverInstance = {
    id: ins,
    identity: ins,
    name: nameFromLabel(ins),
    status: row?.status ?? "unknown",
    reason: row === undefined ? "unrecognized" : row.reason,
    ...(message === undefined ? {} : { message }),
    providerStatus: pod.status ?? "",
    billing: row?.billing ?? "none",
    hardware: toPodHardware(pod, place.hardware),
    // A create that does not tell the image leaves the one that was asked for.
    ...(pod.image ? { image: pod.image } : {}),
    access: toAccess(pod.port_mapping ?? [], place),
  };
  return withRaw("pody", instance, raw);
}

/** A pod that exists and cannot be read, because its image was deleted. It may be running. */
export function toUnreadableInstance(ins: string, { hardware }: Place): DriverInstance {
  return {
    id: ins,
    identity: ins,
    name: nameFromLabel(ins),
    status: "unknown",
    reason: "image_error",
    message: "its image was deleted, and the server cannot read a pod without its image",
    providerStatus: "No such image",
    billing: "none",
    hardware: hardware ?? {},
    access: { ssh: [], ports: [] },
  };
}

/**
 * What the machine has, as far as this pod may use it. An empty `gpu_ids` is "all" as well as "none", so it changes
 * nothing about what the configuration says.
 */
function toPodHardware(pod: PodRecord["pod"], machine: Hardware = {}): Hardware {
  const count = positive(pod.gpu_ids?.length);
  const unnamed = { model: "unknown", vendor: "unknown", providerModel: "" } as const;
  const gpu = count === undefined ? machine.gpu : { ...(machine.gpu ?? unnamed), count };
  return { ...machine, gpu, memoryMiB: toMiB(pod.memory_limit) ?? machine.memoryMiB };
}

/** `undefined` for no limit, which is -1 or 0. */
export function toMiB(bytes: number | null | undefined): number | undefined {
  const mib = positive(bytes === null || bytes === undefined ? undefined : Math.floor(bytes / 2 ** 20));
  // What a number cannot hold exactly is no size of a machine.
  return Number.isSafeInteger(mib) ? mib : undefined;
}

function toAccess(mappings: readonly string[], { host, sshUser }: Place): Access {
  const ports = mappings.flatMap((mapping) => toPortMapping(mapping, host) ?? []);
  const ssh = ports
    .filter(({ port }) => port === 22)
    .map(({ publicPort }) => ({ host, port: publicPort, user: sshUser, via: "direct" }) as const);
  return { ssh, ports };
}

/** From `"<host port>:<pod port>"`. */
function toPortMapping(mapping: string, host: string): PortMapping | undefined {
  const [publicPort, port] = mapping.split(":").map(toPort);
  return publicPort === undefined || port === undefined
    ? undefined
    : { port, protocol: "tcp", host, publicPort };
}

function toPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** The short name in a list: names before 0.1.13 are `<user>-<ins>`, and a short name has no hyphen. */
export function toShortName(name: string): string {
  return name.slice(name.lastIndexOf("-") + 1);
}
