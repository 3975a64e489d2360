import * as z from "zod";
import type { CallOptions } from "./call-options.ts";
import type { CapabilityGroups } from "./capabilities.ts";
import type { DriverCall, DriverGroups, DriverInstance, Page, Paged, Unstamped } from "./driver.ts";
import {
  idSchema,
  imageQuerySchema,
  imageSpecSchema,
  logQuerySchema,
  networkSpecSchema,
  snapshotQuerySchema,
  snapshotSpecSchema,
  volumeOfferQuerySchema,
  volumeSpecSchema,
} from "./group-schemas.ts";
import type { Instance, Snapshot, SshKey } from "./model/index.ts";
import { sshPublicKeySchema } from "./model/request.ts";
import { definedOnly } from "./options.ts";
import { parseOrRefuse } from "./prepare.ts";

/** What core stands around every operation with. */
export interface GroupMeans {
  readonly run: <Result>(
    operation: string,
    options: CallOptions | undefined,
    work: (call: DriverCall) => Promise<Result>,
    instanceId?: string,
  ) => Promise<Result>;
  readonly pages: <Item extends { readonly id: string }>(
    operation: string,
    options: CallOptions | undefined,
    readPage: (cursor: string | undefined, call: DriverCall) => Promise<Page<Item>>,
  ) => AsyncIterable<Item>;
  /** Puts the provider's name on a stored thing. */
  readonly stamp: <Resource extends { readonly provider: string }>(resource: Unstamped<Resource>) => Resource;
  readonly finished: (observed: DriverInstance) => Instance;
}

type DriverGroup<Name extends keyof DriverGroups> = NonNullable<DriverGroups[Name]>;

/** @throws `invalid_argument` for what cannot be an id, before it reaches a path. */
export function idOf(id: unknown, field = "id"): string {
  parseOrRefuse(idSchema, id, field);
  return id as string; // just checked, and handed on as the cloud wrote it
}

/** The groups that users hold, made of those that the driver has; each operation checks what goes in before it sends. */
export function groupsOf(driver: DriverGroups, means: GroupMeans): Partial<Omit<CapabilityGroups, "offers">> {
  return definedOnly({
    power: driver.power && powerOf(driver.power, means),
    images: driver.images && imagesOf(driver.images, means),
    exec: driver.exec && execOf(driver.exec, means),
    logs: driver.logs && logsOf(driver.logs, means),
    snapshots: driver.snapshots && snapshotsOf(driver.snapshots, means),
    volumes: driver.volumes && volumesOf(driver.volumes, means),
    networks: driver.networks && networksOf(driver.networks, means),
    sshKeys: driver.sshKeys && sshKeysOf(driver.sshKeys, means),
    bids: driver.bids && bidsOf(driver.bids, means),
    account: driver.account && accountOf(driver.account, means),
    stats: driver.stats && statsOf(driver.stats, means),
    naming: driver.naming && namingOf(driver.naming, means),
    bulk: driver.bulk && bulkOf(driver.bulk, means),
  });
}

/** An operation on one machine. */
function onInstance(
  operation: string,
  work: (id: string, call: DriverCall) => Promise<void>,
  { run }: GroupMeans,
) {
  return (id: string, options?: CallOptions): Promise<void> =>
    run(operation, options, async (call) => work(idOf(id), call), id);
}

/** An operation on a stored thing. */
function onStored(
  operation: string,
  work: (id: string, call: DriverCall) => Promise<void>,
  { run }: GroupMeans,
) {
  return (id: string, options?: CallOptions): Promise<void> =>
    run(operation, options, async (call) => work(idOf(id), call));
}

/** A list of stored things without a query. */
function listOf<Resource extends { readonly id: string; readonly provider: string }>(
  operation: string,
  work: (query: Paged, call: DriverCall) => Promise<Page<Unstamped<Resource> & { readonly id: string }>>,
  means: GroupMeans,
) {
  return (options?: CallOptions): AsyncIterable<Resource> =>
    stamped<Resource>(
      means.pages(operation, options, (cursor, call) => work({ cursor }, call)),
      means,
    );
}

async function* stamped<Resource extends { readonly provider: string }>(
  items: AsyncIterable<Unstamped<Resource>>,
  { stamp }: GroupMeans,
): AsyncGenerator<Resource, void, undefined> {
  for await (const item of items) yield stamp<Resource>(item);
}

