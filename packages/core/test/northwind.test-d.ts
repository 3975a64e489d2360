import { expectTypeOf } from "vitest";
import type { ComputeProvider, Instance, Offer, Offers, Power, Termination } from "../src/index.ts";
import { northwind } from "./northwind/adapter.ts";

const provider = northwind({ apiKey: "k" });

expectTypeOf(provider.power.stop).toEqualTypeOf<Power["stop"]>();
expectTypeOf(provider.offers.search).toEqualTypeOf<Offers["search"]>();
expectTypeOf(provider.launch).returns.resolves.toEqualTypeOf<Instance>();
expectTypeOf(provider.terminate).returns.resolves.toEqualTypeOf<Termination>();
expectTypeOf(provider.offers.search()).toEqualTypeOf<AsyncIterable<Offer>>();
// @ts-expect-error its driver has no restart
provider.power.restart;
// @ts-expect-error it has no such group
provider.volumes;
// @ts-expect-error apiKey is a string or a Secret
northwind({ apiKey: 7 });
// @ts-expect-error options are strict
northwind({ apikey: "k" });
// @ts-expect-error so are requests
provider.launch({ colour: "red" });

// Whatever an adapter makes fits the wide interface, where a group must be asked for.
const wide: ComputeProvider = provider;
// @ts-expect-error it may not be there
wide.power.stop("id");
if (wide.power) expectTypeOf(wide.power).toEqualTypeOf<Power>();
if (wide.power?.restart) expectTypeOf(wide.power.restart).returns.resolves.toBeVoid();
// @ts-expect-error nothing is assigned to
provider.name = "other";
