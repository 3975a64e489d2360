import type { HpcAiHandler } from "./call.ts";
import { readBody } from "./fields.ts";
import { cut, readPager } from "./pager.ts";
import { refuse, refuseValue } from "./refusal.ts";

const volumeTypes: ReadonlySet<string> = new Set(["filesystem", "highspeedstorage"]);

export const listVolumes: HpcAiHandler = ({ json, store, account }) => {
  const own = store.volumes.filter(({ owner }) => owner === account.username);
  return {
    volumeList: cut(own, readPager(json)).map(({ id, name, sizeGB, regionId, type }) => ({
      volumeId: id,
      name,
      sizeGB,
      region: regionId,
      volumeType: type,
    })),
  };
};

export const createVolume: HpcAiHandler = ({ json, store, account, settings, context }) => {
  const body = readBody(json);
  const name = body.text("name");
  const sizeGB = body.number("sizeGB");
  const regionId = body.text("region");
  const type = body.text("volumeType");
  if (sizeGB <= 0) refuseValue("sizeGB");
  if (!settings.regions.some(({ id }) => id === regionId)) refuse("notFound", "regionNotFound");
  if (!volumeTypes.has(type)) refuseValue("volumeType");
  const id = context.random.uuid();
  store.volumes.push({ id, owner: account.username, name, sizeGB, regionId, type });
  return settings.volumeCreateAnswer === "id" ? { volumeId: id } : {};
};

export const deleteVolume: HpcAiHandler = ({ json, store, account }) => {
  const wanted = readBody(json).text("volumeId");
  const at = store.volumes.findIndex(({ id, owner }) => id === wanted && owner === account.username);
  if (at === -1) refuse("notFound", "volumeNotFound");
  store.volumes.splice(at, 1);
  return {};
};
