import { testConformance } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { it } from "vitest";
import { hpcAi } from "../src/index.ts";

testConformance(it, async () => {
  const emulator = await startEmulator({ clock: "manual" });
  const options = { baseUrl: emulator.urls["hpc-ai"], clock: emulatedClock(emulator) };
  return {
    provider: hpcAi({ ...options, apiKey: emulator.credentials["hpc-ai"].apiKey }),
    stranger: hpcAi({ ...options, apiKey: "wrong" }),
    request: { image: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01", gpu: { model: "H200", count: 8 } },
    unknownId: "notebook-never-there",
    machines: () => emulator.bill().length,
    close: () => emulator.close(),
  };
});
