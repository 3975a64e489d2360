import { baseUrlSchema, secretSchema, secretTextSchema } from "@gpuport/core";
import * as z from "zod";
import { limits } from "./tables.ts";

export const optionsSchema = z.strictObject({
  apiKey: secretSchema.describe("A key of the account; every key has all rights"),
  baseUrl: baseUrlSchema().default("https://cloud.lambda.ai/api/v1"),
});

/** What `lambda({...})` takes besides the options of every adapter. */
export type LambdaOptions = z.input<typeof optionsSchema>;

const text = z.string().trim().min(1);

/** `providerOptions.lambda` of a launch request: what Lambda has and other clouds have not, by Lambda's names. */
export const launchOptionsSchema = z.strictObject({
  ssh_key_name: text
    .max(64)
    .optional()
    .describe("A key of the account by its name; the keys of the request are let in besides"),
  file_system_names: z
    .array(text)
    .min(1)
    .optional()
    .describe("Filesystems of the machine's region, mounted where the cloud mounts them"),
  file_system_mounts: z
    .array(
      z.strictObject({
        file_system_id: text,
        mount_point: z
          .string()
          .max(256)
          .regex(/^\/(home|lambda\/nfs|data)(\/|$)/, "must be below /home, /lambda/nfs or /data"),
      }),
    )
    .min(1)
    .optional(),
  firewall_rulesets: z
    .array(z.strictObject({ id: text }))
    .min(1)
    .optional()
    .describe("Must let the asked ports through; the global rules hold besides"),
  hostname: z.string().regex(limits.hostname, "must be a host name in small letters").optional(),
  user_data: secretTextSchema
    .optional()
    .describe("For cloud-init, instead of `env`, `startup`, `command` and all keys but the first"),
});

/** What goes under `providerOptions.lambda` in a launch. */
export type LambdaLaunchOptions = z.input<typeof launchOptionsSchema>;
export type LaunchOptions = z.output<typeof launchOptionsSchema>;
