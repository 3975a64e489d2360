import {
  type Access,
  type AdapterTables,
  type DriverInstance,
  type DriverLaunchRequest,
  fromUnixSeconds,
  gibToMiB,
  lookup,
  micros,
  nameFromLabel,
  type Price,
  type ReadFailure,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type { LaunchOptions } from "./options.ts";
import { failureSchema, type Machine } from "./wire.ts";

export function toInstance(machine: Machine, { statuses }: AdapterTables): DriverInstance {
  const label = machine.name ?? undefined;
  const row = lookup(statuses, machine.state);
  const memoryMiB = gibToMiB(machine.gpu_memory_gb);
  const instance: DriverInstance = {
    id: machine.id,
    identity: label,
    name: nameFromLabel(label),
    status: row?.status ?? "unknown",
    reason: row === undefined ? "unrecognized" : row.reason,
    providerStatus: machine.state,
    billing: row?.billing ?? "unknown",
    hardware: { gpu: toGpu(machine.gpu_name, { count: machine.gpu_count, memoryMiB }) },
    price: toPrice(machine.price_cents),
    region: machine.region ?? undefined,
    image: machine.image ?? undefined,
    access: toAccess(machine),
    createdAt: fromUnixSeconds(machine.created_at),
  };
  return withRaw("my-cloud", instance, machine);
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
  const { identity, offerId, image, env } = request;
  return { name: identity, type: offerId, image, env, rack };
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
