import { defineAdapter, rawFrom } from "@gpuport/core";
import { checkLaunch } from "./create.ts";
import { createDriver } from "./driver.ts";
import { toQuote } from "./offer.ts";
import { launchOptionsSchema, optionsSchema } from "./options.ts";
import { endpoints, errors, facts, statuses } from "./tables.ts";
import type { Machine } from "./wire.ts";

/**
 * Rents machines from [Glows.ai](https://glows.ai).
 *
 * @example
 * const provider = glows({ token: "..." }); // or set GLOWS_TOKEN
 * for await (const instance of provider.list()) console.log(instance.id);
 */
export const glows = defineAdapter({
  id: "glows",
  specVersion: 1,
  options: optionsSchema,
  env: { token: "GLOWS_TOKEN" },
  facts,
  tables: { endpoints, statuses, errors },
  launch: {
    fields: [
      ...(["name", "offerId", "image", "snapshot", "region", "minDiskMiB"] as const),
      ...(["env", "command", "ports", "pricing"] as const),
    ],
    requires: [["image", "snapshot"]],
    pricing: ["on_demand"],
    portProtocols: ["tcp", "http"],
    providerOptions: launchOptionsSchema,
    check: checkLaunch,
    quote: toQuote,
    identity: (token) => token,
  },
  connect: createDriver,
});

/** The cloud's own record of an instance, for what the common model leaves out. It holds the machine's password. */
export const glowsRaw = rawFrom<Machine>("glows");

/** The cloud's own record of an offer, image, snapshot, network or endpoint: `extra_resources`, `clusterType`, … */
export const glowsRecord = rawFrom<Readonly<Record<string, unknown>>>("glows");

export type { GlowsLaunchOptions, GlowsOptions } from "./options.ts";
export type { Machine } from "./wire.ts";
