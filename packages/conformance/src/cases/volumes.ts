import type { VolumeSpec } from "@gpuport/core";
import { type Case, type Having, topic } from "../case.ts";
import { claim, collect, refused, same } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { notApplicable, unverified } from "../outcome.ts";
import { listPromises, made, sentOnce } from "../stored.ts";

const volumes = topic("volumes");
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

export const volumeCases: readonly Case[] = [
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
];
