import * as z from "zod";

/** What a whole machine costs per hour, in integer micro-units of the currency: 360 000 is 0.36 per hour. */
export interface Price {
  /** ISO 4217, or `CREDIT:<adapter>` for a cloud's own money. */
  readonly currency: string;
  readonly perHourMicros: number;
  /** What it costs per hour while stopped. */
  readonly stoppedPerHourMicros?: number | undefined;
  readonly kind: PriceKind;
  readonly parts?: readonly PricePart[] | undefined;
}

export type PriceKind = "on_demand" | "spot" | "reserved";

export interface PricePart {
  readonly kind: "compute" | "disk" | "network" | "other";
  readonly perHourMicros: number;
}

const amount = z.int().nonnegative();

export const priceSchema = z.strictObject({
  currency: z.string().min(1),
  perHourMicros: amount,
  stoppedPerHourMicros: amount.optional(),
  kind: z.enum(["on_demand", "spot", "reserved"]),
  parts: z
    .array(z.strictObject({ kind: z.enum(["compute", "disk", "network", "other"]), perHourMicros: amount }))
    .optional(),
}) satisfies z.ZodType<Price>;
