import * as z from "zod";

// Everything but the id may be missing, null, or of another type than documented: a field that cannot be read counts
// as not said, because a machine must stay visible whatever else its row holds. Texts may end in blanks or line breaks.

/** Unlike `z.coerce`, never makes a number of null or an empty text. */
const number = z
  .union([z.number(), z.stringFormat("number", /^\s*-?\d+(\.\d+)?\s*$/).transform(Number)])
  .nullish()
  .catch(undefined);
const text = z.string().trim().nullish().catch(undefined);
const flag = z.boolean().nullish().catch(undefined);
const id = z.union([z.int().positive(), z.stringFormat("id", /^[1-9]\d*$/)]).transform(String);

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
  /** Dollars per hour, as are all prices but the storage price of offers. */
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
  ssh_port: number,
  /** `{"22/tcp": [{"HostIp": "0.0.0.0", "HostPort": "40122"}]}`; documented as an array of numbers, which it is not. */
  ports: z.record(z.string(), z.unknown()).nullish().catch(undefined),
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
  gpu_name: text,
  num_gpus: number,
  gpu_ram: number,
  cpu_name: text,
  cpu_cores: number,
  cpu_cores_effective: number,
  cpu_ram: number,
  disk_space: number,
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

export const offerPageSchema = z.object({ offers: z.array(z.unknown()) });

/** A create without a positive `new_contract` may have rented or not. */
export const createdSchema = z.object({ new_contract: id });

/** A refusal, whatever its status. */
export const failureSchema = z.object({
  success: flag,
  error: text,
  msg: text,
  detail: text,
  new_contract: id.nullish().catch(undefined),
});
