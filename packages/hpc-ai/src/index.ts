import { defineAdapter, rawFrom } from "@gpuport/core";
import { createDriver } from "./driver.ts";
import { checkLaunch, toIdentity } from "./launch.ts";
import { toQuote } from "./offers.ts";
import { launchOptionsSchema, optionsSchema } from "./options.ts";
import { facts, tables } from "./tables.ts";
import type { InstanceType, Machine } from "./wire.ts";

/**
 * Rents machines from [HPC-AI](https://www.hpc-ai.com), and from its sister
 * [Luchen Cloud](https://cloud.luchentech.com) through `baseUrl`.
 *
 * @example
 * const provider = hpcAi({ apiKey: "..." }); // or an access token, or username and password
 * const instance = await provider.launch({ gpu: { model: "H200", count: 8 }, image: "<id from the console>" });
 * await provider.terminate(instance.id);
 */
export const hpcAi = defineAdapter({
  id: "hpc-ai",
  specVersion: 1,
  options: optionsSchema,
  env: [
    { accessToken: "HPC_AI_ACCESS_TOKEN" },
    { apiKey: "HPC_AI_API_KEY" },
    { username: "HPC_AI_USERNAME", password: "HPC_AI_PASSWORD" },
  ],
  facts,
  tables,
  launch: {
    fields: [
      "name",
      "offerId",
      "image",
      "region",
      "minDiskMiB",
      "env",
      "startup",
      "command",
      "ports",
      "sshPublicKeys",
      "pricing",
    ],
    requires: [["image"]],
    pricing: ["on_demand", "spot", "reserved"],
    portProtocols: ["tcp"],
    providerOptions: launchOptionsSchema,
    check: checkLaunch,
    quote: toQuote,
    identity: toIdentity,
  },
  connect: createDriver,
});

/** HPC-AI's own record of an instance, for what the common model leaves out. */
export const hpcAiRaw = rawFrom<Machine>("hpc-ai");

/** HPC-AI's own record of the type behind an offer. */
export const hpcAiOfferRaw = rawFrom<InstanceType>("hpc-ai/offer");

/** HPC-AI's own record of a volume, whose members are not documented. */
export const hpcAiVolumeRaw = rawFrom<Readonly<Record<string, unknown>>>("hpc-ai/volume");

export type { HpcAiLaunchOptions, HpcAiOptions } from "./options.ts";
export type { InstanceType, Machine } from "./wire.ts";
