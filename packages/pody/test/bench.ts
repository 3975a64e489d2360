import type { Bench } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { pody } from "../src/index.ts";

/** A Pody server as the emulator plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const emulator = await startEmulator({ clock: "manual" });
  const credentials = emulator.credentials.pody;
  const baseUrl = emulator.urls.pody;
  return {
    make: (means) => pody({ ...means, ...credentials, baseUrl }),
    stranger: (means) => pody({ ...means, ...credentials, password: "wrong", baseUrl }),
    request: { image: "pytorch:2.5" },
    unknownId: "neverthere",
    machines: () => emulator.bill().length,
    samples: { command: "echo hello" },
    clock: emulatedClock(emulator),
    secrets: [credentials.password],
    environment: {
      make: (means) => pody(means),
      variables: {
        ...{
          PODY_API_BASE: baseUrl,
          PODY_USERNAME: credentials.username,
          PODY_PASSWORD: credentials.password,
        },
      },
    },
    close: () => emulator.close(),
  };
}
