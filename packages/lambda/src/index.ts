import { defineAdapter, rawFrom } from "@gpuport/core";
import { createDriver } from "./driver.ts";
import { checkLaunch, toIdentity } from "./launch.ts";
import { launchOptionsSchema, optionsSchema } from "./options.ts";
import { facts, tables } from "./tables.ts";
import type { Machine } from "./wire.ts";

/**
 * Rents machines from [Lambda](https://lambda.ai).
 *
 * @example
 * const provider = lambda({ apiKey: "..." }); // or set LAMBDA_API_KEY
 * for await (const instance of provider.list()) console.log(instance.id);
 */
export const lambda = defineAdapter({
  id: "lambda",
  specVersion: 1,
  options: optionsSchema,
  env: { apiKey: "LAMBDA_API_KEY" },
  facts,
  tables,
  launch: {
    fields: [
      ...([
        "name",
        "labels",
        "offerId",
        "image",
        "region",
        "minDiskMiB",
        "env",
        "startup",
        "command",
      ] as const),
      ...(["ports", "sshPublicKeys", "pricing"] as const),
    ],
    requires: [["offerId", "gpu"]],
    pricing: ["on_demand"],
    portProtocols: ["tcp", "udp"],
    providerOptions: launchOptionsSchema,
    check: checkLaunch,
    identity: toIdentity,
  },
  connect: createDriver,
});

/** Lambda's own record of an instance, for what the common model leaves out. It holds tokens: do not log it. */
export const lambdaRaw = rawFrom<Machine>("lambda");

export type { LambdaLaunchOptions, LambdaOptions } from "./options.ts";
export type { Machine } from "./wire.ts";
