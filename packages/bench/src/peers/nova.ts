import { baseUrlSchema, type DriverInstance, defineAdapter, secretSchema, withRaw } from "@gpuport/core";
import * as z from "zod";

// A small adapter for OpenStack's compute service, to list what pkgcloud and libcloud list. It reads what libcloud reads.

const serverSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  created: z.string(),
  flavor: z.object({ id: z.string() }),
  image: z.object({ id: z.string() }),
  addresses: z.record(z.string(), z.array(z.object({ addr: z.string(), version: z.number() }))),
});
const pageSchema = z.object({ servers: z.array(serverSchema) });
type Server = z.output<typeof serverSchema>;

const unknownTimes = {
  ...{ visibilityLagMs: 0, appearsWithinMs: 0, lateCommitMs: 0, confirmTerminateMs: 60_000 },
  ...{ pollIntervalMs: 5_000, pageSize: 10_000, requestTimeoutMs: 60_000 },
};

function toInstance(server: Server): DriverInstance {
  const addresses = Object.values(server.addresses).flat();
  const instance: DriverInstance = {
    ...{ id: server.id, name: server.name, providerStatus: server.status },
    status: server.status === "ACTIVE" ? "running" : "unknown",
    ...{ billing: "unknown", hardware: {}, image: server.image.id },
    access: {
      ssh: addresses.map(({ addr }) => ({ host: addr, port: 22, user: "root", via: "direct" })),
      ports: [],
    },
    createdAt: new Date(server.created),
  };
  return withRaw("nova", instance, server);
}

export const nova = defineAdapter({
  ...{ id: "nova", specVersion: 1 },
  options: z.strictObject({ token: secretSchema, baseUrl: baseUrlSchema() }),
  env: {},
  facts: {
    ...{ ...unknownTimes, launchIdentity: "label" },
    bills: { provisioning: "unknown", stopped: "unknown" },
  },
  tables: {
    endpoints: { "instance.list": { method: "GET", path: "servers/detail", evidence: "documented" } },
    ...{ statuses: {}, errors: {} },
  },
  launch: { fields: [], pricing: [], providerOptions: z.strictObject({}), identity: (token) => token },
  connect({ baseUrl, token }, { http }) {
    const headers = { "x-auth-token": token.reveal() };
    const api = http({ baseUrl, headers, readFailure: () => undefined });
    const onlyLists = (): Promise<never> => Promise.reject(new Error("this adapter only lists"));
    return {
      ...{ launch: onlyLists, terminate: onlyLists },
      async list(call) {
        const { servers } = await api.call("instance.list", { response: pageSchema, ...call });
        return { items: servers.map(toInstance) };
      },
    };
  },
});
