import * as z from "zod";
import { type Hardware, hardwareSchema } from "./hardware.ts";
import { type Price, priceSchema } from "./price.ts";
import type { GpuWish, PricingWish } from "./request.ts";

/** Something that can be rented, at a price that held at {@link Offer.observedAt}. */
export interface Offer {
  /** What `launch({ offerId })` takes; opaque. */
  readonly id: string;
  readonly provider: string;
  readonly hardware: Hardware;
  /** For the disk that was asked for; `undefined` is unknown, never free. */
  readonly price?: Price | undefined;
  readonly region?: string | undefined;
  readonly available: boolean;
  /** How many GPUs, or units, one launch may take. */
  readonly maxCount?: number | undefined;
  /** 0 to 1, as the cloud measures it. */
  readonly reliability?: number | undefined;
  readonly observedAt: Date;
  readonly expiresAt?: Date | undefined;
}

/** What to look for. Everything left out is not asked for. */
export interface OfferQuery {
  /** This one offer, to learn whether it still stands and what it costs. */
  readonly offerId?: string | undefined;
  readonly gpu?: GpuWish | undefined;
  readonly region?: string | undefined;
  /** The disk that the price is to include. */
  readonly minDiskMiB?: number | undefined;
  readonly pricing?: PricingWish | undefined;
  /** Leaves out dearer offers, and offers without a price. */
  readonly maxPerHourMicros?: number | undefined;
  /** Some clouds list only what can run a given image. */
  readonly image?: string | undefined;
}

export const offerSchema = z.strictObject({
  id: z.string().min(1),
  provider: z.string().min(1),
  hardware: hardwareSchema,
  price: priceSchema.optional(),
  region: z.string().optional(),
  available: z.boolean(),
  maxCount: z.int().nonnegative().optional(),
  reliability: z.number().min(0).max(1).optional(),
  observedAt: z.date(),
  expiresAt: z.date().optional(),
}) satisfies z.ZodType<Offer>;
