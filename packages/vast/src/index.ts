import { defineAdapter, labelOf, rawFrom } from "@gpuport/core";
import { createDriver } from "./driver.ts";
import { launchOptionsSchema, optionsSchema } from "./options.ts";
import { checkLaunch } from "./rules.ts";
import { facts, tables } from "./tables.ts";
import type { Machine } from "./wire.ts";

/**
 * Rents machines on the market of [Vast.ai](https://vast.ai).
 *
 * @example
 * const provider = vast({ apiKey: "..." }); // or set VAST_API_KEY
 * for await (const instance of provider.list()) console.log(instance.id);
 */
export const vast = defineAdapter({
  id: "vast",
  specVersion: 1,
  options: optionsSchema,
  env: { apiKey: "VAST_API_KEY" },
  facts,
  tables,
  launch: {
    fields: [
      ...(["name", "offerId", "image", "region", "minDiskMiB", "env", "startup", "command"] as const),
      ...(["ports", "sshPublicKeys", "pricing"] as const),
    ],
    requires: [["offerId", "gpu"]],
    pricing: ["on_demand", "spot"],
    portProtocols: ["tcp", "udp"],
    providerOptions: launchOptionsSchema,
    check: checkLaunch,
    identity: (token, request) => labelOf(token, request.name),
  },
  connect: createDriver,
});

/** Vast.ai's own record of an instance, for what the common model leaves out. It holds tokens: do not log it. */
export const vastRaw = rawFrom<Machine>("vast");

export type { VastOptions } from "./options.ts";
export type { Machine } from "./wire.ts";
