import {
  type ComputeDriver,
  ComputeError,
  type DriverCall,
  type DriverContext,
  type DriverInstance,
  type DriverLaunchRequest,
  preparing,
  refuse,
} from "@gpuport/core";
import type * as z from "zod";
import { failureReader } from "./failure.ts";
import { imagesOf, keyOf, namingOf, sshKeysOf, volumesOf } from "./groups.ts";
import { closedPort, toLaunchBody } from "./launch.ts";
import { toInstance, toOffers } from "./map.ts";
import type { LaunchOptions, optionsSchema } from "./options.ts";
import type { LambdaEndpoint } from "./tables.ts";
import * as wire from "./wire.ts";

/** @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0) */
export function createDriver(
  { apiKey, baseUrl }: z.output<typeof optionsSchema>,
  { http, tables, clock }: DriverContext<LambdaEndpoint>,
) {
  const headers = { authorization: `Bearer ${apiKey.reveal()}` };
  const api = http({ baseUrl, headers, readFailure: failureReader(tables) });

  async function describe(id: string, call: DriverCall): Promise<DriverInstance> {
    const request = { params: { id }, response: wire.singleSchema };
    const { data } = await api.call("instance.get", { ...request, ...call });
    if (data.read.id === id) return toInstance(data, tables, clock.now());
    const message = `lambda: asked for instance ${id}, it answered with ${data.read.id}`;
    throw new ComputeError({ code: "bad_response", message });
  }

  /** A port is published by the account's rules, never by a launch: what they do not let through cannot be had. */
  async function checkPorts({ ports = [] }: DriverLaunchRequest, options: LaunchOptions, call: DriverCall) {
    // Whoever names rulesets vouches for them.
    if (ports.length === 0 || options.firewall_rulesets !== undefined) return;
    const { data } = await api.call("firewall.global", { response: wire.rulesetSchema, ...call });
    const closed = closedPort(ports, data.rules);
    if (closed === undefined) return;
    const why = `the global firewall rules do not let port ${closed.port} through; name others in`;
    refuse("ports", `${why} providerOptions.lambda.firewall_rulesets`, "unsupported");
  }

  return {
    async launch(request, options, call) {
      const key = await preparing(async () => {
        await checkPorts(request, options, call);
        return options.ssh_key_name ?? (await keyOf(api, request.sshPublicKeys?.[0] ?? "", call)).name;
      });
      const json = toLaunchBody(request, options, key);
      const secrets = [...(call.secrets ?? []), json.user_data ?? ""];
      const sent = { json, response: wire.launchedSchema, rents: true, ...call, secrets } as const;
      const { data } = await api.call("instance.create", sent);
      return { id: data.instance_ids[0], identity: request.identity, labels: request.labels };
    },
    describe,
    async list({ cursor, statuses: _, ...call }) {
      // Without paging the answer is whole. Should it say that there is more all the same, that is read too.
      const request = { query: { page_token: cursor }, response: wire.machinePageSchema };
      const page = await api.call("instance.list", { ...request, ...call });
      const items = page.data.map((row) => toInstance(row, tables, clock.now()));
      return { items, next: page.page_token ?? undefined };
    },
    async terminate(id, call) {
      const request = { json: { instance_ids: [id] }, response: wire.terminatedSchema, idempotent: true };
      const { data } = await api.call("instance.terminate", { ...request, ...call });
      if (data.terminated_instances.some((row) => row.id === id)) return;
      const message = `lambda: it did not accept to end instance ${id}`;
      throw new ComputeError({ code: "conflict", message, instanceId: id });
    },
    offers: {
      cheapestFirst: false,
      async search(_, call) {
        const { data } = await api.call("types.list", { response: wire.typesSchema, ...call });
        return { items: Object.entries(data).flatMap(([type, row]) => toOffers(type, row)) };
      },
    },
    images: imagesOf(api),
    volumes: volumesOf(api),
    sshKeys: sshKeysOf(api),
    naming: namingOf(api, describe),
  } satisfies ComputeDriver<LaunchOptions>;
}
