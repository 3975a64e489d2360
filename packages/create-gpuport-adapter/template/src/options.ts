import { baseUrlSchema, secretSchema } from "@gpuport/core";
import * as z from "zod";

const publicApi = "https://api.my-cloud.example/v1";

export const optionsSchema = z.strictObject({
  apiKey: secretSchema.describe("A key that may launch, read and terminate machines"),
  baseUrl: baseUrlSchema().default(publicApi).describe("Where the API is"),
});

/** What a user may configure, besides what every provider takes. */
export type MyCloudOptions = z.input<typeof optionsSchema>;

/** `providerOptions` of a launch: what only this cloud has, by its own names. Everything is optional. */
export const launchOptionsSchema = z.strictObject({
  rack: z.string().min(1).optional().describe("Where the machine is put"),
});
export type LaunchOptions = z.output<typeof launchOptionsSchema>;
