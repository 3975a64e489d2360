import * as z from "zod";

// Everything but the id may be missing, null, or of another type than documented: a field that cannot be read counts
// as not said, because a machine must stay visible whatever else its row holds. Texts may end in blanks or line breaks.

/** Unlike `z.coerce`, never makes a number of null or an empty text. Nothing that is read can be below zero. */
const number = z
  .union([z.number().nonnegative(), z.stringFormat("number", /^\s*\d+(\.\d+)?\s*$/).transform(Number)])
  .nullish()
  .catch(undefined);
const text = z.string().trim().nullish().catch(undefined);
const flag = z.boolean().nullish().catch(undefined);
const id = z.union([z.int().positive(), z.stringFormat("id", /^[1-9]\d*$/)]).transform(String);
const port = z
  .union([z.number(), z.stringFormat("port", /^\d{1,5}$/).transform(Number)])
  .pipe(z.int().min(1).max(65_535))
  .nullish()
  .catch(undefined);

/** A time without a zone is in UTC. */
function toSeconds(iso: string): number {
  return Date.parse(/(z|[+-]\d\d:\d\d)$/i.test(iso) ? iso : `${iso}Z`) / 1000;
}

/** Epoch seconds, or a text in the form of ISO 8601. */
const moment = z
  .union([z.number(), z.iso.datetime({ offset: true, local: true }).transform(toSeconds)])
  .nullish()
  .catch(undefined);

/** What offers and instances say alike. */
const hardware = {
  gpu_name: text,
  num_gpus: number,
  /** MB of one GPU. */
  gpu_ram: number,
  cpu_name: text,
  /** Of the whole machine. */
  cpu_cores: number,
  /** Of this rental. */
  cpu_cores_effective: number,
  /** MB of the whole machine. */
  cpu_ram: number,
  /** GB. */
  disk_space: number,
};

/**
 * An instance as the list and the single read show it.
 *
 * @see https://docs.vast.ai/api-reference/instances/show-instance (read 2026-08-07)
 */
export const machineSchema = z.object({
  id,
  label: text,
  actual_status: text,
  intended_status: text,
  cur_state: text,
  next_state: text,
  status_msg: text,
  ...hardware,
  /** Dollars per hour, as are all prices but those for storage per GB. */
  dph_total: number,
  storage_total_cost: number,
  is_bid: flag,
  geolocation: text,
  country_code: text,
  image_uuid: text,
  image_runtype: text,
  /** Epoch seconds, as all times. */
  start_date: number,
  end_date: number,
  public_ipaddr: text,
  ssh_host: text,
  ssh_port: port,
  /** `{"22/tcp": [{"HostIp": "0.0.0.0", "HostPort": "40122"}]}`; documented as an array of numbers, which it is not. */
  ports: z
    .record(
      z.string(),
      z
        .array(z.object({ HostPort: port }).catch({}))
        .nullish()
        .catch(undefined),
    )
    .nullish()
    .catch(undefined),
});

export type MachineRow = z.output<typeof machineSchema>;

/** Vast.ai's own record of an instance, as it came: only that it has an id has been checked. */
export type Machine = Omit<MachineRow, "id"> & { readonly id: number | string } & Readonly<
    Record<string, unknown>
  >;

/** @see https://docs.vast.ai/api-reference/search/search-offers (read 2026-08-07) */
export const offerSchema = z.object({
  id,
  ask_contract_id: id.nullish().catch(undefined),
  ...hardware,
  dph_base: number,
  dph_total: number,
  min_bid: number,
  /** Dollars per GB and month of 720 hours. */
  storage_cost: number,
  geolocation: text,
  reliability: number,
  reliability2: number,
  verification: text,
  hosting_type: number,
  rentable: flag,
  end_date: number,
});
export type OfferRow = z.output<typeof offerSchema>;

/**
 * A place for a volume. @see https://docs.vast.ai/api-reference/volumes/search-volumes (read 2026-08-07)
 */
export const volumeOfferSchema = offerSchema.pick({
  ...{ id: true, ask_contract_id: true, disk_space: true, storage_cost: true, geolocation: true },
  ...{ verification: true, hosting_type: true },
});
export type VolumeOfferRow = z.output<typeof volumeOfferSchema>;

/** @see https://docs.vast.ai/cli/reference/show-volumes (read 2026-08-07) */
export const volumeSchema = z.object({
  id,
  label: text,
  name: text,
  type: text,
  status: text,
  /** GB. */
  disk_space: number,
  size: number,
  storage_cost: number,
  geolocation: text,
  instances: z.array(z.unknown()).nullish().catch(undefined),
  start_date: number,
});

/** @see https://docs.vast.ai/api-reference/accounts/show-ssh-keys (read 2026-08-07) */
export const sshKeySchema = z.object({
  id,
  key: text,
  public_key: text,
  created_at: moment,
  deleted_at: z.unknown().optional(),
});
export type SshKeyRow = z.output<typeof sshKeySchema>;

/** The account. The answer also holds its key, which is dropped here. @see https://docs.vast.ai/api-reference/accounts/show-user (read 2026-08-07) */
export const balanceSchema = z.object({ balance: z.number(), credit: z.number() });
export const userSchema = z.object({ id, username: text, email: text });

/** The answer counts as such only with this key; an answer without it says nothing. */
const present = (key: string) =>
  z.record(z.string(), z.unknown()).refine((body) => Object.hasOwn(body, key), `has no ${key}`);

/** One instance under the plural key; null or an object without an id when there is none. */
export const singleSchema = present("instances").transform((body) => body["instances"]);

export const instancePageSchema = present("instances").pipe(
  z.object({
    instances: z.array(z.unknown()).nullable(),
    next_token: z.string().nullish(),
    total_instances: z.int().nonnegative().nullish().catch(undefined),
  }),
);

/** Of machines and of volumes. */
export const offerPageSchema = z.object({ offers: z.array(z.unknown()) });
export const volumePageSchema = z.object({ volumes: z.array(z.unknown()) });
export const sshKeyPageSchema = z.array(sshKeySchema);

/** The keys of one machine are JSON inside JSON. */
const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not JSON" });
    return z.NEVER;
  }
});
export const attachedKeysSchema = z.object({
  ssh_keys: z.union([z.array(z.unknown()), jsonText]).pipe(sshKeyPageSchema),
});

/** A create without a positive `new_contract` may have rented or not. */
export const createdSchema = z.object({ new_contract: id });
export const volumeCreatedSchema = z.object({ volume_id: id, volume_name: text });
export const sshKeyCreatedSchema = z.object({ key: sshKeySchema });

/** Where something that was asked for will lie. */
export const resultSchema = z.object({ result_url: z.url({ protocol: /^https?$/ }) });

/** A refusal, whatever its status. */
export const failureSchema = z.object({
  success: flag,
  error: text,
  msg: text,
  detail: text,
  new_contract: id.nullish().catch(undefined),
});
