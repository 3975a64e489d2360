import {
  ComputeError,
  type DriverInstance,
  type InstanceStatus,
  lookup,
  nameFromLabel,
  type Page,
  type PortMapping,
  type SessionToken,
  type StatusRow,
  type Table,
  toGpu,
  withRaw,
} from "@gpuport/core";
import {
  claimsSchema,
  type Login,
  type Machine,
  type MachinePage,
  machineSchema,
  type Unconfirmed,
} from "./wire.ts";

/**
 * @throws `bad_response` for a row that has no id: leaving it out would pass a part of the list off as the whole.
 */
export function toInstance(row: unknown, statuses: Table<StatusRow>): DriverInstance {
  const parsed = machineSchema.safeParse(row);
  if (!parsed.success) {
    throw new ComputeError({ code: "bad_response", message: "hpc-ai: a row of the list has no instance id" });
  }
  const machine = parsed.data;
  const metadata = machine.instanceMetadata;
  const label = metadata.instanceName || metadata.name || undefined;
  const state = toState(machine, statuses);
  const instance: DriverInstance = {
    id: metadata.instanceId,
    name: nameFromLabel(label),
    identity: label,
    ...state,
    hardware: { gpu: toGpu(anywhere(machine, "gpuName"), { count: anywhere(machine, "gpuNum") }) },
    region: anywhere(machine, "regionName") || anywhere(machine, "regionId") || undefined,
    image: anywhere(machine, "imageId") || undefined,
    access: toAccess(machine, state.status),
    createdAt: toDate(anywhere(machine, "createdAt") ?? anywhere(machine, "createTime")),
  };
  return withRaw("hpc-ai", instance, row);
}

function toState(
  { instanceRuntimeInfo }: Machine,
  statuses: Table<StatusRow>,
): Pick<DriverInstance, "status" | "reason" | "message" | "providerStatus" | "billing"> {
  const { phase, diagnosisReason, diagnosisMessage, ...info } = instanceRuntimeInfo ?? {};
  const word = info.status?.trim() ?? "";
  const whole = [word, phase?.trim() ?? "", diagnosisReason?.trim() ?? ""].join("/");
  const row = lookup(statuses, whole) ?? lookup(statuses, word);
  const step = phase?.trim() === word ? undefined : phase?.trim();
  const message = diagnosisMessage?.trim() || diagnosisReason?.trim() || step || undefined;
  if (row === undefined) {
    return { status: "unknown", reason: "unrecognized", message, providerStatus: word, billing: "unknown" };
  }
  const { status, reason, billing = "unknown" } = row;
  return { status, reason, message, providerStatus: word, billing };
}

/** Addresses hold only while the machine runs; what is left of them otherwise leads nowhere, or to somebody else. */
function toAccess(
  { instanceMetadata, instanceSpecInfo }: Machine,
  status: InstanceStatus,
): DriverInstance["access"] {
  const host = instanceSpecInfo?.regionInfo?.sshAddress?.trim() ?? "";
  if (status !== "running" || host === "") return { ssh: [], ports: [] };
  const user = instanceMetadata.instanceUsername?.trim() ?? "";
  const ports = (instanceSpecInfo?.nodePorts ?? []).flatMap((mapping): PortMapping[] => {
    const { port, nodePort } = mapping ?? {};
    if (!isPort(port) || !isPort(nodePort)) return [];
    return [{ port, protocol: "tcp", host, publicPort: nodePort }];
  });
  const ssh = user === "" ? undefined : ports.find(({ port }) => port === 22);
  return {
    ssh: ssh === undefined ? [] : [{ host, port: ssh.publicPort, user, via: "direct" }],
    ports: ports.filter(({ port }) => port !== 22),
  };
}

function isPort(port: number | null | undefined): port is number {
  return Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** A member whose place is not known, from the most special place to the most general. */
function anywhere<Member extends keyof Unconfirmed>(
  machine: Machine,
  member: Member,
): Unconfirmed[Member] | undefined {
  const { instanceMetadata, instanceRuntimeInfo, instanceSpecInfo } = machine;
  const levels: readonly (Unconfirmed | null | undefined)[] = [
    ...[instanceMetadata, instanceSpecInfo, instanceSpecInfo?.regionInfo, instanceRuntimeInfo, machine],
  ];
  for (const level of levels) {
    const value = level?.[member];
    if (value !== undefined && value !== null && value !== "") return value;
  }
  return undefined;
}

const firstMsOfSense = 1e11; // 1973 in milliseconds, the year 5138 in seconds
const withZone = /^\d{4}-\d{2}-\d{2}[T ].*(Z|[+-]\d{2}:?\d{2})$/;

/** Seconds, milliseconds, or a date with its zone; one without could be any of 24 hours. */
export function toDate(moment: string | number | null | undefined): Date | undefined {
  if (moment === undefined || moment === null) return undefined;
  const number = Number(moment);
  if (Number.isNaN(number) && !withZone.test(String(moment).trim())) return undefined;
  if (number <= 0) return undefined;
  const ms = Number.isNaN(number)
    ? Date.parse(String(moment))
    : number < firstMsOfSense
      ? number * 1000
      : number;
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The last page is the one that reaches the cloud's own count; without a count, the one that is empty. */
export function toPage(
  { instances, pager }: MachinePage,
  asked: { readonly currentPage: number; readonly pageSize: number },
  statuses: Table<StatusRow>,
): Page<DriverInstance> {
  const items = (instances ?? []).map((row) => toInstance(row, statuses));
  const total = pager?.totalEntries ?? undefined;
  const pageSize = pager?.pageSize || asked.pageSize;
  const isLast = items.length === 0 || (total !== undefined && asked.currentPage * pageSize >= total);
  return { items, total, next: isLast ? undefined : String(asked.currentPage + 1) };
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
