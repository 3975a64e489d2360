import * as z from "zod";
import type { Billing } from "./model/index.ts";

/** How sure we are of a fact: seen on the live cloud, kept as a recording, printed by the vendor, or concluded. */
export type Evidence = "live" | "recorded" | "documented" | "inferred";

/** At most `calls` in any `perMs`, counted from the answer of one call to the sending of the next. */
export interface RateLimit {
  readonly calls: number;
  readonly perMs: number;
}

/** One operation of a cloud's API. Users can override any row. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base URL; `{name}` stands for a parameter. */
  readonly path: string;
  readonly evidence: Evidence;
  readonly limit?: RateLimit | undefined;
  /** How long one request may take, where it differs from {@link Timing.requestTimeoutMs}. */
  readonly timeoutMs?: number | undefined;
  /** Of an answer that never ends, such as a log: it is whole when nothing more has come for so long, in real time. */
  readonly untilSilentMs?: number | undefined;
}

export type Endpoints = Readonly<Record<string, Endpoint>>;

/** What an adapter declares about its cloud's time and money. Core acts on it, users can override it. */
export interface Timing {
  /** What stands for a launch at the cloud: decides what may be sent again after a lost answer. */
  readonly launchIdentity: "idempotency_key" | "unique_name" | "label";
  /** How old an answer may be: the time from a change to its showing up in reads, and from an end to the vanishing. */
  readonly visibilityLagMs: number;
  /** The longest that a machine which the cloud has accepted may not be shown at all; until then, absence means "not yet". */
  readonly appearsWithinMs: number;
  /** The longest time that a create may still be carried out after its answer was lost. */
  readonly lateCommitMs: number;
  /** How long a termination is looked after before it counts as unconfirmed. */
  readonly confirmTerminateMs: number;
  readonly pollIntervalMs: number;
  readonly pageSize: number;
  readonly requestTimeoutMs: number;
  /** Set where a list reads each machine by itself, so that it costs no fewer requests than reading them. */
  readonly listCosts?: "per_machine" | undefined;
  /** Of all calls together, where the cloud counts them so; each endpoint may have a limit of its own besides. */
  readonly rateLimit?: RateLimit | undefined;
  /** The most that a machine costs while it comes up, and while it is stopped. */
  readonly bills: { readonly provisioning: Billing; readonly stopped: Billing };
}

/** Everything declared about a cloud, as it is in force for one provider. */
export interface ProviderFacts extends Timing {
  readonly rateLimits: Readonly<Record<string, RateLimit>>;
  readonly evidence: Readonly<Record<string, Evidence>>;
}

const ms = z.int().nonnegative();
const rateLimitSchema = z.strictObject({ calls: z.int().positive(), perMs: ms });
const billing = z.enum(["compute", "storage", "none", "unknown"]);

/** `facts` in an adapter's options. The launch identity is not among them: it is how the adapter works. */
export const timingOverridesSchema = z.strictObject({
  visibilityLagMs: ms.optional(),
  appearsWithinMs: ms.optional(),
  lateCommitMs: ms.optional(),
  confirmTerminateMs: ms.optional(),
  pollIntervalMs: z.int().positive().optional(),
  pageSize: z.int().positive().optional(),
  requestTimeoutMs: z.int().positive().optional(),
  rateLimit: rateLimitSchema.nullable().optional(),
  bills: z.strictObject({ provisioning: billing.optional(), stopped: billing.optional() }).optional(),
});
export type TimingOverrides = z.input<typeof timingOverridesSchema>;

/** One row of `endpoints` in an adapter's options. */
export const endpointOverrideSchema = z.strictObject({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
  path: z.string().min(1).optional(),
  evidence: z.enum(["live", "recorded", "documented", "inferred"]).optional(),
  limit: rateLimitSchema.nullable().optional(),
  timeoutMs: z.int().positive().optional(),
  untilSilentMs: z.int().positive().optional(),
});
