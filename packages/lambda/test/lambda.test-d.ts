import type { Image, Instance, Offer, SshKey, Volume } from "@gpuport/core";
import { expectTypeOf, it } from "vitest";
import { type LambdaOptions, lambda, lambdaRaw, type Machine } from "../src/index.ts";

it("takes its own options and those of every adapter", () => {
  // The credential may come from the environment.
  expectTypeOf(lambda).toBeCallableWith();
  expectTypeOf(lambda).toBeCallableWith({
    apiKey: "k",
    name: "east",
    images: { stack: "lambda-stack-24-04" },
  });
  expectTypeOf<LambdaOptions["baseUrl"]>().toEqualTypeOf<string | undefined>();

  // @ts-expect-error an option with a typing mistake
  lambda({ apiKy: "k" });
});

it("has exactly the groups that it has", () => {
  const provider = lambda({ apiKey: "synthetic" });
  expectTypeOf(provider.offers.search({ gpu: { model: "A10" } })).toExtend<AsyncIterable<Offer>>();
  expectTypeOf(provider.images.list()).toExtend<AsyncIterable<Image>>();
  expectTypeOf(
    provider.volumes.create({ name: "data", region: "us-east-1" }),
  ).resolves.toEqualTypeOf<Volume>();
  expectTypeOf(provider.sshKeys.add("ssh-ed25519 AAAA")).resolves.toEqualTypeOf<SshKey>();
  expectTypeOf(provider.naming.rename).toBeFunction();
  expectTypeOf(provider.launch({ offerId: "a|b" })).resolves.toEqualTypeOf<Instance>();

  // @ts-expect-error a machine cannot be stopped
  provider.power;
  // @ts-expect-error a key reaches machines to come only
  provider.sshKeys.attach;
  // @ts-expect-error filesystems are not sold by offer
  provider.volumes.search;
  // @ts-expect-error images are Lambda's own
  provider.images.create;
  // @ts-expect-error there is no balance to read
  provider.account;
  // @ts-expect-error a disk ends with its machine
  provider.snapshots;
  // @ts-expect-error nothing is logged
  provider.logs;
});

it("hands out the cloud's own record", () => {
  expectTypeOf(lambdaRaw).returns.toEqualTypeOf<Machine | undefined>();
});
