// What a user's program does, from the published packages only: six clouds by configuration, each listed and each
// refusing what no cloud knows, a machine on one of them, terminated with evidence, nothing left that bills. Runs on every runtime that the packages are for.
import assert from "node:assert/strict";
import { openProviders } from "@gpuport/config";
import { isComputeError } from "@gpuport/core";
import { startEmulator } from "@gpuport/emulator";
import { vast } from "@gpuport/vast";

const speed = 200;
const emulator = await startEmulator({ speed });
const { urls, credentials } = emulator;
const facts = { visibilityLagMs: 50, pollIntervalMs: 50 };
const providers = await openProviders({
  providers: {
    market: { adapter: "vast", ...credentials.vast, baseUrl: urls.vast, facts },
    taiwan: { adapter: "glows", ...credentials.glows, baseUrl: urls.glows, facts },
    lab: { adapter: "pody", ...credentials.pody, baseUrl: urls.pody, facts },
    reserved: { adapter: "hpc-ai", apiKey: credentials["hpc-ai"].apiKey, baseUrl: urls["hpc-ai"], facts },
    pods: { adapter: "runpod", ...credentials.runpod, baseUrl: urls.runpod, facts },
    virtual: { adapter: "lambda", ...credentials.lambda, baseUrl: urls.lambda, facts },
  },
});

for (const name of providers.names) {
  const provider = providers.get(name);
  for await (const instance of provider.list()) assert.ok(instance.id);
  await assert.rejects(provider.launch({ image: "x", colour: "red" }), (error) =>
    isComputeError(error, "invalid_argument"),
  );
}

const market = providers.get("market");
const machine = await market.launch({ gpu: { model: "rtx-4090" }, image: "pytorch/pytorch" });
await market.waitFor(machine.id, "running", { timeoutMs: 30_000 });
assert.equal(emulator.bill().length, 1);
const { evidence } = await market.terminate(machine.id);
assert.equal(emulator.bill().length, 0);

const stranger = vast({ apiKey: "wrong", baseUrl: urls.vast });
await assert.rejects(stranger.describe(machine.id), (error) => isComputeError(error, "unauthenticated"));

await providers[Symbol.asyncDispose]();
await emulator.close();
console.log(`ok: launched, ran, terminated (${evidence}), bill empty`);
