import { testConformance } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { it } from "vitest";
import { pody } from "../src/index.ts";

testConformance(it, async () => {
  const emulator = await startEmulator({ clock: "manual" });
  const options = {
    baseUrl: emulator.urls.pody,
    ...emulator.credentials.pody,
    clock: emulatedClock(emulator),
  };
  return {
    provider: pody(options),
    stranger: pody({ ...options, password: "wrong" }),
    request: { image: "pytorch:2.5" },
    unknownId: "neverthere",
    machines: () => emulator.bill().length,
    close: () => emulator.close(),
  };
});
