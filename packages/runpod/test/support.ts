import { readFileSync } from "node:fs";
import { nock } from "@gpuport/testkit";
import { runpod } from "../src/index.ts";

const origin = "https://api.runpod.io";
const apiKey = "rpa_key_of_the_tests";
export const offerId = "NVIDIA GeForce RTX 4090|1|SECURE|*";
export const image = "runpod/base:1.0.0-ubuntu2204";
export const podId = "q7synth0abc123";
export const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHn3rJ0R0b6h9m1s8F5v7J6lQ2nq8k3eT1xw4y5z6A7B laptop";

/** Samples of the vendor's documentation, of 2026-10-10, with synthetic values. */
export const fixture = (name: "pod" | "gpus"): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

export const cloud = () => nock(origin, { reqheaders: { authorization: `Bearer ${apiKey}` } });

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

export const open = (options: Parameters<typeof runpod>[0] = {}) =>
  runpod({ apiKey, clock: ownClock(), ...options });

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
