import { ComputeError, type DriverGroups } from "@gpuport/core";
import type { DriverMeans } from "./driver.ts";
import { diskCentsPerGb } from "./map.ts";
import {
  accountSchema,
  imagePageSchema,
  imageSchema,
  keyPageSchema,
  keySchema,
  logSchema,
  machineSchema,
  memberPageSchema,
  networkPageSchema,
  networkSchema,
  ranSchema,
} from "./wire.ts";

type Group<Name extends keyof DriverGroups> = NonNullable<DriverGroups[Name]>;

export function bidsOf({ api, maps }: DriverMeans) {
  return {
    async change(id, perHourMicros, call) {
      const machine = await api.call("instance.get", { params: { id }, response: machineSchema, ...call });
      const diskCents = (machine.disk_gb ?? 0) * (machine.disk_cents_per_gb ?? diskCentsPerGb);
      const bid_cents = maps.toBidCents(perHourMicros, machine.gpu_count ?? 1, diskCents);
      if (bid_cents <= 0) {
        const message = "this is less than the disk alone costs";
        throw new ComputeError({ code: "invalid_argument", field: "perHourMicros", message });
      }
      await api.call("instance.bid", { params: { id }, json: { bid_cents }, idempotent: true, ...call });
    },
  } satisfies Group<"bids">;
}

export function imagesOf({ api, maps }: DriverMeans) {
  const toImage = ({ id, title, mine, mb, created }: ReturnType<typeof imageSchema.parse>) => ({
    ...{ id, name: title ?? undefined, owned: mine ?? undefined, createdAt: maps.toDate(created) },
    sizeBytes: mb ? mb * 2 ** 20 : undefined,
  });
  return {
    async list({ cursor, owned, search }, call) {
      const query = { cursor, holding: search, mine: owned };
      const page = await api.call("image.list", { query, response: imagePageSchema, ...call });
      return { items: page.images.map(toImage), next: page.next ?? undefined, total: page.total };
    },
    async create({ source }, call) {
      return toImage(await api.call("image.add", { json: { source }, response: imageSchema, ...call }));
    },
    async remove(id, call) {
      await api.call("image.remove", { params: { id }, idempotent: true, ...call });
    },
  } satisfies Group<"images">;
}

export function execOf({ api }: DriverMeans) {
  return {
    async run(id, command, call) {
      const request = { params: { id }, json: { command }, response: ranSchema };
      const { exit, out, err, cut } = await api.call("instance.exec", { ...request, ...call });
      const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));
      return { exitCode: exit, stdout: bytes(out), stderr: bytes(err), truncated: cut };
    },
  } satisfies Group<"exec">;
}

export function logsOf({ api }: DriverMeans) {
  return {
    async tail(id, { lines, filter, daemon }, call) {
      if (daemon) {
        const message = "daemon: tundra keeps no log of the host";
        throw new ComputeError({ code: "unsupported", field: "daemon", message });
      }
      const query = { lines, holding: filter };
      return (await api.call("instance.log", { params: { id }, query, response: logSchema, ...call })).text;
    },
  } satisfies Group<"logs">;
}

export function networksOf({ api, maps }: DriverMeans) {
  const toNetwork = ({ id, title, created }: ReturnType<typeof networkSchema.parse>) => {
    return { id, name: title ?? undefined, kind: "private" as const, createdAt: maps.toDate(created) };
  };
  return {
    async create({ name, region }, call) {
      const json = { title: name, region };
      return toNetwork(await api.call("network.add", { json, response: networkSchema, ...call }));
    },
    async list({ cursor }, call) {
      const page = await api.call("network.list", {
        query: { cursor },
        response: networkPageSchema,
        ...call,
      });
      return { items: page.networks.map(toNetwork), next: page.next ?? undefined, total: page.total };
    },
    async attach(id, machines, call) {
      await api.call("network.join", { params: { id }, json: { machines }, idempotent: true, ...call });
    },
    async endpoints(networkId, { cursor }, call) {
      const request = { params: { id: networkId }, query: { cursor }, response: memberPageSchema };
      const page = await api.call("network.members", { ...request, ...call });
      const items = page.members.map(({ id, machine_id, address }) => {
        return { id, networkId, instanceId: machine_id, cidr: address ?? undefined };
      });
      return { items, next: page.next ?? undefined, total: page.total };
    },
  } satisfies Group<"networks">;
}

export function keysOf({ api, maps }: DriverMeans) {
  const toKey = ({ id, public_key, created }: ReturnType<typeof keySchema.parse>) => {
    return { id, publicKey: public_key, createdAt: maps.toDate(created) };
  };
  return {
    async list({ cursor }, call) {
      const page = await api.call("key.list", { query: { cursor }, response: keyPageSchema, ...call });
      return { items: page.keys.map(toKey), next: page.next ?? undefined, total: page.total };
    },
    async add(public_key, call) {
      const request = { json: { public_key }, response: keySchema, idempotent: true };
      return toKey(await api.call("key.add", { ...request, ...call }));
    },
    async remove(id, call) {
      await api.call("key.remove", { params: { id }, idempotent: true, ...call });
    },
    async attach(id, public_key, call) {
      await api.call("instance.key", { params: { id }, json: { public_key }, idempotent: true, ...call });
    },
  } satisfies Group<"sshKeys">;
}

export function accountOf({ api, maps }: DriverMeans) {
  return {
    async balance(call) {
      const { balance_cents } = await api.call("account.get", { response: accountSchema, ...call });
      return { currency: "USD", availableMicros: maps.centsToMicros(balance_cents) ?? 0 };
    },
    async quota(call) {
      const account = await api.call("account.get", { response: accountSchema, ...call });
      return {
        maxInstances: account.max_machines ?? undefined,
        maxGpus: account.max_gpus ?? undefined,
        diskMiB: maps.toDiskMiB(account.max_disk_gb),
        maxSnapshots: account.max_snapshots ?? undefined,
      };
    },
    async whoami(call) {
      const { account_id, holder, admin } = await api.call("account.get", {
        response: accountSchema,
        ...call,
      });
      return { id: account_id, name: holder, isAdmin: admin };
    },
  } satisfies Group<"account">;
}
