import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same } from "../claims.ts";
import { unverified } from "../outcome.ts";
import { listPromises, made } from "../stored.ts";

const images = topic("images");

export const imageCases: readonly Case[] = [
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
];
