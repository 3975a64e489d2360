import type { Bench } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { vast } from "../src/index.ts";

/** Where snapshots go: a registry of the caller's own. */
const registry = {
  ...{ container_registry: "docker.io", personal_repo: "someone/trainer" },
  ...{ docker_login_user: "someone", docker_login_pass: "very-secret" },
};

/** Vast.ai as the emulator plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const emulator = await startEmulator({ clock: "manual" });
  const { apiKey } = emulator.credentials.vast;
  const baseUrl = emulator.urls.vast;
  return {
    make: (means) => vast({ ...means, apiKey, baseUrl }),
    stranger: (means) => vast({ ...means, apiKey: "refused", baseUrl }),
    request: { gpu: { model: "RTX 4090" }, image: "example/trainer:2.1" },
    unknownId: "99999999",
    machines: () => emulator.bill().length,
    samples: { command: "ls", snapshotOptions: { vast: registry } },
    clock: emulatedClock(emulator),
    secrets: [apiKey],
    environment: { make: (means) => vast({ ...means, baseUrl }), variables: { VAST_API_KEY: apiKey } },
    close: () => emulator.close(),
  };
}
