import { expectTypeOf, it } from "vitest";
import type { ComputeProvider, Instance, Offer, Offers, Power, Termination } from "../src/index.ts";
import { northwind } from "./northwind/adapter.ts";

const provider = northwind({ apiKey: "k" });
const wide: ComputeProvider = provider;

it("has exactly the groups and operations that its driver has", () => {
  expectTypeOf(provider.power.stop).toEqualTypeOf<Power["stop"]>();
  expectTypeOf(provider.offers.search).toEqualTypeOf<Offers["search"]>();
  expectTypeOf(provider.launch).returns.resolves.toEqualTypeOf<Instance>();
  expectTypeOf(provider.terminate).returns.resolves.toEqualTypeOf<Termination>();
  expectTypeOf(provider.offers.search()).toEqualTypeOf<AsyncIterable<Offer>>();
  // @ts-expect-error its driver has no restart
  provider.power.restart;
  // @ts-expect-error it has no such group
  provider.volumes;
});

it("takes strict options and requests", () => {
  // @ts-expect-error apiKey is a string or a Secret
  northwind({ apiKey: 7 });
  // @ts-expect-error no such option
  northwind({ apikey: "k" });
  // @ts-expect-error no such field
  void provider.launch({ colour: "red" });
});

it("fits the wide interface, where a group must be asked for", () => {
  // @ts-expect-error it may not be there
  void wide.power.stop("id");
  if (wide.power) expectTypeOf(wide.power).toEqualTypeOf<Power>();
  // @ts-expect-error not every cloud that keeps keys can put one into a machine that exists
  void wide.sshKeys?.attach("id", "key");
  if (wide.power?.restart) expectTypeOf(wide.power.restart).returns.resolves.toBeVoid();
  // @ts-expect-error nothing is assigned to
  provider.name = "other";
});
