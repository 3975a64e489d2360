import { fileURLToPath } from "node:url";
import { type Emulator, type PodySettings, startEmulator } from "@gpuport/emulator";

/** How much faster the emulated clouds live; the times in `gpuport.yaml` are shrunk by the same factor. */
export const speed = 30;

export const configuration: string = fileURLToPath(new URL("../gpuport.yaml", import.meta.url));

/** The lab's machine, which `gpuport.yaml` describes. */
const lab: PodySettings["machine"] = {
  gpus: [
    { name: "NVIDIA GeForce RTX 4090", uuid: "GPU-5a1c0de0-0b7e-4c55-9d1f-6a2b3c4d5e00", memoryMiB: 24_564 },
  ],
  cpus: 16,
  memoryKiB: 65_536_000,
};

/** Six clouds on loopback ports of this process, and the variables that the configuration refers to. */
export async function startEmbedded(): Promise<{
  readonly emulator: Emulator;
  readonly env: Readonly<Record<string, string>>;
}> {
  const emulator = await startEmulator({ speed, pody: { machine: lab } });
  return { emulator, env: environmentOf(emulator) };
}

export function environmentOf({ urls, credentials }: Emulator): Readonly<Record<string, string>> {
  return {
    VAST_BASE_URL: urls.vast,
    VAST_API_KEY: credentials.vast.apiKey,
    GLOWS_BASE_URL: urls.glows,
    GLOWS_TOKEN: credentials.glows.token,
    PODY_API_BASE: urls.pody,
    PODY_USERNAME: credentials.pody.username,
    PODY_PASSWORD: credentials.pody.password,
    HPC_AI_BASE_URL: urls["hpc-ai"],
    HPC_AI_USERNAME: credentials["hpc-ai"].username,
    HPC_AI_PASSWORD: credentials["hpc-ai"].password,
    RUNPOD_BASE_URL: urls.runpod,
    RUNPOD_API_KEY: credentials.runpod.apiKey,
    LAMBDA_BASE_URL: urls.lambda,
    LAMBDA_API_KEY: credentials.lambda.apiKey,
  };
}

/** What the emulated clouds go on billing for; empty when everything is gone. */
export function bill(emulator: Emulator): readonly string[] {
  return emulator.bill().map(({ cloud, id, state }) => `${cloud} ${id} (${state})`);
}
