import { kept } from "@gpuport/core";
import * as z from "zod";

const id = z.string().regex(/\S/, "must not be blank");
/** A text that may be missing, blank or of another type: then the cloud has not said it. */
const text = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((value) => value?.trim() || undefined);
/** A number, written as one or as text; whatever cannot be such an amount has not been said. */
const upTo = (most: number) =>
  z
    .union([z.number(), z.string().regex(/^\s*\d+(\.\d+)?\s*$/)])
    .transform(Number)
    .pipe(z.number().min(0).max(most))
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined);
/** Large enough for any size or price, and small enough to be multiplied by {@link pieces}. */
const amount = upTo(1e9);
const pieces = upTo(100_000);
const bytes = upTo(Number.MAX_SAFE_INTEGER);
const part = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(undefined);

/** A moment in Unix seconds, which 64-bit serialisers write as text. */
const seconds = part(z.union([z.number(), z.string()]));
/** A number that stands for a word. */
const numbered = z
  .union([z.number(), z.string()])
  .nullish()
  .catch(undefined)
  .transform((value) =>
    value === null || value === undefined ? undefined : String(value).trim() || undefined,
  );

/** Every answer is one flat object; only code 0 is a success. */
export const doneSchema = z.object({ code: z.literal(0) });

/**
 * An instance, as far as it is read here. Zeros and empty texts mean "not known yet" while it is queued.
 *
 * @see https://sdkdoc.glows.ai
 */
const machineSchema = z.object({
  instanceID: id,
  status: text,
  /** Hundredths of a credit per hour, whole instance (inferred). */
  priceCent: amount,
  hardware: part(
    z.object({
      gpuName: text,
      gpuNum: pieces,
      /** MiB of one GPU (inferred). */
      gpuRamMB: amount,
      cpuName: text,
      cpuCoresNum: amount,
      /** MiB (inferred). */
      ramMB: amount,
      diskGB: amount,
    }),
  ),
  /** Null on a machine made from a snapshot. */
  baseImage: part(z.object({ imageID: text })),
  sshCred: part(z.object({ user: text, password: part(z.string()) })),
  /** Lists may leave it empty. */
  accesses: part(
    z.array(part(z.object({ protocol: text, listenPort: amount, /** Empty until scheduled. */ url: text }))),
  ),
  createTime: part(z.object({ seconds })),
  remark: text,
  /** The `custom_meta_key` of the create. */
  metaKey: text,
  /** Missing in answers of version 1.0.0. */
  regionName: text,
});

/** An instance as the cloud sends it, with what the common model leaves out. */
export interface Machine {
  readonly instanceID: string;
  readonly category?: "container" | "vm" | (string & {}) | null | undefined;
  readonly status?: string | null | undefined;
  readonly priceCent?: number | null | undefined;
  readonly hardware?: Readonly<Record<string, string | number | null>> | null | undefined;
  readonly baseImage?: { readonly imageID?: string; readonly imageName?: string } | null | undefined;
  /** Its members are not documented. */
  readonly baseSnap?: Readonly<Record<string, unknown>> | null | undefined;
  /** Secret. */
  readonly sshCred?: { readonly user?: string; readonly password?: string } | null | undefined;
  /** The query of a `url` may carry an access token. */
  readonly accesses?:
    | readonly { readonly protocol?: string; readonly listenPort?: number; readonly url?: string }[]
    | null
    | undefined;
  readonly domain?: number | null | undefined;
  readonly createTime?: { readonly seconds?: number | string; readonly nanos?: number } | null | undefined;
  readonly cmd?: string | null | undefined;
  readonly envs?: string | null | undefined;
  readonly remark?: string | null | undefined;
  readonly metaKey?: string | null | undefined;
  readonly sourceType?: string | null | undefined;
  readonly netEndpointInfos?:
    | readonly {
        readonly netID?: string;
        readonly cidr?: string;
        readonly mac?: string;
        readonly status?: string;
      }[]
    | null
    | undefined;
  readonly regionName?: string | null | undefined;
}

export const instanceAnswerSchema = doneSchema.extend({ instance: kept(machineSchema) });

const count = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+$/)])
  .transform(Number)
  .pipe(z.int().nonnegative());
const paginationSchema = z.object({ total: count, numPages: count.nullish() });

export type Pagination = z.output<typeof paginationSchema>;

