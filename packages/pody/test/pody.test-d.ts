import type { ComputeProvider, Power } from "@gpuport/core";
import { expectTypeOf, it } from "vitest";
import { type Pod, type PodyLaunchOptions, pody, podyRaw } from "../src/index.ts";

const provider = pody({ baseUrl: "http://lab:8799", username: "alice", password: "p" });

it("has power, and no other group", () => {
  expectTypeOf(provider.power).toEqualTypeOf<Required<Power>>();
  expectTypeOf(provider).toExtend<ComputeProvider>();
  // @ts-expect-error there is one machine and no market
  provider.offers;
});

it("takes its own options and those of every provider", () => {
  pody();
  pody({ hardware: { gpu: { model: "RTX 4090", count: 2, memoryMiB: 24_564 }, vcpus: 32 }, name: "lab" });
  pody({ publicHost: "10.0.0.7", sshUser: "dev", endpoints: { "instance.get": { timeoutMs: 5000 } } });
  // @ts-expect-error no such option
  pody({ apiKey: "k" });
  // @ts-expect-error a count is a number
  pody({ hardware: { gpu: { model: "RTX 4090", count: "2" } } });
});

it("takes strict options of a launch", () => {
  const ours = { ins: "main", image: "pytorch:2.5" } satisfies PodyLaunchOptions;
  void provider.launch({ providerOptions: { pody: ours } });
  // @ts-expect-error Pody lets nobody choose GPUs
  ({ gpus: 2 }) satisfies PodyLaunchOptions;
  // @ts-expect-error no such field
  void provider.launch({ colour: "red" });
});

it("gives up the server's own record", () => {
  expectTypeOf(podyRaw).returns.toEqualTypeOf<Pod | undefined>();
  expectTypeOf<Pod["container_id"]>().toEqualTypeOf<string | null | undefined>();
});
