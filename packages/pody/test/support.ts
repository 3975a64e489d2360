import {
  type ComputeDriver,
  type DriverCall,
  type DriverContext,
  deadlineAfter,
  defineAdapter,
  systemClock,
} from "@gpuport/core";
import { createDriver } from "../src/driver.ts";
import { pody } from "../src/index.ts";
import { launchOptionsSchema, optionsSchema, type PodyLaunchOptions } from "../src/options.ts";
import { facts, type PodyEndpoint, tables } from "../src/tables.ts";

export const origin = "http://lab.test:8799";
export const credentials = { baseUrl: origin, username: "alice", password: "correct horse" };
/** `alice:correct horse`. */
export const basic = "Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==";

/** Real time, without the pauses. */
const hasty = { now: () => Date.now(), sleep: async () => {}, alarm: () => {} };

export const open = (options: Parameters<typeof pody>[0] = {}) =>
  pody({ ...credentials, clock: hasty, ...options });

/** The driver itself, in the surroundings that core gives it, for what core makes something else of. */
export function openDriver(): ComputeDriver<PodyLaunchOptions> {
  let driver: ComputeDriver<PodyLaunchOptions> | undefined;
  defineAdapter({
    id: "pody",
    specVersion: 1,
    options: optionsSchema,
    env: { baseUrl: "PODY_API_BASE", username: "PODY_USERNAME", password: "PODY_PASSWORD" },
    facts,
    tables,
    launch: {
      fields: [],
      pricing: ["on_demand"],
      providerOptions: launchOptionsSchema,
      identity: (token) => token,
    },
    connect(options, context: DriverContext<PodyEndpoint>) {
      const made = createDriver(options, context);
      driver = made;
      return made;
    },
  })({ ...credentials, clock: hasty });
  if (driver === undefined) throw new TypeError("the adapter did not connect");
  return driver;
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const driverCall = (operation: string): DriverCall => ({
  operation,
  signal: new AbortController().signal,
  deadline: deadlineAfter(systemClock, 60_000),
});

/** Errors of the container engine, as the server passes them on. */
export const engine = (kind: string, path: string, message: string): string =>
  `${kind} for http+docker://localhost/v1.41${path}: ${kind.includes("404") ? "Not Found" : "Bad Request"} ("${message}")`;

export const noSuchContainer = (name = "pd-alice-main"): object => ({
  detail: engine("404 Client Error", `/containers/${name}/json`, `No such container: ${name}`),
});
export const noSuchImage: object = {
  detail: engine("404 Client Error", "/images/8a24b7c1/json", "no such image: sha256:8a24b7c1"),
};
export const routeMissing: object = { detail: "Not Found" };
