import { type DriverLaunchRequest, type LaunchRequest, refuse } from "@gpuport/core";
import { readOfferId } from "./offers.ts";
import type { LaunchOptions } from "./options.ts";
import { launchRules, limits } from "./tables.ts";

/** Holds a request against what RunPod can do. @throws `unsupported` or `invalid_argument`, naming the field. */
export function checkLaunch(request: LaunchRequest, options: LaunchOptions): void {
  const place = request.offerId === undefined ? undefined : readOfferId(request.offerId);
  const asked = { ...request, options, keys: (request.sshPublicKeys ?? []).length > 0, place };
  for (const [field, why, isBroken, code] of launchRules) if (isBroken(asked)) refuse(field, why, code);
}

/** The body of a create. What only looks optional, the count of GPUs and the disk, is always in it. */
export function toCreateBody(request: DriverLaunchRequest, options: LaunchOptions) {
  const { image, command, env, minDiskMiB = 0, ports = [], sshPublicKeys = [] } = request;
  const { templateId, registry, networkVolume, minCudaVersion, startSsh } = options;
  const { gpuId, count, cloud, region } = readOfferId(request.offer?.id ?? request.offerId ?? "");
  const asked = ports.map(({ port, protocol = "tcp" }) => `${port}/${protocol}`);
  const keys = sshPublicKeys.length > 0 ? { PUBLIC_KEY: sshPublicKeys.join("\n") } : {};
  return {
    ...{ name: request.identity, image, templateId, cloud, registry, startSsh },
    gpu: { id: gpuId, count, minCudaVersion },
    disk: Math.max(limits.minDiskGb, Math.ceil(minDiskMiB / 1024)),
    dataCenterIds: region === undefined ? options.dataCenterIds : [region],
    // Nothing is open by itself; a template has ports of its own.
    ports: templateId !== undefined && asked.length === 0 ? undefined : [...new Set(["22/tcp", ...asked])],
    env: { ...env, ...keys },
    args: command && JSON.stringify({ entrypoint: ["/bin/sh", "-c"], cmd: [command] }),
    mounts: networkVolume && { network: [{ volumeId: networkVolume.id, path: networkVolume.path }] },
  };
}
