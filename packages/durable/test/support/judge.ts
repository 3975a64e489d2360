import { type ComputeProvider, isComputeError, type Recovery, recover } from "@gpuport/core";
import { type CloudName, requests } from "./clouds.ts";
import type { World, WorldProcess } from "./world.ts";

/** What must hold after a restart. Each gives a sentence per wrong. */

/** Recovers, and holds every outcome against what the emulator says at that moment. */
export async function afterRecovery(world: World, { provider, records }: WorldProcess): Promise<string[]> {
  const before = new Map((await records()).map((record) => [record.key, record]));
  const recoveries = await recover([provider]);
  const wrong = recoveries.flatMap((recovery) => wrongOutcome(world, recovery));
  for (const [key, { state }] of before) {
    const wanted = state === "open" || state === "ending";
    if (wanted !== recoveries.some((recovery) => recovery.key === key))
      wrong.push(`${key} was ${state}, and was ${wanted ? "not" : ""} recovered`);
  }
  return [...wrong, ...(await unowned(world, await records()))];
}

function wrongOutcome(world: World, { outcome, instanceId, error }: Recovery): string[] {
  const said = `${outcome} ${instanceId ?? ""}`;
  const isThere = world.alive().includes(instanceId ?? "");
  if (outcome === "open") return [`left open: ${error?.message}`];
  if (outcome === "adopted" && !isThere) return [`${said}, and it is not there`];
  if (outcome === "terminated" && isThere) return [`${said}, and it is there`];
  if (outcome === "never_created" && world.alive().length > 0)
    return [`${said}, and ${world.alive()} exists`];
  return [];
}

/** A machine is owned when the journal says that a launch has it; what the journal calls gone is gone. */
async function unowned(
  world: World,
  records: Awaited<ReturnType<WorldProcess["records"]>>,
): Promise<string[]> {
  const owned = new Set(
    records.flatMap(({ state, instanceId }) => (state === "created" ? [instanceId] : [])),
  );
  return [
    ...world.alive().flatMap((id) => (owned.has(id) ? [] : [`${id} exists, and nobody has it`])),
    ...records.flatMap(({ state, key }) =>
      state === "open" || state === "ending" ? [`${key} is still ${state}`] : [],
    ),
    ...falseProofs(world, records),
  ];
}

export function falseProofs(
  world: World,
  records: Awaited<ReturnType<WorldProcess["records"]>>,
): readonly string[] {
  return records.flatMap(({ state, instanceId = "" }) =>
    state === "ended" && world.alive().includes(instanceId) ? [`${instanceId} has ended, and exists`] : [],
  );
}

/** The same launch again gives the one machine that there ever was. */
export async function afterLaunch(
  world: World,
  cloud: CloudName,
  provider: ComputeProvider,
): Promise<string[]> {
  const { id } = await provider.launch({ ...requests[cloud], key: world.key });
  const alive = world.alive();
  const ever = world.machines().length;
  if (alive.length === 1 && alive[0] === id && ever === 1) return [];
  return [`the launch gave ${id}; there are ${alive.join(", ") || "none"}, and were ${ever}`];
}

/** Ends it, and believes nothing but the emulator. */
export async function afterTerminate(
  world: World,
  cloud: CloudName,
  { provider, records }: WorldProcess,
  id: string,
): Promise<string[]> {
  const wrong: string[] = [];
  try {
    await provider.terminate(id);
  } catch (error) {
    wrong.push(`it could not be ended: ${isComputeError(error) ? error.message : String(error)}`);
  }
  if (world.alive().length > 0) wrong.push(`${world.alive()} exists after its end was proven`);
  if (world.emulator.bill().some((row) => row.cloud === cloud)) wrong.push("it still bills");
  const { status } = await provider.launch({ ...requests[cloud], key: world.key });
  if (status !== "terminated") wrong.push(`the same launch says ${status} of a machine that was ended`);
  const left = (await records()).filter(({ state }) => state !== "ended");
  if (left.length > 0) wrong.push(`the journal holds it as ${left.map(({ state }) => state).join()}`);
  if (world.machines().length !== 1) wrong.push(`there were ${world.machines().length} machines`);
  return wrong;
}
