import { cloudConfig, type DriverLaunchRequest, type LaunchRequest, labelOf, refuse } from "@gpuport/core";
import { toPortsTag } from "./map.ts";
import type { LaunchOptions } from "./options.ts";
import { limits, tagKeys, user } from "./tables.ts";
import type { Rule } from "./wire.ts";

/** What an offer's id says. @throws `invalid_argument` for what is not an offer of this cloud. */
export function readOfferId(offerId: string): { readonly type: string; readonly region: string } {
  const [, type = "", region = ""] = /^([^|]+)\|([^|]+)$/.exec(offerId) ?? [];
  return type === "" ? refuse("offerId", "is not an offer of lambda: <type>|<region>") : { type, region };
}

export function toIdentity(token: string, { name }: LaunchRequest): string {
  return labelOf(token, name);
}

const own = "providerOptions.lambda";

/** What goes through cloud-init: a launch has no field for it, nor for more than one key. */
function userDataOf(request: LaunchRequest, { user_data, ssh_key_name }: LaunchOptions): string | undefined {
  const sshPublicKeys = request.sshPublicKeys?.slice(ssh_key_name === undefined ? 1 : 0);
  const made = cloudConfig({ ...request, user, sshPublicKeys });
  if (user_data !== undefined && made !== undefined) {
    refuse(`${own}.user_data`, "stands instead of env, startup, command and further keys, not beside them");
  }
  return user_data?.reveal() ?? made;
}

/** What the schema cannot see: fields that contradict each other, and what this cloud cannot hold. */
export function checkLaunch(request: LaunchRequest, options: LaunchOptions): void {
  const { name = "", labels = {}, offerId, region, minDiskMiB, sshPublicKeys = [], ports = [] } = request;
  const place = offerId === undefined ? undefined : readOfferId(offerId);
  const badLabel = Object.entries(labels).find(
    ([key, value]) => !limits.tagKey.test(key) || value.length > limits.tagValueLength,
  );
  const bytes = new TextEncoder().encode(userDataOf(request, options)).byteLength;
  if (name.length > limits.nameLength) refuse("name", `may have ${limits.nameLength} letters`);
  if (badLabel) refuse(`labels.${badLabel[0]}`, "must be a tag: small letters, digits, - and :, 128 letters");
  if (sshPublicKeys.length === 0 && options.ssh_key_name === undefined)
    refuse("sshPublicKeys", `a machine needs a key: give one, or ${own}.ssh_key_name`);
  if (sshPublicKeys.some((key) => key.length > limits.publicKeyLength))
    refuse("sshPublicKeys", "is too long");
  if (place && region !== undefined && region !== place.region)
    refuse("region", "is not the region of this offer");
  if (place && minDiskMiB !== undefined)
    refuse("minDiskMiB", "an offer has the disk that it has; use gpu, or leave this out", "unsupported");
  if (bytes > limits.userDataBytes)
    refuse("startup", "is more than a megabyte, with all that is sent with it");
  if (toPortsTag(ports).length > limits.tagValueLength) refuse("ports", "are too many to be remembered");
}

/** The first port that the rules do not let through; undefined when they let all of them. */
export function closedPort(ports: NonNullable<LaunchRequest["ports"]>, rules: readonly Rule[]) {
  const opens = ({ port_range: range, source_network: source }: Rule, port: number) =>
    // A rule for some addresses only does not publish a port.
    (range?.[0] ?? 1) <= port && port <= (range?.[1] ?? 65_535) && (source ?? "0.0.0.0/0") === "0.0.0.0/0";
  return ports.find(
    ({ port, protocol = "tcp" }) =>
      !rules.some((rule) => (rule.protocol === "all" || rule.protocol === protocol) && opens(rule, port)),
  );
}

const imageId = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/**
 * The body of a launch.
 *
 * @param key The one key of the account that the machine is to have.
 * @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0)
 */
export function toLaunchBody(request: DriverLaunchRequest, options: LaunchOptions, key: string) {
  const { type, region } = readOfferId(request.offer?.id ?? request.offerId ?? "");
  const { identity, image, ports = [], labels } = request;
  const remembered = ports.length > 0 && { [tagKeys.ports]: toPortsTag(ports) };
  const tags = { [tagKeys.launch]: identity, ...remembered, ...labels };
  const { ssh_key_name: _, ...given } = options;
  return {
    ...given,
    ...{ region_name: region, instance_type_name: type, ssh_key_names: [key], name: identity },
    tags: Object.entries(tags).map(([name, value]) => ({ key: name, value })),
    image: image === undefined ? undefined : imageId.test(image) ? { id: image } : { family: image },
    user_data: userDataOf(request, options),
  };
}
