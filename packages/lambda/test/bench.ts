import type { Bench } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { lambda } from "../src/index.ts";

/** Lambda as the emulator plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const emulator = await startEmulator({ clock: "manual" });
  const { apiKey } = emulator.credentials.lambda;
  const baseUrl = emulator.urls.lambda;
  return {
    make: (means) => lambda({ ...means, apiKey, baseUrl }),
    stranger: (means) => lambda({ ...means, apiKey: "refused", baseUrl }),
    request: { gpu: { model: "A10" }, sshPublicKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBench user"] },
    unknownId: "00000000000000000000000000ffffff",
    machines: () => emulator.bill().length,
    clock: emulatedClock(emulator),
    secrets: [apiKey],
    environment: { make: (means) => lambda({ ...means, baseUrl }), variables: { LAMBDA_API_KEY: apiKey } },
    close: () => emulator.close(),
  };
}
