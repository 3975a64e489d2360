import { isObject, type Members, readObjects, readText, readTexts, requireText } from "./call.ts";
import { refuseParameter } from "./refusal.ts";
import type { LambdaMount, LambdaTag } from "./state.ts";

const hostnames = /^[a-z0-9][0-9a-z-]{0,62}$/;
const tagKeys = /^[a-z][a-z0-9-:]+$/;
const mountPoints = /^\/(home|lambda\/nfs|data)(\/.*)?$/;
const largestUserData = 1024 * 1024;

function readTag(members: Members): LambdaTag {
  const key = requireText(members, "key");
  const value = readText(members, "value") ?? "";
  if (!tagKeys.test(key) || key.length > 55 || key.startsWith("lambda-ai-")) {
    refuseParameter(`tag key ${key} is not allowed`);
  }
  if (value.length > 128) refuseParameter(`the value of tag ${key} is longer than 128`);
  return { key, value };
}

function readMount(members: Members): LambdaMount {
  const fileSystemId = requireText(members, "file_system_id");
  const mountPoint = requireText(members, "mount_point");
  if (!mountPoints.test(mountPoint) || mountPoint.length > 256) {
    refuseParameter(`mount point ${mountPoint} is not allowed`);
  }
  return { fileSystemId, mountPoint };
}

/** What a launch asks for. Its form only: nothing is looked up before all of it is sound. */
export function readOrder(body: Members) {
  const regionName = requireText(body, "region_name");
  const typeName = requireText(body, "instance_type_name");
  const keyNames = readTexts(body, "ssh_key_names");
  if (keyNames.length !== 1) refuseParameter("ssh_key_names must contain exactly one SSH key name");
  const quantity = body["quantity"] ?? 1;
  if (quantity !== 1) refuseParameter("the number of requested instances (quantity) must be 1");
  const name = readText(body, "name");
  if (name !== undefined && name.length > 64) refuseParameter("name is longer than 64");
  const hostname = readText(body, "hostname");
  if (hostname !== undefined && !hostnames.test(hostname)) refuseParameter("hostname is not allowed");
  if (Buffer.byteLength(readText(body, "user_data") ?? "") > largestUserData) {
    refuseParameter("user_data is larger than 1 MB");
  }
  return {
    ...{ regionName, typeName, keyNames, name, hostname },
    image: readImage(body),
    tags: readObjects(body, "tags").map(readTag),
    fileSystemNames: readTexts(body, "file_system_names"),
    mounts: readObjects(body, "file_system_mounts").map(readMount),
    rulesets: readObjects(body, "firewall_rulesets").map((row) => requireText(row, "id")),
  };
}

export type LambdaOrder = ReturnType<typeof readOrder>;

function readImage(body: Members): { readonly id?: string; readonly family?: string } {
  const image = body["image"] ?? {};
  if (!isObject(image)) return refuseParameter("image must be an object");
  const id = readText(image, "id");
  const family = readText(image, "family");
  if (
    body["image"] !== undefined &&
    body["image"] !== null &&
    (id === undefined) === (family === undefined)
  ) {
    refuseParameter("image must have either id or family");
  }
  return { ...(id === undefined ? {} : { id }), ...(family === undefined ? {} : { family }) };
}
