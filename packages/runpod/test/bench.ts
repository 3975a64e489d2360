import type { Bench } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { runpod } from "../src/index.ts";

/** RunPod as the emulator plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const emulator = await startEmulator({ clock: "manual" });
  const { apiKey } = emulator.credentials.runpod;
  const baseUrl = emulator.urls.runpod;
  return {
    make: (means) => runpod({ ...means, apiKey, baseUrl }),
    stranger: (means) => runpod({ ...means, apiKey: "refused", baseUrl }),
    request: { gpu: { model: "RTX 4090" }, image: "runpod/base:1.0.0-ubuntu2204" },
    unknownId: "q7synth0abc123",
    machines: () => emulator.bill().length,
    clock: emulatedClock(emulator),
    secrets: [apiKey],
    environment: { make: (means) => runpod({ ...means, baseUrl }), variables: { RUNPOD_API_KEY: apiKey } },
    close: () => emulator.close(),
  };
}
