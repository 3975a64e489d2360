import type { ComputeProvider, Offers } from "@gpuport/core";
import { expectTypeOf } from "vitest";
import { type GlowsLaunchOptions, type GlowsOptions, glows, glowsRaw, type Machine } from "../src/index.ts";

const provider = glows({ token: "t", catalogImage: "img-1", baseUrl: "https://a.glows.ai" });
expectTypeOf(provider).toExtend<ComputeProvider>();
expectTypeOf(provider.offers).toExtend<Offers>();
expectTypeOf(glows).toBeCallableWith();
expectTypeOf(glowsRaw({})).toEqualTypeOf<Machine | undefined>();
expectTypeOf<GlowsOptions>().toHaveProperty("catalogImage");
expectTypeOf<GlowsLaunchOptions["instance_category"]>().toEqualTypeOf<"container" | "vm" | undefined>();

// @ts-expect-error a machine on Glows.ai cannot be stopped and started
provider.power;
// @ts-expect-error it is called token
glows({ apiKey: "t" });
// @ts-expect-error a host, not a number
glows({ token: "t", baseUrl: 1 });
