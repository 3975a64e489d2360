import type { ComputeProvider } from "@gpuport/core";
import { collected } from "./lanes.ts";
import { sentinels } from "./sentinels.ts";

/** One call of each kind that a provider may have; `undefined` for what it has not. */
export function everyCall(
  provider: ComputeProvider,
  id: string,
): readonly (readonly [name: string, call: () => Promise<unknown> | undefined])[] {
  const all = <Item>(items: AsyncIterable<Item> | undefined) => items && collected(items);
  const { power, offers, images, exec, logs, snapshots, volumes, networks, sshKeys, account, stats } =
    provider;
  const registry = {
    ...{ container_registry: "docker.io", personal_repo: "someone/trainer", docker_login_user: "someone" },
    docker_login_pass: sentinels.registry,
  };
  const snapshot = provider.adapter === "vast" ? { providerOptions: { vast: registry } } : { name: "kept" };
  return [
    ["describe", () => provider.describe(id)],
    ["list", () => all(provider.list())],
    ["waitFor", () => provider.waitFor(id, "running", { timeoutMs: 60_000 })],
    ["offers.search", () => all(offers?.search({ gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" }))],
    ["images.list", () => all(images?.list())],
    ["logs.tail", () => all(logs?.tail(id))],
    ["exec.run", () => exec?.run(id, "ls /")],
    ["snapshots.create", () => snapshots?.create(id, snapshot)],
    ["snapshots.list", () => all(snapshots?.list?.())],
    ["volumes.list", () => all(volumes?.list())],
    ["networks.list", () => all(networks?.list())],
    ["sshKeys.list", () => all(sshKeys?.list())],
    ["account.balance", () => account?.balance?.()],
    ["account.quota", () => account?.quota?.()],
    ["account.whoami", () => account?.whoami?.()],
    ["account.users", () => account?.users?.()],
    ["stats.counts", () => stats?.counts?.()],
    ["naming.rename", () => provider.naming?.rename(id, "another")],
    ["bulk.describe", () => provider.bulk?.describe([id])],
    ["bids.change", () => provider.bids?.change(id, 500_000)],
    ["power.stop", () => power?.stop(id)],
    ["power.start", () => power?.start(id)],
    ["power.restart", () => power?.restart?.(id)],
    ["terminate", () => provider.terminate(id, { timeoutMs: 20_000 })],
  ];
}
