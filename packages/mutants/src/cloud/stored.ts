import { officeTime } from "./machine.ts";
import { Refusal } from "./refusal.ts";
import { createShelf } from "./shelf.ts";
import type { Time } from "./time.ts";

export interface StoredImage {
  readonly id: string;
  readonly title: string;
  readonly mine: boolean;
  readonly mb: number;
  readonly created: string | null;
}

export interface StoredSnapshot {
  readonly id: string;
  readonly machine_id: string;
  readonly title: string | null;
  state: string;
  readonly mb: number;
  readonly created: string;
}

export interface StoredVolume {
  readonly id: string;
  readonly title: string | null;
  readonly gb: number;
  readonly region: string;
  /** Hundredths of a cent per hour, for the whole volume. */
  readonly price: number;
  readonly created: string;
}

export interface StoredKey {
  readonly id: string;
  readonly public_key: string;
  readonly created: string;
}

export interface StoredNetwork {
  readonly id: string;
  readonly title: string;
  readonly region: string;
  readonly created: string;
  readonly members: string[];
}

const snapshotTakesMs = 10_000;

/** Everything that the account keeps besides machines. */
export function createStored(time: Time, newId: (prefix: string) => string) {
  const images = createShelf<StoredImage>("image", "images");
  const snapshots = createShelf<StoredSnapshot>("snapshot", "snapshots");
  const volumes = createShelf<StoredVolume>("volume", "volumes");
  const keys = createShelf<StoredKey>("key", "keys");
  const networks = createShelf<StoredNetwork>("network", "networks");
  for (const title of ["base/cuda:12.4", "base/pytorch:2.4", "base/jax:0.5", "base/llama:3", "base/vllm:1"]) {
    images.add({ id: title, title, mine: false, mb: 6_144, created: null });
  }
  const created = (): string => officeTime(time.now());

  return {
    ...{ images, snapshots, volumes, keys, networks },
    addImage: (source: string): StoredImage =>
      images.add({ id: newId("im"), title: source, mine: true, mb: 2_048, created: created() }),
    removeImage(id: string): unknown {
      if (!images.get(id).mine) throw new Refusal(403, "not_yours", `the image ${id} is everybody's`);
      return images.remove(id);
    },
    addSnapshot(machineId: string, title: string | null): StoredSnapshot {
      const snapshot: StoredSnapshot = {
        ...{ id: newId("sn"), machine_id: machineId, title, state: "copying", mb: 9_000, created: created() },
      };
      time.after(snapshotTakesMs, () => {
        snapshot.state = "kept";
      });
      return snapshots.add(snapshot);
    },
    addVolume: (gb: number, title: string | null, region: string): StoredVolume =>
      volumes.add({ id: newId("vo"), title, gb, region, price: gb * 2, created: created() }),
    addKey(publicKey: string): StoredKey {
      const [known] = keys.all().filter((key) => key.public_key === publicKey);
      return known ?? keys.add({ id: newId("ke"), public_key: publicKey, created: created() });
    },
    addNetwork: (title: string, region: string): StoredNetwork =>
      networks.add({ id: newId("ne"), title, region, created: created(), members: [] }),
  };
}
export type Stored = ReturnType<typeof createStored>;
