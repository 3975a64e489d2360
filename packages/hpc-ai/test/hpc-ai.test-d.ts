import type { Account, Offers, Power, Volumes } from "@gpuport/core";
import { describe, expectTypeOf, it } from "vitest";
import { type HpcAiLaunchOptions, hpcAi, hpcAiRaw, type Machine } from "../src/index.ts";

describe("hpcAi", () => {
  it("takes what the cloud needs, and nothing else", () => {
    hpcAi();
    hpcAi({ accessToken: "t" });
    hpcAi({ username: "u", password: "p", currency: "CNY", baseUrl: "https://cloud.luchentech.com/api" });
    hpcAi({ apiKey: "k", catalogue: { types: [{ instanceTypeId: "t", regionId: "r" }] } });
    // @ts-expect-error there is no such option
    hpcAi({ token: "t" });
    // @ts-expect-error a type without its region could not be launched
    hpcAi({ apiKey: "k", catalogue: { types: [{ instanceTypeId: "t" }] } });
  });

  it("has the groups that the cloud has, and no other", () => {
    const provider = hpcAi({ apiKey: "k" });
    expectTypeOf(provider.power).toEqualTypeOf<Required<Omit<Power, "recycle">>>();
    expectTypeOf(provider.offers).toEqualTypeOf<Offers>();
    expectTypeOf(provider.volumes).toEqualTypeOf<Omit<Volumes, "search">>();
    expectTypeOf(provider.account).toEqualTypeOf<Required<Pick<Account, "balance">>>();
    // @ts-expect-error HPC-AI sells no volumes by offer
    provider.volumes.search;
    // @ts-expect-error HPC-AI does not say who a key belongs to
    provider.account.whoami;
    // @ts-expect-error HPC-AI has no snapshots
    provider.snapshots;
  });

  it("names its launch options as the cloud does", () => {
    const options: HpcAiLaunchOptions = {
      instanceTypeId: "t",
      billing: { chargeMode: "tidePerHour" },
      instanceConfiguration: { extraDataDiskSizeDB: 100 },
    };
    expectTypeOf(options).toExtend<HpcAiLaunchOptions>();
    // @ts-expect-error days are reserved pricing
    expectTypeOf({ billing: { chargeMode: "perDay" } } as const).toExtend<HpcAiLaunchOptions>();
  });

  it("gives the cloud's own record of an instance", () => {
    expectTypeOf(hpcAiRaw).returns.toEqualTypeOf<Machine | undefined>();
  });
});
