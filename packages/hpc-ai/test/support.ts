import { readFileSync } from "node:fs";
import {
  type ComputeDriver,
  type DriverCall,
  type DriverContext,
  deadlineAfter,
  defineAdapter,
  type Fetch,
  systemClock,
} from "@gpuport/core";
import { createDriver } from "../src/driver.ts";
import { hpcAi } from "../src/index.ts";
import { type LaunchOptions, launchOptionsSchema, optionsSchema } from "../src/options.ts";
import { facts, type HpcAiEndpoint, tables } from "../src/tables.ts";

export const origin = "https://www.hpc-ai.com";
export const image = "11111111-2222-4333-8444-555555555555";
export const offerId = "r-1/t-h200/standard/region-one";
export const apiKey = "key-of-the-tests";

export const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

/** A time of its own, which passes only while somebody sleeps. */
export function ownClock(start = Date.parse("2026-11-21T00:00:00Z")) {
  let now = start;
  return {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
    /** Nothing here waits for one. */
    alarm: () => {},
  };
}

export const open = (options: Parameters<typeof hpcAi>[0] = {}) =>
  hpcAi({ apiKey, clock: ownClock(), ...options });

/** Launch options as core hands them over. */
export const launchOptions = launchOptionsSchema.parse({});

/** The driver itself, in the surroundings that core gives it, for what core makes something else of. */
export function openDriver(answer: Fetch): ComputeDriver<LaunchOptions> {
  let driver: ComputeDriver<LaunchOptions> | undefined;
  defineAdapter({
    id: "hpc-ai",
    specVersion: 1,
    options: optionsSchema,
    env: { apiKey: "HPC_AI_API_KEY" },
    facts,
    tables,
    launch: {
      fields: [],
      pricing: ["on_demand"],
      providerOptions: launchOptionsSchema,
      identity: (token) => token,
    },
    connect(options, context: DriverContext<HpcAiEndpoint>) {
      const made = createDriver(options, context);
      driver = made;
      return made;
    },
  })({ apiKey, clock: ownClock(), fetch: answer });
  if (driver === undefined) throw new TypeError("the adapter did not connect");
  return driver;
}

export const driverCall = (operation: string): DriverCall => ({
  operation,
  signal: new AbortController().signal,
  deadline: deadlineAfter(systemClock, 60_000),
});

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A token as the cloud issues them; the signature is noise. */
export function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}
