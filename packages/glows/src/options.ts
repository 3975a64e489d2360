import { baseUrlSchema, secretSchema } from "@gpuport/core";
import * as z from "zod";
import { limits } from "./tables.ts";

export const optionsSchema = z.strictObject({
  token: secretSchema.describe("The SDK token of the account, without the word Bearer"),
  baseUrl: baseUrlSchema()
    .default("https://a.glows.ai")
    .describe("The root of the API's host; the endpoints' own paths follow it"),
  catalogImage: z
    .string()
    .min(1)
    .max(limits.id)
    .optional()
    .describe("The image that offers are looked up for where a search or launch names none"),
  groupByRegion: z
    .boolean()
    .default(false)
    .describe(
      "Reads the catalogue by regions, which takes fewer requests; the shape of that answer is inferred",
    ),
  networkDomains: z
    .array(z.int().nonnegative())
    .min(1)
    .default([0])
    .describe("The region domains whose networks are listed; an instance's raw record shows its domain"),
  snapshotStatuses: z
    .record(z.string(), z.enum(["creating", "ready", "failed", "unknown"]))
    .optional()
    .describe("Further or other meanings of the numbers of a snapshot's status"),
});

export type GlowsOptions = z.output<typeof optionsSchema>;

const id = z.string().min(1).max(limits.id);
const quantity = z.int().nonnegative();

/** What one unit has, as the catalogue spells it. */
const unitSpecSchema = z.looseObject({
  cpus: quantity.optional(),
  gpus: quantity.optional(),
  disk_gb: quantity.optional(),
  gpu_name: z.string().optional(),
  cpu_name: z.string().optional(),
  ram_mb: quantity.optional(),
});

const notAdded = z.never("cannot be added to a machine").optional();
/** It has no id of its own, and no GPUs. */
const extraResourceSchema = z.looseObject({
  cpus: quantity.optional(),
  resource_id: notAdded,
  gpus: notAdded,
  gpu_name: notAdded,
});

/** Fields of the create body that a launch request has no word for, by the cloud's own names. */
export const launchOptionsSchema = z.strictObject({
  gpu_name: z
    .string()
    .min(1)
    .max(limits.modelName)
    .optional()
    .describe("The exact GPU model of the catalogue, instead of offerId or gpu"),
  cpu_name: z
    .string()
    .min(1)
    .optional()
    .describe("The exact CPU model of a machine without GPU, instead of offerId or gpu"),
  unit_qty: z
    .int()
    .positive()
    .optional()
    .describe("How many base units; only with gpu_name or cpu_name, an offer knows its own"),
  instance_category: z.enum(["container", "vm"]).optional().describe("container when left out"),
  base_resource: z
    .looseObject({
      resource_id: z.string().optional(),
      unit_qty: quantity.optional(),
      unit_spec: unitSpecSchema.optional(),
    })
    .optional()
    .describe("The base resource itself, as a specification of the catalogue gives it (inferred name)"),
  extra_resource: extraResourceSchema
    .optional()
    .describe("Resources beyond the base units, as the catalogue offers them (inferred name)"),
  extra_resources: extraResourceSchema
    .optional()
    .describe("The same under the other name that the reference may mean; one of the two"),
  net_ids: z.array(id).max(limits.networks).optional().describe("The private network to join; at most one"),
  network_type: z.int().min(0).max(7).optional().describe("0 is the account's mesh, 6 a public address"),
  public_ip_id: id.optional().describe("A public address of the account"),
});

export type GlowsLaunchOptions = z.output<typeof launchOptionsSchema>;
