// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { startEmulator } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { expect, it } from "vitest";
import { openProviders } from "../src/index.ts";
import { folder } from "./folder.ts";

/** One file, six clouds. */
const yaml = `
providers:
  market:
    { adapter: vast, apiKey: \${VAST_API_KEY}, baseUrl: \${VAST_URL},
      images: { pytorch: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime" } }
  taiwan:
    { adapter: glows, token: \${GLOWS_TOKEN}, baseUrl: \${GLOWS_URL}, images: { pytorch: img-4x7mz2va } }
  lab:
    adapter: pody
    baseUrl: \${PODY_API_BASE}
    username: \${PODY_USERNAME}
    password: \${PODY_PASSWORD}
    hardware: { gpu: { model: RTX 4090, memoryMiB: 24564 } }
    images: { pytorch: "pytorch:2.5" }
  reserved:
    adapter: hpc-ai
    username: \${HPC_AI_USERNAME}
    password: \${HPC_AI_PASSWORD}
    baseUrl: \${HPC_AI_URL}
    images: { pytorch: 2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01 }
  pods:
    { adapter: runpod, apiKey: \${RUNPOD_API_KEY}, baseUrl: \${RUNPOD_URL},
      images: { pytorch: "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404" } }
  east:
    adapter: lambda
    apiKey: \${LAMBDA_API_KEY}
    baseUrl: \${LAMBDA_URL}
    images: { pytorch: lambda-stack-24-04 }
    defaults: { sshPublicKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample you@example"] }
`;

const names = ["market", "taiwan", "lab", "reserved", "pods", "east"] as const;

/** Lambda has never had the card that all the others have. */
const cards = { east: { model: "a10", id: "a10" } } as const;

it.each(names)("the same launch runs on %s", async (name) => {
  await using emulator = await startEmulator({ clock: "manual", seed: 7 });
  await using project = await folder({ "gpuport.yaml": yaml });
  const { urls, credentials } = emulator;
  const env = {
    ...{ VAST_URL: urls.vast, VAST_API_KEY: credentials.vast.apiKey },
    ...{ GLOWS_URL: urls.glows, GLOWS_TOKEN: credentials.glows.token },
    ...{ PODY_API_BASE: urls.pody, PODY_USERNAME: credentials.pody.username },
    ...{ PODY_PASSWORD: credentials.pody.password, HPC_AI_URL: urls["hpc-ai"] },
    ...{ HPC_AI_USERNAME: credentials["hpc-ai"].username, HPC_AI_PASSWORD: credentials["hpc-ai"].password },
    ...{ RUNPOD_API_KEY: credentials.runpod.apiKey, RUNPOD_URL: urls.runpod },
    ...{ LAMBDA_API_KEY: credentials.lambda.apiKey, LAMBDA_URL: urls.lambda },
  };
  const clock = emulatedClock(emulator);
  await using providers = await openProviders(`${project.path}/gpuport.yaml`, { env, clock });
  expect(providers.names).toEqual(names);
  expect(emulator.requests()).toEqual([]); // opening sends nothing

  const provider = providers.get(name);
  const { model, id } = name === "east" ? cards[name] : { model: "RTX 4090", id: "rtx-4090" };
  const launched = await provider.launch({ gpu: { model }, image: "pytorch" });
  expect(emulator.machines()).toHaveLength(1);
  expect(launched).toMatchObject({ provider: name, hardware: { gpu: { id } } });
  await provider.waitFor(launched.id, "running");
  expect(await provider.terminate(launched.id)).toMatchObject({ id: launched.id });
  expect(emulator.bill()).toEqual([]);
});
