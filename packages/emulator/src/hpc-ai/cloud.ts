import type { Answer, BillRow, Cloud, CloudRequest, CreateCloud, MachineRecord } from "../kit/types.ts";
import { getBalance, logIn } from "./account.ts";
import type { HpcAiHandler } from "./call.ts";
import { hoursOf } from "./catalogue.ts";
import { createInstance } from "./create.ts";
import { createHpcAiEvents } from "./events.ts";
import {
  listInstances,
  restartInstance,
  startInstance,
  stopInstance,
  terminateInstance,
} from "./instances.ts";
import { createHpcAiLifecycle } from "./lifecycle.ts";
import { textOf } from "./messages.ts";
import { MissingPager } from "./pager.ts";
import { HpcAiRefusal } from "./refusal.ts";
import { defaultHpcAiRoutes, type HpcAiOperation, hpcAiOperations, toEndpoint } from "./routes.ts";
import { createHpcAiSessions } from "./sessions.ts";
import { defaultHpcAiSettings, type HpcAiSettings } from "./settings.ts";
import { createHpcAiStore, type HpcAiInstance } from "./state.ts";
import { listTypes } from "./types.ts";
import { createVolume, deleteVolume, listVolumes } from "./volumes.ts";

export type { HpcAiOperation, HpcAiRoute } from "./routes.ts";
export type { HpcAiAccount, HpcAiSettings, HpcAiStatuses } from "./settings.ts";

export type HpcAiCredentials = {
  readonly username: string;
  readonly password: string;
  readonly apiKey: string;
};

const handlers: Readonly<Record<Exclude<HpcAiOperation, "auth.login">, HpcAiHandler>> = {
  "instance.create": createInstance,
  "instance.list": listInstances,
  "instance.stop": stopInstance,
  "instance.start": startInstance,
  "instance.restart": restartInstance,
  "instance.terminate": terminateInstance,
  "volume.list": listVolumes,
  "volume.create": createVolume,
  "volume.delete": deleteVolume,
  "catalog.types": listTypes,
  "account.balance": getBalance,
};

/**
 * HPC-AI and Luchen Cloud. Beside the flags all clouds share it reads: `insufficientBalance`, `failInitialization`,
 * `pullBackOff`, `nullInstances`, `missingInstances`, `missingPager`, `nullPrices`, `gone` (the endpoint answers 404),
 * `chinese`, `loginFails` and `tokenMember` (the login answers `token` instead of `accessToken`).
 */
export const createHpcAi: CreateCloud<HpcAiSettings, HpcAiCredentials> = (context, overrides = {}) => {
  const settings: HpcAiSettings = { ...defaultHpcAiSettings, ...overrides };
  const store = createHpcAiStore();
  const lifecycle = createHpcAiLifecycle(context, settings);
  const sessions = createHpcAiSessions(context, settings);
  const first = settings.accounts[0];
  if (first === undefined) throw new TypeError("hpc-ai: at least one account is needed");

  function work(operation: HpcAiOperation, request: CloudRequest): Answer {
    const call = { json: request.json, flags: request.flags, store, lifecycle, sessions, settings, context };
    if (operation === "auth.login") return { status: 200, json: logIn(call) };
    const account = sessions.accountOf(request);
    if (account === undefined) throw new HpcAiRefusal("notLoggedIn", { known: "notLoggedIn" });
    return { status: 200, json: handlers[operation]({ ...call, account }) };
  }

  function handle(request: CloudRequest): Answer {
    const { flags } = request;
    const operation = hpcAiOperations.find((key) => key === request.endpoint);
    if (operation === undefined || flags.has("gone")) return { status: 404, text: "404 page not found" };
    try {
      return work(operation, request);
    } catch (error) {
      if (error instanceof MissingPager) return { status: 500, text: "Internal Server Error" };
      if (!(error instanceof HpcAiRefusal)) throw error;
      const language = flags.has("chinese") ? "zh" : settings.language;
      const message = error.known === undefined ? error.message : textOf(error.known, language);
      const status = settings.statuses[error.kind];
      return { status, json: error.kind === "notLoggedIn" ? { code: -1, message } : { message } };
    }
  }

  return {
    name: "hpc-ai",
    basePath: "/api",
    credentials: { username: first.username, password: first.password, apiKey: first.apiKey },
    endpoints: hpcAiOperations.map((key) =>
      toEndpoint(key, { ...defaultHpcAiRoutes[key], ...settings.routes[key] }),
    ),
    handle,
    bill: () => store.instances.flatMap((instance) => toBillRow(instance, settings)),
    machines: () => store.instances.map(toMachineRecord),
    events: createHpcAiEvents({ store, lifecycle, sessions }),
    state: () => ({
      instances: store.instances.map(({ id, name, status, owner }) => ({ id, name, status, owner })),
    }),
  } satisfies Cloud<HpcAiCredentials>;
};

/** Everything that is not released costs money; a subscription in equal hours of its period, stopped or not. */
function toBillRow(instance: HpcAiInstance, { currency, stoppedPerHour }: HpcAiSettings): readonly BillRow[] {
  if (instance.releasedAt !== undefined) return [];
  const { chargeMode, type, status } = instance;
  const hours = hoursOf[chargeMode];
  const running = (type.prices[chargeMode] ?? 0) / hours;
  const stopped = (status === "Stopped" || status === "Archived") && hours === 1;
  return [
    {
      cloud: "hpc-ai",
      id: instance.id,
      name: instance.name === "" ? null : instance.name,
      owner: instance.owner,
      since: instance.billingSince,
      perHour: stopped ? stoppedPerHour : running,
      currency,
      state: status,
    },
  ];
}

function toMachineRecord(instance: HpcAiInstance): MachineRecord {
  return {
    cloud: "hpc-ai",
    id: instance.id,
    identity: instance.name === "" ? null : instance.name,
    owner: instance.owner,
    createdAt: instance.createdAt,
    terminatedAt: instance.releasedAt,
    state: instance.status,
  };
}
