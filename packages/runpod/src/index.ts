import { defineAdapter, labelOf, rawFrom } from "@gpuport/core";
import { createDriver } from "./driver.ts";
import { checkLaunch } from "./launch.ts";
import { launchOptionsSchema, optionsSchema } from "./options.ts";
import { facts, tables } from "./tables.ts";
import type { Gpu, Pod } from "./wire.ts";

/**
 * Rents GPU pods from [RunPod](https://www.runpod.io).
 *
 * @example
 * const provider = runpod({ apiKey: "..." }); // or set RUNPOD_API_KEY
 * for await (const instance of provider.list()) console.log(instance.id);
 */
export const runpod = defineAdapter({
  id: "runpod",
  specVersion: 1,
  options: optionsSchema,
  env: { apiKey: "RUNPOD_API_KEY" },
  facts,
  tables,
  launch: {
    fields: [
      ...(["name", "offerId", "image", "region", "minDiskMiB", "env", "command"] as const),
      ...(["ports", "sshPublicKeys", "pricing"] as const),
    ],
    requires: [["offerId", "gpu"]],
    pricing: ["on_demand"],
    portProtocols: ["tcp", "http"],
    providerOptions: launchOptionsSchema,
    check: checkLaunch,
    identity: (token, request) => labelOf(token, request.name),
  },
  connect: createDriver,
});

/** RunPod's own record of a pod, for what the common model leaves out. It holds its environment: do not log it. */
export const runpodRaw = rawFrom<Pod>("runpod");

/** RunPod's own record of the GPU type behind an offer, with the data centers that have it. */
export const runpodOfferRaw = rawFrom<Gpu>("runpod/offer");

export type { RunpodLaunchOptions, RunpodOptions } from "./options.ts";
export type { Gpu, Pod } from "./wire.ts";
