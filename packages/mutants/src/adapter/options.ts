import { baseUrlSchema, secretSchema } from "@gpuport/core";
import * as z from "zod";

export const optionsSchema = z.strictObject({
  apiKey: secretSchema,
  baseUrl: baseUrlSchema().default("https://api.tundra.example"),
});

export const launchOptionsSchema = z.strictObject({
  /** Who is served first where machines are scarce. */
  priority: z.enum(["low", "high"]).optional(),
});
export type LaunchOptions = z.output<typeof launchOptionsSchema>;
