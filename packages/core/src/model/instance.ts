import * as z from "zod";
import { Secret } from "../secret.ts";
import { type Hardware, hardwareSchema } from "./hardware.ts";
import { type Price, priceSchema } from "./price.ts";

export const instanceStatuses = [
  "pending",
  "provisioning",
  "running",
  "stopping",
  "stopped",
  "terminating",
  "terminated",
  "failed",
  "unknown",
] as const;

/**
 * Where a machine is in its life. `running` is the cloud's word, not a promise that ssh answers. `unknown` is a word
 * nobody knows or a silent host: the machine may be anything, so it is never treated as gone.
 */
export type InstanceStatus = (typeof instanceStatuses)[number];

export const statusReasons = [
  "queued",
  "restart",
  "user",
  "preempted",
  "outbid",
  "host_lost",
  "exited",
  "image_error",
  "no_capacity",
  "insufficient_funds",
  "lease_expired",
  "unrecognized",
] as const;

/** Why a machine has its status, where the cloud says so. */
export type StatusReason = (typeof statusReasons)[number];

/** What a machine costs now: the machine, its disk alone, nothing, or nobody knows. */
export type Billing = "compute" | "storage" | "none" | "unknown";

/** A machine, as its cloud described it at {@link Instance.observedAt}. `undefined` means the cloud did not say. */
export interface Instance {
  /** The cloud's own id, opaque. */
  readonly id: string;
  /** The name that the provider was configured under. */
  readonly provider: string;
  /** The name that was asked for, without the token that gpuport adds. */
  readonly name?: string | undefined;
  /** Where it is in its life; `unknown` and `failed` are not gone. */
  readonly status: InstanceStatus;
  /** Why, where the cloud says so. */
  readonly reason?: StatusReason | undefined;
  /** The cloud's words about the status, for people. */
  readonly message?: string | undefined;
  /** The cloud's own status word or words, always there. */
  readonly providerStatus: string;
  /** What it costs now: the machine, its disk alone, nothing, or nobody knows. */
  readonly billing: Billing;
  readonly hardware: Hardware;
  /** What it costs while it runs. */
  readonly price?: Price | undefined;
  /** What its offer had said it would cost; only where the cloud now charges over 1 % more than that. */
  readonly quotedPerHourMicros?: number | undefined;
  readonly region?: string | undefined;
  readonly image?: string | undefined;
  /** How to reach it; empty until the cloud has published it. */
  readonly access: Access;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt?: Date | undefined;
  /** When the cloud ends the rental by itself. */
  readonly expiresAt?: Date | undefined;
  /** When the cloud said all this. */
  readonly observedAt: Date;
}

/** How to reach a machine. Empty until the cloud has published it; addresses may change after a stop or restart. */
export interface Access {
  /** Best first. */
  readonly ssh: readonly SshEndpoint[];
  readonly ports: readonly PortMapping[];
}

export interface SshEndpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Only where the cloud gives one; most take keys only. */
  readonly password?: Secret | undefined;
  readonly via: "direct" | "proxy";
}

export interface PortMapping {
  /** The port inside the machine. */
  readonly port: number;
  readonly protocol: "tcp" | "udp" | "http";
  readonly host: string;
  readonly publicPort: number;
  /** Without the query, which may carry an access token. */
  readonly url?: string | undefined;
}

const sshEndpointSchema = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  user: z.string().min(1),
  password: z.instanceof(Secret).optional(),
  via: z.enum(["direct", "proxy"]),
}) satisfies z.ZodType<SshEndpoint>;

const portMappingSchema = z.strictObject({
  port: z.int().min(1).max(65_535),
  protocol: z.enum(["tcp", "udp", "http"]),
  host: z.string().min(1),
  publicPort: z.int().min(1).max(65_535),
  url: z.string().optional(),
}) satisfies z.ZodType<PortMapping>;

/** What every adapter's map must produce, whatever the cloud sends. Held by property tests; never run on user calls. */
export const instanceSchema = z.strictObject({
  id: z.string().min(1),
  provider: z.string().min(1),
  name: z.string().optional(),
  status: z.enum(instanceStatuses),
  reason: z.enum(statusReasons).optional(),
  message: z.string().optional(),
  providerStatus: z.string(),
  billing: z.enum(["compute", "storage", "none", "unknown"]),
  hardware: hardwareSchema,
  price: priceSchema.optional(),
  quotedPerHourMicros: z.int().nonnegative().optional(),
  region: z.string().optional(),
  image: z.string().optional(),
  access: z.strictObject({ ssh: z.array(sshEndpointSchema), ports: z.array(portMappingSchema) }),
  labels: z.record(z.string(), z.string()),
  createdAt: z.date().optional(),
  expiresAt: z.date().optional(),
  observedAt: z.date(),
}) satisfies z.ZodType<Instance>;
