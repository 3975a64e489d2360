import type { Bench } from "@gpuport/conformance";
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { glows } from "../src/index.ts";

/** Glows.ai as the emulator plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const emulator = await startEmulator({ clock: "manual" });
  const { token } = emulator.credentials.glows;
  const baseUrl = emulator.urls.glows;
  return {
    make: (means) => glows({ ...means, token, baseUrl }),
    stranger: (means) => glows({ ...means, token: "somebody-elses-token", baseUrl }),
    request: { gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" },
    unknownId: "ins-neverwas",
    machines: () => emulator.machines().filter(({ terminatedAt }) => terminatedAt === undefined).length,
    samples: { imageSource: "docker.io/acme/train:1", networkRegion: "TW-04" },
    clock: emulatedClock(emulator),
    secrets: [token],
    environment: { make: (means) => glows({ ...means, baseUrl }), variables: { GLOWS_TOKEN: token } },
    close: () => emulator.close(),
  };
}
