import type { ComputeProvider, Images, Networks, Offers, Snapshots, Stats } from "@gpuport/core";
import { expectTypeOf, it } from "vitest";
import { type GlowsLaunchOptions, type GlowsOptions, glows, glowsRaw, type Machine } from "../src/index.ts";

const provider = glows({ token: "t", catalogImage: "img-1", baseUrl: "https://a.glows.ai" });

it("has exactly what the cloud has", () => {
  expectTypeOf(provider).toExtend<ComputeProvider>();
  expectTypeOf(provider.offers).toExtend<Offers>();
  expectTypeOf(provider.images).toExtend<Required<Images>>();
  expectTypeOf(provider.networks).toExtend<Networks>();
  expectTypeOf(provider.snapshots).toExtend<Omit<Snapshots, "remove">>();
  expectTypeOf(provider.snapshots.list).toBeFunction();
  expectTypeOf(provider.stats.counts).toEqualTypeOf<NonNullable<Stats["counts"]>>();
  expectTypeOf(glows).toBeCallableWith();
  expectTypeOf(glowsRaw({})).toEqualTypeOf<Machine | undefined>();
  expectTypeOf<GlowsOptions>().toHaveProperty("catalogImage");
  expectTypeOf<GlowsLaunchOptions["instance_category"]>().toEqualTypeOf<"container" | "vm" | undefined>();
});

it("does not compile with what it has not", () => {
  // @ts-expect-error a machine on Glows.ai cannot be stopped and started
  provider.power;
  // @ts-expect-error snapshots are removed in the web console alone
  provider.snapshots.remove;
  // @ts-expect-error the API knows machines by their number, and nothing of their processes
  provider.stats.gpuProcesses;
  // @ts-expect-error the API has no balance
  provider.account;
  // @ts-expect-error there are four states of a snapshot
  glows({ token: "t", snapshotStatuses: { "1": "taking" } });
  // @ts-expect-error it is called token
  glows({ apiKey: "t" });
  // @ts-expect-error a host, not a number
  glows({ token: "t", baseUrl: 1 });
});
