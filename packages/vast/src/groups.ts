import {
  type Api,
  type Balance,
  type DriverCall,
  type DriverGroups,
  type DriverInstance,
  isComputeError,
  parseOrRefuse,
  refuse,
  renamedLabel,
  type SshKey,
  sshKeyBody,
  type Unstamped,
} from "@gpuport/core";
import type { EndpointName } from "./endpoints.ts";
import { numeric, toOfferNumber } from "./ids.ts";
import { instancesPerPage, limits, offersPerPage, standardFilters } from "./limits.ts";
import { merged, readOffers } from "./offers.ts";
import { type Filters, snapshotOptionsSchema } from "./options.ts";
import { toBalance, toSshKey, toVolume, toVolumeOffer } from "./resources.ts";
import type { FetchResult } from "./results.ts";
import { badName } from "./rules.ts";
import * as wire from "./wire.ts";

type VastApi = Api<EndpointName>;
type Filtered = (filters: Filters, call: DriverCall) => Promise<readonly DriverInstance[]>;

export function logsOf(api: VastApi, result: FetchResult) {
  return {
    async tail(id, { lines, filter, daemon }, call) {
      const json = { tail: lines?.toString(), filter, daemon_logs: daemon ? "true" : undefined };
      const params = { id: numeric(id) };
      const request = { params, json, response: wire.resultSchema, reads: true };
      return result(await api.call("instance.logs", { ...request, ...call }), call);
    },
  } satisfies DriverGroups["logs"];
}

/** Not a shell: a few commands on the files of a machine, which Vast.ai runs from outside. */
export function execOf(api: VastApi, result: FetchResult) {
  return {
    async run(id, command, call) {
      const [, program] = limits.command.exec(command) ?? [];
      if (program === undefined) refuse("command", "vast runs ls, rm and du only; use ssh", "unsupported");
      if (command.length > limits.commandLength) {
        refuse("command", `may have ${limits.commandLength} characters; use ssh`, "unsupported");
      }
      const reads = program !== "rm";
      const request = { params: { id: numeric(id) }, json: { command }, response: wire.resultSchema, reads };
      const answer = await api.call("instance.exec", { ...request, ...call });
      const output = await result(answer, call).catch((error: unknown) => {
        throw isComputeError(error) && !reads ? error.with({ effect: "done" }) : error;
      });
      const stdout = new TextEncoder().encode(output);
      // The cloud says nothing of how a command ended: no number equals this one.
      return { stdout, stderr: new Uint8Array(), truncated: false };
    },
  } satisfies DriverGroups["exec"];
}

export function sshKeysOf(api: VastApi) {
  async function list(call: DriverCall): Promise<readonly Unstamped<SshKey>[]> {
    try {
      const rows = await api.call("sshkey.list", { response: wire.sshKeyPageSchema, ...call });
      return rows.flatMap((row) => toSshKey(row) ?? []);
    } catch (error) {
      if (isComputeError(error, "not_found")) return []; // how the cloud says that there are none
      throw error;
    }
  }

  return {
    list: async (_, call) => ({ items: await list(call) }),
    async add(publicKey, call) {
      const known = (await list(call)).find((key) => sshKeyBody(key.publicKey) === sshKeyBody(publicKey));
      if (known !== undefined) return known;
      const json = { ssh_key: publicKey };
      const { key } = await api.call("sshkey.create", { json, response: wire.sshKeyCreatedSchema, ...call });
      return toSshKey(key) ?? { id: key.id, publicKey };
    },
    async remove(id, call) {
      const params = { id: numeric(id) };
      await api.call("sshkey.delete", { params, json: {}, removes: true, ...call });
    },
    async attach(instanceId, publicKey, call) {
      const params = { id: numeric(instanceId) };
      await api.call("instance.sshKeyAttach", { params, json: { ssh_key: publicKey }, ...call });
    },
    async attached(instanceId, _, call) {
      const params = { id: numeric(instanceId) };
      const response = wire.attachedKeysSchema;
      const { ssh_keys } = await api.call("instance.sshKeys", { params, response, ...call });
      return { items: ssh_keys.flatMap((row) => toSshKey(row) ?? []) };
    },
    async detach(instanceId, keyId, call) {
      const params = { id: numeric(instanceId), keyId: numeric(keyId, "keyId") };
      await api.call("instance.sshKeyDetach", { params, json: {}, removes: true, ...call });
    },
  } satisfies DriverGroups["sshKeys"];
}

export function namingOf(api: VastApi, describe: (id: string, call: DriverCall) => Promise<DriverInstance>) {
  return {
    async rename(id, name, call) {
      if (!limits.name.test(name)) refuse("name", badName);
      const label = renamedLabel((await describe(id, call)).identity, name);
      const params = { id: numeric(id) };
      await api.call("instance.label", { params, json: { label }, idempotent: true, ...call });
    },
  } satisfies DriverGroups["naming"];
}

