import { type Capability, type Case, groupOf, topic } from "../case.ts";
import { claim, collect, computeError, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";

const { that } = topic("refusals everywhere", { tiers: ["offline"] });
const shape = topic("facts");

type Work = (context: CaseContext, id: string) => Promise<unknown>;

const publicKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"K".repeat(43)} probe`;

/** Every operation of every group, done to a machine that runs. */
const operations: readonly (readonly [Capability, Work])[] = [
  ["power.stop", ({ provider }, id) => must(provider.power?.stop(id))],
  ["power.start", ({ provider }, id) => must(provider.power?.start(id))],
  ["power.restart", ({ provider }, id) => must(provider.power?.restart?.(id))],
  ["power.recycle", ({ provider }, id) => must(provider.power?.recycle?.(id))],
  ["images.create", ({ provider }) => must(provider.images?.create?.({ source: "probe/probe:1" }))],
  ["images.remove", ({ provider }) => must(provider.images?.remove?.("123456"))],
  ["exec.run", ({ provider }, id) => must(provider.exec?.run(id, "echo probe"))],
  ["logs.tail", ({ provider }, id) => must(provider.logs && collect(provider.logs.tail(id)))],
  [
    "snapshots.create",
    ({ provider, samples }, id) =>
      must(
        provider.snapshots?.create(id, {
          ...(samples.snapshotOptions && { providerOptions: samples.snapshotOptions }),
        }),
      ),
  ],
  ["snapshots.remove", ({ provider }) => must(provider.snapshots?.remove?.("123456"))],
  [
    "volumes.create",
    ({ provider, samples }) =>
      must(provider.volumes?.create({ name: "probe", sizeMiB: 10_240, ...samples.volume })),
  ],
  ["volumes.remove", ({ provider }) => must(provider.volumes?.remove("123456"))],
  [
    "networks.create",
    ({ provider, samples }) =>
      must(provider.networks?.create({ name: "probe", region: samples.networkRegion ?? "probe" })),
  ],
  ["networks.attach", ({ provider }, id) => must(provider.networks?.attach("123456", [id]))],
  [
    "networks.endpoints",
    ({ provider }) => must(provider.networks && collect(provider.networks.endpoints("123456"))),
  ],
  ["sshKeys.add", ({ provider }) => must(provider.sshKeys?.add(publicKey))],
  ["sshKeys.remove", ({ provider }) => must(provider.sshKeys?.remove("123456"))],
  ["sshKeys.attach", ({ provider }, id) => must(provider.sshKeys?.attach?.(id, publicKey))],
  [
    "sshKeys.attached",
    ({ provider }, id) => must(provider.sshKeys?.attached && collect(provider.sshKeys.attached(id))),
  ],
  ["sshKeys.detach", ({ provider }, id) => must(provider.sshKeys?.detach?.(id, "123456"))],
  ["bids.change", ({ provider }, id) => must(provider.bids?.change(id, 100_000_000))],
  ["account.balance", ({ provider }) => must(provider.account?.balance?.())],
  ["account.quota", ({ provider }) => must(provider.account?.quota?.())],
  ["account.whoami", ({ provider }) => must(provider.account?.whoami?.())],
  ["account.users", ({ provider }) => must(provider.account?.users?.())],
  ["stats.counts", ({ provider }) => must(provider.stats?.counts?.())],
  ["stats.gpuProcesses", ({ provider }) => must(provider.stats?.gpuProcesses?.())],
  ["stats.host", ({ provider }) => must(provider.stats?.host?.())],
  ["naming.rename", ({ provider }, id) => must(provider.naming?.rename(id, "probe"))],
  ["bulk.describe", ({ provider }, id) => must(provider.bulk?.describe([id]))],
];

async function must<Result>(work: Promise<Result> | undefined): Promise<Result | undefined> {
  return work;
}

/** What a group must have to be one. */
const wholes: Readonly<Record<string, readonly string[]>> = {
  power: ["stop", "start"],
  offers: ["search"],
  images: ["list"],
  exec: ["run"],
  logs: ["tail"],
  snapshots: ["create"],
  volumes: ["list", "create", "remove"],
  networks: ["create", "list", "attach", "endpoints"],
  sshKeys: ["list", "add", "remove"],
  bids: ["change"],
  naming: ["rename"],
  bulk: ["describe"],
};

export const refusalsEverywhere: readonly Case[] = [
  ...operations.flatMap(([capability, work]) =>
    [faults.refusal(403), faults.webPage()].map(
      (fault): Case => ({
        ...that(`${capability} passes ${fault.name} over in no silence`, async (context) => {
          const { id } = await context.rentRunning();
          context.tap.inject({ fault, hits: () => true });
          const { result, exchanges } = await context.tap.during(() => settled(() => work(context, id)));
          const { error } = result;
          claim(
            error !== undefined,
            exchanges.length === 0
              ? `${capability} says that it is done, and has sent nothing`
              : `${capability} says that it is done, and the cloud has answered ${fault.name}`,
          );
          computeError(capability, error);
        }),
        lacks: (provider) =>
          groupOf(provider, capability) === undefined ? `it has no \`${capability}\`` : undefined,
      }),
    ),
  ),
  shape.that("a capability that is there is there with all its operations", async ({ provider }) => {
    const groups: Readonly<Record<string, unknown>> = { ...provider };
    for (const [name, operationNames] of Object.entries(wholes)) {
      const group = groups[name];
      if (group === undefined) continue;
      for (const operation of operationNames) {
        const held = typeof group === "object" && group !== null && operation in group;
        const member: unknown = held
          ? Object.entries(group).find(([key]) => key === operation)?.[1]
          : undefined;
        claim(typeof member === "function", `it has \`${name}\` without \`${operation}\``);
      }
    }
    for (const verb of ["launch", "describe", "list", "terminate", "waitFor"]) {
      claim(typeof groups[verb] === "function", `it has no \`${verb}\``);
    }
  }),
];
