import {
  type Api,
  ComputeError,
  type DriverCall,
  type DriverGroups,
  type InstanceStatus,
  isComputeError,
  type Kept,
  parseOrRefuse,
  refuse,
  sshKeyFingerprint,
} from "@gpuport/core";
import { hasNoGpu, toInstance, toVolume } from "./map.ts";
import { volumeSpecSchema } from "./options.ts";
import { limits, type RunpodEndpoint, type RunpodTables } from "./tables.ts";
import * as wire from "./wire.ts";

type RunpodApi = Api<RunpodEndpoint>;
type ReadPod = (id: string, call: DriverCall) => Promise<Kept<wire.ReadPod>>;

export function powerOf(api: RunpodApi, readPod: ReadPod, tables: RunpodTables) {
  /** @param done What the pod is when it has been done: then a refusal for the state it is in is none. */
  async function act(id: string, action: string, call: DriverCall, done?: readonly InstanceStatus[]) {
    const idempotent = done !== undefined;
    try {
      await api.call("instance.action", { params: { id }, json: { action }, idempotent, ...call });
    } catch (error) {
      if (!isComputeError(error, "conflict")) throw error;
      if (!done?.includes(toInstance(await readPod(id, call), tables).status)) throw error;
    }
  }

  /** A start whose host has no GPU left may succeed without one, so that data can be saved. It is stopped again. */
  async function holdToGpus(id: string, call: DriverCall): Promise<void> {
    try {
      if (!hasNoGpu((await readPod(id, call)).read)) return;
      await act(id, "stop", call, ["stopped"]);
    } catch (error) {
      if (!isComputeError(error)) throw error;
      const message = `${error.message}; the pod was started, perhaps without its GPUs: look at it, or stop it`;
      throw error.with({ message, effect: "done", instanceId: id });
    }
    const message = `runpod: pod ${id} came up without its GPUs, which others have now, and is stopped again`;
    throw new ComputeError({ code: "no_capacity", scope: "request", message, instanceId: id });
  }

  return {
    stop: (id, call) => act(id, "stop", call, ["stopped"]),
    async start(id, call) {
      await act(id, "start", call, ["running", "provisioning"]);
      await holdToGpus(id, call);
    },
    restart: (id, call) => act(id, "restart", call),
  } satisfies DriverGroups["power"];
}

export function logsOf(api: RunpodApi) {
  return {
    async tail(id, { lines = limits.logLines, filter = "", daemon = false }, call) {
      if (lines > limits.logLines) refuse("lines", `runpod gives at most ${limits.logLines}`);
      const events = await api.call("instance.logs", {
        params: { id },
        query: { source: daemon ? "system" : "container", tail: lines },
        response: wire.logSchema,
        ...call,
      });
      const texts = events.map(({ data }) => wire.logLineSchema.safeParse(data).data?.line ?? String(data));
      return texts.filter((line) => line.includes(filter)).join("\n");
    },
  } satisfies DriverGroups["logs"];
}

/** Network volumes: in one data center, and mounted by `providerOptions.runpod.networkVolume` of a launch. */
export function volumesOf(api: RunpodApi) {
  return {
    async list(_, call) {
      const page = await api.call("volume.list", { response: wire.volumePageSchema, ...call });
      return { items: page.networkVolumes.map(toVolume) };
    },
    async create({ offerId, ...spec }, call) {
      if (offerId !== undefined) refuse("offerId", "runpod sells no volumes by offer", "unsupported");
      const { name, sizeMiB, region: dataCenter, type } = parseOrRefuse(volumeSpecSchema, spec, "");
      const json = { name, size: Math.ceil(sizeMiB / 1024), dataCenter, type };
      const creation = { json, response: wire.volumeAnswerSchema, rents: true, ...call } as const;
      return toVolume(await api.call("volume.create", creation));
    },
    async remove(id, call) {
      await api.call("volume.delete", { params: { id }, idempotent: true, ...call });
    },
  } satisfies DriverGroups["volumes"];
}

/** The account has one list, which is read, changed and written as a whole: two who do so at once can lose a key. */
export function sshKeysOf(api: RunpodApi) {
  const toKey = async (publicKey: string) => ({ id: await sshKeyFingerprint(publicKey), publicKey });

  async function read(call: DriverCall) {
    const { keys } = await api.call("sshkey.list", { response: wire.sshKeysSchema, ...call });
    return Promise.all(keys.map(toKey));
  }

  async function write(rows: readonly { readonly publicKey: string }[], call: DriverCall) {
    const keys = rows.map(({ publicKey }) => publicKey);
    await api.call("sshkey.replace", { json: { keys }, idempotent: true, ...call });
  }

  return {
    list: async (_, call) => ({ items: await read(call) }),
    async add(publicKey, call) {
      const [keys, added] = [await read(call), await toKey(publicKey)];
      const known = keys.find(({ id }) => id === added.id);
      if (known === undefined) await write([...keys, added], call);
      return known ?? added;
    },
    async remove(id, call) {
      const keys = await read(call);
      const left = keys.filter((key) => key.id !== id);
      const message = `runpod: there is no ssh key ${id}`;
      if (left.length === keys.length) throw new ComputeError({ code: "not_found", message });
      await write(left, call);
    },
  } satisfies DriverGroups["sshKeys"];
}

export function accountOf(api: RunpodApi) {
  return {
    async balance(call) {
      const json = { query: "query { myself { clientBalance } }" };
      const request = { json, response: wire.balanceSchema, reads: true, ...call };
      const { clientBalance } = (await api.call("account.balance", request)).data.myself;
      return { currency: "USD", availableMicros: Math.round(clientBalance * 1e6) + 0 }; // no -0
    },
  } satisfies DriverGroups["account"];
}
