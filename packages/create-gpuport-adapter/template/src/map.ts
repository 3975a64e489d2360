import {
  type Access,
  type AdapterTables,
  type DriverInstance,
  type DriverLaunchRequest,
  type DriverOffer,
  fromUnixSeconds,
  gibToMiB,
  type Hardware,
  lookup,
  micros,
  nameFromLabel,
  type Price,
  type ReadFailure,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type { LaunchOptions } from "./options.ts";
import { failureSchema, type Machine, type MachineType } from "./wire.ts";

export function toInstance(machine: Machine, { statuses }: AdapterTables): DriverInstance {
  const label = machine.name ?? undefined;
  const row = lookup(statuses, machine.state);
  const instance: DriverInstance = {
    id: machine.id,
    identity: label,
    name: nameFromLabel(label),
    status: row?.status ?? "unknown",
    reason: row === undefined ? "unrecognized" : row.reason,
    providerStatus: machine.state,
    billing: row?.billing ?? "unknown",
    hardware: toHardware(machine),
    price: toPrice(machine.price_cents),
    region: machine.region ?? undefined,
    image: machine.image ?? undefined,
    access: toAccess(machine),
    createdAt: fromUnixSeconds(machine.created_at),
  };
  return withRaw("my-cloud", instance, machine);
}

export function toOffer(type: MachineType): DriverOffer {
  return {
    id: type.id,
    hardware: toHardware(type),
    price: toPrice(type.price_cents),
    available: (type.free ?? 0) > 0,
  };
}

function toHardware({ gpu_name, gpu_count, gpu_memory_gb }: Machine | MachineType): Hardware {
  return { gpu: toGpu(gpu_name, { count: gpu_count, memoryMiB: gibToMiB(gpu_memory_gb) }) };
}

/** `undefined` where the cloud did not say: never 0, which would be free. */
function toPrice(cents: number | null | undefined): Price | undefined {
  const perHourMicros = micros(typeof cents === "number" ? cents / 100 : undefined);
  return perHourMicros === undefined ? undefined : { currency: "USD", perHourMicros, kind: "on_demand" };
}

function toAccess({ ssh }: Machine): Access {
  return { ssh: ssh ? [{ host: ssh.host, port: ssh.port, user: ssh.user, via: "direct" }] : [], ports: [] };
}

export function toCreateBody(request: DriverLaunchRequest, { rack }: LaunchOptions) {
  const { identity, offerId, offer, image, env } = request;
  return { name: identity, type: offerId ?? offer?.id, image, env, rack };
}

/** Recognises the cloud's refusals; everything else is judged by its HTTP status. */
export function readFailureWith({ errors }: AdapterTables): ReadFailure {
  return ({ body, status }) => {
    const failure = failureSchema.safeParse(body);
    if (!failure.success) return undefined;
    const { code: providerCode, message } = failure.data.error;
    const row = lookup(errors, providerCode) ?? { code: "unknown" };
    // A server that broke down may have rented first, whatever it says.
    const effect = status >= 500 ? undefined : row.effect;
    return { ...row, effect, providerCode, message: message ?? providerCode };
  };
}
