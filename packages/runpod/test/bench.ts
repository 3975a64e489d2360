import type { Bench, Means } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { runpod } from "../src/index.ts";

/** RunPod as the emulator plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const emulator = await startEmulator({ clock: "manual" });
  const { apiKey } = emulator.credentials.runpod;
  const baseUrl = emulator.urls.runpod;
  /** A log falls silent within milliseconds here, and the emulator's time does not move meanwhile. */
  const open = ({ endpoints, ...means }: Means, credentials: { apiKey?: string }) => {
    const logs = { untilSilentMs: 20, ...endpoints?.["instance.logs"] };
    return runpod({ ...means, ...credentials, baseUrl, endpoints: { ...endpoints, "instance.logs": logs } });
  };
  return {
    make: (means) => open(means, { apiKey }),
    stranger: (means) => open(means, { apiKey: "refused" }),
    request: { gpu: { model: "RTX 4090" }, image: "runpod/base:1.0.0-ubuntu2204" },
    unknownId: "q7synth0abc123",
    // Not the bill: a stopped pod without a disk of its own costs nothing, and is still there.
    machines: () => emulator.machines().filter(({ terminatedAt }) => terminatedAt === undefined).length,
    clock: emulatedClock(emulator),
    secrets: [apiKey],
    environment: { make: (means) => open(means, {}), variables: { RUNPOD_API_KEY: apiKey } },
    close: () => emulator.close(),
  };
}
