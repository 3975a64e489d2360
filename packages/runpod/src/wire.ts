import { kept } from "@gpuport/core";
import * as z from "zod";

// Everything but an id may be missing, null, or of another type than documented: then the cloud has not said it. A
// machine must stay visible whatever else its record holds.

/** A member that may be missing, null, or something else than expected. */
function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(undefined);
}

const id = z.string().regex(/\S/, "must not be blank");
const text = maybe(z.string()).transform((value) => value?.trim() || undefined);
const number = maybe(z.number().nonnegative());
const port = maybe(z.int().min(1).max(65_535));
const moment = maybe(z.iso.datetime({ offset: true }).transform((iso) => new Date(iso)));

const sshSchema = z.object({ host: text, port, username: text });

/**
 * A pod. The record holds the values of its environment, so all of it is secret.
 *
 * @see https://docs.runpod.io/api-reference-v2/pods/get-a-pod (read 2026-08-20)
 */
const podSchema = z.object({
  id,
  ...{ name: text, status: text, image: text, dataCenterId: text },
  /** Dollars per hour for the whole pod now; 0 while it is stopped. No disk is in it. */
  cost: number,
  /** GB. */
  disk: number,
  /** `memory`: GB of system memory in all. */
  gpu: maybe(z.object({ id: text, count: number, vcpuCount: number, memory: number })),
  /** In place of `gpu` where there is none. */
  cpu: maybe(z.object({ vcpuCount: number, memory: number })),
  mounts: maybe(z.object({ persistent: maybe(z.unknown()) })),
  /** Only while it runs, and no promise that anything listens there. */
  ssh: maybe(z.object({ direct: maybe(sshSchema), proxy: maybe(sshSchema) })),
  runtime: maybe(
    z.object({
      ports: maybe(z.array(maybe(z.object({ private: port, public: port, type: text, ip: text })))),
    }),
  ),
  createdAt: moment,
});
export type ReadPod = z.output<typeof podSchema>;

/** RunPod's own record of a pod, as it came: only that it has an id has been checked. */
export type Pod = Readonly<Record<string, unknown>> & { readonly id: string };

export const podAnswerSchema = kept(podSchema);

/** Without `pagination` the answer holds everything, as it did before there were pages. */
const nextSchema = z
  .object({ hasNextPage: z.boolean(), nextCursor: z.string().min(1).nullish() })
  .nullish()
  .refine((said) => !said?.hasNextPage || said.nextCursor, "has a next page and no way to it")
  .transform((said) => (said?.hasNextPage ? (said.nextCursor ?? undefined) : undefined));

/** @see https://docs.runpod.io/api-reference-v2/pods/list-pods (read 2026-08-20) */
export const podPageSchema = z
  .object({ pods: z.array(podAnswerSchema), pagination: nextSchema })
  .transform(({ pods, pagination: next }) => ({ pods, next }));

/**
 * A type of GPU, with what the asked count of it costs and has where.
 *
 * @see https://docs.runpod.io/api-reference-v2/catalog/list-gpus (read 2026-08-20)
 */
const gpuSchema = z.object({
  id,
  /** GB of one GPU. */
  memory: number,
  /** Whether it is sold there at all. */
  ...{ secure: maybe(z.boolean()), community: maybe(z.boolean()) },
  /** Dollars per hour for one GPU; null and 0 where it is not sold. */
  price: maybe(z.object({ secure: number, community: number })),
  /** In one pod. */
  maxCount: maybe(z.object({ secure: number, community: number })),
  /** NONE, LOW, MEDIUM or HIGH; a hint. */
  availability: text,
  dataCenters: maybe(z.array(maybe(z.object({ id: text, availability: text })))),
});
export type ReadGpu = z.output<typeof gpuSchema>;

/** RunPod's own record of the GPU type behind an offer. */
export type Gpu = Readonly<Record<string, unknown>> & { readonly id: string };

export const gpuPageSchema = z.object({ gpus: z.array(kept(gpuSchema)) });

/** @see https://docs.runpod.io/api-reference-v2/network-volumes/list-network-volumes (read 2026-08-20) */
const volumeSchema = z.object({ id, name: text, size: number, dataCenter: text, type: text });
export type ReadVolume = z.output<typeof volumeSchema>;
export const volumeAnswerSchema = kept(volumeSchema);
export const volumePageSchema = z.object({ networkVolumes: z.array(volumeAnswerSchema) });

/** @see https://docs.runpod.io/api-reference-v2/account/get-ssh-keys (read 2026-08-20) */
export const sshKeysSchema = z.object({ keys: z.array(z.string()) });

/** Events of the log. @see https://docs.runpod.io/api-reference-v2/pods/get-pod-logs (read 2026-08-20) */
export const logSchema = z.array(z.object({ data: z.unknown() }));
export const logLineSchema = z.object({ line: z.string() });

/** GraphQL; in dollars. @see https://docs.runpod.io/sdks/graphql/manage-pods (read 2026-08-20) */
export const balanceSchema = z.object({
  data: z.object({ myself: z.object({ clientBalance: z.number().min(-1e9).max(1e9) }) }),
});

/** A refusal in any of its forms: a problem, what an inner service says, or GraphQL's errors. */
export const failureSchema = z.object({
  ...{ title: text, detail: text, error: text, message: text, id: z.unknown().optional() },
  errors: maybe(
    z.array(
      z.union([
        z.string().transform((message) => ({ message, extensions: undefined })),
        z.object({ message: text, extensions: maybe(z.object({ code: text })) }),
      ]),
    ),
  ),
});
