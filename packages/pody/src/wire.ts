import * as z from "zod";

/**
 * What Pody says of a pod, as far as it is read. Only the name is in the answers of all versions that mean a pod:
 * 0.3.x also answers the old route with 200 and no pod in it.
 *
 * @see https://github.com/MenxLi/pody (0.1.13 to 0.4.1)
 */
const podSchema = z.object({
  /** Name of the container, `[<prefix>-]<user>-<ins>`. */
  name: z.string().min(1),
  /** The container engine's word. */
  status: z.string().nullish(),
  /** First tag, or `sha256:<short hex>` once its tag was taken away. */
  image: z.string().nullish(),
  /** `"<host port>:<pod port>"`, TCP; empty unless the pod is running or paused. */
  port_mapping: z.array(z.string()).nullish(),
  /** Indexes of the host's GPUs, if the quota names some; empty for "all" as for "none". */
  gpu_ids: z.array(z.unknown()).nullish(),
  /** Bytes; -1 is no limit. */
  memory_limit: z.number().nullish(),
});

/** Pody's own record of a pod, with everything that its version tells. */
export type Pod = z.output<typeof podSchema> & {
  /** Short name; not in the answer to a create. */
  readonly instance?: string | null | undefined;
  /** First 12 digits; another one under the same name is another pod. */
  readonly container_id?: string | null | undefined;
  readonly networks?: readonly string[] | null | undefined;
  /** Bytes. */
  readonly shm_size?: number | null | undefined;
};

/** A pod, and the record that it was read from. */
export const podRecordSchema = z.unknown().transform((raw, context) => {
  const { data, error } = podSchema.safeParse(raw);
  if (error === undefined) return { pod: data, raw };
  for (const { path, message } of error.issues) {
    context.issues.push({ code: "custom", input: raw, path: [...path], message });
  }
  return z.NEVER;
});
export type PodRecord = z.output<typeof podRecordSchema>;

/**
 * The answer to a create. It means a pod whatever `info` holds, which is null when the server's look after the creation
 * failed; so nothing that is wrong with `info` makes it a failure.
 */
export const createdSchema = z.object({
  log: z.string(),
  info: podRecordSchema.nullish().catch(null),
});

/** Short names; full names of containers before 0.1.13. */
export const podNamesSchema = z.array(z.string().min(1));

/** How Pody refuses: a sentence, or a list of what is wrong with the parameters. */
export const refusalSchema = z.object({
  detail: z.union([
    z.string(),
    z.array(
      z.object({ loc: z.array(z.union([z.string(), z.number()])).nullish(), msg: z.string().nullish() }),
    ),
  ]),
});

/** Three numbers. */
export const versionSchema = z.tuple([z.int(), z.int(), z.int()]).rest(z.unknown());

/** What a command left behind; -1 stands for no command at all, or none that has come to its end. */
export const execAnswerSchema = z.object({ exit_code: z.int(), log: z.string() });

/** Own commits by their tag alone, then images with their tag. */
export const imageNamesSchema = z.array(z.string().min(1));

/** One image. */
export const imageSchema = z.object({
  /** Bytes. */
  size: z.number().nullish(),
  /** ISO 8601, with nanoseconds. */
  created: z.string().nullish(),
});
export type PodyImage = z.output<typeof imageSchema>;

/** `pody-commit:<user>[-<tag>]`; the part before the colon is the server's choice. */
export const committedSchema = z.object({ image_name: z.string().min(1) });

const limit = z.number().nullish();

/**
 * The account. Each version knows a little more of quotas; -1 is unlimited.
 *
 * @see https://github.com/MenxLi/pody (0.1.3 to 0.4.1)
 */
export const accountSchema = z.object({
  user: z.object({ name: z.string().min(1), is_admin: z.union([z.boolean(), z.number()]).nullish() }),
  quota: z
    .object({
      max_pods: limit,
      gpu_count: limit,
      /** `all`, empty, `none`, or indexes, `0,1`. */
      gpus: z.string().nullish(),
      /** Bytes; gigabytes before 0.1.6. */
      memory_limit: limit,
      /** Bytes. */
      storage_size: limit,
      /** Its name before 0.2.0. */
      storage_limit: limit,
      commit_count: limit,
    })
    .nullish(),
});
export type PodyAccount = z.output<typeof accountSchema>;

export const userNamesSchema = z.array(z.string().min(1));

const processSchema = z.object({
  pid: z.int(),
  /** Full name of the container; empty for what runs beside them. */
  pod: z.string().nullish(),
  cmd: z.string().nullish(),
  /** Seconds. */
  uptime: z.number().nullish(),
  /** Bytes. */
  memory_used: z.number().nullish(),
  /** Bytes. */
  gpu_memory_used: z.number().nullish(),
});
export type PodyProcess = z.output<typeof processSchema>;

const processesByGpuSchema = z.record(z.string().regex(/^\d+$/), z.array(processSchema));

/** By index of the GPU; with `gpu` around it in 0.1.3. */
export const gpuProcessesSchema = z.union([
  processesByGpuSchema,
  z.object({ gpu: processesByGpuSchema }).transform(({ gpu }) => gpu),
]);

/** Versions, `N/A` where there is none. */
export const hostSchema = z.record(z.string(), z.unknown());
