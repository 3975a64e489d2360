import {
  type ComputeDriver,
  type DriverCall,
  type DriverContext,
  type DriverInstance,
  formOfToken,
  isComputeError,
} from "@gpuport/core";
import type * as z from "zod";
import { failureReader, said } from "./failure.ts";
import { accountOf, execOf, imagesOf, snapshotsOf, statsOf } from "./groups.ts";
import { toInstance, toPlace, toShortName, toUnreadableInstance } from "./map.ts";
import type { optionsSchema, PodyLaunchOptions } from "./options.ts";
import { imageGone, type PodyEndpoint, routeAbsent, stuckAfterLooks } from "./tables.ts";
import { createdSchema, podNamesSchema, podRecordSchema } from "./wire.ts";

/** @see https://github.com/MenxLi/pody */
export function createDriver(
  options: z.output<typeof optionsSchema>,
  { http, tables }: DriverContext<PodyEndpoint>,
) {
  const { baseUrl, username, password } = options;
  const api = http({
    baseUrl,
    headers: { authorization: `Basic ${btoa(`${username}:${password.reveal()}`)}` },
    readFailure: failureReader(tables),
  });
  const place = toPlace(options, tables);

  /** One pod as the server reads it. Servers before 0.3.0 have another route for it. */
  async function inspect(ins: string, call: DriverCall): Promise<DriverInstance> {
    const request = { query: { ins }, response: podRecordSchema, ...call };
    try {
      return toInstance(ins, await api.call("instance.get", request), place);
    } catch (error) {
      if (!said(error, routeAbsent)) throw error;
      return toInstance(ins, await api.call("instance.get.old", request), place);
    }
  }

  async function names(call: DriverCall): Promise<readonly string[]> {
    const listed = await api.call("instance.list", { response: podNamesSchema, ...call });
    return [...new Set(listed.map(toShortName))];
  }

  async function describe(ins: string, call: DriverCall): Promise<DriverInstance> {
    try {
      return await inspect(ins, call);
    } catch (error) {
      if (!said(error, imageGone) || !(await names(call)).includes(ins)) throw error;
      return toUnreadableInstance(ins, place);
    }
  }

  /** A pod of the list; nothing if the server knows no such pod of this account. */
  async function listed(ins: string, call: DriverCall): Promise<DriverInstance | undefined> {
    try {
      return await inspect(ins, call);
    } catch (error) {
      if (said(error, imageGone)) return toUnreadableInstance(ins, place);
      // Deleted since, or a stranger's: `alice` may be shown the pods of `jimalice` as well.
      if (isComputeError(error, "not_found")) return undefined;
      throw error;
    }
  }

  return {
    async launch({ identity, image, snapshot }, launchOptions, call) {
      const query = { ins: identity, image: launchOptions.image ?? image ?? snapshot };
      try {
        const { info } = await api.call("instance.create", {
          query,
          response: createdSchema,
          rents: true,
          ...call,
        });
        return info ? toInstance(identity, info, place) : { id: identity };
      } catch (error) {
        if (!isComputeError(error)) throw error;
        // The answer does not name the pod that stays behind, but the request did.
        if (error.effect === "done") throw error.with({ instanceId: identity });
        // Nobody else has a name made for this launch: if it is taken, this very create has been carried out.
        if (error.code === "conflict" && formOfToken(identity) === identity)
          throw error.with({ effect: "maybe" });
        throw error;
      }
    },
    describe,
    async find(identity, call) {
      try {
        return [await describe(identity, call)];
      } catch (error) {
        if (isComputeError(error, "not_found")) return [];
        throw error;
      }
    },
    async list(call) {
      const items: DriverInstance[] = [];
      for (const ins of await names(call)) {
        // One after the other: the server works on one call at a time.
        const instance = await listed(ins, call);
        if (instance !== undefined) items.push(instance);
      }
      return { items };
    },
    async terminate(ins, call) {
      await api.call("instance.terminate", { query: { ins }, idempotent: true, ...call });
    },
    hardware: place.hardware,
    stuckAfterLooks,
    power: {
      async stop(ins, call) {
        await api.call("instance.stop", { query: { ins }, idempotent: true, ...call });
      },
      async start(ins, call) {
        await api.call("instance.start", { query: { ins }, idempotent: true, ...call });
      },
      async restart(ins, call) {
        await api.call("instance.restart", { query: { ins }, ...call });
      },
    },
    exec: execOf(api, { baseUrl, tables }),
    images: imagesOf(api),
    snapshots: snapshotsOf(api, username),
    account: accountOf(api),
    stats: statsOf(api, username),
  } satisfies ComputeDriver<PodyLaunchOptions>;
}
