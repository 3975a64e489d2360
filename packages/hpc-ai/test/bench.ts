import type { Bench } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { hpcAi } from "../src/index.ts";

/** HPC-AI as the emulator plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const emulator = await startEmulator({ clock: "manual" });
  const { apiKey } = emulator.credentials["hpc-ai"];
  const baseUrl = emulator.urls["hpc-ai"];
  return {
    make: (means) => hpcAi({ ...means, apiKey, baseUrl }),
    stranger: (means) => hpcAi({ ...means, apiKey: "wrong", baseUrl }),
    request: { image: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01", gpu: { model: "H200", count: 8 } },
    unknownId: "notebook-never-there",
    machines: () => emulator.bill().length,
    samples: {
      volume: { sizeMiB: 100 * 1024, region: "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a01", type: "filesystem" },
    },
    clock: emulatedClock(emulator),
    secrets: [apiKey],
    environment: { make: (means) => hpcAi({ ...means, baseUrl }), variables: { HPC_AI_API_KEY: apiKey } },
    close: () => emulator.close(),
  };
}
