import {
  type Api,
  type DriverCall,
  type DriverGroups,
  type DriverInstance,
  formOfToken,
  isComputeError,
  labelOf,
  refuse,
  sshKeyBody,
  sshKeyFingerprint,
} from "@gpuport/core";
import { toImages, toVolume } from "./map.ts";
import { type LambdaEndpoint, limits } from "./tables.ts";
import * as wire from "./wire.ts";

type Client = Api<LambdaEndpoint>;

export function imagesOf(api: Client) {
  return {
    async list({ owned, search }, call) {
      const { data } = await api.call("image.list", { response: wire.imagesSchema, ...call });
      const found = toImages(data).filter(({ id, name }) => !search || `${id} ${name}`.includes(search));
      return { items: owned ? [] : found };
    },
  } satisfies DriverGroups["images"];
}

/** The account's keys by name, which is all that a launch can say of a key. */
export function keyRingOf(api: Client) {
  async function list(call: DriverCall) {
    return (await api.call("sshkey.list", { response: wire.sshKeysSchema, ...call })).data;
  }

  /** The account's row of a key, made if there is none. Its name follows from the key, so that adding twice is harmless. */
  async function add(publicKey: string, call: DriverCall) {
    const known = (await list(call)).find((row) => sshKeyBody(row.public_key) === sshKeyBody(publicKey));
    if (known !== undefined) return known;
    const fingerprint = await sshKeyFingerprint(publicKey);
    const name = `gpuport-${fingerprint.replace(/^SHA256:/, "").replace(/[^A-Za-z0-9]/g, "-")}`;
    const json = { name, public_key: publicKey };
    try {
      return (await api.call("sshkey.add", { json, response: wire.addedKeySchema, ...call })).data;
    } catch (error) {
      // Somebody else has added the same key meanwhile.
      const added = isComputeError(error, "conflict")
        ? (await list(call)).find((row) => row.name === name)
        : undefined;
      if (added === undefined) throw error;
      return added;
    }
  }

  return { list, add };
}

export function sshKeysOf(api: Client) {
  const ring = keyRingOf(api);
  return {
    async list(_, call) {
      const rows = await ring.list(call);
      return { items: rows.map(({ id, public_key: publicKey }) => ({ id, publicKey })) };
    },
    async add(publicKey, call) {
      const { id } = await ring.add(publicKey, call);
      return { id, publicKey };
    },
    async remove(id, call) {
      await api.call("sshkey.delete", { params: { id }, idempotent: true, ...call });
    },
  } satisfies DriverGroups["sshKeys"];
}

export function volumesOf(api: Client) {
  /** A later document lists them under the other spelling: tried where the first is not there. */
  async function read(call: DriverCall) {
    const request = { response: wire.filesystemsSchema, ...call };
    try {
      return await api.call("filesystem.list", request);
    } catch (error) {
      if (!isComputeError(error, "invalid_config") || error.status !== 404) throw error;
      return api.call("filesystem.listLater", request);
    }
  }

  return {
    list: async (_, call) => ({ items: (await read(call)).data.map(toVolume) }),
    async create({ name, region, sizeMiB, type, offerId }, call) {
      const given = Object.entries({ sizeMiB, type, offerId }).find(([, value]) => value !== undefined);
      if (given) refuse(given[0], "filesystems of lambda have no such thing: they grow", "unsupported");
      if (name === undefined || !limits.filesystemName.test(name)) {
        return refuse("name", "lambda needs one: 60 letters, digits and dashes, a letter first");
      }
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
      // A machine without a token was not launched by gpuport, and does not become one of its own by a name.
      const token = formOfToken((await describe(id, call)).identity);
      const label = token === undefined ? name : labelOf(token, name);
      if (label.length > limits.nameLength) refuse("name", "is too long");
      const request = { params: { id }, json: { name: label }, response: wire.singleSchema };
      await api.call("instance.rename", { ...request, idempotent: true, ...call });
    },
  } satisfies DriverGroups["naming"];
}
