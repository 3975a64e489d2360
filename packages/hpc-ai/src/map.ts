import {
  type Balance,
  ComputeError,
  type DriverInstance,
  gibToMiB,
  type InstanceStatus,
  lookup,
  nameFromLabel,
  type PortMapping,
  refuse,
  type SessionToken,
  type StatusRow,
  type Table,
  toGpu,
  type Unstamped,
  type Volume,
  type VolumeSpec,
  withRaw,
} from "@gpuport/core";
import type * as z from "zod";
import {
  type balanceSchema,
  claimsSchema,
  type Login,
  type Machine,
  machineSchema,
  momentSchema,
  type Unconfirmed,
  volumeSchema,
} from "./wire.ts";

/** A row without an id is no row: leaving it out would pass a part of the list off as the whole. */
function withoutId(what: string): never {
  throw new ComputeError({ code: "bad_response", message: `hpc-ai: a row of the list has no ${what} id` });
}

/** @throws `bad_response` for a row that has no id. */
export function toInstance(row: unknown, statuses: Table<StatusRow>): DriverInstance {
  const machine = machineSchema.safeParse(row).data ?? withoutId("instance");
  const { instanceMetadata: metadata, instanceSpecInfo: spec, instanceRuntimeInfo: info } = machine;
  const label = metadata.instanceName ?? metadata.name ?? undefined;
  const state = toState(info ?? {}, statuses);
  // Members whose place is not known, from the most special place to the most general.
  const levels = [metadata, spec, spec?.regionInfo, info, machine];
  const anywhere = <Member extends keyof Unconfirmed>(member: Member) =>
    levels.map((level) => level?.[member] ?? undefined).find((value) => value !== undefined);
  const instance: DriverInstance = {
    id: metadata.instanceId,
    name: nameFromLabel(label),
    identity: label,
    ...state,
    hardware: { gpu: toGpu(anywhere("gpuName"), { count: anywhere("gpuNum") }) },
    region: anywhere("regionName") ?? anywhere("regionId"),
    image: anywhere("imageId"),
    access: toAccess(machine, state.status),
    createdAt: momentSchema.parse(anywhere("createdAt") ?? anywhere("createTime")) ?? undefined,
  };
  return withRaw("hpc-ai", instance, row);
}

function toState(
  info: NonNullable<Machine["instanceRuntimeInfo"]>,
  statuses: Table<StatusRow>,
): Pick<DriverInstance, "status" | "reason" | "message" | "providerStatus" | "billing"> {
  const { status: word, phase, diagnosisReason, diagnosisMessage } = info;
  const row = lookup(statuses, [word, phase, diagnosisReason].join("/")) ?? lookup(statuses, word);
  const {
    status,
    reason,
    billing = "unknown",
  } = row ?? ({ status: "unknown", reason: "unrecognized" } as const);
  const message = diagnosisMessage ?? diagnosisReason ?? (phase === word ? undefined : phase) ?? undefined;
  return { status, reason, message, providerStatus: word ?? "", billing };
}

/** Addresses hold only while the machine runs; what is left of them otherwise leads nowhere, or to somebody else. */
function toAccess(
  { instanceMetadata, instanceSpecInfo }: Machine,
  status: InstanceStatus,
): DriverInstance["access"] {
  const host = instanceSpecInfo?.regionInfo?.sshAddress;
  if (status !== "running" || !host) return { ssh: [], ports: [] };
  const user = instanceMetadata.instanceUsername;
  const ports = (instanceSpecInfo?.nodePorts ?? []).flatMap((mapping): PortMapping[] => {
    const { port, nodePort } = mapping ?? {};
    return port && nodePort ? [{ port, protocol: "tcp", host, publicPort: nodePort }] : [];
  });
  const ssh = ports.find(({ port }) => port === 22);
  return {
    ssh: ssh && user ? [{ host, port: ssh.publicPort, user, via: "direct" }] : [],
    ports: ports.filter(({ port }) => port !== 22),
  };
}

/** @throws `bad_response` for a row that has no id. */
export function toVolume(row: unknown): Unstamped<Volume> {
  const { id, name, sizeGB, region, regionId, volumeType, type, status, createdAt } =
    volumeSchema.safeParse(row).data ?? withoutId("volume");
  const volume: Unstamped<Volume> = {
    id: id ?? withoutId("volume"),
    name: name ?? undefined,
    sizeMiB: gibToMiB(sizeGB), // the cloud's GB are taken for GiB
    region: region ?? regionId ?? undefined,
    type: volumeType ?? type ?? undefined,
    providerStatus: status ?? undefined,
    createdAt: createdAt ?? undefined,
  };
  return withRaw("hpc-ai/volume", volume, row);
}

/** The body of a volume's create; every member is required. */
export function toVolumeBody(
  { name, sizeMiB, region, type }: VolumeSpec,
  regionIdOf: (region: string) => string,
) {
  const needed = "hpc-ai needs it to make a volume";
  return {
    name: name ?? refuse("name", needed),
    sizeGB: Math.ceil((sizeMiB ?? refuse("sizeMiB", needed)) / 1024),
    region: regionIdOf(region ?? refuse("region", needed)),
    volumeType: type ?? refuse("type", `${needed}: filesystem, highspeedstorage or another`),
  };
}
export type VolumeBody = ReturnType<typeof toVolumeBody>;

/** Vouchers and credits are used up before the balance; whether the available balance has them in it is not known. */
export function toBalance(said: z.output<typeof balanceSchema>, currency: string): Balance {
  const inMicros = (amount: number) => Math.round(amount * 1e6) + 0; // no -0
  const parts = [
    ["balance", said.balance],
    ["voucher", said.availableVoucherAmount],
    ["credit", said.availableCreditAmount],
  ] as const;
  return {
    currency,
    availableMicros: inMicros(said.availableBalance),
    parts: parts.flatMap(([kind, amount]) =>
      typeof amount === "number" ? [{ kind, micros: inMicros(amount) }] : [],
    ),
  };
}

/**
 * A token and when it ends: after the shorter of what the login said and what the token says, both counted from now,
 * because the cloud's clock may be another.
 */
export function toSessionToken({ value, lifeSeconds }: Login, now: number): SessionToken {
  const { exp, iat } = claimsOf(value) ?? {};
  const own = exp === undefined ? undefined : exp - (iat ?? now / 1000);
  const lives = [lifeSeconds, own].flatMap((life) => (life !== undefined && life > 0 ? [life] : []));
  return { value, expiresAt: lives.length === 0 ? undefined : now + Math.min(...lives) * 1000 };
}

/** Reads a JWT without verifying it: only its issuer can, and only the time is wanted. */
function claimsOf(token: string) {
  const base64 = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  try {
    return claimsSchema.safeParse(JSON.parse(atob(base64))).data;
  } catch {
    return undefined; // not a JWT, so it says nothing
  }
}
