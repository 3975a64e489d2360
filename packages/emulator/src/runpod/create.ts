import { created, type RunpodCall, type RunpodHandler } from "./call.ts";
import type { RunpodCpuFlavour, RunpodGpuType } from "./catalogue.ts";
import type { RunpodStart } from "./lifecycle.ts";
import { type RunpodOrder, readOrder } from "./order.ts";
import { capacityTexts, refuse, refuseInside, refuseMembers } from "./refusal.ts";
import type { RunpodHost, RunpodPod } from "./state.ts";
import { roomFor } from "./stock.ts";
import { toPod } from "./view.ts";

const mostBytes = 102_400;
/** With a smaller disk placement finds no machine, and says that there is none. */
const leastDiskGb = 20;

/**
 * `POST /v2/pods`. Flags: `noCapacity` (true, the status 400, 500 or 200 it is told with, or the text of a 400),
 * `insufficientFunds` (402), `poolClosed` (403), `spendLimit`, `withoutId`, `visibleAfterMs`, `stuck`, `failStart`,
 * `unknownStatus`, `missingImage`.
 */
export const createPod: RunpodHandler = (call) => {
  const { request, store, lifecycle } = call;
  if (Buffer.byteLength(request.text) > mostBytes) refuse(413, "The request body is too large.");
  const order = withTemplate(call, readOrder(request.json));
  if (Buffer.byteLength(JSON.stringify(order)) > mostBytes) refuse(413, "The expanded request is too large.");
  const place = check(call, order);
  const pod = toNewPod(call, order, place);
  store.pods.push(pod);
  lifecycle.begin(pod, startOf(call));
  const row = toPod(call, pod);
  if (!request.flags.has("withoutId")) return created(row);
  const { id: _id, ...rest } = Object(row) as Readonly<Record<string, unknown>>;
  return created(rest);
};

function startOf({ request: { flags } }: RunpodCall): RunpodStart {
  if (flags.has("stuck")) return "stuck";
  return flags.has("failStart") ? "failed" : "normal";
}

/** What the order leaves out is taken from its template; nothing remembers where it came from. */
function withTemplate({ store }: RunpodCall, order: RunpodOrder): RunpodOrder {
  if (order.templateId === undefined) return order;
  const template = store.templates.get(order.templateId) ?? refuse(404, "template not found");
  if (template.serverless) refuseMembers(["templateId: is a serverless template"]);
  return {
    ...order,
    image: order.image ?? template.image,
    disk: order.disk ?? template.disk,
    ports: order.ports ?? template.ports,
    env: { ...template.env, ...order.env },
    args: order.args === "" ? template.args : order.args,
  };
}

interface Place {
  readonly gpu: { readonly type: RunpodGpuType; readonly wanted: number } | undefined;
  readonly cpu: { readonly flavour: RunpodCpuFlavour; readonly vcpuCount: number } | undefined;
  readonly host: RunpodHost | undefined;
  readonly dataCenterId: string | null;
}

function check(call: RunpodCall, order: RunpodOrder): Place {
  const { request, store, settings } = call;
  const { flags } = request;
  const image = order.image ?? "";
  if (flags.has("missingImage") || settings.missingImages.includes(image)) {
    refuseMembers([`image: ${image} was not found in its registry`]);
  }
  if (order.registry !== null && !store.registries.has(order.registry)) {
    refuse(400, "The registry credential does not exist.");
  }
  const volumeId = order.mounts.network?.[0]?.volumeId;
  const volume = volumeId === undefined ? undefined : store.volumes.get(volumeId);
  if (volumeId !== undefined && volume === undefined) refuse(400, "The network volume does not exist.");
  if (flags.has("poolClosed")) refuse(403, "This pool is not open to your account.");
  if (order.cpu !== undefined) return placeCpu(call, order, order.cpu);

  const { id = "", count } = order.gpu ?? {};
  const type = settings.gpuTypes.find((row) => row.id === id);
  if (type === undefined) return refuseMembers([`gpu.id: ${id} is not a GPU type`]);
  // Both look optional and are not; neither text says so.
  if (count === undefined) return refuse(400, capacityTexts.none);
  if (order.disk === undefined)
    return refuse(400, "You must either provide a template id or pod configuration");
  checkMoney(call, (type.price[order.cloud === "SECURE" ? "secure" : "community"] ?? 0) * count);
  refuseFlagged(call);
  const { dataCenterIds } = order;
  if (
    volume !== undefined &&
    (dataCenterIds ?? [volume.dataCenter]).every((dc) => dc !== volume.dataCenter)
  ) {
    refuse(400, capacityTexts.filters);
  }
  if (order.disk < leastDiskGb) refuse(400, capacityTexts.gone);
  const places = volume === undefined ? dataCenterIds : [volume.dataCenter];
  const wanted = { gpuId: id, cloud: order.cloud, count, dataCenterIds: places };
  const host = hasCuda(type, order) ? roomFor(store, wanted)[0] : undefined;
  if (host === undefined) return refuse(400, capacityTexts.none);
  return { gpu: { type, wanted: count }, cpu: undefined, host, dataCenterId: host.dataCenterId };
}

