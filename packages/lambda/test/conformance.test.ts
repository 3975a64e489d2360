import { testConformance } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { it } from "vitest";
import { lambda } from "../src/index.ts";

testConformance(it, async () => {
  const emulator = await startEmulator({ clock: "manual" });
  const options = { baseUrl: emulator.urls.lambda, clock: emulatedClock(emulator) };
  return {
    provider: lambda({ ...options, ...emulator.credentials.lambda }),
    stranger: lambda({ ...options, apiKey: "refused" }),
    request: { gpu: { model: "A10" }, sshPublicKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBench user"] },
    unknownId: "00000000000000000000000000ffffff",
    machines: () => emulator.bill().length,
    close: () => emulator.close(),
  };
});
