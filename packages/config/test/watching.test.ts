import { isComputeError, type Offer } from "@gpuport/core";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { expect, it } from "vitest";
import { openProviders } from "../src/index.ts";

const clouds = [
  {
    ...{ adapter: "vast" as const, machines: 30, endpoint: "instance.list", perTick: Math.ceil(30 / 25) },
    request: { image: "example/trainer:2.1" },
  },
  {
    ...{ adapter: "glows" as const, machines: 45, endpoint: "instance.list", perTick: Math.ceil(45 / 20) },
    request: { gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" },
  },
  { adapter: "pody", machines: 3, endpoint: "pod.inspect", perTick: 3, request: { image: "pytorch:2.5" } },
  {
    ...{ adapter: "hpc-ai" as const, machines: 12, endpoint: "instance.list", perTick: Math.ceil(12 / 50) },
    request: { gpu: { model: "H200", count: 8 }, image: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01" },
  },
] as const;

it.each(clouds)(
  "waits for many machines on $adapter with as many calls a tick as the cloud needs",
  async (row) => {
    const { adapter, machines, endpoint, perTick, request } = row;
    await using emulator = await startEmulator({ clock: "manual", seed: 7 });
    const { urls, credentials } = emulator;
    const { apiKey: _, ...hpcAi } = credentials["hpc-ai"];
    const mine = {
      adapter,
      baseUrl: urls[adapter],
      ...(adapter === "hpc-ai" ? hpcAi : credentials[adapter]),
      // Without its limit, the calls of one tick go out at one moment, where they can be counted.
      ...(adapter === "vast" && { endpoints: { "instance.list": { limit: null } } }),
    };
    await using providers = await openProviders(
      { providers: { mine } },
      { env: {}, clock: emulatedClock(emulator) },
    );
    const provider = providers.get("mine");
    const ids: string[] = [];
    // Each machine of Vast.ai's market is one of a kind, and some are gone when they are asked for.
    const offers: Offer[] = [];
    if (adapter === "vast") for await (const offer of provider.offers?.search() ?? []) offers.push(offer);
    while (ids.length < machines) {
      const offerId = offers.shift()?.id;
      try {
        ids.push((await provider.launch({ ...request, ...(offerId && { offerId }) })).id);
      } catch (error) {
        if (!isComputeError(error, "offer_gone", "no_capacity")) throw error;
      }
    }

    const before = emulator.requests().length;
    const running = await Promise.all(ids.map((id) => provider.waitFor(id, "running")));
    expect(running.map(({ id }) => id)).toEqual(ids);
    const sent = emulator.requests().slice(before);
    const moments = new Map<number, number>();
    for (const { at } of sent) moments.set(Number(at), (moments.get(Number(at)) ?? 0) + 1);
    // One that is left over is read by itself.
    expect(sent.some((one) => one.endpoint === endpoint)).toBe(true);
    expect(Math.max(...moments.values())).toBe(perTick);
  },
);
