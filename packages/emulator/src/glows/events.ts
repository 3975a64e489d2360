import type { EventArgument } from "../kit/types.ts";
import { resourceId } from "./catalogue.ts";
import type { GlowsLifecycle } from "./lifecycle.ts";
import { hasEnded, snapshotStatus } from "./lifecycle.ts";
import type { GlowsSettings } from "./settings.ts";
import { type GlowsInstance, type GlowsStore, sameId } from "./state.ts";

interface Parts {
  readonly store: GlowsStore;
  readonly lifecycle: GlowsLifecycle;
  readonly settings: GlowsSettings;
}

/**
 * What happens without a call:
 * - `{ id }` for `hostLost`, `recover`, `finish` (the entry command ended), `priceChanged`, `migrate`, `reboot`;
 * - `status` `{ id, status }`: any word at all;
 * - `creditGone` `{ user? }`: every running machine is saved and shut down;
 * - `soldOut` and `restock` `{ region, model }`;
 * - `consoleInstance` `{ region, model }`: somebody starts a machine in the web console, under the first account;
 * - `publicIp` `{ region }`: the first account buys a public address.
 */
export function createGlowsEvents({ store, lifecycle, settings }: Parts) {
  function wanted({ id }: EventArgument): GlowsInstance {
    const instance = store.instances.find((row) => typeof id === "string" && sameId(row.id, id));
    if (instance === undefined) throw new Error(`glows: no instance ${String(id)}`);
    return instance;
  }

  const moves = (status: string) => (argument: EventArgument) => lifecycle.enter(wanted(argument), status);

  function spec({ region, model }: EventArgument) {
    const found = settings.specs.find(
      (row) => row.region === region && [row.gpuName, row.cpuName].includes(String(model)),
    );
    if (found === undefined) throw new Error(`glows: no ${String(model)} in ${String(region)}`);
    return found;
  }

  function region(name: unknown) {
    const found = settings.regions.find((row) => row.name === name);
    if (found === undefined) throw new Error(`glows: no region ${String(name)}`);
    return found;
  }

  const owner = settings.accounts[0]?.user ?? "";

  function startInConsole(argument: EventArgument): void {
    const image = settings.images[0];
    const instance: GlowsInstance = {
      id: store.newId("ins"),
      order: store.nextOrder(),
      owner,
      metaKey: "",
      category: "container",
      source: "SourceWeb",
      region: region(argument["region"]),
      image: image === undefined ? undefined : { id: image.id, name: image.name },
      snapshot: undefined,
      spec: spec(argument),
      units: 1,
      extra: undefined,
      ports: [{ port: 22, protocol: "ssh" }],
      cmd: "",
      envs: "",
      remark: "",
      password: "console",
      networkId: undefined,
      createdAt: store.now(),
      visibleFrom: store.now(),
      status: "SchedQueued",
      assigned: false,
      access: undefined,
      billingSince: undefined,
      endedAt: undefined,
      stale: undefined,
    };
    store.instances.push(instance);
    lifecycle.enter(instance, "Running");
  }

  function shutDown(instance: GlowsInstance): void {
    const now = store.now();
    store.snapshots.push({
      id: store.newId("snap"),
      order: store.nextOrder(),
      owner: instance.owner,
      instanceId: instance.id,
      name: "",
      domain: instance.region.domain,
      createdAt: now,
      modifiedAt: now,
      status: snapshotStatus.complete,
    });
    lifecycle.enter(instance, "ExitSnapshotted");
  }

  return {
    hostLost: moves("Unavail"),
    recover: moves("Running"),
    finish: moves("Finished"),
    priceChanged: moves("PriceChanged"),
    migrate: moves("Migrating"),
    reboot: moves("Rebooted"),
    status: (argument: EventArgument) => lifecycle.enter(wanted(argument), String(argument["status"])),
    creditGone({ user }: EventArgument) {
      for (const instance of store.instances) {
        const hit = user === undefined || instance.owner === user;
        if (hit && !hasEnded(instance) && instance.status === "Running") shutDown(instance);
      }
    },
    soldOut: (argument: EventArgument) => void store.soldOut.set(resourceId(spec(argument)), true),
    restock: (argument: EventArgument) => void store.soldOut.set(resourceId(spec(argument)), false),
    consoleInstance: startInConsole,
    publicIp(argument: EventArgument) {
      store.networks.push({
        id: store.newId("net"),
        owner,
        name: "public-ip",
        region: region(argument["region"]),
        type: 6,
        createdAt: store.now(),
      });
    },
  };
}
