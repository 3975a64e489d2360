import { baseUrlSchema, secretSchema } from "@gpuport/core";
import * as z from "zod";
import { limits } from "./tables.ts";

const text = z.string().trim().min(1);

export const optionsSchema = z.strictObject({
  apiKey: secretSchema.describe("Key with read and write for pods; GraphQL read for the balance"),
  baseUrl: baseUrlSchema().default("https://api.runpod.io").describe("Where the API is, without /v2"),
  community: z
    .boolean()
    .default(false)
    .describe("Looks for offers not only in data centers, but also on the machines of other people"),
});

/** What `runpod({...})` takes besides the options of every adapter. */
export type RunpodOptions = z.input<typeof optionsSchema>;

/** `providerOptions.runpod` of a launch request: what RunPod has and other clouds have not. */
export const launchOptionsSchema = z.strictObject({
  templateId: text.optional().describe("Template to start from; stands in for an image"),
  registry: text.optional().describe("Id of a registry credential, for a private image"),
  networkVolume: z
    .strictObject({ id: text, path: z.string().startsWith("/") })
    .optional()
    .describe("A network volume to mount; the pod must be in its data center"),
  dataCenterIds: z.array(text).min(1).optional().describe("Any of these, where `region` would be one"),
  minCudaVersion: z
    .string()
    .regex(/^\d+\.\d+$/)
    .optional()
    .describe("Only hosts with this CUDA version or a newer one: `12.8`"),
  startSsh: z.boolean().optional().describe("Lets in the account's own ssh keys where the request has none"),
});

/** What a network volume is made of. */
export const volumeSpecSchema = z.strictObject({
  name: text.describe("Need not be unique"),
  sizeMiB: z
    .int()
    .min(limits.minVolumeGb * 1024)
    .max(limits.maxVolumeGb * 1024),
  region: text.describe("The id of a data center"),
  type: text.optional().describe("STANDARD or HIGH_PERFORMANCE"),
});

/** What goes under `providerOptions.runpod` in a launch. */
export type RunpodLaunchOptions = z.input<typeof launchOptionsSchema>;
export type LaunchOptions = z.output<typeof launchOptionsSchema>;
