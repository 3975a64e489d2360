import {
  type Access,
  type AdapterTables,
  type DriverInstance,
  fromUnixSeconds,
  gibToMiB,
  type Hardware,
  type Kept,
  lookup,
  type PortMapping,
  type Price,
  positive,
  Secret,
  type SshEndpoint,
  toGpu,
  withRaw,
} from "@gpuport/core";
import { statusMessages } from "./tables.ts";
import type { ReadMachine } from "./wire.ts";

/** The platform's own money; about a US dollar, but not one. */
const currency = "CREDIT:glows";

export function toInstance(
  { raw, read }: Kept<ReadMachine>,
  { statuses }: Pick<AdapterTables, "statuses">,
): DriverInstance {
  const { status: word, baseImage, createTime, regionName, remark, metaKey, priceCent } = read;
  const row = lookup(statuses, word) ?? { status: "unknown", reason: "unrecognized" };
  const instance: DriverInstance = {
    id: read.instanceID,
    name: remark,
    status: row.status,
    reason: row.reason,
    message: lookup(statusMessages, word),
    providerStatus: word ?? "",
    billing: row.billing ?? "unknown",
    hardware: toHardware(read.hardware),
    price: toPrice(priceCent, microsPerCent),
    region: regionName,
    image: baseImage?.imageID,
    access: toAccess(read),
    createdAt: fromUnixSeconds(createTime?.seconds),
    identity: metaKey,
  };
  return withRaw("glows", said(instance), raw);
}

const microsPerCent = 10_000;

/** A price from an amount in the cloud's own unit; 0 is "not known yet". */
export function toPrice(amount: number | undefined, microsPerUnit: number): Price | undefined {
  if (amount === undefined || amount <= 0) return undefined;
  return { currency, perHourMicros: Math.round(amount * microsPerUnit), kind: "on_demand" };
}

function toHardware(hardware: ReadMachine["hardware"]): Hardware {
  if (hardware === null || hardware === undefined) return {};
  const { gpuName, gpuNum, gpuRamMB, cpuCoresNum, ramMB, diskGB, cpuName } = hardware;
  return said({
    gpu: toGpu(gpuName, { count: gpuNum, memoryMiB: gpuRamMB, cloud: "glows" }),
    vcpus: positive(cpuCoresNum),
    memoryMiB: positive(ramMB),
    diskMiB: gibToMiB(diskGB),
    cpuModel: cpuName,
  });
}

function toAccess({ accesses, sshCred }: ReadMachine): Access {
  const ssh: SshEndpoint[] = [];
  const ports: PortMapping[] = [];
  for (const access of accesses ?? []) {
    const place = placeOf(access?.url);
    if (access === null || access === undefined || place === undefined) continue;
    const { host, publicPort, url } = place;
    const port = positive(access.listenPort);
    const web = url !== undefined;
    if (port !== undefined && port <= 65_535) {
      ports.push({ port, protocol: web ? "http" : "tcp", host, publicPort, ...(web && { url }) });
    }
    // Any TCP port that was asked for is called ssh; a login is promised behind 22 alone.
    const user = sshCred?.user;
    if (access.protocol?.toLowerCase() !== "ssh" || (port ?? 22) !== 22 || user === undefined) continue;
    const password = sshCred?.password ? { password: new Secret(sshCred.password) } : {};
    ssh.push({ host, port: publicPort, user, ...password, via: "proxy" });
  }
  return { ssh, ports };
}

const defaultPorts: Readonly<Record<string, number>> = { "ssh:": 22, "http:": 80, "https:": 443 };

/** Where an access URL leads. Its query and user are left behind: they may carry a token. */
function placeOf(text: string | undefined) {
  const place = text === undefined ? null : URL.parse(text);
  if (place === null) return undefined;
  const { protocol, hostname, port, origin, pathname } = place;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const publicPort = port === "" ? defaultPorts[protocol] : Number(port);
  if (host === "" || publicPort === undefined || publicPort === 0) return undefined;
  const web = protocol === "http:" || protocol === "https:";
  return { host, publicPort, url: web ? origin + pathname.replace(/\/$/, "") : undefined };
}

/** Without what the cloud did not say, so that laying it over something known hides nothing. */
export function said<Model extends object>(model: Model): Model {
  // Every member that may be undefined is optional in the models.
  return Object.fromEntries(Object.entries(model).filter(([, value]) => value !== undefined)) as Model;
}