function powerOf(power: DriverGroup<"power">, means: GroupMeans): CapabilityGroups["power"] {
  return {
    stop: onInstance("power.stop", power.stop, means),
    start: onInstance("power.start", power.start, means),
    ...(power.restart && { restart: onInstance("power.restart", power.restart, means) }),
    ...(power.recycle && { recycle: onInstance("power.recycle", power.recycle, means) }),
  };
}

function imagesOf(images: DriverGroup<"images">, means: GroupMeans): CapabilityGroups["images"] {
  const { create, remove } = images;
  return {
    async *list(query = {}, options) {
      const wish = parseOrRefuse(imageQuerySchema, query, "");
      yield* stamped(
        means.pages("images.list", options, (cursor, call) => images.list({ ...wish, cursor }, call)),
        means,
      );
    },
    ...(create && {
      create: (spec, options) =>
        means.run("images.create", options, async (call) =>
          means.stamp(await create(parseOrRefuse(imageSpecSchema, spec, ""), call)),
        ),
    }),
    ...(remove && { remove: onStored("images.remove", remove, means) }),
  };
}

function execOf(exec: DriverGroup<"exec">, { run }: GroupMeans): CapabilityGroups["exec"] {
  return {
    run: (id, command, options) => {
      const work = async (call: DriverCall) =>
        exec.run(idOf(id), parseOrRefuse(z.string().min(1), command, "command"), call);
      return run("exec.run", options, work, id);
    },
  };
}

function logsOf(logs: DriverGroup<"logs">, { run }: GroupMeans): CapabilityGroups["logs"] {
  return {
    async *tail(id, query = {}, options) {
      const work = async (call: DriverCall): Promise<string> =>
        logs.tail(idOf(id), parseOrRefuse(logQuerySchema, query, ""), call);
      const text = await run("logs.tail", options, work, id);
      if (text !== "") yield* text.replace(/\r?\n$/, "").split(/\r?\n/);
    },
  };
}

function snapshotsOf(snapshots: DriverGroup<"snapshots">, means: GroupMeans): CapabilityGroups["snapshots"] {
  const { list, remove } = snapshots;
  return {
    create: (instanceId, spec = {}, options) => {
      const work = async (call: DriverCall) => {
        const made = await snapshots.create(
          idOf(instanceId),
          parseOrRefuse(snapshotSpecSchema, spec, ""),
          call,
        );
        return made.map((snapshot) => means.stamp(snapshot));
      };
      return means.run("snapshots.create", options, work, instanceId);
    },
    ...(list && {
      async *list(query = {}, options) {
        const wish = parseOrRefuse(snapshotQuerySchema, query, "");
        const found = means.pages("snapshots.list", options, (cursor, call) =>
          list({ ...wish, cursor }, call),
        );
        for await (const snapshot of found) {
          if (wish.statuses?.includes(snapshot.status) ?? true) yield means.stamp<Snapshot>(snapshot);
        }
      },
    }),
    ...(remove && { remove: onStored("snapshots.remove", remove, means) }),
  };
}

function volumesOf(volumes: DriverGroup<"volumes">, means: GroupMeans): CapabilityGroups["volumes"] {
  const { search } = volumes;
  return {
    list: listOf("volumes.list", volumes.list, means),
    create: (spec, options) =>
      means.run("volumes.create", options, async (call) =>
        means.stamp(await volumes.create(parseOrRefuse(volumeSpecSchema, spec, ""), call)),
      ),
    remove: onStored("volumes.remove", volumes.remove, means),
    ...(search && {
      async *search(query, options) {
        const wish = parseOrRefuse(volumeOfferQuerySchema, query, "");
        yield* stamped(
          means.pages("volumes.search", options, (cursor, call) => search({ ...wish, cursor }, call)),
          means,
        );
      },
    }),
  };
}

function networksOf(networks: DriverGroup<"networks">, means: GroupMeans): CapabilityGroups["networks"] {
  return {
    create: (spec, options) =>
      means.run("networks.create", options, async (call) =>
        means.stamp(await networks.create(parseOrRefuse(networkSpecSchema, spec, ""), call)),
      ),
    list: listOf("networks.list", networks.list, means),
    attach: (networkId, instanceIds, options) =>
      means.run("networks.attach", options, async (call) => {
        const ids = parseOrRefuse(z.array(idSchema).min(1), instanceIds, "instanceIds");
        return networks.attach(idOf(networkId, "networkId"), ids, call);
      }),
    endpoints: (networkId, options) =>
      means.pages("networks.endpoints", options, async (cursor, call) =>
        networks.endpoints(idOf(networkId, "networkId"), { cursor }, call),
      ),
  };
}

