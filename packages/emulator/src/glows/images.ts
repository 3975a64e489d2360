import { type GlowsHandler, idLimits } from "./call.ts";
import { toSeconds } from "./catalogue.ts";
import { cut, lenientPage } from "./paging.ts";
import { refuse } from "./refusal.ts";
import { sameId } from "./state.ts";

export const createImage: GlowsHandler = ({ parameters, store, account, settings, flags }) => {
  const link = parameters.requiredText("image_link", { max: 512 });
  if (/\s/.test(link)) refuse("illegalParameter", "image_link holds whitespace");
  const own = store.images.filter(({ owner }) => owner === account.user);
  if (own.some((image) => image.link === link)) refuse("imageExists", "image already exists");
  if (flags.has("diskQuota")) refuse("diskQuota", "disk quota exceeded");
  const now = store.now();
  const pending = own.filter(({ readyAt }) => now < readyAt);
  if (pending.length >= settings.maxPendingImages) refuse("pendingImages", "too many images in preparation");
  const suffix = link.replace(/^.*\//, "").replace(/[:@].*$/, "");
  const image = {
    id: store.newId("img"),
    owner: account.user,
    name: `sdk-${account.user}-${now}000000-${suffix}`,
    link,
    createdAt: now,
    readyAt: now + settings.imageImportMs,
  };
  store.images.push(image);
  return { image_id: image.id, name: image.name };
};

export const deleteImage: GlowsHandler = ({ parameters, store, account }) => {
  const id = parameters.requiredText("image_id", idLimits);
  const at = store.images.findIndex((image) => sameId(image.id, id) && image.owner === account.user);
  if (at === -1) refuse("illegalParameter", "illegal image");
  store.images.splice(at, 1);
  return {};
};

export const listImages: GlowsHandler = ({ parameters, store, account, settings }) => {
  const page = lenientPage(parameters);
  const keywords = parameters.text("keywords", { max: 100 })?.toLowerCase() ?? "";
  const own = store.images.filter(({ owner }) => owner === account.user);
  const images = parameters.boolean("owned") ? own : [...settings.images, ...own];
  const { rows, pagination } = cut(
    images.filter(({ name }) => name.toLowerCase().includes(keywords)),
    page,
  );
  return {
    pagination,
    images: rows.map(({ id, name, createdAt }) => ({
      image_id: id,
      name,
      // The only value ever seen, straight after submission.
      status: 0,
      create_time: toSeconds(createdAt),
    })),
  };
};
