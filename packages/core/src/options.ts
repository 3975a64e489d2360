import * as z from "zod";
import type { Clock } from "./clock.ts";
import type { AdapterTables } from "./driver.ts";
import { type Endpoint, endpointOverrideSchema, timingOverridesSchema } from "./facts.ts";
import type { Fetch } from "./http/exchange.ts";
import type { Gate } from "./http/gate.ts";
import type { Budget, Journal } from "./journal/journal.ts";
import { instanceStatuses, statusReasons } from "./model/index.ts";
import { eitherOr, launchRequestSchema } from "./model/request.ts";
import { type LaunchDefaults, refuse } from "./prepare.ts";

const statusRowSchema = z.strictObject({
  status: z.enum(instanceStatuses),
  reason: z.enum(statusReasons).optional(),
  billing: z.enum(["compute", "storage", "none", "unknown"]).optional(),
});

const errorRowSchema = z.strictObject({
  code: z.enum([
    ...["invalid_config", "invalid_argument", "unsupported", "unauthenticated", "permission_denied"],
    ...["not_found", "conflict", "offer_gone", "no_capacity", "quota_exceeded", "insufficient_funds"],
    ...["rate_limited", "unavailable", "timeout", "bad_response", "instance_failed", "unknown"],
  ] as const),
  effect: z.enum(["none", "maybe", "done"]).optional(),
  scope: z.enum(["request", "offer", "region", "account", "provider"]).optional(),
  retryable: z.boolean().optional(),
});

/** What can be written into a configuration file for any provider, besides the adapter's own options. */
export const sharedOptionsSchema = z.strictObject({
  name: z.string().min(1).optional().describe("What the provider is called in instances and errors"),
  images: z
    .record(z.string(), z.string())
    .optional()
    .describe("Aliases: a name of yours for what this cloud calls an image"),
  defaults: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Fields of a launch request that hold wherever a request leaves them out"),
  facts: timingOverridesSchema
    .optional()
    .describe("Overrides of what the adapter declares about the cloud's time and money"),
  endpoints: z
    .record(z.string(), endpointOverrideSchema)
    .optional()
    .describe("Overrides of endpoints, by name"),
  statuses: z
    .record(z.string(), statusRowSchema)
    .optional()
    .describe("Further or other meanings of status words"),
  errors: z
    .record(z.string(), errorRowSchema)
    .optional()
    .describe("Further or other meanings of error words"),
  owner: z
    .string()
    .max(128)
    .optional()
    .describe("Tells your machines from those of others who use gpuport on the same account"),
  budgets: z
    .array(
      z.strictObject({
        provider: z.string().min(1).optional(),
        currency: z.string().min(1),
        maxPerHourMicros: z.int().nonnegative(),
      }),
    )
    .optional()
    .describe(
      "The most that all launches of the journal may cost together; refuses the launch that would pass it",
    ),
  requireLease: z.boolean().optional().describe("Refuses launches without a lease"),
  maxResponseBytes: z
    .int()
    .positive()
    .optional()
    .describe("Larger answers are refused; 32 MiB when left out"),
});

/** What only a program can pass. */
const meansSchema = z.strictObject({
  fetch: z.custom<Fetch>((value) => typeof value === "function", "must be a function").optional(),
  gate: z.custom<Gate>((value) => typeof value === "object" && value !== null, "must be a gate").optional(),
  clock: z
    .custom<Clock>((value) => typeof value === "object" && value !== null, "must be a clock")
    .optional(),
  journal: z
    .custom<Journal>((value) => typeof value === "object" && value !== null, "must be a journal")
    .optional(),
});

export const commonOptionsSchema = z.strictObject({ ...sharedOptionsSchema.shape, ...meansSchema.shape });

/** Options that every adapter takes. */
export interface CommonOptions {
  /** What the provider is called in instances and errors; the adapter's id when left out. */
  readonly name?: string | undefined;
  /** Aliases: a name of yours for what this cloud calls an image. */
  readonly images?: Readonly<Record<string, string>> | undefined;
  /** Fields of a launch request that hold wherever a request leaves them out. */
  readonly defaults?: LaunchDefaults | undefined;
  /** Overrides of what the adapter declares about the cloud's time and money. */
  readonly facts?: z.input<typeof timingOverridesSchema> | undefined;
  /** Overrides of endpoints, by name: `{ "instance.stat": { path: "instance/stats" } }`. */
  readonly endpoints?: Readonly<Record<string, z.input<typeof endpointOverrideSchema>>> | undefined;
  /** Further or other meanings of status words. */
  readonly statuses?: Readonly<Record<string, z.input<typeof statusRowSchema>>> | undefined;
  /** Further or other meanings of error words. */
  readonly errors?: Readonly<Record<string, z.input<typeof errorRowSchema>>> | undefined;
  /** Tells your machines from those of others who use gpuport on the same account. */
  readonly owner?: string | undefined;
  /** The most that all launches of the journal may cost together; refuses the launch that would pass it. */
  readonly budgets?: readonly Budget[] | undefined;
  /** Refuses launches without a lease. */
  readonly requireLease?: boolean | undefined;
  /** Larger answers are refused; 32 MiB when left out. */
  readonly maxResponseBytes?: number | undefined;
  /** Stands in for the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Stands in for the limits that this process keeps by itself: one that several processes share. */
  readonly gate?: Gate | undefined;
  /** Stands in for the system's time. */
  readonly clock?: Clock | undefined;
  /** Where launches are remembered; in memory when left out. */
  readonly journal?: Journal | undefined;
}

/** `defaults` are fields of a request, so they are held to the same rules. */
export const launchDefaultsSchema = eitherOr(
  z.strictObject({ ...launchRequestSchema.shape }).omit({ key: true, name: true }),
);

/** Puts a user's rows over an adapter's. */
export function overriddenTables<Names extends string>(
  tables: AdapterTables<Names>,
  options: z.output<typeof commonOptionsSchema>,
): AdapterTables<Names> {
  const unknown = Object.keys(options.endpoints ?? {}).find((name) => !Object.hasOwn(tables.endpoints, name));
  if (unknown !== undefined) {
    const known = Object.keys(tables.endpoints).join(", ");
    refuse(`endpoints.${unknown}`, `no such endpoint; there are ${known}`);
  }
  const endpoints: Record<Names, Endpoint> = { ...tables.endpoints };
  for (const name of Object.keys(tables.endpoints) as Names[]) {
    const override = options.endpoints?.[name];
    if (override === undefined) continue;
    const { limit, ...rest } = override;
    const row = { ...endpoints[name], ...definedOnly(rest) };
    endpoints[name] = limit === undefined ? row : { ...row, limit: limit ?? undefined };
  }
  // A user's row stands first: where order is precedence, it is looked at before the adapter's.
  return {
    endpoints,
    statuses: { ...options.statuses, ...tables.statuses, ...options.statuses },
    errors: { ...options.errors, ...tables.errors, ...options.errors },
  };
}

/** Without the members that are `undefined`, which would hide what they are laid over. */
export function definedOnly<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(given) as { [Key in keyof Value]?: NonNullable<Value[Key]> }; // entries of that very type
}
