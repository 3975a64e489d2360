// Runs every operation of every adapter once against its emulator and notes which endpoints it used, so that the table
// in the docs says what the adapters send and not what somebody wrote down.
import type { ComputeProvider, Endpoint, RequestTrace, VolumeSpec } from "@gpuport/core";
import { requestChannel } from "@gpuport/core";
import { startEmulator } from "@gpuport/emulator";
import { glows } from "@gpuport/glows";
import { hpcAi } from "@gpuport/hpc-ai";
import { lambda } from "@gpuport/lambda";
import { pody } from "@gpuport/pody";
import { runpod } from "@gpuport/runpod";
import { emulatedClock } from "@gpuport/testkit";
import { vast } from "@gpuport/vast";

/** One operation on one cloud. */
export interface OperationRow {
  readonly operation: string;
  readonly cloud: string;
  readonly endpoint: string;
  readonly request: string;
  readonly evidence: string;
}

const publicKey = "ssh-ed25519 AAAAC3Nz someone@example";
const registry = {
  ...{ container_registry: "docker.io", personal_repo: "someone/trainer" },
  ...{ docker_login_user: "someone", docker_login_pass: "synthetic" },
};

/** A log that never ends is over after so much silence; the emulator has said everything at once. */
const brief = { "instance.logs": { untilSilentMs: 20 } };

/** What the clouds want to hear; the rest is the same everywhere. */
const words = {
  vast: {
    request: { gpu: { model: "RTX 4090" }, image: "example/trainer:2.1", pricing: { kind: "spot" } },
    volume: { name: "data" },
    snapshot: { providerOptions: { vast: registry } },
  },
  glows: {
    request: { gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" },
    snapshot: { name: "kept" },
  },
  pody: { request: { image: "ubuntu-cuda:12.4" }, snapshot: { name: "kept" } },
  "hpc-ai": {
    request: { gpu: { model: "H200", count: 8 }, image: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01" },
    // The cloud's id of a region: names are known from the catalogue only.
    volume: { name: "data", type: "filesystem", region: "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a01" },
  },
  runpod: {
    request: { gpu: { model: "RTX 4090" }, image: "runpod/base:1.0.0-ubuntu2204" },
    volume: { name: "data", sizeMiB: 10_240, region: "EU-RO-1" },
  },
  lambda: {
    request: { gpu: { model: "A10" }, sshPublicKeys: [publicKey] },
    // Its disks have no size: they grow.
    volume: { name: "data", sizeMiB: undefined, region: "us-east-1" },
  },
} as const;

/** Every operation that a provider has, as a user calls it; each finds the account as the ones before have left it. */
async function useEverything(provider: ComputeProvider, cloud: keyof typeof words): Promise<void> {
  const { power, offers, images, exec, logs, snapshots, volumes, networks, sshKeys } = provider;
  const { account, stats, naming, bids, bulk } = provider;
  const { request, snapshot, volume } = { snapshot: {}, volume: undefined, ...words[cloud] };
  const { region } =
    (await all(offers?.search({ image: "image" in request ? request.image : undefined })))[0] ?? {};
  const { id } = await provider.launch(request);
  await provider.waitFor(id, "running");
  await provider.describe(id);
  await all(provider.list());
  await all(images?.list());
  const image = await images?.create?.({ source: "docker.io/acme/train:1" });
  if (image !== undefined) await images?.remove?.(image.id);
  await exec?.run(id, "ls");
  await all(logs?.tail(id));
  const [kept] = (await snapshots?.create(id, snapshot)) ?? [];
  await provider.waitFor(id, "running");
  await all(snapshots?.list?.());
  if (cloud === "pody") await images?.remove?.(kept?.id ?? "");
  if (cloud === "pody") await snapshots?.create(id, snapshot);
  await snapshots?.remove?.(kept?.id ?? "");
  await useVolumes(volumes, volume);
  const network = await networks?.create({ name: "mesh", region: region ?? "" });
  await networks?.attach(network?.id ?? "", [id]);
  await all(networks?.list());
  await all(networks?.endpoints(network?.id ?? ""));
  const key = await sshKeys?.add(publicKey);
  await all(sshKeys?.list());
  await sshKeys?.attach?.(id, publicKey);
  await all(sshKeys?.attached?.(id));
  await sshKeys?.detach?.(id, key?.id ?? "");
  await sshKeys?.remove(key?.id ?? "");
  await bids?.change(id, 500_000);
  await naming?.rename(id, "another");
  await bulk?.describe([id]);
  for (const read of [account?.balance, account?.quota, account?.whoami, account?.users]) await read?.();
  for (const read of [stats?.counts, stats?.gpuProcesses, stats?.host]) await read?.();
  for (const again of [power?.restart, power?.recycle]) {
    await again?.(id);
    await provider.waitFor(id, "running");
  }
  await power?.stop(id);
  if (power !== undefined) await provider.waitFor(id, "stopped");
  await power?.start(id);
  await provider.terminate(id);
  await account?.changePassword?.("another-password");
}

/** @throws for an operation that is not in `useEverything`, and would be missing from the table. */
function heldAgainst(used: ReadonlySet<string>, provider: ComputeProvider): void {
  const sent = new Set([...used].map((line) => line.split(" ").slice(0, 2).join(" ")));
  for (const [group, operations] of Object.entries(provider)) {
    if (typeof operations !== "object" || operations === null || group === "facts") continue;
    for (const operation of Object.keys(operations)) {
      if (sent.has(`${provider.name} ${group}.${operation}`)) continue;
      throw new Error(`${group}.${operation} of ${provider.name} was not used: see useEverything`);
    }
  }
}

async function useVolumes(
  volumes: ComputeProvider["volumes"],
  more: Partial<VolumeSpec> | undefined,
): Promise<void> {
  const sizeMiB = 1024;
  const [place] = await all(volumes?.search?.({ sizeMiB }));
  const volume = await volumes?.create({ sizeMiB, ...more, ...(place && { offerId: place.id }) });
  await all(volumes?.list());
  await volumes?.remove(volume?.id ?? "");
}

async function all<Item>(items: AsyncIterable<Item> | undefined): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items ?? []) found.push(item);
  return found;
}

