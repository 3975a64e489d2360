import * as z from "zod";

// What Tundra sends, as far as it is read. Its "GB" are GiB; its prices are US cents per hour and GPU; its moments are
// its head office's, eight hours before UTC.

const priced = {
  gpu_name: z.string().nullish(),
  gpu_count: z.number().nullish(),
  /** GiB of one GPU. */
  gpu_ram_gb: z.number().nullish(),
  vcpus: z.number().nullish(),
  /** MiB of the whole machine. */
  ram_mb: z.number().nullish(),
  region: z.string().nullish(),
  /** Cents per hour for one GPU. */
  gpu_cents: z.number().nullish(),
  /** Cents per hour for one GiB of disk. */
  disk_cents_per_gb: z.number().nullish(),
};

export const machineSchema = z.looseObject({
  ...priced,
  id: z.string().min(1),
  label: z.string().nullish(),
  image: z.string().nullish(),
  state: z.string(),
  note: z.string().nullish(),
  disk_gb: z.number().nullish(),
  is_spot: z.boolean().nullish(),
  created: z.string().nullish(),
  host: z.string().nullish(),
  ssh_port: z.number().nullish(),
  ssh_password: z.string().nullish(),
  ports: z
    .array(z.object({ port: z.number(), protocol: z.enum(["tcp", "udp"]), public: z.number() }))
    .nullish(),
});
export type Machine = z.output<typeof machineSchema>;

export const offerSchema = z.looseObject({
  ...priced,
  offer_id: z.string().min(1),
  max_disk_gb: z.number().nullish(),
  gpu_spot_cents: z.number().nullish(),
  free: z.number(),
});
export type Offer = z.output<typeof offerSchema>;

const paged = { next: z.string().nullish(), total: z.number() };

export const machinePageSchema = z.object({ machines: z.array(machineSchema), ...paged });
export const severalSchema = z.object({ machines: z.array(machineSchema) });
export const createdSchema = z.object({ machine: z.object({ id: z.string().min(1) }) });
export const offerPageSchema = z.object({ offers: z.array(offerSchema), ...paged });

export const imageSchema = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  mine: z.boolean().nullish(),
  mb: z.number().nullish(),
  created: z.string().nullish(),
});
export const imagePageSchema = z.object({ images: z.array(imageSchema), ...paged });

export const snapshotSchema = z.object({
  id: z.string().min(1),
  machine_id: z.string().nullish(),
  title: z.string().nullish(),
  state: z.string(),
  mb: z.number().nullish(),
  created: z.string().nullish(),
});
export const snapshotPageSchema = z.object({ snapshots: z.array(snapshotSchema), ...paged });

export const volumeSchema = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  gb: z.number().nullish(),
  region: z.string().nullish(),
  /** Hundredths of a cent per hour, for the whole volume. */
  price: z.number().nullish(),
  created: z.string().nullish(),
});
export const volumePageSchema = z.object({ volumes: z.array(volumeSchema), ...paged });

export const keySchema = z.object({
  id: z.string().min(1),
  public_key: z.string(),
  created: z.string().nullish(),
});
export const keyPageSchema = z.object({ keys: z.array(keySchema), ...paged });

export const networkSchema = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  created: z.string().nullish(),
});
export const networkPageSchema = z.object({ networks: z.array(networkSchema), ...paged });
export const memberPageSchema = z.object({
  members: z.array(
    z.object({ id: z.string().min(1), machine_id: z.string(), address: z.string().nullish() }),
  ),
  ...paged,
});

export const accountSchema = z.object({
  account_id: z.string(),
  holder: z.string(),
  admin: z.boolean(),
  balance_cents: z.number(),
  max_machines: z.number().nullish(),
  max_gpus: z.number().nullish(),
  max_disk_gb: z.number().nullish(),
  max_snapshots: z.number().nullish(),
});

export const statesSchema = z.object({ states: z.record(z.string(), z.number()) });
export const processesSchema = z.object({
  processes: z.array(
    z.object({
      gpu: z.number(),
      pid: z.number(),
      machine_id: z.string().nullish(),
      command: z.string(),
      vram_mb: z.number().nullish(),
    }),
  ),
});
export const hostSchema = z.record(z.string(), z.string());
export const logSchema = z.object({ text: z.string() });
export const ranSchema = z.object({ exit: z.number(), out: z.string(), err: z.string(), cut: z.boolean() });
export const failureSchema = z.object({ error: z.string(), message: z.string().nullish() });
