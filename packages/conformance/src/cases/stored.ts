import type { ComputeProvider } from "@gpuport/core";
import { type Capability, type Case, groupOf, topic } from "../case.ts";
import { claim, collect, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { unverified } from "../outcome.ts";

/** So many things do not fit on one page of a cloud that has short ones. */
const many = 5;

interface Stored {
  readonly what: string;
  readonly needs: Capability;
  readonly make: (context: CaseContext, index: number) => Promise<string>;
  readonly list: (provider: ComputeProvider) => AsyncIterable<{ readonly id: string }> | undefined;
  readonly remove: ((provider: ComputeProvider, id: string) => Promise<unknown> | undefined) | undefined;
}

function needed<Value>(value: Value | undefined, what: string): Value {
  return value === undefined ? unverified(`the bench names no ${what}`) : value;
}

const publicKey = (index: number): string =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"ABCDEFGH"[index]?.repeat(43)} probe-${index}`;

const kinds: readonly Stored[] = [
  {
    what: "images",
    needs: "images.create",
    async make({ provider, samples }) {
      const source = needed(samples.imageSource, "source of an image");
      return (await provider.images?.create?.({ source }))?.id ?? "";
    },
    list: ({ images }) => images?.list({ owned: true }),
    remove: ({ images }, id) => images?.remove?.(id),
  },
  {
    what: "snapshots",
    needs: "snapshots.list",
    async make({ provider, rentRunning, samples }, index) {
      const { id } = await rentRunning();
      const own = samples.snapshotOptions && { providerOptions: samples.snapshotOptions };
      const made = await provider.snapshots?.create(id, { name: `probe-${index}`, ...own });
      return made?.[0]?.id ?? "";
    },
    list: ({ snapshots }) => snapshots?.list?.(),
    remove: ({ snapshots }, id) => snapshots?.remove?.(id),
  },
  {
    what: "volumes",
    needs: "volumes",
    async make({ provider, samples }, index) {
      const volume = needed(samples.volume, "volume");
      return (await provider.volumes?.create({ name: `probe-${index}`, ...volume }))?.id ?? "";
    },
    list: ({ volumes }) => volumes?.list(),
    remove: ({ volumes }, id) => volumes?.remove(id),
  },
  {
    what: "networks",
    needs: "networks",
    async make({ provider, samples }, index) {
      const region = needed(samples.networkRegion, "region of a network");
      return (await provider.networks?.create({ name: `probe-${index}`, region }))?.id ?? "";
    },
    list: ({ networks }) => networks?.list(),
    remove: undefined,
  },
  {
    what: "ssh keys",
    needs: "sshKeys",
    make: async ({ provider }, index) => (await provider.sshKeys?.add(publicKey(index)))?.id ?? "",
    list: ({ sshKeys }) => sshKeys?.list(),
    remove: ({ sshKeys }, id) => sshKeys?.remove(id),
  },
];

export const stored: readonly Case[] = kinds.flatMap(({ what, needs, make, list, remove }): Case[] => {
  const { that } = topic(what, { tiers: ["offline"] });
  const lacks = (provider: ComputeProvider): string | undefined =>
    groupOf(provider, needs) === undefined ? `it has no \`${needs}\`` : undefined;

  const several = that(`all ${what} are listed, however many there are`, async (context) => {
    const ids: string[] = [];
    for (let index = 0; index < many; index += 1) {
      const { value, error } = await settled(() => make(context, index));
      if (value === undefined) unverified(`${many} ${what} could not be made: ${error?.message}`);
      ids.push(value);
    }
    const listed = new Set((await collect(list(context.provider) ?? none())).map(({ id }) => id));
    const missing = [...new Set(ids)].filter((id) => !listed.has(id));
    claim(missing.length === 0, `${missing.length} of ${ids.length} ${what} are not listed`);
  });

  const removed = that(`${what} that were removed are gone`, async (context) => {
    const { value: id, error } = await settled(() => make(context, 0));
    if (id === undefined) unverified(`none of the ${what} could be made: ${error?.message}`);
    const removal = remove?.(context.provider, id);
    if (removal === undefined) return unverified(`its ${what} cannot be removed`);
    await removal;
    const listed = await collect(list(context.provider) ?? none());
    claim(
      listed.every((thing) => thing.id !== id),
      `one of the ${what} was removed, and is still listed`,
    );
  });

  return [several, ...(remove === undefined ? [] : [removed])].map((one) => ({ ...one, lacks }));
});

async function* none(): AsyncGenerator<never, void, undefined> {}
