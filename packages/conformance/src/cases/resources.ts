import { isComputeError, type VolumeSpec } from "@gpuport/core";
import { type Capability, type Case, type Having, topic } from "../case.ts";
import { claim, collect, computeError, refused, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";
import { notApplicable, unverified } from "../outcome.ts";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGdwdXBvcnRjb25mb3JtYW5jZWtleXByb2JlMDE= conformance";

/** Makes something; where the cloud wants more than the model says, nothing can be decided. */
async function made<Result>(work: () => Promise<Result>): Promise<Result> {
  const { value, error } = await settled(work);
  if (error === undefined) return value;
  if (isComputeError(error, "invalid_argument", "unsupported", "not_found")) {
    unverified(`the bench has no sample that this cloud takes: ${error.message}`);
  }
  throw error;
}

/** A list of stored things keeps the promises of every list. */
function listPromises<Name extends Capability>(
  name: Name,
  what: string,
  list: (
    group: Having<Name>,
    options?: { signal?: AbortSignal; timeoutMs?: number },
  ) => AsyncIterable<{ id: string; provider: string }>,
): readonly Case[] {
  const { having } = topic(what);
  const offline = topic(what, { tiers: ["offline"] });
  return [
    having(name, `each of the ${what} is listed once, with its provider`, async (group, { provider }) => {
      const all = await collect(list(group));
      same(new Set(all.map(({ id }) => id)).size, all.length, `${what}, each once`);
      for (const stored of all) same(stored.provider, provider.name, `the provider of one of the ${what}`);
      for (const { id } of all) claim(id !== "", `one of the ${what} has no id`);
    }),
    ...[faults.refusal(500), faults.refusal(401), faults.webPage(), faults.noBody(), faults.brokenJson()].map(
      (fault) =>
        offline.having(
          name,
          `${fault.name} is never taken for an empty list of ${what}`,
          async (group, { tap }) => {
            tap.inject({ fault, hits: () => true });
            const { effect, code } = await refused(`a list of ${what}`, () =>
              collect(list(group, { timeoutMs: 20_000 })),
            );
            same(effect, "none", `the effect of a list of ${what} that failed`);
            claim(code !== "not_found", `a list of ${what} threw not_found after ${fault.name}`);
          },
        ),
    ),
    offline.having(
      name,
      `a list of ${what} that is cancelled before sends nothing`,
      async (group, { tap }) => {
        const cancelled = () => collect(list(group, { signal: AbortSignal.abort() }));
        const { exchanges } = await tap.during(() =>
          refused(`a cancelled list of ${what}`, cancelled, "cancelled"),
        );
        same(exchanges.length, 0, `requests of a cancelled list of ${what}`);
      },
    ),
  ];
}

/** What makes something that bills is sent once, however its answer is lost. */
async function sentOnce(context: CaseContext, work: () => Promise<unknown>, reads: () => Promise<unknown>) {
  const { tap } = context;
  const { exchanges: known } = await tap.during(reads);
  const shapes = new Set(known.map(({ shape }) => shape));
  const isNew = ({ shape }: { shape: string }): boolean => !shapes.has(shape);
  tap.inject({ fault: faults.reset("after"), hits: isNew, times: 1 });
  const { result, exchanges } = await tap.during(() => settled(work));
  tap.clear();
  const { error } = result;
  if (isComputeError(error, "invalid_argument", "unsupported"))
    unverified(`the bench has no sample: ${error.message}`);
  const counts = Map.groupBy(exchanges.filter(isNew), ({ shape }) => shape);
  for (const [shape, sent] of counts)
    claim(sent.length === 1, `${shape} was sent ${sent.length} times: it may be done twice`);
  if (error === undefined) return;
  const failure = computeError("a create whose answer was lost", error);
  claim(failure.effect !== "none", "a create whose answer was lost says that nothing was done");
  claim(!failure.retryable, "a create whose answer was lost is called retryable: it would be done twice");
}

const images = topic("images");
const snapshots = topic("snapshots");
const volumes = topic("volumes");
const networks = topic("networks");
const sshKeys = topic("ssh keys");
const network = (context: CaseContext) => ({
  name: "conformance",
  region: context.samples.networkRegion ?? unverified("the bench names no region for a network"),
});

/** The bench's sample, or the first place that a search finds. */
async function volumeOf({ samples }: CaseContext, { search }: Having<"volumes">): Promise<VolumeSpec> {
  const name = "conformance";
  if (samples.volume !== undefined) return { name, ...samples.volume };
  const sizeMiB = 10 * 1024;
  const [place] = search === undefined ? [] : await collect(search({ sizeMiB }));
  return place === undefined
    ? unverified("the bench has no sample of a volume")
    : { name, sizeMiB, offerId: place.id };
}

export const resources: readonly Case[] = [
  ...listPromises("images", "images", (group, options) => group.list({}, options)),
  images.having(
    "images",
    "the image of the request is among the images, where images have names",
    async (group, context) => {
      const { image } = context.request;
      if (image === undefined) unverified("the bench's request names no image");
      const all = await collect(group.list());
      const found = all.some(({ id, name }) => id === image || name === image || id.startsWith(image));
      claim(found, `${image} can be launched but is not among the ${all.length} images`);
    },
  ),
  images.having("images", "a search for images finds fewer, never others", async (group) => {
    const all = new Set((await collect(group.list())).map(({ id }) => id));
    const none = await collect(group.list({ search: "no image is called like this" }));
    same(none.length, 0, "images with a name that no image has");
    for (const { id } of await collect(group.list({ owned: true })))
      claim(all.has(id), `${id} is owned but not listed`);
  }),
  images.having("images.create", "an image that was made is listed as one's own", async (group, context) => {
    const source = context.samples.imageSource ?? unverified("the bench has no sample of an image");
    const { id } = await made(() => group.create({ source }));
    const own = await collect(group.list({ owned: true }));
    claim(
      own.some((image) => image.id === id),
      `the image ${id} was made, but is not among one's own`,
    );
  }),
  images.having("images.create", "an image needs a source", async (group) => {
    await refused("an image without a source", () => group.create({ source: "" }), "invalid_argument");
  }),

  ...listPromises("snapshots.list", "snapshots", (group, options) => group.list(options)),
  snapshots.having("snapshots", "a snapshot has an id and its machine", async (group, context) => {
    const { id } = await context.rentRunning();
    const { snapshotOptions: providerOptions } = context.samples;
    const taken = await made(() => group.create(id, { providerOptions }));
    claim(taken.length > 0, "a snapshot was made, and none came back");
    for (const snapshot of taken) {
      claim(snapshot.id !== "", "a snapshot has no id");
      same(snapshot.provider, context.provider.name, "the provider of a snapshot");
      same(snapshot.instanceId ?? id, id, "the machine of a snapshot");
    }
  }),
  snapshots.having("snapshots", "a snapshot leaves its machine there", async (group, context) => {
    const { id } = await context.rentRunning();
    const before = await context.machines();
    const { snapshotOptions: providerOptions } = context.samples;
    await made(() => group.create(id, { providerOptions }));
    same(await context.machines(), before, "machines after a snapshot");
    same((await context.provider.describe(id)).id, id, "the machine after its snapshot");
  }),
  snapshots.having("snapshots", "a snapshot of nothing is refused", async (group, { samples, unknownId }) => {
    const { snapshotOptions: providerOptions } = samples;
    await refused("a snapshot of an unknown machine", () => group.create(unknownId, { providerOptions }));
    await refused("a snapshot of no machine", () => group.create(""), "invalid_argument");
  }),

  ...listPromises("volumes", "volumes", (group, options) => group.list(options)),
  volumes.having("volumes", "a volume is made, listed and removed", async (group, context) => {
    const spec = await volumeOf(context, group);
    const { id } = await made(() => group.create(spec));
    const listed = await collect(group.list());
    claim(
      listed.some((stored) => stored.id === id),
      `the volume ${id} was made, but is not listed: it bills unseen`,
    );
    await group.remove(id);
    claim(
      (await collect(group.list())).every((stored) => stored.id !== id),
      `the volume ${id} was removed, but is listed`,
    );
  }),
  volumes.having(
    "volumes",
    "a volume of no size is refused before anything is sent",
    async (group, { tap }) => {
      const create = () => group.create({ name: "none", sizeMiB: 0 });
      const { exchanges } = await tap.during(() =>
        refused("a volume of no size", create, "invalid_argument"),
      );
      same(exchanges.length, 0, "requests for a volume of no size");
    },
  ),
  volumes.having("volumes", "a volume that never was cannot be removed", async (group) => {
    const { effect } = await refused("the removal of an unknown volume", () => group.remove("99999999"));
    claim(effect !== "done", "the removal of an unknown volume says that something was done");
  }),
  topic("volumes", { tiers: ["offline"] }).having(
    "volumes",
    "a volume is never made twice",
    async (group, context) => {
      const spec = await volumeOf(context, group);
      const before = new Set((await collect(group.list())).map(({ id }) => id));
      await sentOnce(
        context,
        () => group.create(spec),
        () => collect(group.list()),
      );
      // It may have been made although its answer was lost, and would bill.
      for (const { id } of await collect(group.list())) if (!before.has(id)) await group.remove(id);
    },
  ),
  volumes.having("volumes.search", "places for a volume have room for it", async (group) => {
    const sizeMiB = 10 * 1024;
    for (const { id, maxSizeMiB, price } of await collect(group.search({ sizeMiB }))) {
      claim(id !== "" && (maxSizeMiB ?? sizeMiB) >= sizeMiB, `${id} has no room for ${sizeMiB} MiB`);
      claim(price === undefined || price.perHourMicros >= 0, `${id} has a price below nothing`);
    }
  }),
  volumes.having("volumes.search", "a volume can be rented from a place that was found", async (group) => {
    const sizeMiB = 10 * 1024;
    const [place] = await collect(group.search({ sizeMiB }));
    if (place === undefined) notApplicable("no place for a volume is free");
    const { id } = await group.create({ offerId: place.id, sizeMiB, name: "conformance" });
    claim(
      (await collect(group.list())).some((stored) => stored.id === id),
      `the volume ${id} is not listed`,
    );
    await group.remove(id);
  }),

  ...listPromises("networks", "networks", (group, options) => group.list(options)),
  networks.having("networks", "a network that was made is listed", async (group, context) => {
    const { id } = await made(() => group.create(network(context)));
    claim(
      (await collect(group.list())).some((stored) => stored.id === id),
      `the network ${id} is not listed`,
    );
  }),
  networks.having(
    "networks",
    "a machine that was joined to a network is one of its endpoints",
    async (group, context) => {
      const { id } = await made(() => group.create(network(context)));
      const region = context.samples.networkRegion;
      const machine = await context.rentRunning(region === undefined ? {} : { region });
      await group.attach(id, [machine.id]);
      const again = await settled(() => group.attach(id, [machine.id]));
      if (again.error !== undefined) {
        // What is joined already stays; a cloud may say so in words.
        same(computeError("joining again", again.error).code, "conflict", "the code of joining again");
      }
      const endpoints = await collect(group.endpoints(id));
      same(
        endpoints.filter(({ instanceId }) => instanceId === machine.id).length,
        1,
        "endpoints of a machine joined twice",
      );
      for (const { networkId } of endpoints) same(networkId, id, "the network of an endpoint");
    },
  ),
  networks.having("networks", "joining nothing is refused", async (group) => {
    await refused("a network joined by nobody", () => group.attach("net-1", []), "invalid_argument");
  }),
  topic("networks", { tiers: ["offline"] }).having(
    "networks",
    "a network is never made twice",
    (group, context) =>
      sentOnce(
        context,
        () => group.create(network(context)),
        () => collect(group.list()),
      ),
  ),

  ...listPromises("sshKeys", "ssh keys", (group, options) => group.list(options)),
  sshKeys.having("sshKeys", "an ssh key is added, listed and removed", async (group) => {
    const { id, publicKey: kept } = await group.add(publicKey);
    same(kept.split(" ")[1], publicKey.split(" ")[1], "the key that was added");
    claim(
      (await collect(group.list())).some((key) => key.id === id),
      "the key was added, but is not listed",
    );
    await group.remove(id);
    claim(
      (await collect(group.list())).every((key) => key.id !== id),
      "the key was removed, but is listed",
    );
  }),
  sshKeys.having("sshKeys", "an ssh key that is there already is given back", async (group) => {
    const first = await group.add(publicKey);
    const second = await group.add(publicKey);
    same(second.id, first.id, "the id of a key that was added twice");
    const listed = (await collect(group.list())).filter(({ id }) => id === first.id);
    same(listed.length, 1, "how often the key is listed");
    await group.remove(first.id);
  }),
  sshKeys.having("sshKeys", "an ssh key can be put into a machine", async (group, { rentRunning }) => {
    const { id } = await rentRunning();
    await group.attach(id, publicKey);
  }),
  ...[
    ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
    ["two lines", "ssh-rsa AAAA\nssh-rsa BBBB"],
  ].map(([what, key = ""]) =>
    sshKeys.having("sshKeys", `${what} is no public key`, async (group, { tap }) => {
      const { exchanges, result } = await tap.during(() =>
        refused(`an ssh key of ${what}`, () => group.add(key), "invalid_argument"),
      );
      same(exchanges.length, 0, `requests with ${what} for a public key`);
      claim(!result.message.includes(key), `the error of ${what} shows the key`);
    }),
  ),
];
