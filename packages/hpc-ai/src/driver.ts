import {
  type ComputeDriver,
  type DriverCall,
  type DriverContext,
  type InstanceStatus,
  isComputeError,
  type ListPageCall,
} from "@gpuport/core";
import type * as z from "zod";
import { failureReader } from "./failures.ts";
import { toCreateBody } from "./launch.ts";
import { toPage, toSessionToken } from "./map.ts";
import { toFamilies, toOffers } from "./offers.ts";
import type { LaunchOptions, optionsSchema } from "./options.ts";
import type { HpcAiEndpoint } from "./tables.ts";
import { acceptedSchema, catalogueSchema, loginSchema, machinePageSchema } from "./wire.ts";

/** @see https://www.hpc-ai.com/doc/docs/api/instance/launch */
export function createDriver(
  options: z.output<typeof optionsSchema>,
  { http, tables, facts, clock }: DriverContext<HpcAiEndpoint>,
) {
  const { baseUrl, accessToken, apiKey, username, password, catalogue } = options;
  const host = new URL(baseUrl).hostname;
  const currency = options.currency ?? (host === "cloud.luchentech.com" ? "CNY" : "USD");
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
    const wanted = region.toLowerCase();
    return (
      catalogue?.regions.find(({ regionName }) => regionName.toLowerCase() === wanted)?.regionId ?? region
    );
  }

  async function list({ cursor = "1", statuses: _, ...call }: ListPageCall) {
    const pager = { currentPage: Number(cursor), pageSize: facts.pageSize };
    const request = { json: { pager }, response: machinePageSchema, reads: true, ...call };
    return toPage(await api.call("instance.list", request), pager, tables.statuses);
  }

  async function listedStatus(id: string, call: DriverCall): Promise<InstanceStatus | undefined> {
    let cursor: string | undefined;
    do {
      const page = await list({ ...call, cursor });
      const listed = page.items.find((instance) => instance.id === id);
      if (listed !== undefined) return listed.status;
      cursor = page.next;
    } while (cursor !== undefined);
    return undefined;
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
      const status = await listedStatus(id, call);
      if (status === undefined || !done.includes(status)) throw error;
    }
  }

  return {
    async launch(request, launchOptions, call) {
      const json = toCreateBody(request, launchOptions, regionIdOf);
      const secrets = [...(call.secrets ?? []), json.instanceConfiguration.initScript];
      const { instanceId } = await api.call("instance.create", {
        ...{ json, response: acceptedSchema, rents: true },
        ...call,
        secrets,
      });
      // The offer's price is for another way to pay.
      return { id: instanceId, ...(launchOptions.billing && { price: undefined }) };
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
      async search(query, call) {
        // A machine that may be taken away at any time is only for those who ask for one.
        const isOpen = query.pricing === undefined && query.offerId === undefined;
        const pricing =
          isOpen && call.operation === "launch" ? ({ kind: "on_demand" } as const) : query.pricing;
        return { items: toOffers(await families(call), { ...query, pricing }, currency) };
      },
    },
  } satisfies ComputeDriver<LaunchOptions>;

  /** The catalogue is the console's own and may close at any time; then it is what the configuration declares. */
  async function families(call: DriverCall): Promise<readonly unknown[]> {
    try {
      const request = { json: {}, response: catalogueSchema, reads: true, ...call };
      return (await api.call("catalog.types", request)).instanceInfos ?? [];
    } catch (error) {
      if (!isComputeError(error, "invalid_config") || error.status !== 404) throw error;
      if (catalogue !== undefined) return toFamilies(catalogue);
      throw error.with({
        message: `${error.message}; the cloud has closed its catalogue: declare what to rent in the option catalogue, or launch with providerOptions.hpc-ai.instanceTypeId`,
        field: "catalogue",
      });
    }
  }
}

function toOne(instanceId: string) {
  return { json: { instanceId }, response: acceptedSchema };
}
