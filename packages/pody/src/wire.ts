import * as z from "zod";

/**
 * What Pody says of a pod, as far as it is read. Only the name is in the answers of all versions that mean a pod:
 * 0.3.x also answers the old route with 200 and no pod in it.
 *
 * @see https://github.com/MenxLi/pody (0.1.13 to 0.4.1)
 */
export const podSchema = z.object({
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
