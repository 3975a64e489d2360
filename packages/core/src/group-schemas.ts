import * as z from "zod";
import type { SnapshotQuery } from "./model/index.ts";

// What goes into the operations of the capability groups, as core checks it before anything is sent.

export const idSchema = z.string().trim().min(1).max(256);
export const imageQuerySchema = z.strictObject({
  owned: z.boolean().optional(),
  search: z.string().max(200).optional(),
});
export const imageSpecSchema = z.strictObject({
  source: z.string().regex(/^\S+$/, "must be one registry reference"),
});
export const snapshotQuerySchema = z.strictObject({
  statuses: z.array(z.enum(["creating", "ready", "failed", "unknown"])).optional(),
}) satisfies z.ZodType<SnapshotQuery>;
export const snapshotSpecSchema = z.strictObject({
  name: z.string().min(1).max(128).optional(),
  providerOptions: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
export const volumeSpecSchema = z.strictObject({
  name: z.string().min(1).max(128).optional(),
  sizeMiB: z.int().positive().optional(),
  region: z.string().min(1).optional(),
  type: z.string().min(1).optional(),
  offerId: z.string().min(1).optional(),
});
export const volumeOfferQuerySchema = z.strictObject({
  sizeMiB: z.int().positive(),
  region: z.string().min(1).optional(),
});
export const networkSpecSchema = z.strictObject({
  name: z.string().min(1).max(128),
  region: z.string().min(1).max(128),
});
export const logQuerySchema = z.strictObject({
  lines: z.int().positive().optional(),
  filter: z.string().optional(),
  daemon: z.boolean().optional(),
});
