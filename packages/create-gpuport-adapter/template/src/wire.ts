import * as z from "zod";

/**
 * What the cloud sends, as far as it is read: its own names and units, and lenient about everything else.
 *
 * @see https://api.my-cloud.example/v1
 */
export const machineSchema = z.looseObject({
  id: z.string().min(1),
  name: z.string().nullish(),
  state: z.string(),
  image: z.string().nullish(),
  region: z.string().nullish(),
  gpu_name: z.string().nullish(),
  gpu_count: z.number().nullish(),
  /** GiB of one GPU. */
  gpu_memory_gb: z.number().nullish(),
  /** US cents per hour, for the whole machine. */
  price_cents: z.number().nullish(),
  /** Unix seconds. */
  created_at: z.number().nullish(),
  ssh: z.object({ host: z.string(), port: z.int().min(1).max(65_535), user: z.string() }).nullish(),
});
export type Machine = z.output<typeof machineSchema>;

export const machinePageSchema = z.object({
  machines: z.array(machineSchema),
  next_cursor: z.string().nullish(),
  /** Machines on all pages. */
  total: z.int().nonnegative().nullish(),
});

/** What can be rented. */
const machineTypeSchema = z.looseObject({
  id: z.string().min(1),
  gpu_name: z.string().nullish(),
  gpu_count: z.number().nullish(),
  gpu_memory_gb: z.number().nullish(),
  price_cents: z.number().nullish(),
  /** How many are free now. */
  free: z.number().nullish(),
});
export type MachineType = z.output<typeof machineTypeSchema>;

export const typesSchema = z.object({ types: z.array(machineTypeSchema) });

/** The answer to a create. Only the id is read: nothing else may stand between a machine and its id. */
export const createdSchema = z.object({ id: z.string().min(1) });

export const failureSchema = z.object({
  error: z.object({ code: z.string(), message: z.string().nullish() }),
});
