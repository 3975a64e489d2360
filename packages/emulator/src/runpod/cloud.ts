import type { Answer, BillRow, Cloud, CloudRequest, CreateCloud, MachineRecord } from "../kit/types.ts";
import {
  createRegistry,
  createSecret,
  deleteRegistry,
  deleteSecret,
  getRegistry,
  getSshKeys,
  listRegistries,
  listSecrets,
  putSshKeys,
  updateSecret,
} from "./account.ts";
import { billPods } from "./billing.ts";
import type { RunpodCall, RunpodHandler } from "./call.ts";
import { getGpu, listCpus, listDataCenters, listGpus } from "./catalog.ts";
import { createPod } from "./create.ts";
import { checkKey, createLimiter, refuseAgent } from "./door.ts";
import { createRunpodEvents } from "./events.ts";
import { answerGraphql } from "./graphql.ts";
import { createLedger, type RunpodLedger, totalOf } from "./ledger.ts";
import { createRunpodLifecycle } from "./lifecycle.ts";
import { readLogs } from "./logs.ts";
import { actOnPod, deletePod, getPod, listPods, updatePod } from "./pods.ts";
import { RunpodRefusal, refuse, toProblem } from "./refusal.ts";
import { knownRoutes, type RunpodOperation, toEndpoint } from "./routes.ts";
import { type RunpodSettings, runpodDefaults } from "./settings.ts";
import type { RunpodPod, RunpodStore } from "./state.ts";
import { createHosts } from "./stock.ts";
import {
  createTemplate,
  deleteTemplate,
  getTemplate,
  listPublicTemplates,
  listTemplates,
  updateTemplate,
} from "./templates.ts";
import { createVolume, deleteVolume, getVolume, listVolumes, updateVolume } from "./volumes.ts";

export type RunpodCredentials = { readonly apiKey: string };

const handlers: Readonly<Record<RunpodOperation, RunpodHandler>> = {
  "pods.list": listPods,
  "pods.create": createPod,
  "pods.get": getPod,
  "pods.update": updatePod,
  "pods.delete": deletePod,
  "pods.action": actOnPod,
  "pods.logs": readLogs,
  "gpus.list": listGpus,
  "gpus.get": getGpu,
  "cpus.list": listCpus,
  "datacenters.list": listDataCenters,
  "templates.public": listPublicTemplates,
  "templates.list": listTemplates,
  "templates.create": createTemplate,
  "templates.get": getTemplate,
  "templates.update": updateTemplate,
  "templates.delete": deleteTemplate,
  "volumes.list": listVolumes,
  "volumes.create": createVolume,
  "volumes.get": getVolume,
  "volumes.update": updateVolume,
  "volumes.delete": deleteVolume,
  "registries.list": listRegistries,
  "registries.create": createRegistry,
  "registries.get": getRegistry,
  "registries.delete": deleteRegistry,
  "sshKeys.get": getSshKeys,
  "sshKeys.put": putSshKeys,
  "secrets.list": listSecrets,
  "secrets.create": createSecret,
  "secrets.update": updateSecret,
  "secrets.delete": deleteSecret,
  "billing.pods": billPods,
  graphql: answerGraphql,
};

/**
 * RunPod's REST v2, and as much of its GraphQL as REST lacks. The flags it reads beside those all clouds share stand at
 * the handler that reads them.
 */
export const createRunpod: CreateCloud<RunpodSettings, RunpodCredentials> = (context, overrides = {}) => {
  const settings: RunpodSettings = { ...runpodDefaults, ...overrides };
  const store = createStore(settings);
  const ledger = createLedger(context.clock);
  const lifecycle = createRunpodLifecycle(context, settings, { store, ledger });
  const limiter = createLimiter(context.clock, settings);

  function work(request: CloudRequest): Answer {
    const route = knownRoutes.find(({ key }) => key === request.endpoint);
    checkKey(request, route, settings);
    const { headers, refused } = limiter.count();
    const call: RunpodCall = { request, store, ledger, lifecycle, settings, context };
    const answer = refused ?? answerOrRefusal(() => handlers[route?.key ?? refuse(404, "Not found.")](call));
    return { ...answer, headers: { ...answer.headers, ...headers } };
  }

  return {
    name: "runpod",
    basePath: "",
    credentials: { apiKey: settings.apiKey },
    endpoints: knownRoutes.map(toEndpoint),
    handle(request) {
      const turnedAway = refuseAgent(request, settings);
      if (turnedAway !== undefined) return turnedAway;
      const answer = answerOrRefusal(() => work(request));
      return { ...answer, headers: { ...answer.headers, "x-request-id": context.random.uuid() } };
    },
    bill: () => bill(store, ledger, settings),
    machines: () => store.pods.map((pod) => toRecord(pod, settings)),
    events: createRunpodEvents(store, lifecycle),
    state: () => ({
      balance: lifecycle.balance(),
      pods: store.pods.map(({ id, name, status, held, host }) => ({ id, name, status, held, host })),
    }),
  } satisfies Cloud<RunpodCredentials>;
};

function answerOrRefusal(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof RunpodRefusal)) throw error;
    return toProblem(error);
  }
}

const createStore = (settings: RunpodSettings): RunpodStore => ({
  pods: [],
  hosts: createHosts(settings),
  volumes: new Map(),
  templates: new Map(),
  registries: new Map(),
  secrets: new Map(),
  sshKeys: [],
  credit: settings.balance,
});

/** A pod that stands still costs nothing unless it keeps a disk; a volume costs until it is deleted. */
function bill(store: RunpodStore, ledger: RunpodLedger, { username }: RunpodSettings): readonly BillRow[] {
  return ledger.open().map(({ id, kind, since, rates }) => {
    const pod = store.pods.find((row) => row.id === id);
    return {
      cloud: "runpod",
      id,
      name: (kind === "pod" ? pod?.name : store.volumes.get(id)?.name) ?? null,
      owner: username,
      since,
      perHour: totalOf(rates),
      currency: "USD",
      state: pod?.status ?? "VOLUME",
    };
  });
}

function toRecord(pod: RunpodPod, { username }: RunpodSettings): MachineRecord {
  return {
    cloud: "runpod",
    id: pod.id,
    identity: pod.name,
    owner: username,
    createdAt: pod.createdAt,
    terminatedAt: pod.terminatedAt,
    state: pod.status,
  };
}
