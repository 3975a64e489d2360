import {
  type ComputeDriver,
  type DriverCall,
  type DriverContext,
  everyItem,
  type InstanceStatus,
  isComputeError,
  type ListPageCall,
} from "@gpuport/core";
import type * as z from "zod";
import { failureReader } from "./failure.ts";
import { accountOf, volumesOf } from "./groups.ts";
import { toCreateBody } from "./launch.ts";
import { toInstance, toSessionToken } from "./map.ts";
import { toFamilies, toOffers } from "./offers.ts";
import type { LaunchOptions, optionsSchema } from "./options.ts";
import { readPage } from "./paging.ts";
import type { HpcAiEndpoint } from "./tables.ts";
import { acceptedSchema, catalogueSchema, loginSchema, machinePageSchema } from "./wire.ts";

/** @see https://www.hpc-ai.com/doc/docs/api/instance/launch */
export function createDriver(
  options: z.output<typeof optionsSchema>,
  { http, tables, facts, clock }: DriverContext<HpcAiEndpoint>,
) {
  const { baseUrl, accessToken, apiKey, username, password, catalogue } = options;
  const { pageSize } = facts;
  const home = new URL(baseUrl).hostname === "cloud.luchentech.com" ? "CNY" : "USD";
  const currency = options.currency ?? home;
  const cookie = (token: string) => ({ cookie: `AccessToken=${token}` });
  const api = http({
    baseUrl,
    headers: {
      ...(accessToken && cookie(accessToken.reveal())),
      ...(apiKey && { "x-api-key": apiKey.reveal() }),
    },
    session: password && {
      headers: cookie,
      async login(call) {
        const json = { username, password: password.reveal() };
        const request = { json, response: loginSchema, login: true, reads: true, ...call };
        return toSessionToken(await api.call("auth.login", request), clock.now());
      },
    },
    readFailure: failureReader(tables, accessToken === undefined),
  });

  function regionIdOf(region: string): string {
    const named = ({ regionName }: { regionName: string }) =>
      regionName.toLowerCase() === region.toLowerCase();
    return catalogue?.regions.find(named)?.regionId ?? region;
  }

  function list({ cursor, statuses: _, ...call }: ListPageCall) {
    const response = machinePageSchema;
    return readPage(
      cursor,
      pageSize,
      (pager) => api.call("instance.list", { json: { pager }, response, reads: true, ...call }),
      (row) => toInstance(row, tables.statuses),
    );
  }

  /** A change that is refused because it is done already, or under way, is done. The refusals do not say which it is. */
  async function change(
    endpoint: "instance.stop" | "instance.start",
    id: string,
    done: readonly InstanceStatus[],
    call: DriverCall,
  ): Promise<void> {
    try {
      await api.call(endpoint, { ...toOne(id), idempotent: true, ...call });
    } catch (error) {
      if (!isComputeError(error, "conflict", "invalid_argument")) throw error;
      for (const listed of await everyItem("hpc-ai: instance.list", (cursor) => list({ ...call, cursor }))) {
        if (listed.id === id && done.includes(listed.status)) return;
      }
      throw error;
    }
  }

  /** The catalogue is the console's own and may close at any time; then it is what the configuration declares. */
  async function families(call: DriverCall): Promise<readonly unknown[]> {
    try {
      const request = { json: {}, response: catalogueSchema, reads: true, ...call };
      return (await api.call("catalog.types", request)).instanceInfos ?? [];
    } catch (error) {
      if (!isComputeError(error, "invalid_config") || error.status !== 404) throw error;
      if (catalogue !== undefined) return toFamilies(catalogue);
      const advice =
        "declare what to rent in the option catalogue, or launch with providerOptions.hpc-ai.instanceTypeId";
      const message = `${error.message}; the cloud has closed its catalogue: ${advice}`;
      throw error.with({ message, field: "catalogue" });
    }
  }

  return {
    async launch(request, launchOptions, call) {
      const json = toCreateBody(request, launchOptions, regionIdOf);
      // A period is paid at once: such a create never goes out again, whatever its answer was.
      const rents = request.pricing?.kind === "reserved" ? "once" : true;
      const secrets = [...(call.secrets ?? []), json.instanceConfiguration.initScript];
      const sent = { json, response: acceptedSchema, rents, ...call, secrets } as const;
      const { instanceId } = await api.call("instance.create", sent);
      return { id: instanceId };
    },
    list,
    async terminate(id, call) {
      await api.call("instance.terminate", { ...toOne(id), idempotent: true, ...call });
    },
    power: {
      stop: (id, call) => change("instance.stop", id, ["stopped", "stopping"], call),
      start: (id, call) => change("instance.start", id, ["running", "provisioning"], call),
      async restart(id, call) {
        await api.call("instance.restart", { ...toOne(id), ...call });
      },
    },
    offers: {
      cheapestFirst: false,
      search: async (query, call) => ({ items: toOffers(await families(call), query, currency) }),
    },
    volumes: volumesOf({ api, pageSize, regionIdOf }),
    account: accountOf({ api, currency }),
  } satisfies ComputeDriver<LaunchOptions>;
}

function toOne(instanceId: string) {
  return { json: { instanceId }, response: acceptedSchema };
}
