import type { Balance, Instance, Offer } from "@gpuport/core";
import { expectTypeOf, it } from "vitest";
import { type Pod, type RunpodLaunchOptions, type RunpodOptions, runpod, runpodRaw } from "../src/index.ts";

it("takes its own options and those of every adapter", () => {
  // The credential may come from the environment.
  expectTypeOf(runpod).toBeCallableWith();
  expectTypeOf(runpod).toBeCallableWith({
    apiKey: "k",
    name: "pods",
    community: true,
    facts: { pageSize: 5 },
  });
  expectTypeOf<RunpodOptions["baseUrl"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<RunpodLaunchOptions["templateId"]>().toEqualTypeOf<string | undefined>();

  // @ts-expect-error an option with a typing mistake
  runpod({ apiKy: "k" });
});

it("has exactly the groups that it has", () => {
  const provider = runpod({ apiKey: "synthetic" });
  expectTypeOf(provider.power.start).toBeFunction();
  expectTypeOf(provider.power.restart).toExtend<((id: string) => Promise<void>) | undefined>();
  expectTypeOf(provider.offers.search({ gpu: { model: "L4" } })).toExtend<AsyncIterable<Offer>>();
  expectTypeOf(provider.logs.tail("1", { lines: 5 })).toExtend<AsyncIterable<string>>();
  expectTypeOf(provider.volumes.create).toBeFunction();
  expectTypeOf(provider.sshKeys.add).toBeFunction();
  expectTypeOf(provider.account.balance).toExtend<(() => Promise<Balance>) | undefined>();
  expectTypeOf(provider.launch({ offerId: "1", image: "a" })).resolves.toEqualTypeOf<Instance>();

  // @ts-expect-error keys reach only pods that are made later
  provider.sshKeys.attach;
  // @ts-expect-error an image is anything that a registry serves
  provider.images;
  // @ts-expect-error spot pods are left out
  provider.bids;
  // @ts-expect-error volumes are not sold by offer
  provider.volumes.search;
  // @ts-expect-error a request with a typing mistake
  void provider.launch({ offerId: "1", imge: "a" });
});

it("hands out the cloud's own record", () => {
  expectTypeOf(runpodRaw).returns.toEqualTypeOf<Pod | undefined>();
  expectTypeOf<Pod["cudaVersion"]>().toEqualTypeOf<unknown>();
});
