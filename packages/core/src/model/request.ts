import * as z from "zod";

/** What to rent. A field that the cloud cannot honour is refused before anything is sent, never dropped. */
export interface LaunchRequest {
  /**
   * Names this launch, so that asking again gives the same machine: same key and same request is the same instance,
   * same key and another request is a `conflict`. Made up when left out.
   */
  readonly key?: string | undefined;
  /** A name for people. */
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** A concrete offer … */
  readonly offerId?: string | undefined;
  /** … or what is needed: the cheapest matching offer is taken. */
  readonly gpu?: GpuWish | undefined;
  /** What this cloud calls an image, or an alias from the provider's `images`. */
  readonly image?: string | undefined;
  /** A snapshot to start from, instead of an image. */
  readonly snapshot?: string | undefined;
  readonly region?: string | undefined;
  readonly minDiskMiB?: number | undefined;
  /** Environment variables of the machine. Their values never show in errors or logs. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** A shell script that runs at start. */
  readonly startup?: string | undefined;
  /** What the container runs instead of the image's own command. */
  readonly command?: string | undefined;
  readonly ports?: readonly PortWish[] | undefined;
  /** OpenSSH public keys, one per entry. */
  readonly sshPublicKeys?: readonly string[] | undefined;
  readonly pricing?: PricingWish | undefined;
  /** Refuses to launch anything dearer, per hour for the whole machine in micro-units of the cloud's currency. */
  readonly maxPerHourMicros?: number | undefined;
  /** How long the machine may live without its holder renewing; see `renewLease`. */
  readonly lease?: LeaseWish | undefined;
  /** What only one cloud has, under its adapter's id, checked as strictly as everything else. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

export interface GpuWish {
  /** An id (`h100-sxm-80gb`), a family (`H100`) or any spelling (`NVIDIA H100 80GB HBM3`). */
  readonly model: string;
  /** GPUs in one machine; 1 when left out. */
  readonly count?: number | undefined;
  /** Memory of one GPU. */
  readonly minMemoryMiB?: number | undefined;
}

/** A machine that nobody renews for `ttlMs` is ended, or stopped: by its process while that lives, by `reap` when not. */
export interface LeaseWish {
  readonly ttlMs: number;
  readonly onExpiry: "terminate" | "stop";
}

export interface PortWish {
  readonly port: number;
  readonly protocol?: "tcp" | "udp" | "http" | undefined;
}

export type PricingWish =
  | { readonly kind: "on_demand" }
  | {
      readonly kind: "spot";
      /** The bid, per hour for the whole machine; the cheapest that is accepted when left out. */
      readonly maxPerHourMicros?: number | undefined;
    }
  | { readonly kind: "reserved"; readonly unit: "day" | "week" | "month"; readonly count: number };

export const gpuWishSchema = z.strictObject({
  model: z.string().trim().min(1).max(200),
  count: z.int().min(1).max(1024).optional(),
  minMemoryMiB: z.int().positive().optional(),
});

const amount = z.int().nonnegative();

export const pricingWishSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("on_demand") }),
  z.strictObject({ kind: z.literal("spot"), maxPerHourMicros: z.int().positive().optional() }),
  z.strictObject({
    kind: z.literal("reserved"),
    unit: z.enum(["day", "week", "month"]),
    count: z.int().min(1).max(1000),
  }),
]);

const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be letters, digits and underscores");
/** NUL ends a string in C, and with it whatever the machine makes of the value. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes("\0"), "must not contain NUL");
/** An OpenSSH public key on one line. */
export const sshPublicKeySchema = z
  .string()
  .regex(
    /^(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( [^\r\n]*)?$/,
    "must be an OpenSSH public key on one line",
  );

/** Two ways to say the same thing exclude each other. */
export function eitherOr<
  Schema extends z.ZodType<Pick<LaunchRequest, "offerId" | "gpu" | "image" | "snapshot">>,
>(schema: Schema): Schema {
  return schema
    .refine(({ offerId, gpu }) => offerId === undefined || gpu === undefined, {
      path: ["gpu"],
      message: "give either offerId or gpu, not both",
    })
    .refine(({ image, snapshot }) => image === undefined || snapshot === undefined, {
      path: ["snapshot"],
      message: "give either image or snapshot, not both",
    });
}

/** Held against every request before anything is sent; unknown keys are refused. */
export const launchRequestSchema = eitherOr(
  z.strictObject({
    key: z.string().min(1).max(255).optional(),
    name: z.string().trim().min(1).max(128).optional(),
    labels: z.record(z.string().min(1).max(128), z.string().max(256)).optional(),
    offerId: z.string().min(1).max(512).optional(),
    gpu: gpuWishSchema.optional(),
    image: z.string().trim().min(1).max(1024).optional(),
    snapshot: z.string().min(1).max(256).optional(),
    region: z.string().min(1).max(128).optional(),
    minDiskMiB: z.int().positive().optional(),
    env: z.record(envName, text(32_768)).optional(),
    startup: text(65_536).optional(),
    command: text(32_768).optional(),
    ports: z
      .array(
        z.strictObject({
          port: z.int().min(1).max(65_535),
          protocol: z.enum(["tcp", "udp", "http"]).optional(),
        }),
      )
      .max(64)
      .optional(),
    sshPublicKeys: z.array(sshPublicKeySchema).max(32).optional(),
    pricing: pricingWishSchema.optional(),
    maxPerHourMicros: amount.optional(),
    lease: z.strictObject({ ttlMs: z.int().min(1_000), onExpiry: z.enum(["terminate", "stop"]) }).optional(),
    providerOptions: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  }),
) satisfies z.ZodType<LaunchRequest>;

/** Fields that say who asks and what may be paid; every cloud honours them, because core does. */
export const universalFields = ["key", "gpu", "maxPerHourMicros", "lease", "providerOptions"] as const;
export type LaunchField = Exclude<keyof LaunchRequest, (typeof universalFields)[number]>;
