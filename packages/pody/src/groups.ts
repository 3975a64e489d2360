import {
  type AdapterTables,
  type Api,
  type DriverCall,
  type DriverGroups,
  isComputeError,
  type Page,
  parseOrRefuse,
  refuse,
  type Snapshot,
  type Unstamped,
} from "@gpuport/core";
import {
  commandSeconds,
  longestUrl,
  oldServerSeconds,
  serverSeconds,
  toExecResult,
  wrapped,
} from "./exec.ts";
import { said } from "./failure.ts";
import { checkPassword, snapshotOptionsSchema } from "./options.ts";
import {
  isCommit,
  toCommitName,
  toGpuProcesses,
  toHostVersions,
  toIdentity,
  toImage,
  toQuota,
  toSnapshot,
  wanted,
} from "./resources.ts";
import { notACommit, type PodyEndpoint, routeAbsent } from "./tables.ts";
import {
  accountSchema,
  committedSchema,
  execAnswerSchema,
  gpuProcessesSchema,
  hostSchema,
  imageNamesSchema,
  imageSchema,
  userNamesSchema,
  versionSchema,
} from "./wire.ts";

type PodyApi = Api<PodyEndpoint>;

/** Where a server is and what is known of it, as far as a command's URL and time go. */
interface ExecPlace {
  readonly baseUrl: string;
  readonly tables: AdapterTables<PodyEndpoint>;
}

export function execOf(api: PodyApi, { baseUrl, tables }: ExecPlace) {
  const { path, timeoutMs = Number.POSITIVE_INFINITY } = tables.endpoints["exec.run"];

  /** Servers before 0.3.0 give every command 10 s, whatever they are asked for. */
  async function isOld(call: DriverCall): Promise<boolean> {
    try {
      const [major, minor] = await api.call("server.version", { response: versionSchema, ...call });
      return major === 0 && minor < 3;
    } catch (error) {
      if (said(error, routeAbsent)) return true;
      throw error;
    }
  }

  return {
    async run(ins, command, call) {
      if (command.includes("\0") || !command.isWellFormed()) refuse("command", "must be text without NUL");
      const remaining = (): number => commandSeconds(Math.min(call.deadline.remainingMs(), timeoutMs));
      const patient = remaining() > oldServerSeconds;
      const seconds = patient && (await isOld(call)) ? oldServerSeconds : remaining();
      const query = { ins, cmd: wrapped(command, seconds), timeout: serverSeconds(seconds) };
      const search = new URLSearchParams({ ...query, timeout: String(query.timeout) });
      if (`${baseUrl}/${path}?${search}`.length >= longestUrl) {
        refuse("command", "is too long: it travels in the URL, which may have 32 KiB once it is encoded");
      }
      // Not idempotent: what a command does, it may do twice.
      const answer = await api.call("exec.run", { query, response: execAnswerSchema, ...call });
      return toExecResult(answer.log, seconds);
    },
  } satisfies DriverGroups["exec"];
}

/** Names of images, and whether the server is one that knows commits. */
async function imageNames(api: PodyApi, call: DriverCall) {
  const request = { response: imageNamesSchema, ...call };
  try {
    return { names: await api.call("image.list", request), commits: true };
  } catch (error) {
    if (!said(error, routeAbsent)) throw error;
    return { names: await api.call("image.list.old", request), commits: false };
  }
}

async function removeImage(api: PodyApi, image: string, call: DriverCall): Promise<void> {
  try {
    await api.call("image.remove", { query: { image }, removes: true, ...call });
  } catch (error) {
    // A commit that is gone is refused like somebody else's image. After a lost answer, the list tells which it was.
    if (!said(error, notACommit) || !isComputeError(error) || error.effect === "none") throw error;
    const { names } = await imageNames(api, call);
    if (names.includes(image)) throw error;
  }
}

export function imagesOf(api: PodyApi) {
  return {
    async list({ cursor: _, ...query }, call) {
      const { names, commits } = await imageNames(api, call);
      const images = [...new Set(names)].map((name) => toImage(name, commits && isCommit(name)));
      return { items: images.filter((image) => wanted(image, query)) };
    },
    remove: (id, call) => removeImage(api, id, call),
  } satisfies DriverGroups["images"];
}

export function snapshotsOf(api: PodyApi, username: string) {
  /** A commit of the list; nothing if it was removed meanwhile. */
  async function read(id: string, call: DriverCall): Promise<Unstamped<Snapshot> | undefined> {
    const request = { query: { image: id }, reads: true, response: imageSchema, ...call };
    try {
      return toSnapshot(id, { username, image: await api.call("image.get", request) });
    } catch (error) {
      if (isComputeError(error, "not_found")) return undefined;
      throw error;
    }
  }

  return {
    async create(ins, { name, providerOptions }, call) {
      const { msg } = parseOrRefuse(
        snapshotOptionsSchema,
        providerOptions?.["pody"] ?? {},
        "providerOptions.pody",
      );
      const query = { ins, tag: name, msg };
      // Not idempotent: the second would be another disk under the same name, and the first one's bytes stay.
      const made = await api.call("snapshot.create", { query, response: committedSchema, ...call });
      return [toSnapshot(toCommitName(made.image_name), { username, instanceId: ins })];
    },
    async list(_, call): Promise<Page<Unstamped<Snapshot>>> {
      const { names, commits } = await imageNames(api, call);
      const items: Unstamped<Snapshot>[] = [];
      for (const id of commits ? new Set(names.filter(isCommit)) : []) {
        // One after the other: the server works on one call at a time.
        const snapshot = await read(id, call);
        if (snapshot !== undefined) items.push(snapshot);
      }
      return { items };
    },
    remove: (id, call) => removeImage(api, id, call),
  } satisfies DriverGroups["snapshots"];
}

export function accountOf(api: PodyApi) {
  const read = (call: DriverCall) => api.call("account.get", { response: accountSchema, ...call });
  return {
    whoami: async (call) => toIdentity(await read(call)),
    quota: async (call) => toQuota(await read(call)),
    async users(call) {
      const names = await api.call("account.users", { response: userNamesSchema, ...call });
      return names.map((name) => ({ name }));
    },
    async changePassword(passwd, call) {
      checkPassword(passwd);
      await api.call("account.password", { query: { passwd }, ...call });
    },
  } satisfies DriverGroups["account"];
}

export function statsOf(api: PodyApi, username: string) {
  return {
    async gpuProcesses(call) {
      const processes = await api.call("host.processes", { response: gpuProcessesSchema, ...call });
      return toGpuProcesses(processes, username);
    },
    host: async (call) => toHostVersions(await api.call("host.get", { response: hostSchema, ...call })),
  } satisfies DriverGroups["stats"];
}
