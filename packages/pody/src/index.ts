import { defineAdapter, rawFrom } from "@gpuport/core";
import { createDriver } from "./driver.ts";
import { checkLaunch, launchOptionsSchema, optionsSchema } from "./options.ts";
import { facts, tables } from "./tables.ts";
import type { Pod } from "./wire.ts";

/**
 * Launches pods on a GPU machine that runs [Pody](https://github.com/MenxLi/pody). One server is one machine.
 *
 * @example
 * const provider = pody({ baseUrl: "http://lab:8799", username: "alice", password: "..." });
 * const instance = await provider.launch({ image: "pytorch:2.5" });
 * await provider.terminate(instance.id);
 */
export const pody = defineAdapter({
  id: "pody",
  specVersion: 1,
  options: optionsSchema,
  env: { baseUrl: "PODY_API_BASE", username: "PODY_USERNAME", password: "PODY_PASSWORD" },
  facts,
  tables,
  launch: {
    fields: ["name", "image", "snapshot"],
    pricing: ["on_demand"],
    providerOptions: launchOptionsSchema,
    check: checkLaunch,
    identity: (token, { name }, { ins }) => ins ?? name ?? token,
  },
  connect: createDriver,
});

/** Pody's own record of a pod, for what the common model leaves out. */
export const podyRaw = rawFrom<Pod>("pody");

export type { PodyLaunchOptions, PodyOptions, PodySnapshotOptions } from "./options.ts";
export type { Pod } from "./wire.ts";
