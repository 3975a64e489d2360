import type { Answer, BillRow, Cloud, CloudRequest, CreateCloud, MachineRecord } from "../kit/types.ts";
import type { GlowsHandler } from "./call.ts";
import { createInstance } from "./create.ts";
import { createGlowsEvents } from "./events.ts";
import { createImage, deleteImage, listImages } from "./images.ts";
import { cancelInstance, getInstance, listInstances, statInstances } from "./instances.ts";
import { createGlowsLifecycle } from "./lifecycle.ts";
import { attachNetwork, createNetwork, listEndpoints, listNetworks } from "./networks.ts";
import { readParameters } from "./parameters.ts";
import { GlowsRefusal, glowsCodes } from "./refusal.ts";
import { type GlowsOperation, glowsOperations, glowsRoute, toEndpoint } from "./routes.ts";
import { defaultGlowsSettings, type GlowsAccount, type GlowsSettings } from "./settings.ts";
import { createSnapshot, listSnapshots } from "./snapshots.ts";
import { listSpecs } from "./specs.ts";
import { createGlowsStore, type GlowsInstance } from "./state.ts";
import { priceCent } from "./view.ts";

export type { GlowsOperation, GlowsRoute } from "./routes.ts";
export type { GlowsAccount, GlowsSettings } from "./settings.ts";

export type GlowsCredentials = { readonly token: string };

const handlers: Readonly<Record<GlowsOperation, GlowsHandler>> = {
  "instance.create": createInstance,
  "instance.get": getInstance,
  "instance.cancel": cancelInstance,
  "instance.list": listInstances,
  "instance.stat": statInstances,
  "spec.list": listSpecs,
  "snapshot.create": createSnapshot,
  "snapshot.list": listSnapshots,
  "image.create": createImage,
  "image.delete": deleteImage,
  "image.list": listImages,
  "network.create": createNetwork,
  "network.list": listNetworks,
  "network.attach": attachNetwork,
  "network.endpoints": listEndpoints,
};

/**
 * Glows.ai's SDK API. Beside the flags all clouds share it reads: `instanceQuota` (198), `diskQuota` (17),
 * `snapshotNotAllowed` (114), `internalError` (1), `codeMissing`, `legacyIds`, `secondsAsText`, `nullBaseSnap`,
 * `nullNetEndpointInfos`, `fewerEndpoints` and `snapshotCount` (a number).
 */
export const createGlows: CreateCloud<GlowsSettings, GlowsCredentials> = (context, overrides = {}) => {
  const settings: GlowsSettings = { ...defaultGlowsSettings, ...overrides };
  const store = createGlowsStore(context.clock, context.random);
  const lifecycle = createGlowsLifecycle(context, store, settings);
  const endpoints = glowsOperations.map((operation) =>
    toEndpoint(operation, glowsRoute(operation, settings.routes)),
  );
  const first = settings.accounts[0];
  if (first === undefined) throw new TypeError("glows: at least one account is needed");

  function handle(request: CloudRequest): Answer {
    const operation = glowsOperations.find((key) => key === request.endpoint);
    if (operation === undefined) return { status: 404, text: "404 page not found", headers: plainText };
    const account = findAccount(request, settings);
    if (account === undefined) return rejectToken(settings);
    try {
      if (request.flags.has("internalError")) throw new GlowsRefusal(glowsCodes.internal, "internal error");
      const parameters = readParameters(request, glowsRoute(operation, settings.routes).parameters);
      const call = { account, parameters, flags: request.flags, store, lifecycle, settings, context };
      const payload = handlers[operation](call);
      if (request.flags.has("codeMissing")) return { status: 200, json: { msg: "", ...payload } };
      return { status: 200, json: { code: 0, msg: "", ...payload } };
    } catch (error) {
      if (!(error instanceof GlowsRefusal)) throw error;
      return { status: 200, json: { code: error.code, msg: error.message } };
    }
  }

  return {
    name: "glows",
    basePath: "",
    credentials: { token: first.token },
    endpoints,
    handle,
    bill: () => store.instances.flatMap(toBillRow),
    machines: () => store.instances.map(toMachineRecord),
    events: createGlowsEvents({ store, lifecycle, settings }),
    state: () => toState(store.instances),
  } satisfies Cloud<GlowsCredentials>;
};

const plainText = { "content-type": "text/plain; charset=utf-8" };

/** The query parameter of that name is copied into the header before it is looked at. */
function findAccount(
  { headers, query, flags }: CloudRequest,
  { accounts }: GlowsSettings,
): GlowsAccount | undefined {
  if (flags.has("tokenExpired")) return undefined;
  const header = query.get("Authorization") ?? headers["authorization"] ?? "";
  return accounts.find(({ token }) => header === `Bearer ${token}`);
}

function rejectToken({ rejectedTokenStatus }: GlowsSettings): Answer {
  return { status: rejectedTokenStatus, json: { code: glowsCodes.rejectedToken, msg: "invalid token" } };
}

function toBillRow(instance: GlowsInstance): readonly BillRow[] {
  if (instance.billingSince === undefined) return [];
  return [
    {
      cloud: "glows",
      id: instance.id,
      name: instance.metaKey === "" ? null : instance.metaKey,
      owner: instance.owner,
      since: instance.billingSince,
      perHour: priceCent(instance) / 100,
      currency: "CREDIT:glows",
      state: instance.status,
    },
  ];
}

function toMachineRecord(instance: GlowsInstance): MachineRecord {
  return {
    cloud: "glows",
    id: instance.id,
    identity: instance.metaKey === "" ? null : instance.metaKey,
    owner: instance.owner,
    createdAt: instance.createdAt,
    terminatedAt: instance.endedAt,
    state: instance.status,
  };
}

const toState = (instances: readonly GlowsInstance[]) => ({
  instances: instances.map(({ id, status, metaKey, owner }) => ({ id, status, metaKey, owner })),
});
