import {
  type Adapter,
  type ComputeDriver,
  type ComputeProvider,
  defineAdapter,
  type LaunchField,
  labelOf,
  rawFrom,
  type Timing,
} from "@gpuport/core";
import { createDriver, type Driver, type DriverMeans } from "./driver.ts";
import { type Maps, soundMaps } from "./map.ts";
import { type LaunchOptions, launchOptionsSchema, optionsSchema } from "./options.ts";
import { type EndpointName, type TundraTables, tables, timing } from "./tables.ts";
import type { Machine } from "./wire.ts";

/** What the adapter is made of: a mutant replaces one piece. */
export interface Pieces {
  readonly maps: Maps;
  readonly tables: TundraTables;
  readonly timing: Timing;
  readonly fields: readonly LaunchField[];
  readonly launchOptions: typeof launchOptionsSchema;
  readonly identity: (token: string, name: string | undefined) => string;
  readonly driver: (sound: Driver, means: DriverMeans) => ComputeDriver<LaunchOptions>;
}

export const soundPieces: Pieces = {
  maps: soundMaps,
  ...{ tables, timing },
  fields: [
    ...(["name", "offerId", "image", "snapshot", "region", "minDiskMiB", "env", "startup"] as const),
    ...(["ports", "sshPublicKeys", "pricing"] as const),
  ],
  launchOptions: launchOptionsSchema,
  identity: labelOf,
  driver: (sound) => sound,
};

/** The adapter of the imaginary cloud, made of these pieces. */
export function tundraOf(pieces: Pieces): Adapter<typeof optionsSchema, ComputeProvider> {
  return defineAdapter<typeof optionsSchema, typeof launchOptionsSchema, EndpointName, Driver>({
    id: "tundra",
    specVersion: 1,
    options: optionsSchema,
    env: { apiKey: "TUNDRA_API_KEY" },
    facts: pieces.timing,
    tables: pieces.tables,
    launch: {
      fields: pieces.fields,
      requires: [
        ["offerId", "gpu"],
        ["image", "snapshot"],
      ],
      pricing: ["on_demand", "spot"],
      portProtocols: ["tcp", "udp"],
      providerOptions: pieces.launchOptions,
      identity: (token, { name }) => pieces.identity(token, name),
    },
    connect({ apiKey, baseUrl }, context) {
      const { maps } = pieces;
      const api = context.http({
        baseUrl,
        headers: { authorization: `Bearer ${apiKey.reveal()}` },
        readFailure: (answer) => maps.readFailure(answer, context.tables),
      });
      const means = { api, context, maps };
      // Broken or not, it has the groups of the sound one.
      return pieces.driver(createDriver(means), means) as Driver;
    },
  });
}

/** Tundra's own record of an instance. */
export const tundraRaw = rawFrom<Machine>("tundra");