function placeCpu(
  call: RunpodCall,
  order: RunpodOrder,
  { id, vcpuCount }: NonNullable<RunpodOrder["cpu"]>,
): Place {
  const { settings } = call;
  const flavour = settings.cpuFlavours.find((row) => row.id === id);
  if (flavour === undefined) return refuseMembers([`cpu.id: ${id} is not a CPU flavour`]);
  if (order.disk === undefined)
    return refuse(400, "You must either provide a template id or pod configuration");
  checkMoney(call, flavour.price.securePerVcpu * vcpuCount);
  refuseFlagged(call);
  if (order.cloud !== "SECURE" || vcpuCount > flavour.vcpu.max) refuse(400, capacityTexts.filters);
  const dataCenterId = order.dataCenterIds?.[0] ?? settings.dataCenters[0]?.id ?? null;
  return { gpu: undefined, cpu: { flavour, vcpuCount }, host: undefined, dataCenterId };
}

function hasCuda({ cudaVersions = [] }: RunpodGpuType, { gpu }: RunpodOrder): boolean {
  const { allowedCudaVersions, minCudaVersion } = gpu ?? {};
  if (allowedCudaVersions !== undefined) return cudaVersions.some((row) => allowedCudaVersions.includes(row));
  return minCudaVersion === undefined || cudaVersions.some((row) => Number(row) >= Number(minCudaVersion));
}

/** Deploying needs credit for an hour. How an exceeded spend limit is told, nobody has written down. */
function checkMoney({ request, settings, ledger, lifecycle }: RunpodCall, perHour: number): void {
  if (request.flags.has("insufficientFunds") || lifecycle.balance() < perHour) {
    refuse(402, "Your balance is too low to deploy this pod.");
  }
  if (request.flags.has("spendLimit") || ledger.perHour() + perHour > settings.spendLimit) {
    refuse(400, "This pod would exceed your spend limit.");
  }
}

function refuseFlagged({ request: { flags } }: RunpodCall): void {
  if (!flags.has("noCapacity")) return;
  const value = flags.get("noCapacity");
  if (value === 200 || value === 500) refuseInside(value, capacityTexts.none);
  refuse(400, typeof value === "string" ? value : capacityTexts.none);
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

function toNewPod(
  { request, store, settings, context }: RunpodCall,
  order: RunpodOrder,
  place: Place,
): RunpodPod {
  const { random, clock } = context;
  const now = clock.now();
  const keys = order.startSsh ? store.sshKeys.join("\n") : "";
  const word = request.flags.get("unknownStatus");
  return {
    ...place,
    id: Array.from({ length: 14 }, () => letters[random.integer(0, letters.length - 1)]).join(""),
    order: store.pods.length + 1,
    opaque: random.hex(8),
    name: order.name,
    image: order.image ?? "",
    args: order.args,
    ports: order.ports ?? [],
    env: keys === "" ? order.env : { PUBLIC_KEY: keys, ...order.env },
    registry: order.registry,
    disk: order.disk ?? leastDiskGb,
    mounts: order.mounts,
    locked: false,
    globalNetworking: order.globalNetworking,
    cloud: order.cloud,
    cudaVersion: place.gpu?.type.cudaVersions?.at(-1) ?? null,
    createdAt: now,
    visibleFrom: now + request.flags.number("visibleAfterMs", settings.visibleAfterMs),
    status: typeof word === "string" ? word : "PROVISIONING",
    placed: false,
    held: place.gpu?.wanted ?? 0,
    startedAt: undefined,
    mappings: [],
    oldMappings: undefined,
    log: [],
    terminatedAt: undefined,
    stale: undefined,
  };
}
