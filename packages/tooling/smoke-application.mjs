// A user's program beside an adapter from outside: it names the adapter's package in its configuration, rents one
// machine, and looks for what a process that died would have left.
import assert from "node:assert/strict";
import { openProviders } from "@gpuport/config";
import { isComputeError, memoryJournal, reap } from "@gpuport/core";

const [, , name, cloud] = process.argv;
const { credentials, startServer } = await import(cloud);
const server = await startServer();
const overrides = { clock: server.clock };
const mine = { adapter: name, ...credentials, baseUrl: server.url };
const providers = await openProviders({ providers: { mine } }, overrides);
const provider = providers.get("mine");
assert.equal(typeof provider.facts.appearsWithinMs, "number");

const machine = await provider.launch({ gpu: { model: "RTX 4090" }, image: "pytorch/pytorch" });
const running = await provider.waitFor(machine.id, "running");
assert.equal(server.billing(), 1);
const { tensorRaw } = await import(name);
assert.equal(tensorRaw(running).state, "up");

const password = "hunter2-is-wrong";
const strangers = await openProviders({ providers: { mine: { ...mine, password } } }, overrides);
await assert.rejects(strangers.get("mine").describe(machine.id), (error) => {
  return isComputeError(error, "unauthenticated") && !JSON.stringify(error).includes("hunter2");
});

// The tools of ownership take providers of the application's own core alone.
const { findings, failed } = await reap(providers, memoryJournal(), { dryRun: true });
assert.deepEqual(failed, []);
assert.deepEqual(
  findings.map(({ instanceId, kind }) => [instanceId, kind]),
  [[machine.id, "orphan"]],
);

const { evidence } = await provider.terminate(machine.id);
assert.equal(server.billing(), 0);
await server.close();
console.log(`ok: launched, ran, seen by the reaper, terminated (${evidence}), bill empty`);
