import { createRouter } from "../kit/router.ts";
import type { Answer, BillRow, Cloud, CloudRequest, CreateCloud, MachineRecord } from "../kit/types.ts";
import type { LambdaHandler } from "./call.ts";
import { accountOf, createLambdaLimiter } from "./door.ts";
import { createLambdaEvents } from "./events.ts";
import { createFileSystem, deleteFileSystem, listFileSystems } from "./filesystems.ts";
import {
  createRuleset,
  deleteRuleset,
  getGlobalRules,
  getRuleset,
  listLegacyRules,
  listRulesets,
  patchGlobalRules,
  patchRuleset,
  replaceLegacyRules,
} from "./firewall.ts";
import {
  getInstance,
  listInstances,
  renameInstance,
  restartInstances,
  terminateInstances,
} from "./instances.ts";
import { addKey, deleteKey, listKeys } from "./keys.ts";
import { launch } from "./launch.ts";
import { createLambdaLifecycle } from "./lifecycle.ts";
import { listImages, listRegions, listTypes } from "./lists.ts";
import { LambdaRefusal, refuse } from "./refusal.ts";
import { type LambdaOperation, lambdaEndpoints, lambdaMethods, lambdaOperations } from "./routes.ts";
import { defaultLambdaSettings, type LambdaSettings } from "./settings.ts";
import { createLambdaStore, type LambdaInstance } from "./state.ts";

export type { LambdaAccount, LambdaSettings } from "./settings.ts";

export type LambdaCredentials = { readonly apiKey: string };

const handlers: Readonly<Record<LambdaOperation, LambdaHandler>> = {
  "types.list": listTypes,
  "instances.launch": launch,
  "instances.terminate": terminateInstances,
  "instances.restart": restartInstances,
  "instances.list": listInstances,
  "instances.get": getInstance,
  "instances.rename": renameInstance,
  "sshKeys.list": listKeys,
  "sshKeys.add": addKey,
  "sshKeys.delete": deleteKey,
  "fs.list": listFileSystems,
  "fs.listLater": listFileSystems,
  "fs.create": createFileSystem,
  "fs.delete": deleteFileSystem,
  "images.list": listImages,
  "regions.list": listRegions,
  "fw.list": listRulesets,
  "fw.create": createRuleset,
  "fw.getGlobal": getGlobalRules,
  "fw.patchGlobal": patchGlobalRules,
  "fw.get": getRuleset,
  "fw.patch": patchRuleset,
  "fw.delete": deleteRuleset,
  "fw.legacyList": listLegacyRules,
  "fw.legacyReplace": replaceLegacyRules,
};

/** What the whole account is refused with, whatever it asks. */
function refuseAccount({ flags }: CloudRequest): void {
  if (flags.has("accountInactive")) refuse("global/account-inactive", "Your account is inactive.");
  if (flags.has("invalidAddress")) refuse("global/invalid-address", "The billing address is not valid.");
  if (flags.has("forbidden")) refuse("global/forbidden", "This is not allowed.");
  if (flags.has("unknownError")) refuse("global/unknown", "API call could not be completed.");
  if (flags.has("internalUnavailable")) refuse("provider/internal-unavailable", "Service unavailable.");
}

/**
 * Lambda's on-demand instances. Beside the flags all clouds share it reads: on any call `accountInactive`, `invalidAddress`,
 * `forbidden`, `unknownError`, `internalUnavailable`; and those named beside the operations that read them.
 */
export const createLambda: CreateCloud<LambdaSettings, LambdaCredentials> = (context, overrides = {}) => {
  const settings: LambdaSettings = { ...defaultLambdaSettings, ...overrides };
  const store = createLambdaStore(settings.types);
  const lifecycle = createLambdaLifecycle(context, store, settings);
  const limit = createLambdaLimiter(context.clock, settings);
  const route = createRouter(lambdaEndpoints);
  const first = settings.accounts[0];
  if (first === undefined) throw new TypeError("lambda: at least one account is needed");

  function isServed(operation: LambdaOperation): boolean {
    const { fileSystemsAt } = settings;
    if (operation === "fs.list") return fileSystemsAt !== "/filesystems";
    return operation !== "fs.listLater" || fileSystemsAt !== "/file-systems";
  }

  function answerUnknown({ method, path, json }: CloudRequest): Answer {
    const isKnown = lambdaMethods.some((other) => other !== method && route(other, path, json) !== undefined);
    if (isKnown) return { status: 405, text: "Method Not Allowed" };
    return refuse("global/not-found", "The requested path was not found.");
  }

  function work(request: CloudRequest): Answer {
    const account = accountOf(request, settings);
    if (account === undefined) {
      return refuse("global/invalid-api-key", "API key was invalid, expired, or deleted.");
    }
    const operation = lambdaOperations.find((key) => key === request.endpoint);
    const refused = limit(account, operation === "instances.launch");
    if (refused !== undefined) return refused;
    if (operation === undefined) return answerUnknown(request);
    if (!isServed(operation)) return refuse("global/not-found", "The requested path was not found.");
    refuseAccount(request);
    const { json, query, params, flags } = request;
    const id = params["id"] ?? "";
    const call = { account, json, query, id, flags, store, lifecycle, settings, context };
    return { status: 200, json: handlers[operation](call) };
  }

  function handle(request: CloudRequest): Answer {
    try {
      return work(request);
    } catch (error) {
      if (!(error instanceof LambdaRefusal)) throw error;
      const { code, message, suggestion, status } = error;
      return {
        status,
        json: { error: { code, message, ...(suggestion === undefined ? {} : { suggestion }) } },
      };
    }
  }

  return {
    name: "lambda",
    basePath: "/api/v1",
    credentials: { apiKey: first.apiKey },
    endpoints: lambdaEndpoints,
    handle,
    bill: () => store.instances.flatMap(toBillRow),
    machines: () => store.instances.map(toMachineRecord),
    events: createLambdaEvents(store, lifecycle),
    state: () => ({
      instances: store.instances.map(({ id, name, status, owner }) => ({ id, name, status, owner })),
      capacity: Object.fromEntries(store.capacity),
    }),
  } satisfies Cloud<LambdaCredentials>;
};

/** A machine that boots is on it for nothing: it will cost money as soon as it is healthy, whoever knows of it or not. */
function toBillRow(instance: LambdaInstance): readonly BillRow[] {
  const { id, owner, name, type, status, billingSince, createdAt, endedAt } = instance;
  const isFree = billingSince === undefined;
  if (endedAt !== undefined || (isFree && (status === "terminating" || status === "preempted"))) return [];
  return [
    {
      cloud: "lambda",
      id,
      name: name ?? null,
      owner,
      since: billingSince ?? createdAt,
      perHour: isFree ? 0 : type.centsPerHour / 100,
      currency: "USD",
      state: status,
    },
  ];
}

function toMachineRecord(instance: LambdaInstance): MachineRecord {
  return {
    cloud: "lambda",
    id: instance.id,
    identity: instance.name ?? instance.tags[0]?.value ?? null,
    owner: instance.owner,
    createdAt: instance.createdAt,
    terminatedAt: instance.endedAt,
    state: instance.status,
  };
}