/** A page of rows that stand under this name. No rows are believed only beside a count that says so. */
function pageOf<Row extends z.ZodType>(name: string, row: Row) {
  const rowsSchema = z.array(kept(row)).nullish();
  return z.looseObject({ ...doneSchema.shape, pagination: paginationSchema }).transform((answer, context) => {
    const { data: rows, error } = rowsSchema.safeParse(answer[name]);
    for (const { path, message } of error?.issues ?? []) {
      context.addIssue({ code: "custom", path: [name, ...path], message });
    }
    if (error === undefined && !rows && answer.pagination.total > 0) {
      context.addIssue({ code: "custom", path: [name], message: "missing" });
    }
    return { rows: rows ?? [], pagination: answer.pagination };
  });
}

export const instancePageSchema = pageOf("instances", machineSchema);

/** Sparse: a status that no machine is in has no member. */
export const statsSchema = doneSchema.extend({ stats: z.record(z.string(), count) });

/**
 * A kind of machine that can be rented in units.
 *
 * @see https://sdkdoc.glows.ai
 */
export const specSchema = z
  .object({
    region_name: id,
    /** 0 container, 1 vm (inferred). */
    instance_categories: part(z.array(amount)),
    base_resource: z.object({
      /** Of one unit. */
      unit_spec: z.object({
        cpus: amount,
        gpus: pieces,
        disk_gb: amount,
        gpu_name: text,
        cpu_name: text,
        ram_mb: amount,
      }),
    }),
    /** Of one unit; 100 000 are one credit (inferred). */
    price: part(z.object({ millicent_per_hour: amount })),
    /** What can be added to a machine; members beside the CPUs are not documented. */
    extra_resources: part(
      z.array(
        part(
          z.object({
            resource: part(z.record(z.string(), z.unknown())),
            price: part(z.object({ millicent_per_hour: amount })),
          }),
        ),
      ),
    ),
    avail: part(z.boolean()),
    max_available_units: pieces,
  })
  .refine(({ base_resource: { unit_spec } }) => (unit_spec.gpu_name ?? unit_spec.cpu_name) !== undefined, {
    path: ["base_resource", "unit_spec"],
    message: "names neither a GPU nor a CPU",
  });

export const specPageSchema = pageOf("specs", specSchema);

/** The catalogue grouped, whose pages count regions. The members of a group are inferred. */
export const regionPageSchema = pageOf("regions", z.object({ specs: z.array(kept(specSchema)) }));

/** @see https://sdkdoc.glows.ai */
const imageSchema = z.object({
  image_id: id,
  name: text,
  status: numbered,
  create_time: seconds,
});
export const imagePageSchema = pageOf("images", imageSchema);
/** The name is the cloud's choice. */
export const imageCreatedSchema = doneSchema.extend({ image_id: id, name: text });

/** @see https://sdkdoc.glows.ai */
const snapshotSchema = z.object({
  snapshot_id: id,
  instance_id: text,
  status: numbered,
  /** 0 until it is complete. */
  size_bytes: bytes,
  create_time: seconds,
});
export const snapshotPageSchema = pageOf("snapshots", snapshotSchema);
/** One machine may become several. */
export const snapshotCreatedSchema = doneSchema.extend({ snapshot_ids: z.array(id).min(1) });

/**
 * A network, in the reference's own mix of spellings.
 *
 * @see https://sdkdoc.glows.ai
 */
const networkSchema = z.object({
  netID: id,
  name: text,
  createTime: part(z.object({ seconds })),
  create_time: seconds,
});
export const networkPageSchema = pageOf("networks", networkSchema);
export const networkCreatedSchema = doneSchema.extend({ network_id: id });

/** @see https://sdkdoc.glows.ai */
const endpointSchema = z.object({
  endpoint_id: id,
  network_id: text,
  instance_id: text,
  status: numbered,
  cidr: text,
  mac: text,
  create_time: seconds,
});
export const endpointPageSchema = pageOf("endpoints", endpointSchema);

export type ReadImage = z.output<typeof imageSchema>;
export type ReadSnapshot = z.output<typeof snapshotSchema>;
export type ReadNetwork = z.output<typeof networkSchema>;
export type ReadEndpoint = z.output<typeof endpointSchema>;
export type ReadMachine = z.output<typeof machineSchema>;
export type ReadSpec = z.output<typeof specSchema>;

/** What a refusal looks like; it may lack everything else. */
export const failureSchema = z.object({ code: z.int(), msg: text });
