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

/** `providerOptions.lambda` of a launch request: what Lambda has and other clouds have not. */
export const launchOptionsSchema = z.strictObject({
  sshKeyName: text
    .max(64)
    .optional()
    .describe("A key of the account by its name; the keys of the request are let in besides"),
  fileSystems: z
    .array(
      z.union([
        text.describe("By name, mounted where the cloud mounts it"),
        z.strictObject({
          id: text,
          mountPoint: z
            .string()
            .max(256)
            .regex(/^\/(home|lambda\/nfs|data)(\/|$)/, "must be below /home, /lambda/nfs or /data"),
        }),
      ]),
    )
    .default([])
    .describe("Filesystems to mount; they must be in the region of the machine"),
  firewallRulesets: z
    .array(text)
    .default([])
    .describe("Rulesets by id, which must let the asked ports through; the global one holds besides"),
  hostname: z.string().regex(limits.hostname, "must be a host name in small letters").optional(),
  userData: secretTextSchema
    .optional()
    .describe("For cloud-init, instead of `env`, `startup`, `command` and all keys but the first"),
});

/** What goes under `providerOptions.lambda` in a launch. */
export type LambdaLaunchOptions = z.input<typeof launchOptionsSchema>;
export type LaunchOptions = z.output<typeof launchOptionsSchema>;
