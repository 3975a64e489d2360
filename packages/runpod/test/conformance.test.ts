import { testConformance } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { it } from "vitest";
import { runpod } from "../src/index.ts";

testConformance(it, async () => {
  const emulator = await startEmulator({ clock: "manual" });
  const options = { baseUrl: emulator.urls.runpod, clock: emulatedClock(emulator) };
  return {
    provider: runpod({ ...emulator.credentials.runpod, ...options }),
    stranger: runpod({ apiKey: "refused", ...options }),
    request: { gpu: { model: "RTX 4090" }, image: "runpod/base:1.0.0-ubuntu2204" },
    unknownId: "q7synth0abc123",
    machines: () => emulator.bill().length,
    close: () => emulator.close(),
  };
});
