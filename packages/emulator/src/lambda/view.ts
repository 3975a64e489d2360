import type { Flags } from "../kit/types.ts";
import type { LambdaRegion, LambdaType } from "./catalogue.ts";
import type { LambdaSettings } from "./settings.ts";
import type { LambdaInstance } from "./state.ts";

export const toRegion = ({ name, description }: LambdaRegion) => ({ name, description });

export const isoTime = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");

/** Flag: `olderTypes` leaves out the members that older answers did not have. */
export function toType(type: LambdaType, flags: Flags) {
  const newer = { gpu_description: type.gpuDescription, architecture: type.architecture };
  return {
    name: type.name,
    description: type.description,
    ...(flags.has("olderTypes") ? {} : newer),
    price_cents_per_hour: type.centsPerHour,
    specs: {
      vcpus: type.vcpus,
      memory_gib: type.memoryGiB,
      storage_gib: type.storageGiB,
      gpus: type.gpus,
    },
  };
}

type Reason = "vm-has-not-launched" | "vm-is-too-old" | "vm-is-terminating" | "vm-action-in-progress";

const action = (reason?: Reason) =>
  reason === undefined
    ? { available: true }
    : { available: false, reason_code: reason, reason_description: `synthetic: ${reason}` };

const ending: ReadonlySet<string> = new Set(["terminating", "terminated", "preempted"]);

export const isEnding = ({ status }: LambdaInstance) => ending.has(status);

/** Why it cannot be terminated now. */
export function whyNotTerminable(instance: LambdaInstance, now: number): Reason | undefined {
  if (isEnding(instance)) return "vm-is-terminating";
  return now < instance.terminableFrom ? "vm-has-not-launched" : undefined;
}

export function whyNotRestartable(instance: LambdaInstance): Reason | undefined {
  if (isEnding(instance)) return "vm-is-terminating";
  if (instance.status !== "booting") return undefined;
  return instance.firstHealthyAt === undefined ? "vm-has-not-launched" : "vm-action-in-progress";
}

export interface Sight {
  readonly now: number;
  readonly settings: LambdaSettings;
  readonly flags: Flags;
}

/** Flags of the reads: `nullMembers`, `noNames` (rows without name and tags), `unknownStatus`, `olderTypes`. */
export function toRow(instance: LambdaInstance, { now, settings, flags }: Sight) {
  const { stale, ip, firstHealthyAt } = instance;
  const word = flags.get("unknownStatus");
  const status = stale !== undefined && now < stale.until ? stale.status : instance.status;
  const nameless = flags.has("noNames") || (instance.status === "booting" && !settings.bootingNames);
  const nulls = settings.optionalMembers === "null" || flags.has("nullMembers");
  const optional = (members: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(members).flatMap(([name, value]) => {
        if (value !== undefined) return [[name, value]];
        return nulls ? [[name, null]] : [];
      }),
    );
  const restart = action(whyNotRestartable(instance));
  const healthy = firstHealthyAt !== undefined;
  const jupyterToken = healthy ? instance.token : undefined;
  return {
    id: instance.id,
    ...optional({
      name: nameless ? undefined : instance.name,
      ip,
      private_ip: ip === undefined ? undefined : instance.privateIp,
      hostname: ip === undefined ? undefined : (instance.hostname ?? ip.replaceAll(".", "-")),
      jupyter_token: jupyterToken,
      jupyter_url: healthy ? `https://jupyter.lambda.example/?token=${instance.token}` : undefined,
      tags: nameless || instance.tags.length === 0 ? undefined : instance.tags,
    }),
    status: flags.has("unknownStatus") ? (typeof word === "string" ? word : "hibernating") : status,
    ssh_key_names: instance.sshKeyNames,
    file_system_names: instance.mounts.map(({ mountPoint }) => mountPoint.split("/").at(-1)),
    file_system_mounts: instance.mounts.map(({ fileSystemId, mountPoint }) => ({
      mount_point: mountPoint,
      file_system_id: fileSystemId,
    })),
    region: toRegion(instance.region),
    instance_type: toType(instance.type, flags),
    is_reserved: false,
    actions: {
      migrate: action("vm-is-too-old"),
      rebuild: restart,
      restart,
      cold_reboot: restart,
      terminate: action(whyNotTerminable(instance, now)),
    },
    firewall_rulesets: instance.rulesets.map((id) => ({ id })),
    ...(settings.firstHealthy ? { first_healthy: healthy ? isoTime(firstHealthyAt) : null } : {}),
  };
}
