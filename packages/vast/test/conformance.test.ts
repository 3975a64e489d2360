import { testConformance } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { it } from "vitest";
import { vast } from "../src/index.ts";

testConformance(it, async () => {
  const emulator = await startEmulator({ clock: "manual" });
  const options = { baseUrl: emulator.urls.vast, clock: emulatedClock(emulator) };
  return {
    provider: vast({ ...emulator.credentials.vast, ...options }),
    stranger: vast({ apiKey: "refused", ...options }),
    request: { gpu: { model: "RTX 4090" }, image: "example/trainer:2.1" },
    unknownId: "99999999",
    machines: () => emulator.bill().length,
    close: () => emulator.close(),
  };
});
