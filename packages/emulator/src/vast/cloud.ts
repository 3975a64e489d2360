import { createRouter } from "../kit/router.ts";
import type { BillRow, Cloud, CloudContext, MachineRecord } from "../kit/types.ts";
import { accountRoutes } from "./account.ts";
import { changeRoutes } from "./changes.ts";
import { createRoutes } from "./create.ts";
import { createLimiter, refuseKey } from "./door.ts";
import { createEvents } from "./events.ts";
import { keyRoutes } from "./keys.ts";
import { resumeQueued } from "./lifecycle.ts";
import { createMarket } from "./market.ts";
import { readRoutes } from "./reads.ts";
import { resultRoutes } from "./results.ts";
import { contractPrice, shownStatus } from "./row.ts";
import { searchRoutes } from "./search.ts";
import { type VastSettings, vastDefaults } from "./settings.ts";
import { volumePrice, volumeRoutes } from "./volumes.ts";
import type { Contract, VastRoute, World } from "./world.ts";

export interface VastCredentials extends Readonly<Record<string, string>> {
  readonly apiKey: string;
}

const firstContract = 41_000_001;

/** Vast.ai: a market of machines, rented by PUT, described by four status fields. */
export function createVast(
  context: CloudContext,
  settings: Partial<VastSettings> = {},
): Cloud<VastCredentials> {
  const world = createWorld(context, { ...vastDefaults, ...settings });
  resumeQueued(world);
  // The first route that matches wins: those with words in their path stand before `/instances/:id/`.
  const routes: readonly VastRoute[] = [
    ...searchRoutes(world),
    ...createRoutes(world),
    ...resultRoutes(world),
    ...readRoutes(world),
    ...changeRoutes(world),
    ...keyRoutes(world),
    ...accountRoutes(world),
    ...volumeRoutes(world),
  ];
  const router = createRouter(routes);
  const limit = createLimiter(world);

  return {
    name: "vast",
    basePath: "",
    credentials: { apiKey: world.settings.apiKey },
    endpoints: routes,
    handle(request) {
      const route = router(request.method, request.path, request.json)?.endpoint;
      if (route === undefined) return { status: 404, text: "404: Not Found" };
      return refuseKey(world, route, request) ?? limit(route, request) ?? route.handle(request);
    },
    bill: () => bill(world),
    machines: () => [...world.contracts.values()].map((contract) => toRecord(world, contract)),
    events: createEvents(world),
    state: () => ({
      offers: world.market.listings().length,
      credit: world.account.credit,
      instances: [...world.contracts.values()].map((contract) => ({
        id: contract.id,
        label: contract.label,
        machineId: contract.machine.id,
        machineHeldBy: contract.machine.heldBy,
        actual: contract.actual,
        intended: contract.intended,
        current: contract.current,
        next: contract.next,
        queued: contract.queued,
        destroyedAt: contract.destroyedAt,
      })),
    }),
  };
}

function createWorld(context: CloudContext, settings: VastSettings): World {
  let next = firstContract;
  return {
    context,
    settings,
    market: createMarket(context, settings),
    contracts: new Map(),
    volumes: new Map(),
    sshKeys: new Map(),
    account: { credit: settings.credit, balance: settings.balance },
    results: new Map(),
    nextId: () => next++,
  };
}

/** Every contract bills until it is destroyed: its disk always, its GPUs while it holds them. Volumes bill too. */
function bill(world: World): readonly BillRow[] {
  const owner = world.settings.username;
  const rows = [...world.contracts.values()].flatMap((contract): BillRow[] => {
    if (contract.destroyedAt !== undefined) return [];
    const price = contractPrice(contract);
    const away = contract.machine.presence === "offline";
    return [
      {
        cloud: "vast",
        id: String(contract.id),
        name: contract.label,
        owner,
        since: contract.createdAt,
        perHour: away ? 0 : contract.gpuBilled ? price.total : price.storage,
        currency: "USD",
        state: stateWord(contract),
      },
    ];
  });
  const volumes = [...world.volumes.values()].flatMap((volume): BillRow[] =>
    volume.removedAt === undefined
      ? [
          {
            cloud: "vast",
            id: `V.${volume.id}`,
            name: volume.name,
            owner,
            since: volume.createdAt,
            perHour: volumePrice(volume),
            currency: "USD",
            state: volume.usedBy === undefined ? "created" : "in-use",
          },
        ]
      : [],
  );
  return [...rows, ...volumes];
}

function stateWord(contract: Contract): string {
  return `${shownStatus(contract) ?? "null"}/${contract.intended}/${contract.current}`;
}

function toRecord({ settings }: World, contract: Contract): MachineRecord {
  return {
    cloud: "vast",
    id: String(contract.id),
    identity: contract.label,
    owner: settings.username,
    createdAt: contract.createdAt,
    terminatedAt: contract.destroyedAt,
    state: stateWord(contract),
  };
}
