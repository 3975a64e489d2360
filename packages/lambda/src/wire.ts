import { kept } from "@gpuport/core";
import * as z from "zod";

/** A member that may be missing, null, or something else than expected: then it says nothing. */
function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(undefined);
}

const text = maybe(z.string().trim().min(1));
const number = maybe(z.number().nonnegative());
const moment = maybe(z.iso.datetime({ offset: true }).transform((value) => new Date(value)));
const id = z.string().min(1);
const place = maybe(z.object({ name: text }));

/** Success is wrapped in `data`. */
const wrapped = <Schema extends z.ZodType>(data: Schema) => z.object({ data });

/** @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0) */
const typeSchema = z.object({
  name: text,
  description: text,
  /** Not in older answers. */
  gpu_description: text,
  /** US cents, whole instance. */
  price_cents_per_hour: number,
  specs: maybe(
    z.object({
      vcpus: number,
      memory_gib: number,
      storage_gib: number,
      /** 0 for CPU types. */
      gpus: number,
    }),
  ),
});
export type TypeRow = z.output<typeof typeSchema>;

/** A row of `instance-types`: a type, and where it is to be had now. */
export const typeRowSchema = z.object({
  instance_type: typeSchema,
  regions_with_capacity_available: maybe(z.array(place)),
});

/** By the name of the type. */
export const typesSchema = wrapped(z.record(z.string(), kept(typeRowSchema)));

const tagSchema = z.object({ key: z.string(), value: z.string() });

/** An instance. Only the id is sure. @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0) */
const machineSchema = z.object({
  id,
  /** Missing in some booting rows. */
  name: text,
  /** Absent while booting. */
  ip: text,
  status: text,
  region: place,
  instance_type: maybe(typeSchema),
  tags: maybe(z.array(maybe(tagSchema))),
  is_reserved: maybe(z.boolean()),
  /** Null before the health checks have passed; absent in older answers, which do not tell. */
  first_healthy: moment,
});
export type MachineRow = z.output<typeof machineSchema>;

/** Lambda's own record of an instance, as it came: only that it has an id has been checked. */
export type Machine = Readonly<Record<string, unknown>> & { readonly id: string };

/** With a token of the next page only if somebody pages. */
export const machinePageSchema = wrapped(z.array(kept(machineSchema))).extend({ page_token: text });
export const singleSchema = wrapped(kept(machineSchema));

/** One id: none, or several, is an answer that nobody understands. */
export const launchedSchema = wrapped(z.object({ instance_ids: z.tuple([id]) }));

export const terminatedSchema = wrapped(z.object({ terminated_instances: z.array(z.object({ id })) }));

/** @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0) */
export const imagesSchema = wrapped(z.array(z.object({ id, name: text, family: text })));

const sshKeySchema = z.object({ id, name: z.string().min(1), public_key: z.string() });
export const sshKeysSchema = wrapped(z.array(sshKeySchema));
export const addedKeySchema = wrapped(sshKeySchema);

/** @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0) */
const filesystemSchema = z.object({ id, name: text, region: place, created: moment });
export const filesystemsSchema = wrapped(z.array(kept(filesystemSchema)));
export const filesystemCreatedSchema = wrapped(kept(filesystemSchema));
export type FilesystemRow = z.output<typeof filesystemSchema>;

const ruleSchema = z.object({ protocol: text, port_range: maybe(z.array(z.number())), source_network: text });
export type Rule = z.output<typeof ruleSchema>;
export const rulesetSchema = wrapped(z.object({ rules: z.array(ruleSchema) }));

export const failureSchema = z.object({
  error: z.object({ code: z.string().min(1), message: text, suggestion: text }),
});
