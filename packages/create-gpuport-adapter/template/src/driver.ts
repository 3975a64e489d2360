import type { ComputeDriver, DriverContext } from "@gpuport/core";
import type * as z from "zod";
import { readFailureWith, toCreateBody, toInstance, toOffer } from "./map.ts";
import type { LaunchOptions, optionsSchema } from "./options.ts";
import type { EndpointName } from "./tables.ts";
import { createdSchema, machinePageSchema, machineSchema, typesSchema } from "./wire.ts";

/** @see https://api.my-cloud.example/v1 */
export function createDriver(
  { apiKey, baseUrl }: z.output<typeof optionsSchema>,
  { http, tables, facts }: DriverContext<EndpointName>,
) {
  const api = http({
    baseUrl,
    headers: { authorization: `Bearer ${apiKey.reveal()}` },
    readFailure: readFailureWith(tables),
  });

  return {
    async launch(request, options, call) {
      const json = toCreateBody(request, options);
      const created = await api.call("instance.create", {
        json,
        response: createdSchema,
        rents: true,
        ...call,
      });
      return { id: created.id };
    },
    async describe(id, call) {
      const machine = await api.call("instance.get", { params: { id }, response: machineSchema, ...call });
      return toInstance(machine, tables);
    },
    async list({ cursor, statuses: _, ...call }) {
      const query = { limit: facts.pageSize, cursor };
      const page = await api.call("instance.list", { query, response: machinePageSchema, ...call });
      const items = page.machines.map((machine) => toInstance(machine, tables));
      return { items, next: page.next_cursor ?? undefined, total: page.total ?? undefined };
    },
    async terminate(id, call) {
      await api.call("instance.terminate", { params: { id }, idempotent: true, ...call });
    },
    offers: {
      cheapestFirst: false,
      async search(_query, call) {
        const { types } = await api.call("offers.search", { response: typesSchema, ...call });
        return { items: types.map(toOffer) };
      },
    },
    power: {
      async stop(id, call) {
        await api.call("instance.stop", { params: { id }, idempotent: true, ...call });
      },
      async start(id, call) {
        await api.call("instance.start", { params: { id }, idempotent: true, ...call });
      },
    },
  } satisfies ComputeDriver<LaunchOptions>;
}
