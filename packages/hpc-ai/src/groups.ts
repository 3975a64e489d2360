import {
  type Api,
  ComputeError,
  type DriverCall,
  type DriverGroups,
  everyItem,
  isComputeError,
  refuse,
  type Unstamped,
  type Volume,
} from "@gpuport/core";
import { toBalance, toVolume, toVolumeBody, type VolumeBody } from "./map.ts";
import { readPage } from "./paging.ts";
import type { HpcAiEndpoint } from "./tables.ts";
import { balanceSchema, doneSchema, volumePageSchema, volumeSchema } from "./wire.ts";

type Client = Api<HpcAiEndpoint>;

/** What volumes need besides the API. */
interface VolumeMeans {
  readonly api: Client;
  readonly pageSize: number;
  /** The id of a region by its name, where the configuration declares one. */
  readonly regionIdOf: (region: string) => string;
}

/** @see https://dev.hpc-ai.com/doc/docs/api/storage/create */
export function volumesOf({ api, pageSize, regionIdOf }: VolumeMeans) {
  function list(cursor: string | undefined, call: DriverCall) {
    const response = volumePageSchema;
    return readPage(
      cursor,
      pageSize,
      (pager) => api.call("volume.list", { json: { pager }, response, reads: true, ...call }),
      toVolume,
    );
  }

  /**
   * The id of a volume that has just been made, by what it was made of. The volume is there whatever comes of this, so a
   * list that cannot be read leaves the id unknown, as do several volumes of one name.
   */
  async function idOf(made: VolumeBody, call: DriverCall): Promise<string | undefined> {
    const ids = new Set<string>();
    try {
      for (const volume of await everyItem("hpc-ai: volume.list", (cursor) => list(cursor, call))) {
        if (isOf(volume, made)) ids.add(volume.id);
      }
    } catch (error) {
      if (!isComputeError(error)) throw error;
      return undefined;
    }
    const [id] = ids;
    return ids.size === 1 ? id : undefined;
  }

  return {
    list: ({ cursor }, call) => list(cursor, call),
    async create(spec, call) {
      if (spec.offerId !== undefined) refuse("offerId", "hpc-ai sells no volumes by offer", "unsupported");
      const json = toVolumeBody(spec, regionIdOf);
      const request = { json, response: volumeSchema, rents: true, ...call } as const;
      const said = await api.call("volume.create", request);
      const id = said.id ?? (await idOf(json, call));
      const { name, sizeGB, region, volumeType: type } = json;
      if (id === undefined) {
        const message = `hpc-ai: the volume ${name} was made and bills, and its id could not be told: list the volumes`;
        throw new ComputeError({ code: "bad_response", message, effect: "done" });
      }
      return { id, name, sizeMiB: sizeGB * 1024, region, type };
    },
    async remove(volumeId, call) {
      const request = { json: { volumeId }, response: doneSchema, removes: true, ...call };
      await api.call("volume.delete", request);
    },
  } satisfies DriverGroups["volumes"];
}

/** What the list does not say contradicts nothing. */
function isOf(volume: Unstamped<Volume>, { name, sizeGB, region, volumeType }: VolumeBody): boolean {
  const pairs = [
    [volume.sizeMiB, sizeGB * 1024],
    [volume.region, region],
    [volume.type, volumeType],
  ];
  return volume.name === name && pairs.every(([said, wanted]) => said === undefined || said === wanted);
}

export function accountOf({ api, currency }: { readonly api: Client; readonly currency: string }) {
  return {
    async balance(call) {
      return toBalance(await api.call("account.balance", { response: balanceSchema, ...call }), currency);
    },
  } satisfies DriverGroups["account"];
}
