import type { FaultKind } from "@gpuport/emulator";
import { runVictim } from "./children.ts";
import { type CloudName, cloudNames, endpoints, requests } from "./clouds.ts";
import { afterLaunch, afterRecovery, afterTerminate, falseProofs } from "./judge.ts";
import { inLanes } from "./lanes.ts";
import type { Order } from "./order.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

/** What is killed at each of its steps, and what the next process does about it. */
const scenarios = {
  "a launch, and the next process recovers": { do: "launch", next: "recover" },
  "a launch, and the next process launches the same": { do: "launch", next: "again" },
  "a launch whose answer was lost, and the next process recovers": {
    ...{ do: "launch", next: "recover" },
    fault: { fault: "reset", work: "done" },
  },
  "a termination, and the next process recovers": { do: "terminate", next: "recover" },
  "a termination, and the next process terminates the same": { do: "terminate", next: "again" },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;

/** The long form, for when minutes do not matter: every scenario, and a process of its own for every kill. */
const long = process.env["GPUPORT_KILLS"] === "all";

export const scenarioNames: readonly ScenarioName[] = (Object.keys(scenarios) as ScenarioName[]) // its keys are exactly these
  .filter((name) => long || scenarios[name].next === "recover");

interface Scenario {
  readonly do: "launch" | "terminate";
  readonly next: "recover" | "again";
  /** What goes wrong with the create besides. */
  readonly fault?: FaultKind | undefined;
}

/** One launch or termination that was killed, and everything that was wrong afterwards. */
export interface Killed {
  readonly at: string;
  readonly wrong: readonly string[];
}

export interface KillOptions {
  readonly world?: (() => WorldOptions) | undefined;
  /** How many worlds are looked after at once; more where each waits for something. */
  readonly width?: number | undefined;
}

interface Fate {
  readonly name: ScenarioName;
  readonly killAt?: number | undefined;
  /** Killed with its create or its end on the wire, and this is what the cloud does with it. */
  readonly sending?: "done" | "late" | undefined;
}

/** When what a killed process has sent is carried out: long after its launch has passed to the next one. */
const lateMs = 45_000;

/**
 * Runs every scenario once to its end to learn its steps, then kills it at each of them, every time in a world of its own.
 */
export async function killAtEachStep(
  cloud: CloudName,
  options: KillOptions = {},
): Promise<ReadonlyMap<ScenarioName, readonly Killed[]>> {
  const results = new Map<ScenarioName, Killed[]>();
  const expected = new Map<ScenarioName, readonly string[]>();
  const names = scenarioNames.map((name) => ({ name }));
  for (const { name, steps, wrong } of await run(cloud, names, options)) {
    expected.set(name, steps);
    results.set(name, [{ at: "nothing", wrong }]);
  }
  const fates = scenarioNames.flatMap((name): Fate[] => {
    const each = (expected.get(name) ?? []).map((_, killAt) => ({ name, killAt }));
    return "fault" in scenarios[name]
      ? each
      : [...each, { name, sending: "done" }, { name, sending: "late" }];
  });
  const together = long ? fates.map((fate) => [fate]) : [fates];
  const ran = (await inLanes(together, (each) => run(cloud, each, options))).flat();
  for (const { name, killAt, sending, steps, ended, wrong } of ran) {
    const all = expected.get(name) ?? [];
    const change = changeOf(cloud, name).sent;
    const path = all.slice(0, (killAt ?? all.findIndex((step) => change.test(step))) + 1);
    const at = `${path.length} ${path.at(-1)}${sending === undefined ? "" : `, sent and ${sending}`}`;
    const strayed = ended || steps.join("\n") !== path.join("\n");
    results.get(name)?.push({ at, wrong: strayed ? [...wrong, `it came to ${steps.join(", ")}`] : wrong });
  }
  return results;
}

/** The endpoint that makes the change which a scenario is about. */
function changeOf(cloud: CloudName, name: ScenarioName) {
  return endpoints[cloud][scenarios[name].do === "launch" ? "create" : "remove"];
}

interface Ran extends Fate {
  readonly steps: readonly string[];
  /** It was not killed. */
  readonly ended: boolean;
  readonly wrong: readonly string[];
}

/** One process, and what is found after it in every world. */
async function run(
  cloud: CloudName,
  fates: readonly Fate[],
  { world: options, width }: KillOptions,
): Promise<readonly Ran[]> {
  await using worlds = new AsyncDisposableStack();
  const begun = await inLanes(fates, async (fate) => {
    const scenario: Scenario = scenarios[fate.name];
    const world = worlds.use(await openWorld(cloud, options?.()));
    const instanceId = scenario.do === "terminate" ? await launched(world, cloud) : undefined;
    const { name: endpoint, sent } = changeOf(cloud, fate.name);
    if (scenario.fault !== undefined) world.fault({ cloud, endpoint, times: 1, ...scenario.fault });
    if (fate.sending !== undefined) {
      const late = fate.sending === "late" ? { lateMs } : {};
      world.fault({ cloud, endpoint, fault: "hang", work: fate.sending, times: 1, ...late });
    }
    const killSending = fate.sending && sent.source;
    const order = world.order({ do: scenario.do, instanceId, killAt: fate.killAt, killSending });
    return { fate, next: scenario.next, world, instanceId, order };
  });
  const reports = await runVictim(begun.map(({ order }) => order));
  const afterwards = begun.map((each, index) => ({ ...each, report: reports[index] }));
  return await inLanes(
    afterwards,
    async ({ fate, next, world, instanceId, report }) => {
      const { steps = [], outcome } = report ?? {};
      const wrong = await aftermath(cloud, world, next, instanceId);
      return { ...fate, steps, ended: outcome !== undefined, wrong };
    },
    width,
  );
}

async function launched(world: World, cloud: CloudName): Promise<string> {
  await using process = await world.process();
  const { id } = await process.provider.launch({ ...requests[cloud], key: world.key });
  return id;
}

/** The next process on the same journal. */
async function aftermath(
  cloud: CloudName,
  world: World,
  next: Scenario["next"],
  instanceId: string | undefined,
): Promise<readonly string[]> {
  await using process = await world.process();
  const wrong = [...falseProofs(world, await process.records())];
  if (world.alive().length > 1) wrong.push(`there are ${world.alive().join(" and ")}`);
  if (next === "recover") wrong.push(...(await afterRecovery(world, process)));
  if (instanceId === undefined) wrong.push(...(await afterLaunch(world, cloud, process.provider)));
  const id = instanceId ?? world.alive()[0] ?? "";
  return [...wrong, ...(await afterTerminate(world, cloud, process, id))];
}

/**
 * One process after the other is killed on each cloud, every one a step later than the one before, on the same journal
 * and for the same machine, until one comes to its end.
 */
export async function killOneAfterTheOther(what: "launch" | "recover"): Promise<readonly Killed[]> {
  await using worlds = new AsyncDisposableStack();
  const going = new Map<CloudName, World>();
  for (const cloud of cloudNames) going.set(cloud, worlds.use(await openWorld(cloud, { quick: true })));
  if (what === "recover") await leaveOpen(going);
  const killed: Killed[] = [];
  for (let killAt = 0; going.size > 0; killAt += 1) {
    const begun = [...going];
    const orders = begun.map(([, world]) => world.order({ do: what, killAt, waitsAreSteps: false }));
    const reports = await runVictim(orders);
    for (const [index, [cloud, world]] of begun.entries()) {
      const { steps = [], outcome } = reports[index] ?? {};
      const wrong = world.machines().length > 1 ? ["there are two machines"] : [];
      killed.push({ at: `${cloud}: ${killAt + 1} ${steps.at(-1)}`, wrong });
      if (outcome === undefined) continue;
      going.delete(cloud);
      killed.push({ at: `${cloud}: nothing`, wrong: await aftermath(cloud, world, "recover", undefined) });
    }
  }
  return killed;
}

/** Launches whose machines exist, and nobody has noted it. */
async function leaveOpen(worlds: ReadonlyMap<CloudName, World>): Promise<void> {
  const orders = Array.from(worlds, ([cloud, world]): Order => {
    const { name: endpoint, sent } = endpoints[cloud].create;
    world.fault({ cloud, endpoint, fault: "hang", work: "done", times: 1 });
    return world.order({ do: "launch", killSending: sent.source });
  });
  await runVictim(orders);
}
