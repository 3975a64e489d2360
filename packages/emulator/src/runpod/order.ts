import { type Fields, readBody } from "./fields.ts";
import { refuse } from "./refusal.ts";
import type { RunpodMounts } from "./state.ts";

const members = [
  "name",
  "image",
  "gpu",
  "cpu",
  "cloud",
  "dataCenterIds",
  "disk",
  "env",
  "ports",
  "args",
  "entrypoint",
  "cmd",
  "registry",
  "mounts",
  "startSsh",
  "startJupyter",
  "globalNetworking",
  "templateId",
];

const gpuMembers = [
  "id",
  "count",
  "minRamPerGpu",
  "minVcpuCountPerGpu",
  "allowedCudaVersions",
  "minCudaVersion",
];

const clouds = ["SECURE", "COMMUNITY"] as const;

/** Reads a whole order: what is wrong with its members is told all at once, before anything is looked up. */
export function readOrder(json: unknown) {
  const body = readBody(json, members);
  const order = {
    name: body.text("name") ?? "",
    image: body.text("image"),
    gpu: readGpu(body),
    cpu: readCpu(body),
    cloud: body.oneOf("cloud", clouds) ?? "SECURE",
    dataCenterIds: body.texts("dataCenterIds"),
    disk: body.integer("disk", 1),
    env: body.record("env") ?? {},
    ports: readPorts(body),
    args: readArgs(body),
    registry: body.nullableText("registry") ?? null,
    mounts: readMounts(body),
    startSsh: body.flag("startSsh") ?? false,
    globalNetworking: body.flag("globalNetworking") ?? false,
    templateId: body.text("templateId"),
  };
  body.flag("startJupyter");
  if (order.name === "") body.wrong("name", "is required");
  if (order.image === undefined && order.templateId === undefined) body.wrong("image", "is required");
  body.done();
  checkRules(order);
  return order;
}

export type RunpodOrder = ReturnType<typeof readOrder>;

function readGpu(body: Fields) {
  const gpu = body.inside("gpu", gpuMembers);
  if (gpu === undefined) return undefined;
  const id = gpu.text("id");
  if (id === undefined) gpu.wrong("id", "is required");
  gpu.integer("minRamPerGpu", 0);
  gpu.integer("minVcpuCountPerGpu", 0);
  return {
    id: id ?? "",
    count: gpu.integer("count", 1),
    allowedCudaVersions: gpu.texts("allowedCudaVersions"),
    minCudaVersion: gpu.text("minCudaVersion"),
  };
}

function readCpu(body: Fields) {
  const cpu = body.inside("cpu", ["id", "vcpuCount"]);
  if (cpu === undefined) return undefined;
  const id = cpu.text("id");
  const vcpuCount = cpu.integer("vcpuCount", 2) ?? 2;
  if (id === undefined) cpu.wrong("id", "is required");
  if (!Number.isInteger(Math.log2(vcpuCount))) cpu.wrong("vcpuCount", "must be a power of two");
  return { id: id ?? "", vcpuCount };
}

/** No UDP; a number above 70000 is no port but a wish. */
export function readPorts(body: Fields): readonly string[] | undefined {
  const ports = body.texts("ports");
  for (const port of ports ?? []) {
    const match = /^(\d+)\/(?:tcp|http)$/.exec(port);
    const number = Number(match?.[1]);
    if (!(number >= 1 && (number <= 65_535 || number > 70_000))) body.wrong("ports", `${port} is invalid`);
  }
  return ports;
}

/** The start command in the form in which records tell it. */
function readArgs(body: Fields): string {
  const entrypoint = body.texts("entrypoint");
  const cmd = body.texts("cmd");
  if (entrypoint !== undefined || cmd !== undefined) return JSON.stringify({ entrypoint, cmd });
  return body.text("args") ?? "";
}

function readMounts(body: Fields): RunpodMounts {
  const mounts = body.inside("mounts", ["network", "persistent"]);
  const network = mounts?.rows("network", ["volumeId", "path"])?.map((row) => ({
    volumeId: row.text("volumeId") ?? "",
    path: row.text("path") ?? "/workspace",
  }));
  const disk = mounts?.inside("persistent", ["size", "path"]);
  const size = disk?.integer("size", 10);
  if (disk !== undefined && !disk.has("size")) disk.wrong("size", "is required");
  return {
    ...(network === undefined || network.length === 0 ? {} : { network }),
    ...(disk === undefined
      ? {}
      : { persistent: { size: size ?? 10, path: disk.text("path") ?? "/workspace" } }),
  };
}

/** Rules between members, each refused by itself. */
function checkRules({ gpu, cpu, ports, mounts }: Omit<RunpodOrder, never>): void {
  if ((gpu === undefined) === (cpu === undefined)) refuse(400, "Exactly one of gpu or cpu must be provided.");
  if (gpu?.allowedCudaVersions !== undefined && gpu.minCudaVersion !== undefined) {
    refuse(400, "allowedCudaVersions and minCudaVersion are mutually exclusive.");
  }
  if ((ports ?? []).filter((port) => port.endsWith("/http")).length > 10) {
    refuse(400, "At most 10 http ports are allowed.");
  }
  if ((mounts.network ?? []).length > 1) refuse(400, "At most one network volume can be mounted.");
  if (mounts.network !== undefined && mounts.persistent !== undefined) {
    refuse(400, "mounts.network and mounts.persistent are mutually exclusive.");
  }
  if (cpu !== undefined && mounts.persistent !== undefined) {
    refuse(400, "mounts.persistent is not supported for CPU pods.");
  }
}
