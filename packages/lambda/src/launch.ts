import { type DriverLaunchRequest, type LaunchRequest, labelOf, refuse } from "@gpuport/core";
import { toPortsTag } from "./map.ts";
import type { LaunchOptions } from "./options.ts";
import { limits, tagKeys } from "./tables.ts";
import { toUserData } from "./user-data.ts";
import type { Rule } from "./wire.ts";

/** What an offer's id says. @throws `invalid_argument` for what is not an offer of this cloud. */
export function readOfferId(offerId: string): { readonly type: string; readonly region: string } {
  const [, type = "", region = ""] = /^([^|]+)\|([^|]+)$/.exec(offerId) ?? [];
  if (type === "") refuse("offerId", "is not an offer of lambda: <type>|<region>");
  return { type, region };
}

export function toIdentity(token: string, { name }: LaunchRequest): string {
  return labelOf(token, name);
}

/** A token and the dash before it. */
const tokenLength = 21;
const own = "providerOptions.lambda";

/** The keys that the launch cannot name, because it takes exactly one. */
function furtherKeys(
  { sshPublicKeys = [] }: LaunchRequest,
  { sshKeyName }: LaunchOptions,
): readonly string[] {
  return sshKeyName === undefined ? sshPublicKeys.slice(1) : sshPublicKeys;
}

/** What the schema cannot see: fields that contradict each other, and what this cloud cannot hold. */
export function checkLaunch(request: LaunchRequest, options: LaunchOptions): void {
  const { name = "", labels = {}, offerId, region, minDiskMiB, sshPublicKeys = [], ports = [] } = request;
  if (name.length > limits.nameLength - tokenLength) {
    refuse("name", `may have ${limits.nameLength - tokenLength} letters`);
  }
  if (sshPublicKeys.length === 0 && options.sshKeyName === undefined) {
    refuse("sshPublicKeys", `a machine needs a key: give one, or ${own}.sshKeyName`);
  }
  if (sshPublicKeys.some((key) => key.length > limits.publicKeyLength)) {
    refuse("sshPublicKeys", `a key may have ${limits.publicKeyLength} letters`);
  }
  for (const [key, value] of Object.entries(labels)) {
    const isOwn = key === tagKeys.launch || key === tagKeys.ports;
    if (isOwn || !limits.tagKey.test(key) || value.length > limits.tagValueLength) {
      refuse(
        `labels.${key}`,
        "must be a tag of lambda: small letters, digits, - and :, a value of 128 letters",
      );
    }
  }
  if (offerId !== undefined) {
    const place = readOfferId(offerId);
    if (region !== undefined && region !== place.region) refuse("region", "is not the region of this offer");
    if (minDiskMiB !== undefined) {
      refuse("minDiskMiB", "an offer has the disk that it has; use gpu, or leave this out", "unsupported");
    }
  }
  if (options.userData !== undefined) {
    const said = Object.entries({ env: request.env, startup: request.startup, command: request.command });
    const [field] = said.find(([, value]) => value !== undefined) ?? [];
    if (field !== undefined) refuse(field, `is sent as ${own}.userData, which is given`);
    if (furtherKeys(request, options).length > 0) {
      refuse("sshPublicKeys", `all but one are sent as ${own}.userData, which is given`);
    }
  }
  const userData = options.userData?.reveal() ?? toUserData(request, furtherKeys(request, options)) ?? "";
  if (new TextEncoder().encode(userData).byteLength > limits.userDataBytes) {
    refuse(options.userData === undefined ? "startup" : `${own}.userData`, "is more than a megabyte");
  }
  if (toPortsTag(ports).length > limits.tagValueLength) refuse("ports", "are too many to be remembered");
}

/** The first port that the rules do not let through; undefined when they let all of them. */
export function closedPort(ports: NonNullable<LaunchRequest["ports"]>, rules: readonly Rule[]) {
  return ports.find(
    ({ port, protocol = "tcp" }) =>
      !rules.some(({ protocol: word, port_range: range, source_network: source }) => {
        const [low = 1, high = low] = range ?? [1, 65_535];
        const fits = word === "all" || (word === protocol && low <= port && port <= high);
        // A rule for some addresses only is not a published port.
        return fits && (source === undefined || source === null || source === "0.0.0.0/0");
      }),
  );
}

const imageId = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/**
 * The body of a launch.
 *
 * @param sshKeyName The one key of the account that the machine is to have.
 * @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0)
 */
export function toLaunchBody(request: DriverLaunchRequest, options: LaunchOptions, sshKeyName: string) {
  const { type, region } = readOfferId(request.offer?.id ?? request.offerId ?? "");
  const { identity, image, ports = [], labels = {} } = request;
  const tags = {
    [tagKeys.launch]: identity,
    ...(ports.length > 0 && { [tagKeys.ports]: toPortsTag(ports) }),
    ...labels,
  };
  const names = options.fileSystems.filter((row) => typeof row === "string");
  const mounts = options.fileSystems.filter((row) => typeof row !== "string");
  return {
    region_name: region,
    instance_type_name: type,
    ssh_key_names: [sshKeyName],
    name: identity,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    image: image === undefined ? undefined : imageId.test(image) ? { id: image } : { family: image },
    user_data: options.userData?.reveal() ?? toUserData(request, furtherKeys(request, options)),
    hostname: options.hostname,
    file_system_names: names.length > 0 ? names : undefined,
    file_system_mounts:
      mounts.length > 0
        ? mounts.map(({ id, mountPoint }) => ({ file_system_id: id, mount_point: mountPoint }))
        : undefined,
    firewall_rulesets:
      options.firewallRulesets.length > 0 ? options.firewallRulesets.map((id) => ({ id })) : undefined,
  };
}