export function bidsOf(api: VastApi) {
  return {
    async change(id, perHourMicros, call) {
      const price = perHourMicros / 1e6;
      if (price < limits.minBid)
        refuse("perHourMicros", `a bid is at least ${limits.minBid} dollars an hour`);
      const json = { client_id: "me", price };
      await api.call("instance.bid", { params: { id: numeric(id) }, json, idempotent: true, ...call });
    },
  } satisfies DriverGroups["bids"];
}

/** Volumes lie on one machine, and mount only into what runs there: `providerOptions.vast.volume_info` of a launch. */
export function volumesOf(api: VastApi) {
  return {
    async list(_, call) {
      const query = { owner: "me", type: "all_volume" };
      const page = await api.call("volume.list", { query, response: wire.volumePageSchema, ...call });
      return { items: page.volumes.map(toVolume) };
    },
    async create({ offerId, sizeMiB, name, region, type }, call) {
      if (offerId === undefined) return refuse("offerId", "vast rents volumes by offer: volumes.search");
      if (region !== undefined) refuse("region", "an offer has a place of its own");
      if (type !== undefined) refuse("type", "vast has one type of volume", "unsupported");
      if (name !== undefined && !limits.volumeName.test(name)) {
        refuse("name", "may have 64 letters, digits and underscores");
      }
      const size = toGb(sizeMiB ?? refuse("sizeMiB", "vast needs it to rent a volume"));
      const { volume_id: id, volume_name } = await api.call("volume.create", {
        json: { id: toOfferNumber(offerId), size, name },
        response: wire.volumeCreatedSchema,
        rents: true,
        ...call,
      });
      return { id, name: volume_name || name, sizeMiB: size * 1024 };
    },
    async remove(id, call) {
      const query = { id: numeric(id) };
      await api.call("volume.delete", { query, json: {}, removes: true, ...call });
    },
    async search({ sizeMiB, region, cursor }, call) {
      const gb = toGb(sizeMiB);
      const country = region?.toUpperCase();
      const filters = merged(standardFilters, {
        disk_space: { gte: gb },
        geolocation: { eq: country },
        storage_cost: { gte: cursor === undefined ? undefined : Number(cursor) },
      });
      const { offers } = await api.call("volume.search", {
        json: { ...filters, order: [["storage_cost", "asc"]], limit: offersPerPage },
        response: wire.offerPageSchema,
        reads: true,
        ...call,
      });
      const reading = { schema: wire.volumeOfferSchema, priceField: "storage_cost", cursor } as const;
      const { rows, next } = readOffers(offers, { ...reading, filters });
      const items = rows
        .map(({ raw, row }) => toVolumeOffer(row, gb, raw))
        .filter((place) => country === undefined || place.region === country);
      return { items, next };
    },
  } satisfies DriverGroups["volumes"];
}

function toGb(sizeMiB: number): number {
  return Math.ceil(sizeMiB / 1024);
}

/** The disk goes to a registry of the user's own; there the cloud leaves it, and shows no more of it. */
export function snapshotsOf(api: VastApi) {
  return {
    async create(instanceId, { name, providerOptions }, call) {
      const place = "providerOptions.vast";
      const registry = parseOrRefuse(snapshotOptionsSchema, providerOptions?.["vast"] ?? {}, place);
      if (name !== undefined) refuse("name", "vast names the tag itself", "unsupported");
      const { container_registry, personal_repo, pause } = registry;
      const docker_login_pass = registry.docker_login_pass.reveal();
      const id = numeric(instanceId);
      await api.call("instance.snapshot", {
        params: { id },
        json: { ...registry, docker_login_pass, pause: String(pause) },
        ...call,
        secrets: [...(call.secrets ?? []), docker_login_pass],
      });
      // The star is a time, which nobody tells.
      const tag = `${container_registry}/${personal_repo}:instance_${id}_at_*`;
      return [{ id: tag, instanceId, status: "creating" } as const];
    },
  } satisfies DriverGroups["snapshots"];
}

export function accountOf(api: VastApi) {
  return {
    async balance(call): Promise<Balance> {
      return toBalance(await api.call("account.get", { response: wire.balanceSchema, ...call }));
    },
    async whoami(call) {
      const { id, username, email } = await api.call("account.get", { response: wire.userSchema, ...call });
      return { id, name: username || email || id };
    },
  } satisfies DriverGroups["account"];
}

export function bulkOf(filtered: Filtered) {
  return {
    maxIds: instancesPerPage,
    async describe(ids, call) {
      const found = await filtered({ id: { in: ids.map((id) => Number(numeric(id))) } }, call);
      return found.filter(({ id }) => ids.includes(id));
    },
  } satisfies DriverGroups["bulk"];
}
