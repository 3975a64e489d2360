import {
  type Api,
  type DriverCall,
  type DriverGroups,
  type DriverInstance,
  isComputeError,
  refuse,
  renamedLabel,
  sshKeyBody,
  sshKeyFingerprint,
} from "@gpuport/core";
import { toVolume } from "./map.ts";
import { type LambdaEndpoint, limits } from "./tables.ts";
import * as wire from "./wire.ts";

type Client = Api<LambdaEndpoint>;

/** Images by family, which every region has; by id where there is none. Rows are one for each image and region. */
export function imagesOf(api: Client) {
  return {
    async list({ owned, search = "" }, call) {
      const { data } = await api.call("image.list", { response: wire.imagesSchema, ...call });
      const items = data.map(({ id, family, name }) => ({ id: family ?? id, name: name ?? undefined }));
      // Core leaves out what it has met already.
      return { items: owned ? [] : items.filter(({ id, name }) => `${id} ${name}`.includes(search)) };
    },
  } satisfies DriverGroups["images"];
}

/** The account's row of a key, made if there is none. Its name follows from the key, so that adding twice is harmless. */
export async function keyOf(api: Client, publicKey: string, call: DriverCall) {
  const list = async () => (await api.call("sshkey.list", { response: wire.sshKeysSchema, ...call })).data;
  const known = (await list()).find((row) => sshKeyBody(row.public_key) === sshKeyBody(publicKey));
  if (known !== undefined) return known;
  const fingerprint = (await sshKeyFingerprint(publicKey)).replace(/^SHA256:/, "");
  const json = { name: `gpuport-${fingerprint.replace(/[^A-Za-z0-9]/g, "-")}`, public_key: publicKey };
  try {
    return (await api.call("sshkey.add", { json, response: wire.addedKeySchema, ...call })).data;
  } catch (error) {
    // Somebody else has added the same key meanwhile.
    const added = isComputeError(error, "conflict") && (await list()).find(({ name }) => name === json.name);
    if (added) return added;
    throw error;
  }
}

export function sshKeysOf(api: Client) {
  return {
    async list(_, call) {
      const { data } = await api.call("sshkey.list", { response: wire.sshKeysSchema, ...call });
      return { items: data.map(({ id, public_key: publicKey }) => ({ id, publicKey })) };
    },
    add: async (publicKey, call) => ({ id: (await keyOf(api, publicKey, call)).id, publicKey }),
    async remove(id, call) {
      await api.call("sshkey.delete", { params: { id }, idempotent: true, ...call });
    },
  } satisfies DriverGroups["sshKeys"];
}

export function volumesOf(api: Client) {
  return {
    async list(_, call) {
      const request = { response: wire.filesystemsSchema, ...call };
      // A later document lists them under the other spelling: tried where the first is not there.
      const { data } = await api.call("filesystem.list", request).catch((error: unknown) => {
        if (!isComputeError(error, "invalid_config") || error.status !== 404) throw error;
        return api.call("filesystem.listLater", request);
      });
      return { items: data.map(toVolume) };
    },
    async create({ name, region, ...others }, call) {
      const [unknown] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
      if (unknown) refuse(unknown, "filesystems of lambda have no such thing: they grow", "unsupported");
      if (name === undefined || !limits.filesystemName.test(name))
        return refuse("name", "lambda needs one: 60 letters, digits and dashes, a letter first");
      const json = { name, region: region ?? refuse("region", "lambda needs it to make a filesystem") };
      const request = { json, response: wire.filesystemCreatedSchema, rents: true, ...call } as const;
      return toVolume((await api.call("filesystem.create", request)).data);
    },
    async remove(id, call) {
      await api.call("filesystem.delete", { params: { id }, idempotent: true, ...call });
    },
  } satisfies DriverGroups["volumes"];
}

export function namingOf(api: Client, describe: (id: string, call: DriverCall) => Promise<DriverInstance>) {
  return {
    async rename(id, name, call) {
      const json = { name: renamedLabel((await describe(id, call)).identity, name) };
      if (name.length > limits.nameLength) refuse("name", `may have ${limits.nameLength} letters`);
      const request = { params: { id }, json, response: wire.singleSchema, idempotent: true };
      await api.call("instance.rename", { ...request, ...call });
    },
  } satisfies DriverGroups["naming"];
}
