import * as z from "zod";

/** A member that may be missing, null, or something else than expected: then it says nothing. */
function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(undefined);
}

const text = maybe(z.string().trim().min(1));
const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .transform(Number);
const numeric = z.union([z.number(), decimal]);
/** Nothing that the cloud counts can be negative. */
const number = maybe(numeric.pipe(z.number().min(0).max(Number.MAX_SAFE_INTEGER)));
/** Money of an account, which may owe some; beyond these bounds it could not be counted exactly. */
const amount = numeric.pipe(z.number().min(-1e9).max(1e9));
/** 0 stands for a port that is not published yet. */
const port = maybe(numeric.pipe(z.int().min(1).max(65_535)));
const id = z.union([z.string().min(1), z.number().transform(String)]);

const firstMsOfSense = 1e11; // 1973 in milliseconds, the year 5138 in seconds
const since1970 = numeric
  .pipe(z.number().positive())
  .transform((value) => new Date(value < firstMsOfSense ? value * 1000 : value));
const zoned = z
  .string()
  .trim()
  .regex(/^\d{4}-\d{2}-\d{2}[T ].*(Z|[+-]\d{2}:?\d{2})$/)
  .transform((value) => new Date(value));
/** Seconds or milliseconds, or a date with its zone; one without could be any of 24 hours. */
export const momentSchema = maybe(z.union([since1970, zoned]).pipe(z.date()));

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
      nodePorts: maybe(z.array(maybe(z.object({ port, nodePort: port })))),
    }),
  ),
});
export type Machine = z.output<typeof machineSchema>;

const rows = z.array(z.unknown()).nullish();
const pager = z.object({ pageSize: number, totalEntries: number }).nullish();

/** The rows may be missing or null when there are none, but only where the answer says in another way what it is. */
function isPage({ rows, pager }: { readonly rows?: unknown; readonly pager?: unknown }): boolean {
  return rows !== undefined || (pager !== undefined && pager !== null);
}
const noPage = "has neither rows nor a pager";

export const machinePageSchema = z
  .object({ instances: rows, pager })
  .transform(({ instances, pager }) => ({ rows: instances, pager }))
  .refine(isPage, noPage);

/** @see https://dev.hpc-ai.com/doc/docs/api/storage/list */
export const volumePageSchema = z
  .object({ volumeList: rows, pager })
  .transform(({ volumeList, pager }) => ({ rows: volumeList, pager }))
  .refine(isPage, noPage);
export type Rows = z.output<typeof machinePageSchema>;

/**
 * A row of `volume.list`, and what `volume.create` answers: perhaps a volume, perhaps `{}`. Nobody has confirmed the
 * names of its members.
 */
export const volumeSchema = z
  .object({
    ...{ volumeId: maybe(id), id: maybe(id), name: text, sizeGB: number, status: text },
    ...{ region: text, regionId: text, volumeType: text, type: text, createdAt: momentSchema },
  })
  .transform((row) => ({ ...row, id: row.volumeId ?? row.id }));

/** `volume.delete` answers `{}`. */
export const doneSchema = z.object({});

/** In whole currency units. Known from another client, like the endpoint. */
export const balanceSchema = z.object({
  availableBalance: amount,
  balance: maybe(amount),
  availableVoucherAmount: maybe(amount),
  availableCreditAmount: maybe(amount),
});

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
    const value = accessToken ?? token;
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

export const failureSchema = z.object({ message: text, code: maybe(id) });
