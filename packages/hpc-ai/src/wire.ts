import * as z from "zod";

/** A member that may be missing, null, or something else than expected: then it says nothing. */
function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(undefined);
}

const text = maybe(z.string());
const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
/** Nothing that the cloud counts can be negative. */
const number = maybe(z.union([z.number(), decimal]).pipe(z.number().min(0).max(Number.MAX_SAFE_INTEGER)));
const id = z.union([z.string().min(1), z.number().transform(String)]);
const moment = maybe(z.union([z.string(), z.number()]));

/** Members whose names nobody has confirmed, looked for on every level. */
const unconfirmed = {
  createdAt: moment,
  createTime: moment,
  gpuName: text,
  gpuNum: number,
  regionId: text,
  regionName: text,
  imageId: text,
};
export type Unconfirmed = z.output<z.ZodObject<typeof unconfirmed>>;

/**
 * A row of `instance.list`. Only the id is sure.
 *
 * @see https://www.hpc-ai.com/doc/docs/api/instance/list
 */
export const machineSchema = z.object({
  ...unconfirmed,
  instanceMetadata: z.object({
    ...unconfirmed,
    instanceId: id,
    /** Either of the two holds the name. */
    instanceName: text,
    name: text,
    /** May be empty until the machine runs. */
    instanceUsername: text,
  }),
  instanceRuntimeInfo: maybe(
    z.object({
      ...unconfirmed,
      status: text,
      phase: text,
      diagnosisReason: text,
      diagnosisMessage: text,
    }),
  ),
  instanceSpecInfo: maybe(
    z.object({
      ...unconfirmed,
      /** Only meaningful while the machine runs. */
      regionInfo: maybe(z.object({ ...unconfirmed, sshAddress: text })),
      /** `nodePort` is 0 until it is published. */
      nodePorts: maybe(z.array(maybe(z.object({ port: number, nodePort: number })))),
    }),
  ),
});
export type Machine = z.output<typeof machineSchema>;

/**
 * `instances` may be missing or null when there are none, but only where the answer says in another way that it is
 * this answer.
 */
export const machinePageSchema = z
  .object({
    instances: z.array(z.unknown()).nullish(),
    pager: z.object({ pageSize: number, totalEntries: number }).nullish(),
  })
  .refine(({ instances, pager }) => instances !== undefined || (pager !== undefined && pager !== null), {
    path: ["instances"],
    message: "missing, and no pager either",
  });
export type MachinePage = z.output<typeof machinePageSchema>;

/** What create, stop, start, restart and terminate answer. */
export const acceptedSchema = z.object({ instanceId: id });

/** @see https://cloud.luchentech.com/doc/docs/api */
export const loginSchema = z
  .object({
    accessToken: text,
    token: text,
    /** Seconds. */
    accessExpire: number,
  })
  .transform(({ accessToken, token, accessExpire }, context) => {
    const value = accessToken || token;
    if (value) return { value, lifeSeconds: accessExpire ?? undefined };
    context.addIssue({ code: "custom", path: ["accessToken"], message: "missing" });
    return z.NEVER;
  });
export type Login = z.output<typeof loginSchema>;

/** What a token of the cloud says about itself. */
export const claimsSchema = z.object({ exp: z.number(), iat: maybe(z.number()) });

/** `null` stands for an empty catalogue, a missing member for another answer. */
export const catalogueSchema = z.object({ instanceInfos: z.array(z.unknown()).nullable() });

const maybeRows = maybe(z.array(z.unknown()));

/** A family of types. A CPU family has no `gpuName`. */
export const familySchema = z.object({
  gpuName: text,
  isSpotInstance: maybe(z.boolean()),
  regionInfos: maybeRows,
});

export const familyRegionSchema = z.object({
  regionId: z.string().min(1),
  regionName: text,
  instanceTypeInfos: maybeRows,
});

export const instanceTypeSchema = z.object({
  instanceTypeId: z.string().min(1),
  gpuNum: number,
  stockStatus: text,
  /** Whole currency units for the whole machine and one period of the mode. Missing or null is unknown, 0 is 0. */
  price: maybe(z.array(maybe(z.object({ chargeMode: text, price: number })))),
});

export type InstanceType = z.output<typeof instanceTypeSchema>;

export const failureSchema = z.object({ message: text, code: maybe(z.union([z.string(), z.number()])) });
