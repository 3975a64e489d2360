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
  extra_resource: z
    .looseObject({ cpus: quantity.optional() })
    .optional()
    .describe("Resources beyond the base unit, as the catalogue offers them (inferred name)"),
  net_ids: z.array(id).max(limits.networks).optional().describe("The private network to join; at most one"),
  network_type: z.int().min(0).max(7).optional().describe("0 is the account's mesh, 6 a public address"),
  public_ip_id: id.optional().describe("A public address of the account"),
});

export type GlowsLaunchOptions = z.output<typeof launchOptionsSchema>;