/** Each operation with each endpoint that it used, in the order of the clouds. */
export async function operationRows(): Promise<readonly OperationRow[]> {
  const used = new Set<string>();
  const note = (message: unknown): void => {
    const { provider, operation, endpoint } = message as RequestTrace; // what the channel carries
    // Whatever comes first logs in, and so does what comes after a token has ended.
    used.add([provider, endpoint === "auth.login" ? "any" : operation, endpoint].join(" "));
  };
  requestChannel.start.subscribe(note);
  const emulator = await startEmulator({ clock: "manual", pody: { version: "0.4.1" } });
  try {
    const { urls, credentials } = emulator;
    const clock = emulatedClock(emulator);
    const { username, password } = credentials["hpc-ai"];
    const clouds = {
      vast: vast({ ...credentials.vast, baseUrl: urls.vast, clock }),
      glows: glows({ ...credentials.glows, baseUrl: urls.glows, clock }),
      pody: pody({ ...credentials.pody, baseUrl: urls.pody, clock }),
      "hpc-ai": hpcAi({ username, password, baseUrl: urls["hpc-ai"], clock }),
      runpod: runpod({ ...credentials.runpod, baseUrl: urls.runpod, clock, endpoints: brief }),
      lambda: lambda({ ...credentials.lambda, baseUrl: urls.lambda, clock }),
    };
    for (const cloud of Object.keys(clouds) as (keyof typeof clouds)[]) {
      await useEverything(clouds[cloud], cloud);
      heldAgainst(used, clouds[cloud]);
    }
    if (emulator.bill().length > 0) throw new Error("something was left that bills");
  } finally {
    requestChannel.start.unsubscribe(note);
    await emulator.close();
  }
  return [vast, glows, pody, hpcAi, runpod, lambda].flatMap(({ id: cloud, tables }) =>
    Object.entries<Endpoint>(tables.endpoints).flatMap(([endpoint, { method, path, evidence }]) =>
      [...used]
        .map((line) => line.split(" "))
        .filter(([provider, , name]) => provider === cloud && name === endpoint)
        .map(([, operation = ""]) => ({
          ...{ operation, cloud, endpoint, evidence },
          request: `${method} ${path}`,
        })),
    ),
  );
}
