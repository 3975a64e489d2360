import type { Account, ComputeProvider, Exec, Images, Power, Snapshots, Stats } from "@gpuport/core";
import { expectTypeOf, it } from "vitest";
import { type Pod, type PodyLaunchOptions, type PodySnapshotOptions, pody, podyRaw } from "../src/index.ts";

const provider = pody({ baseUrl: "http://lab:8799", username: "alice", password: "p" });

it("has these groups and operations, and no other", () => {
  expectTypeOf(provider.power).toEqualTypeOf<Required<Omit<Power, "recycle">>>();
  expectTypeOf(provider.exec).toEqualTypeOf<Exec>();
  expectTypeOf(provider.images).toEqualTypeOf<Required<Omit<Images, "create">>>();
  expectTypeOf(provider.snapshots).toEqualTypeOf<Required<Snapshots>>();
  expectTypeOf(provider.account).toEqualTypeOf<Required<Omit<Account, "balance">>>();
  expectTypeOf(provider.stats).toEqualTypeOf<Required<Omit<Stats, "counts">>>();
  expectTypeOf(provider).toExtend<ComputeProvider>();
  // @ts-expect-error an image must be on the machine already
  provider.images.create;
  // @ts-expect-error Pody has no prices
  provider.account.balance;
  // @ts-expect-error a log is only to be had by starting the pod
  provider.logs;
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

it("takes strict options of a snapshot", () => {
  const ours = { msg: "before the update" } satisfies PodySnapshotOptions;
  void provider.snapshots.create("main", { name: "t2", providerOptions: { pody: ours } });
  // @ts-expect-error Pody has no such option
  ({ pause: true }) satisfies PodySnapshotOptions;
});

it("gives up the server's own record", () => {
  expectTypeOf(podyRaw).returns.toEqualTypeOf<Pod | undefined>();
  expectTypeOf<Pod["container_id"]>().toEqualTypeOf<string | null | undefined>();
});