function sshKeysOf(sshKeys: DriverGroup<"sshKeys">, means: GroupMeans): CapabilityGroups["sshKeys"] {
  const { attach, attached, detach } = sshKeys;
  return {
    list: listOf("sshKeys.list", sshKeys.list, means),
    add: (publicKey, options) =>
      means.run("sshKeys.add", options, async (call) =>
        means.stamp(await sshKeys.add(parseOrRefuse(sshPublicKeySchema, publicKey, "publicKey"), call)),
      ),
    remove: onStored("sshKeys.remove", sshKeys.remove, means),
    ...(attach && {
      attach: (instanceId, publicKey, options) => {
        const work = async (call: DriverCall): Promise<void> =>
          attach(idOf(instanceId), parseOrRefuse(sshPublicKeySchema, publicKey, "publicKey"), call);
        return means.run("sshKeys.attach", options, work, instanceId);
      },
    }),
    ...(attached && {
      attached: (instanceId, options) =>
        stamped<SshKey>(
          means.pages("sshKeys.attached", options, async (cursor, call) =>
            attached(idOf(instanceId), { cursor }, call),
          ),
          means,
        ),
    }),
    ...(detach && {
      detach: (instanceId, keyId, options) =>
        means.run(
          "sshKeys.detach",
          options,
          async (call) => detach(idOf(instanceId), idOf(keyId, "keyId"), call),
          instanceId,
        ),
    }),
  };
}

function bidsOf(bids: DriverGroup<"bids">, { run }: GroupMeans): CapabilityGroups["bids"] {
  return {
    change: (id, perHourMicros, options) => {
      const work = async (call: DriverCall): Promise<void> =>
        bids.change(idOf(id), parseOrRefuse(z.int().positive(), perHourMicros, "perHourMicros"), call);
      return run("bids.change", options, work, id);
    },
  };
}

function accountOf(account: DriverGroup<"account">, { run }: GroupMeans): CapabilityGroups["account"] {
  const { balance, quota, whoami, users, changePassword } = account;
  return {
    ...(balance && { balance: (options) => run("account.balance", options, balance) }),
    ...(quota && { quota: (options) => run("account.quota", options, quota) }),
    ...(whoami && { whoami: (options) => run("account.whoami", options, whoami) }),
    ...(users && { users: (options) => run("account.users", options, users) }),
    ...(changePassword && {
      changePassword: (password, options) =>
        run("account.changePassword", options, async (call) => {
          const next = parseOrRefuse(z.string().min(1), password, "password");
          return changePassword(next, { ...call, secrets: [...(call.secrets ?? []), next] });
        }),
    }),
  };
}

function statsOf(
  { counts, gpuProcesses, host }: DriverGroup<"stats">,
  { run }: GroupMeans,
): CapabilityGroups["stats"] {
  return {
    ...(counts && { counts: (options) => run("stats.counts", options, counts) }),
    ...(gpuProcesses && { gpuProcesses: (options) => run("stats.gpuProcesses", options, gpuProcesses) }),
    ...(host && { host: (options) => run("stats.host", options, host) }),
  };
}

function namingOf(naming: DriverGroup<"naming">, { run }: GroupMeans): CapabilityGroups["naming"] {
  return {
    rename: (id, name, options) => {
      const work = async (call: DriverCall): Promise<void> =>
        naming.rename(idOf(id), parseOrRefuse(z.string().trim().min(1).max(128), name, "name"), call);
      return run("naming.rename", options, work, id);
    },
  };
}

function bulkOf(bulk: DriverGroup<"bulk">, { run, finished }: GroupMeans): CapabilityGroups["bulk"] {
  return {
    describe: async (ids, options) => {
      const wanted = [...new Set(parseOrRefuse(z.array(idSchema), ids, "ids"))];
      const found: Instance[] = [];
      for (let from = 0; from < wanted.length; from += bulk.maxIds) {
        const some = wanted.slice(from, from + bulk.maxIds);
        const read = await run("bulk.describe", options, (call) => bulk.describe(some, call));
        found.push(...read.map(finished));
      }
      return found;
    },
  };
}
