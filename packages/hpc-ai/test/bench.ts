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
    clock: emulatedClock(emulator),
    secrets: [apiKey],
    close: () => emulator.close(),
  };
}
