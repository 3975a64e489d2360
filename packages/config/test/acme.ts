import {
  baseUrlSchema,
  type ComputeDriver,
  type DriverContext,
  type DriverInstance,
  defineAdapter,
  labelOf,
  secretSchema,
} from "@gpuport/core";
import * as z from "zod";

const optionsSchema = z.strictObject({
  token: secretSchema,
  baseUrl: baseUrlSchema().default("https://acme.example"),
  tier: z.enum(["small", "large"]).default("small"),
});

const machineSchema = z.object({ id: z.string(), label: z.string(), state: z.string(), image: z.string() });

function createDriver(
  { token, baseUrl }: z.output<typeof optionsSchema>,
  { http, tables }: DriverContext<"instance.list" | "instance.create" | "instance.delete">,
) {
  const api = http({
    baseUrl,
    readFailure: () => undefined,
    headers: { authorization: `Bearer ${token.reveal()}` },
  });
  const toInstance = (machine: z.output<typeof machineSchema>): DriverInstance => ({
    ...{ id: machine.id, identity: machine.label, providerStatus: machine.state, image: machine.image },
    ...{ status: tables.statuses[machine.state]?.status ?? "unknown", billing: "unknown" },
    ...{ hardware: {}, access: { ssh: [], ports: [] } },
  });
  return {
    async launch({ identity, image }, _options: unknown, call) {
      const json = { label: identity, image };
      const created = await api.call("instance.create", {
        json,
        response: machineSchema,
        rents: true,
        ...call,
      });
      return toInstance(created);
    },
    async list(call) {
      const machines = await api.call("instance.list", { response: z.array(machineSchema), ...call });
      return { items: machines.map(toInstance) };
    },
    async terminate(id, call) {
      await api.call("instance.delete", { params: { id }, response: z.unknown(), ...call });
    },
  } satisfies ComputeDriver;
}

/** A third party's cloud. */
export const acme = defineAdapter({
  id: "acme",
  specVersion: 1,
  options: optionsSchema,
  env: { token: "ACME_TOKEN" },
  facts: {
    launchIdentity: "unique_name",
    visibilityLagMs: 0,
    appearsWithinMs: 0,
    lateCommitMs: 0,
    confirmTerminateMs: 1000,
    pollIntervalMs: 10,
    pageSize: 100,
    requestTimeoutMs: 5000,
    bills: { provisioning: "compute", stopped: "none" },
  },
  tables: {
    endpoints: {
      "instance.list": { method: "GET", path: "machines", evidence: "documented" },
      "instance.create": { method: "POST", path: "machines", evidence: "documented" },
      "instance.delete": { method: "DELETE", path: "machines/{id}", evidence: "documented" },
    },
    statuses: { up: { status: "running" } },
    errors: {},
  },
  launch: {
    fields: ["name", "image", "region", "env"],
    pricing: ["on_demand"],
    providerOptions: z.strictObject({}),
    identity: (token, { name }) => labelOf(token, name),
  },
  connect: createDriver,
});
