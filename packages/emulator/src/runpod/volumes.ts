import { created, noContent, ok, type RunpodCall, type RunpodHandler } from "./call.ts";
import { readBody } from "./fields.ts";
import { volumeRates } from "./ledger.ts";
import { refuse } from "./refusal.ts";
import type { RunpodVolume } from "./state.ts";

const leastGb = 10;
const mostGb = 4096;

const toVolume = ({ id, name, size, dataCenter, type }: RunpodVolume) => ({
  id,
  name,
  size,
  dataCenter,
  type,
});

export const listVolumes: RunpodHandler = ({ store }) =>
  ok({ networkVolumes: [...store.volumes.values()].map(toVolume) });

export const getVolume: RunpodHandler = (call) => ok(toVolume(asked(call)));

/** Names need not be unique. The id of a data center is compared letter by letter. */
export const createVolume: RunpodHandler = ({ request, store, ledger, settings, context }) => {
  const body = readBody(request.json, ["name", "size", "dataCenter", "type"]);
  const name = body.text("name");
  const size = body.integer("size", leastGb, mostGb);
  const dataCenter = body.text("dataCenter");
  const type = body.oneOf("type", ["STANDARD", "HIGH_PERFORMANCE"]) ?? "STANDARD";
  for (const member of ["name", "size", "dataCenter"]) {
    if (!body.has(member)) body.wrong(member, "is required");
  }
  if (dataCenter !== undefined && !settings.dataCenters.some(({ id }) => id === dataCenter)) {
    body.wrong("dataCenter", `${dataCenter} is not a data center`);
  }
  body.done();
  const volume: RunpodVolume = {
    id: context.random.hex(10),
    name: name ?? "",
    size: size ?? leastGb,
    dataCenter: dataCenter ?? "",
    type,
    createdAt: context.clock.now(),
  };
  store.volumes.set(volume.id, volume);
  ledger.set(volume.id, "volume", volumeRates(volume));
  return created(toVolume(volume));
};

/** May only grow. */
export const updateVolume: RunpodHandler = (call) => {
  const volume = asked(call);
  const body = readBody(call.request.json, ["name", "size"]);
  const size = body.integer("size", leastGb, mostGb) ?? volume.size;
  const name = body.text("name") ?? volume.name;
  body.done();
  if (size < volume.size) refuse(400, "A network volume can only grow.");
  const changed = { ...volume, name, size };
  call.store.volumes.set(volume.id, changed);
  call.ledger.set(volume.id, "volume", volumeRates(changed));
  return ok(toVolume(changed));
};

export const deleteVolume: RunpodHandler = (call) => {
  const { id } = asked(call);
  const used = call.store.pods.some(
    ({ terminatedAt, mounts }) =>
      terminatedAt === undefined && (mounts.network ?? []).some(({ volumeId }) => volumeId === id),
  );
  if (used) refuse(409, "The network volume is in use.");
  call.store.volumes.delete(id);
  call.ledger.set(id, "volume", { gpu: 0, cpu: 0, disk: 0 });
  return noContent;
};

function asked({ request, store }: RunpodCall): RunpodVolume {
  return store.volumes.get(request.params["id"] ?? "") ?? refuse(404, "network volume not found");
}
