import { type LambdaCall, type LambdaHandler, readBody, requireText } from "./call.ts";
import { refuse, refuseParameter, refuseUnknown } from "./refusal.ts";
import type { LambdaFileSystem } from "./state.ts";
import { isoTime, toRegion } from "./view.ts";

const names = /^[a-zA-Z]+[0-9a-zA-Z-]*$/;

/** The flag stays set for a while after the last instance that mounts it is gone. */
function isInUse({ store, settings, context }: LambdaCall, { id }: LambdaFileSystem): boolean {
  const now = context.clock.now();
  return store.instances.some(
    ({ mounts, endedAt }) =>
      mounts.some(({ fileSystemId }) => fileSystemId === id) &&
      (endedAt === undefined || now < endedAt + settings.unmountMs),
  );
}

function toRow(call: LambdaCall, fileSystem: LambdaFileSystem) {
  return {
    id: fileSystem.id,
    name: fileSystem.name,
    mount_point: `/lambda/nfs/${fileSystem.name}`,
    created: isoTime(fileSystem.createdAt),
    created_by: { id: "0", email: `${fileSystem.owner}@lambda.example`, status: "active" },
    is_in_use: isInUse(call, fileSystem),
    region: toRegion(fileSystem.region),
    bytes_used: 0,
  };
}

export const listFileSystems: LambdaHandler = (call) => ({
  data: call.store.fileSystems
    .filter(({ owner }) => owner === call.account.name)
    .map((row) => toRow(call, row)),
});

export const createFileSystem: LambdaHandler = (call) => {
  const { store, account, settings, context } = call;
  const body = readBody(call.json);
  const name = requireText(body, "name");
  const regionName = requireText(body, "region");
  if (!names.test(name) || name.length > 60) refuseParameter("name is not allowed");
  const region =
    settings.regions.find((row) => row.name === regionName) ?? refuseUnknown(`region ${regionName}`);
  if (!region.fileSystems) refuseParameter(`region ${regionName} has no filesystems`);
  const isTaken = store.fileSystems.some(
    (row) => row.owner === account.name && row.name === name && row.region === region,
  );
  if (isTaken) refuse("global/duplicate", `A filesystem named ${name} exists already.`);
  const id = context.random.hex(32);
  const fileSystem = { id, owner: account.name, name, region, createdAt: context.clock.now() };
  store.fileSystems.push(fileSystem);
  return { data: toRow(call, fileSystem) };
};

export const deleteFileSystem: LambdaHandler = (call) => {
  const { store, account, id } = call;
  const found = store.fileSystems.find((row) => row.id === id && row.owner === account.name);
  if (found === undefined) return refuseUnknown(`filesystem ${id}`, 404);
  if (isInUse(call, found)) refuse("filesystems/filesystem-in-use", `Filesystem ${found.name} is in use.`);
  store.fileSystems.splice(store.fileSystems.indexOf(found), 1);
  return { data: { deleted_ids: [id] } };
};
