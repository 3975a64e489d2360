import type { Flags } from "../kit/types.ts";
import { toSeconds } from "./catalogue.ts";
import type { GlowsEndpoint, GlowsInstance, GlowsStore } from "./state.ts";

/** A word that is in no table, for the flag `unknownStatus`. */
export const newWord = (flags: Flags, fallback: string): string | undefined => {
  if (!flags.has("unknownStatus")) return undefined;
  const word = flags.get("unknownStatus");
  return typeof word === "string" ? word : fallback;
};

export function priceCent(instance: GlowsInstance): number {
  const millicents = instance.spec.millicents * instance.units + (instance.extra?.millicents ?? 0);
  return Math.round(millicents / 1000);
}

function hardware({ assigned, spec, units, extra }: GlowsInstance) {
  const gpuNum = spec.gpus * units;
  // A queued instance knows what was asked for and nothing about the machine it will get.
  if (!assigned) {
    return { gpuName: spec.gpuName, cpuName: "", gpuNum, gpuRamMB: 0, cpuCoresNum: 0, ramMB: 0, diskGB: 0 };
  }
  return {
    gpuName: spec.gpuName,
    cpuName: spec.cpuName,
    gpuNum,
    gpuRamMB: spec.gpuRamMb,
    cpuCoresNum: spec.cpus * units + (extra?.cpus ?? 0),
    ramMB: spec.ramMb * units,
    diskGB: spec.diskGb,
  };
}

function accesses({ ports, access }: GlowsInstance) {
  return ports.map(({ port, protocol }, index) => {
    const publicPort = access?.publicPorts[index];
    const scheme = protocol === "ssh" ? "ssh" : "https";
    const url =
      access === undefined || publicPort === undefined ? "" : `${scheme}://${access.host}:${publicPort}`;
    return { protocol, listenPort: port, url };
  });
}

const endpointInfo = ({ networkId, cidr, mac }: GlowsEndpoint) => ({
  netID: networkId,
  cidr,
  mac,
  status: "Connected",
});

/** The camelCase record of an instance; lists leave out how it is reached. */
export function toVisibleInstance(
  instance: GlowsInstance,
  store: GlowsStore,
  { flags, listed }: { readonly flags: Flags; readonly listed: boolean },
) {
  const seconds = toSeconds(instance.createdAt);
  const { stale } = instance;
  const status = stale !== undefined && store.now() < stale.until ? stale.status : instance.status;
  const endpoints = store.endpoints
    .filter((endpoint) => endpoint.instanceId === instance.id)
    .map(endpointInfo);
  return {
    instanceID: instance.id,
    category: instance.category,
    status: newWord(flags, "Hibernating") ?? status,
    priceCent: instance.assigned ? priceCent(instance) : 0,
    hardware: hardware(instance),
    baseImage:
      instance.image === undefined ? null : { imageID: instance.image.id, imageName: instance.image.name },
    baseSnap:
      instance.snapshot === undefined || flags.has("nullBaseSnap")
        ? null
        : { snapID: instance.snapshot.id, snapName: instance.snapshot.name },
    sshCred: { user: "root", password: instance.password },
    accesses: listed ? [] : accesses(instance),
    domain: instance.region.domain,
    createTime: { seconds: flags.has("secondsAsText") ? String(seconds) : seconds },
    cmd: instance.cmd,
    envs: instance.envs,
    remark: instance.remark,
    metaKey: instance.metaKey,
    sourceType: instance.source,
    netEndpointInfos: networkInfos(instance, endpoints, { flags, listed }),
    regionName: instance.region.name,
  };
}

function networkInfos(
  instance: GlowsInstance,
  endpoints: readonly ReturnType<typeof endpointInfo>[],
  { flags, listed }: { readonly flags: Flags; readonly listed: boolean },
) {
  if (flags.has("nullNetEndpointInfos")) return null;
  if (listed) return [];
  return instance.assigned ? endpoints : null;
}
