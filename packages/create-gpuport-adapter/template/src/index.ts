import { defineAdapter, labelOf, rawFrom } from "@gpuport/core";
import { createDriver } from "./driver.ts";
import { launchOptionsSchema, optionsSchema } from "./options.ts";
import { facts, tables } from "./tables.ts";
import type { Machine } from "./wire.ts";

/**
 * Rents machines from [My Cloud](https://api.my-cloud.example/v1).
 *
 * @example
 * const provider = myCloud({ apiKey: "..." }); // or set MY_CLOUD_API_KEY
 * for await (const instance of provider.list()) console.log(instance.id);
 */
export const myCloud = defineAdapter({
  id: "my-cloud",
  specVersion: 1,
  options: optionsSchema,
  env: { apiKey: "MY_CLOUD_API_KEY" },
  facts,
  tables,
  launch: {
    fields: ["name", "offerId", "image", "env"],
    requires: [["offerId", "gpu"], ["image"]],
    pricing: ["on_demand"],
    providerOptions: launchOptionsSchema,
    identity: (token, { name }) => labelOf(token, name),
  },
  connect: createDriver,
});

/** My Cloud's own record of an instance, for what the common model leaves out. */
export const myCloudRaw = rawFrom<Machine>("my-cloud");

export type { MyCloudOptions } from "./options.ts";
export type { Machine } from "./wire.ts";
