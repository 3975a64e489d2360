import {
  type ComputeDriver,
  ComputeError,
  type DriverCall,
  type DriverContext,
  type DriverInstance,
  type DriverLaunchRequest,
  isComputeError,
  refuse,
} from "@gpuport/core";
import type * as z from "zod";
import { failureReader } from "./failure.ts";
import { imagesOf, keyRingOf, namingOf, sshKeysOf, volumesOf } from "./groups.ts";
import { closedPort, toLaunchBody } from "./launch.ts";
import { toInstance, toOffers } from "./map.ts";
import type { LaunchOptions, optionsSchema } from "./options.ts";
import type { LambdaEndpoint } from "./tables.ts";
import {
  launchedSchema,
  machinePageSchema,
  rulesetSchema,
  singleSchema,
  terminatedSchema,
  typesSchema,
} from "./wire.ts";

/** @see https://cloud.lambda.ai/api/v1/openapi.json (version 1.10.0) */
export function createDriver(
  { apiKey, baseUrl }: z.output<typeof optionsSchema>,
  { http, tables, clock }: DriverContext<LambdaEndpoint>,
) {
  const headers = { authorization: `Bearer ${apiKey.reveal()}` };
  const api = http({ baseUrl, headers, readFailure: failureReader(tables) });
  const keyRing = keyRingOf(api);

  async function describe(id: string, call: DriverCall): Promise<DriverInstance> {
    const { data } = await api.call("instance.get", { params: { id }, response: singleSchema, ...call });
    const instance = toInstance(data, tables, clock.now());
    if (instance.id === id) return instance;
    const message = `lambda: asked for instance ${id}, it answered with ${instance.id}`;
    throw new ComputeError({ code: "bad_response", message });
  }

  /** A port is published by the account's rules, never by a launch: what they do not let through cannot be had. */
  async function checkPorts({ ports = [] }: DriverLaunchRequest, options: LaunchOptions, call: DriverCall) {
    // Whoever names rulesets vouches for them.
    if (ports.length === 0 || options.firewallRulesets.length > 0) return;
    const { data } = await api.call("firewall.global", { response: rulesetSchema, ...call });
    const closed = closedPort(ports, data.rules);
    if (closed === undefined) return;
    const why = `the global firewall rules do not let port ${closed.port} through; name others in`;
    refuse("ports", `${why} providerOptions.lambda.firewallRulesets`, "unsupported");
  }

  /** The one key that a launch names. */
  async function keyNameFor(request: DriverLaunchRequest, { sshKeyName }: LaunchOptions, call: DriverCall) {
    const [publicKey = ""] = request.sshPublicKeys ?? [];
    return sshKeyName ?? (await keyRing.add(publicKey, call)).name;
  }

  return {
    async launch(request, options, call) {
      const keyName = await beforeRenting(async () => {
        await checkPorts(request, options, call);
        return keyNameFor(request, options, call);
      });
      const json = toLaunchBody(request, options, keyName);
      const secrets = [...(call.secrets ?? []), json.user_data ?? ""];
      const sent = { json, response: launchedSchema, rents: true, ...call, secrets } as const;
      const { data } = await api.call("instance.create", sent);
      return { id: data.instance_ids[0], identity: request.identity, labels: request.labels };
    },
    describe,
    async list({ cursor, statuses: _, ...call }) {
      // Without paging the answer is whole. Should it say that there is more all the same, that is read too.
      const query = { page_token: cursor };
      const page = await api.call("instance.list", { query, response: machinePageSchema, ...call });
      const now = clock.now();
      return {
        items: page.data.map((row) => toInstance(row, tables, now)),
        next: page.page_token ?? undefined,
      };
    },
    async terminate(id, call) {
      const json = { instance_ids: [id] };
      const request = { json, response: terminatedSchema, idempotent: true, ...call };
      const { data } = await api.call("instance.terminate", request);
      if (data.terminated_instances.some((row) => row.id === id)) return;
      const message = `lambda: it did not accept to end instance ${id}`;
      throw new ComputeError({ code: "conflict", message, instanceId: id });
    },
    offers: {
      cheapestFirst: false,
      async search(_, call) {
        const { data } = await api.call("types.list", { response: typesSchema, ...call });
        return { items: Object.entries(data).flatMap(([type, row]) => toOffers(type, row)) };
      },
    },
    images: imagesOf(api),
    volumes: volumesOf(api),
    sshKeys: sshKeysOf(api),
    naming: namingOf(api, describe),
  } satisfies ComputeDriver<LaunchOptions>;
}

/** What goes wrong here has rented nothing: a key in the account costs nothing, and adding it again is harmless. */
async function beforeRenting<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isComputeError(error) ? error.with({ effect: "none" }) : error;
  }
}
