import { baseUrlSchema, secretSchema, secretTextSchema } from "@gpuport/core";
import * as z from "zod";

const text = z.string().trim().min(1);

const declaredTypeSchema = z.strictObject({
  instanceTypeId: text,
  regionId: text,
  gpuName: text.optional().describe("As the console writes it, `H200-SXM-141GB`; left out for CPU machines"),
  gpuNum: z.int().positive().optional().describe("GPUs of the machine"),
  isSpotInstance: z.boolean().optional(),
});

export const optionsSchema = z
  .strictObject({
    accessToken: secretSchema
      .optional()
      .describe("The console's `AccessToken` cookie. It ends after a day and cannot be renewed"),
    apiKey: secretSchema.optional().describe("A key made on the console's account page"),
    username: text.optional().describe("Logs in by itself, and again before the session ends"),
    password: secretSchema.optional(),
    baseUrl: baseUrlSchema()
      .default("https://www.hpc-ai.com/api")
      .describe("`https://cloud.luchentech.com/api` is the sister site, with accounts and ids of its own"),
    currency: text.optional().describe("Of the prices; when left out, CNY on cloud.luchentech.com, else USD"),
    catalogue: z
      .strictObject({
        types: z.array(declaredTypeSchema).min(1),
        regions: z
          .array(z.strictObject({ regionId: text, regionName: text }))
          .default([])
          .describe("Names for regions, which the cloud itself knows by id"),
      })
      .optional()
      .describe(
        "What can be rented, for when the cloud's own catalogue, which is not documented, is closed. Prices are then unknown",
      ),
  })
  .refine((given) => waysToLogIn(given) <= 1, {
    path: ["accessToken"],
    message: "give one way to log in: accessToken, apiKey, or username and password",
  });

/** What a user may configure, besides what every provider takes. */
export type HpcAiOptions = z.input<typeof optionsSchema>;

function waysToLogIn({ accessToken, apiKey, username, password }: Readonly<Record<string, unknown>>): number {
  return [accessToken, apiKey, username ?? password].filter((way) => way !== undefined).length;
}

const sizeGB = z.int().nonnegative().default(0);

export const launchOptionsSchema = z.strictObject({
  instanceTypeId: text.optional().describe("The type by its id, instead of `gpu` or `offerId`"),
  regionId: text.optional().describe("The region by its id; only with `instanceTypeId`"),
  isSpotInstance: z
    .boolean()
    .optional()
    .describe("Must agree with the type; only with `instanceTypeId`, because offers say it themselves"),
  billing: z
    .strictObject({ chargeMode: z.literal("tidePerHour").describe("Off-peak hours") })
    .optional()
    .describe("Instead of `pricing`, which says every other way to pay. No price limit can be held with it"),
  remoteStorages: z
    .array(
      z.strictObject({
        mountPath: text,
        remoteStorageName: text,
        remoteStorageId: text,
        type: text.describe("`highspeedstorage`, `filesystem` or another"),
      }),
    )
    .default([])
    .describe("Volumes to mount"),
  instanceConfiguration: z
    .strictObject({
      extraDataDiskSizeDB: sizeGB.describe("The extra data disk in GB; the spelling is the cloud's own"),
      enableCommonData: z.boolean().default(false).describe("Mounts the shared public data"),
      enableDocker: z.boolean().default(false).describe("Docker inside the machine"),
      dockerStorageSize: sizeGB.describe("GB"),
      initScript: secretTextSchema
        .optional()
        .describe("Instead of `startup`, `command`, `env` and `sshPublicKeys`, which are sent as one"),
    })
    .prefault({}),
  nodePorts: z
    .array(z.int().min(1).max(65_535))
    .default([])
    .describe("Further ports to publish besides `ports`"),
});

/** What goes under `providerOptions["hpc-ai"]` in a launch. */
export type HpcAiLaunchOptions = z.input<typeof launchOptionsSchema>;
export type LaunchOptions = z.output<typeof launchOptionsSchema>;
