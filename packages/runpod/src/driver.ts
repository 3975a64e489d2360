import { type ComputeDriver, ComputeError, type DriverCall, type DriverContext } from "@gpuport/core";
import type * as z from "zod";
import { accountOf, logsOf, powerOf, sshKeysOf, volumesOf } from "./groups.ts";
import { toCreateBody } from "./launch.ts";
import { readFailure, toInstance } from "./map.ts";
import { readOfferId, toOffer } from "./offers.ts";
import type { LaunchOptions, optionsSchema } from "./options.ts";
import type { RunpodEndpoint } from "./tables.ts";
import { gpuPageSchema, podAnswerSchema, podPageSchema } from "./wire.ts";

/** @see https://docs.runpod.io/api-reference-v2 */
export function createDriver(
  { apiKey, baseUrl, community }: z.output<typeof optionsSchema>,
  { http, tables, facts }: DriverContext<RunpodEndpoint>,
) {
  const api = http({
    baseUrl,
    headers: { authorization: `Bearer ${apiKey.reveal()}` },
    readFailure: (answer) => readFailure(answer, tables),
  });

  async function readPod(id: string, call: DriverCall) {
    const pod = await api.call("instance.get", { params: { id }, response: podAnswerSchema, ...call });
    if (pod.read.id === id) return pod;
    const message = `runpod: asked for pod ${id}, it answered with ${pod.read.id}`;
    throw new ComputeError({ code: "bad_response", message });
  }

  return {
    async launch(request, options: LaunchOptions, call) {
      const json = toCreateBody(request, options);
      // The command is JSON within JSON there, and as such may be echoed.
      const secrets = [...(call.secrets ?? []), json.args ?? ""];
      const creation = { json, response: podAnswerSchema, rents: true, ...call, secrets } as const;
      return toInstance(await api.call("instance.create", creation), tables);
    },
    // A pod that has just been made reads as 404 for a while, so the list has to agree.
    confirmsAbsence: "by_list",
    describe: async (id, call) => toInstance(await readPod(id, call), tables),
    async list({ cursor, statuses: _, ...call }) {
      const query = { limit: facts.pageSize, cursor };
      const { pods, next } = await api.call("instance.list", { query, response: podPageSchema, ...call });
      return { items: pods.map((pod) => toInstance(pod, tables)), next };
    },
    async terminate(id, call) {
      await api.call("instance.terminate", { params: { id }, idempotent: true, ...call });
    },
    offers: {
      cheapestFirst: false,
      /** Each cloud has a catalogue of its own. */
      async search({ cursor, offerId, gpu, region }, call) {
        const named = offerId === undefined ? undefined : readOfferId(offerId);
        const cloud = named?.cloud ?? (cursor === "COMMUNITY" ? cursor : "SECURE");
        const wanted = named ?? { cloud, region, count: gpu?.count ?? 1 };
        const query = { include: "AVAILABILITY", product: "POD", count: wanted.count, cloud };
        const { gpus } = await api.call("offers.search", { query, response: gpuPageSchema, ...call });
        const next = community && !named && cloud === "SECURE" ? "COMMUNITY" : undefined;
        return { items: gpus.flatMap((row) => toOffer(row, wanted) ?? []), next };
      },
    },
    power: powerOf(api, readPod, tables),
    logs: logsOf(api),
    volumes: volumesOf(api),
    sshKeys: sshKeysOf(api),
    account: accountOf(api),
  } satisfies ComputeDriver<LaunchOptions>;
}
