import type {
  Balance,
  ExecResult,
  Identity,
  Instance,
  Offer,
  Power,
  Snapshot,
  SshKeys,
  VolumeOfferQuery,
} from "@gpuport/core";
import { expectTypeOf, it } from "vitest";
import { type Machine, type VastOptions, vast, vastRaw } from "../src/index.ts";

it("takes its own options and those of every adapter", () => {
  // The credential may come from the environment.
  expectTypeOf(vast).toBeCallableWith();
  expectTypeOf(vast).toBeCallableWith({
    apiKey: "k",
    name: "market",
    images: { a: "b" },
    facts: { pageSize: 5 },
  });
  expectTypeOf(vast).toBeCallableWith({ offerFilters: { reliability2: { gte: 0.98 }, verified: null } });
  expectTypeOf<VastOptions["baseUrl"]>().toEqualTypeOf<string | undefined>();

  // @ts-expect-error an option with a typing mistake
  vast({ apiKy: "k" });
  // @ts-expect-error an operator that Vast.ai has not
  vast({ offerFilters: { reliability2: { above: 1 } } });
});

it("has exactly the groups that it has", () => {
  const provider = vast({ apiKey: "synthetic" });
  expectTypeOf(provider.power.start).toBeFunction();
  expectTypeOf(provider.power.stop).toBeFunction();
  expectTypeOf(provider.power).toEqualTypeOf<Required<Power>>();
  expectTypeOf(provider.offers.search({ gpu: { model: "L4" } })).toExtend<AsyncIterable<Offer>>();
  expectTypeOf(provider.logs.tail("1", { lines: 5 })).toExtend<AsyncIterable<string>>();
  expectTypeOf(provider.exec.run("1", "ls")).resolves.toEqualTypeOf<ExecResult>();
  expectTypeOf(provider.sshKeys).toEqualTypeOf<Required<SshKeys>>();
  expectTypeOf(provider.naming.rename).toBeFunction();
  expectTypeOf(provider.bids.change).toBeFunction();
  expectTypeOf(provider.volumes.search).toExtend<((query: VolumeOfferQuery) => unknown) | undefined>();
  expectTypeOf(provider.snapshots.create("1")).resolves.toEqualTypeOf<readonly Snapshot[]>();
  expectTypeOf(provider.account.balance).toExtend<(() => Promise<Balance>) | undefined>();
  expectTypeOf(provider.account.whoami).toExtend<(() => Promise<Identity>) | undefined>();
  expectTypeOf(provider.bulk.describe(["1"])).resolves.toEqualTypeOf<readonly Instance[]>();
  expectTypeOf(provider.launch({ offerId: "1", image: "a" })).resolves.toEqualTypeOf<Instance>();

  // @ts-expect-error Vast.ai has no networks
  provider.networks;
  // @ts-expect-error an image is anything that a registry serves
  provider.images;
  // @ts-expect-error nothing counts
  provider.stats;
  // @ts-expect-error a request with a typing mistake
  void provider.launch({ offerId: "1", imge: "a" });
});

it("hands out the cloud's own record", () => {
  expectTypeOf(vastRaw).returns.toEqualTypeOf<Machine | undefined>();
  expectTypeOf<Machine["rack"]>().toEqualTypeOf<unknown>();
  expectTypeOf<Machine["id"]>().toEqualTypeOf<number | string>();
});
