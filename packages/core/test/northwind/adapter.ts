import * as z from "zod";
import {
  baseUrlSchema,
  type ComputeDriver,
  type DriverContext,
  type DriverInstance,
  defineAdapter,
  type ErrorRow,
  labelOf,
  lookup,
  micros,
  nameFromLabel,
  type ReadFailure,
  rawFrom,
  type SshEndpoint,
  type StatusRow,
  secretSchema,
  type Table,
  type Timing,
  toGpu,
  withRaw,
} from "../../src/index.ts";

// The adapter of the imaginary cloud, the way every adapter is written, in one file.

const options = z.strictObject({
  apiKey: secretSchema,
  baseUrl: baseUrlSchema().default("https://api.northwind.test"),
});
const launchOptions = z.strictObject({ rack: z.string().optional() });

const endpoints = {
  "instance.create": { method: "POST", path: "machines", evidence: "documented", timeoutMs: 2_000 },
  "instance.get": { method: "GET", path: "machines/{id}", evidence: "documented" },
  "instance.list": { method: "GET", path: "machines", evidence: "documented" },
  "instance.terminate": { method: "DELETE", path: "machines/{id}", evidence: "documented" },
  "instance.pause": { method: "POST", path: "machines/{id}/pause", evidence: "inferred" },
  "instance.resume": { method: "POST", path: "machines/{id}/resume", evidence: "inferred" },
  "offers.list": { method: "GET", path: "offers", evidence: "documented" },
} as const;
type Names = keyof typeof endpoints;

const statuses: Table<StatusRow> = {
  up: { status: "running", billing: "compute" },
  paused: { status: "stopped", billing: "storage" },
  crashed: { status: "failed", billing: "compute" },
  reaping: { status: "terminating" },
  gone: { status: "terminated", billing: "none" },
};

const errors: Table<ErrorRow> = {
  bad_key: { code: "unauthenticated", effect: "none" },
  no_such_machine: { code: "not_found" },
  offer_gone: { code: "offer_gone", effect: "none" },
  label_taken: { code: "conflict", effect: "none" },
  busy: { code: "no_capacity", effect: "none" },
};

const machineSchema = z.object({
  id: z.string(),
  label: z.string().nullish(),
  image: z.string().nullish(),
  state: z.string(),
  createdAt: z.number().nullish(),
  price: z.number().nullish(),
  /** `host:port`. */
  ssh: z.string().nullish(),
});
export type Machine = z.output<typeof machineSchema>;
const pageSchema = z.object({
  machines: z.array(machineSchema),
  next: z.string().nullish(),
  total: z.number(),
});
const offersSchema = z.object({
  offers: z.array(z.object({ id: z.string(), gpu: z.string(), count: z.number(), price: z.number() })),
});

const timing: Timing = {
  launchIdentity: "label",
  visibilityLagMs: 5_000,
  appearsWithinMs: 30_000,
  lateCommitMs: 20_000,
  confirmTerminateMs: 60_000,
  pollIntervalMs: 5_000,
  pageSize: 2,
  requestTimeoutMs: 5_000,
  bills: { provisioning: "compute", stopped: "storage" },
};

function connect(tables: DriverContext<Names>["tables"], api: ReturnType<DriverContext<Names>["http"]>) {
  const toInstance = (machine: Machine): DriverInstance =>
    withRaw(
      "northwind",
      {
        id: machine.id,
        name: nameFromLabel(machine.label ?? undefined),
        identity: machine.label ?? undefined,
        providerStatus: machine.state,
        ...(lookup(tables.statuses, machine.state) ?? { status: "unknown", reason: "unrecognized" }),
        billing: lookup(tables.statuses, machine.state)?.billing ?? "unknown",
        hardware: {},
        image: machine.image ?? undefined,
        access: { ssh: sshOf(machine.ssh), ports: [] },
        price: machine.price
          ? { currency: "USD", perHourMicros: micros(machine.price) ?? 0, kind: "on_demand" }
          : undefined,
        createdAt: machine.createdAt ? new Date(machine.createdAt) : undefined,
      },
      machine,
    );

  return {
    async launch(request, { rack }, call) {
      const json = {
        label: request.identity,
        image: request.image,
        offer: request.offerId ?? request.offer?.id,
        env: request.env,
        rack,
      };
      const response = z.object({ id: z.string().min(1) });
      return api.call("instance.create", { json, response, rents: true, ...call });
    },
    async describe(id, call) {
      return toInstance(await api.call("instance.get", { params: { id }, response: machineSchema, ...call }));
    },
    async list({ cursor, statuses: _, ...call }) {
      const page = await api.call("instance.list", {
        query: { page: cursor },
        response: pageSchema,
        ...call,
      });
      return { items: page.machines.map(toInstance), next: page.next ?? undefined, total: page.total };
    },
    async find(identity, call) {
      const query = { label: identity };
      const page = await api.call("instance.list", { query, response: pageSchema, ...call });
      return page.machines.map(toInstance);
    },
    async terminate(id, call) {
      await api.call("instance.terminate", { params: { id }, idempotent: true, ...call });
    },
    power: {
      async stop(id, call) {
        await api.call("instance.pause", { params: { id }, idempotent: true, ...call });
      },
      async start(id, call) {
        await api.call("instance.resume", { params: { id }, ...call });
      },
    },
    offers: {
      cheapestFirst: false,
      async search(_query, call) {
        const { offers } = await api.call("offers.list", { response: offersSchema, ...call });
        return {
          items: offers.map(({ id, gpu, count, price }) => ({
            id,
            hardware: { gpu: toGpu(gpu, { count }) },
            price:
              price > 0
                ? { currency: "USD", perHourMicros: micros(price) ?? 0, kind: "on_demand" }
                : undefined,
            available: true,
          })),
        };
      },
    },
  } satisfies ComputeDriver<z.output<typeof launchOptions>>;
}

function sshOf(address: string | null | undefined): SshEndpoint[] {
  const [host, port] = address?.split(":") ?? [];
  return host === undefined ? [] : [{ host, port: Number(port), user: "root", via: "direct" }];
}

function readFailureWith(table: Table<ErrorRow>): ReadFailure {
  return ({ body }) => {
    const failure = z.object({ error: z.string(), message: z.string().nullish() }).safeParse(body);
    if (!failure.success) return undefined;
    const { error, message } = failure.data;
    const row = lookup(table, error);
    return { ...(row ?? { code: "unknown" }), providerCode: error, message: message ?? error };
  };
}

function define(launchIdentity: Timing["launchIdentity"]) {
  return defineAdapter({
    id: "northwind",
    specVersion: 1,
    options,
    env: { apiKey: "NORTHWIND_API_KEY" },
    facts: { ...timing, launchIdentity },
    tables: { endpoints, statuses, errors },
    launch: {
      fields: ["name", "offerId", "image", "env"],
      pricing: ["on_demand"],
      providerOptions: launchOptions,
      identity: (token, { name }) => labelOf(token, name),
    },
    connect: ({ apiKey, baseUrl }, { http, tables }) =>
      connect(
        tables,
        http({
          baseUrl,
          headers: { authorization: `Bearer ${apiKey.reveal()}` },
          readFailure: readFailureWith(tables.errors),
        }),
      ),
  });
}

/** A cloud that knows labels only. */
export const northwind = define("label");
/** The same cloud, had it unique names. */
export const uniqueNorthwind = define("unique_name");
export const northwindRaw = rawFrom<Machine>("northwind");
