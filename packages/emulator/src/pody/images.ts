import { asked, existing, has, type PodyCall, type PodyHandler } from "./call.ts";
import { refuse } from "./refusal.ts";
import { holdsPorts, type PodyImage } from "./state.ts";

const commitPrefix = "pody-commit:";

const isListed = ({ user }: PodyCall, image: PodyImage) =>
  image.tagged && !image.removed && (image.commitOf === undefined || image.commitOf === user.name);

/** The user's own commits by their bare tag, then the machine's images. */
function listedNames(call: PodyCall): readonly string[] {
  const images = call.store.images.filter((image) => isListed(call, image));
  const commits = images.filter(({ commitOf }) => commitOf !== undefined).map(bareName);
  const stock = images.filter(({ commitOf }) => commitOf === undefined).map(({ name }) => name);
  return has(call, "0.3.4") ? [...commits.sort(), ...stock.sort()] : [...commits, ...stock];
}

const bareName = ({ name }: PodyImage) => name.slice(commitPrefix.length);

/** An image the user may start, spelled as it is listed. A name without a tag is one of the user's own commits. */
export function usableImage(call: PodyCall, name: string): PodyImage | undefined {
  return call.store.images.find((image) => {
    if (!isListed(call, image)) return false;
    if (image.name === name) return true;
    return image.commitOf !== undefined && has(call, "0.3.1") && bareName(image) === name;
  });
}

export const listImages: PodyHandler = (call) => ({ json: listedNames(call) });

export const inspectImage: PodyHandler = (call) => {
  const name = call.parameters.text("image");
  const image = usableImage(call, name);
  if (image === undefined) {
    const foreign = call.store.images.some(
      (row) => row.commitOf !== undefined && !row.removed && row.name === name,
    );
    return foreign
      ? refuse(403, "Invalid image name, please check the available images")
      : refuse(400, "Image not found, please check the available images");
  }
  const ports = Object.fromEntries(image.exposes.map((port) => [`${port}/tcp`, {}]));
  return {
    json: {
      name: image.commitOf === undefined ? image.name : bareName(image),
      id: image.id,
      tags: [image.name],
      comment: image.comment,
      size: image.sizeBytes,
      exposed_ports: image.exposes.length === 0 ? "N/A" : ports,
      created: new Date(image.createdAt).toISOString(),
    },
  };
};

/** Saves a pod as an image of the user's own. */
export const commitPod: PodyHandler = (call) => {
  const { parameters, user, store, settings, context } = call;
  const pod = asked(call);
  const tag = parameters.optional("tag") ?? "";
  if (tag !== "" && !/^[A-Za-z0-9_][A-Za-z0-9_.]{0,62}$/.test(tag)) refuse(400, `Invalid tag name: ${tag}`);
  const name = `${commitPrefix}${user.name}${tag === "" ? "" : `-${tag}`}`;
  const own = store.images.filter((image) => image.commitOf === user.name && !image.removed && image.tagged);
  const old = own.find((image) => image.name === name);
  const { commit_count: count, commit_size_limit: size } = user.quota;
  if (old === undefined && count >= 0 && own.length >= count) {
    refuse(403, `Exceed user commit limit (${count}), please delete some images first`);
  }
  // "No limit" is compared like any other number, so that it refuses everything.
  if (pod.image.sizeBytes > size) {
    refuse(403, `Container size ${pod.image.sizeBytes} exceeds user commit size limit ${size}`);
  }
  if (old !== undefined) old.tagged = false;
  store.images.push({
    id: `sha256:${context.random.hex(64)}`,
    name,
    commitOf: user.name,
    comment: parameters.optional("msg") ?? "",
    exposes: settings.commitPorts,
    sizeBytes: pod.image.sizeBytes,
    createdAt: context.clock.now(),
    crashes: false,
    ignoresTerm: pod.image.ignoresTerm,
    withoutBash: pod.image.withoutBash,
    tagged: true,
    removed: false,
  });
  return { json: { image_name: name, log: `Container ${pod.fullName} committed` } };
};

/** By force: pods that use the image stay, and are worse off for it. */
export const deleteImage: PodyHandler = (call) => {
  const { parameters, store, user } = call;
  const name = parameters.text("image");
  const image = usableImage(call, name);
  if (image?.commitOf !== user.name) return refuse(403, "Can only delete user commit images");
  dropImage(store, image);
  return { json: { log: `Image ${image.name} deleted` } };
};

/** A running pod keeps the image alive without its name. */
export function dropImage(store: PodyCall["store"], image: PodyImage): void {
  image.tagged = false;
  image.removed = !existing(store).some((pod) => pod.image === image && holdsPorts(pod.status));
}
