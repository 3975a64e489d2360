import { readFileSync } from "node:fs";
import { type EmulatorOptions, startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { lambda } from "../src/index.ts";

export const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBench user@example";
export const apiKey = "secret_tests_0123.key";
export const origin = "https://cloud.lambda.ai";
export const now = Date.parse("2026-10-10T08:30:00Z");

export const fixture = (name: string): { readonly data: never } & Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

/** A time of its own, which passes only while somebody sleeps. */
function ownClock(start = now) {
  let time = start;
  return {
    now: () => time,
    sleep: async (ms: number) => {
      time += ms;
    },
    /** Nothing here waits for one. */
    alarm: () => {},
  };
}

export const open = (options: Parameters<typeof lambda>[0] = {}) =>
  lambda({ apiKey, clock: ownClock(), ...options });

/** The adapter at an emulated Lambda, and what that one says of itself. */
export async function openEmulated(settings: EmulatorOptions["lambda"] = {}) {
  const emulator = await startEmulator({ clock: "manual", lambda: settings });
  const provider = lambda({
    ...emulator.credentials.lambda,
    baseUrl: emulator.urls.lambda,
    clock: emulatedClock(emulator),
  });
  return {
    emulator,
    provider,
    machines: () => emulator.machines(),
    alive: () => emulator.machines().filter(({ terminatedAt }) => terminatedAt === undefined),
    [Symbol.asyncDispose]: emulator.close,
  };
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
