import { keySchema, volumeSchema } from "../adapter/wire.ts";
import { byHand, type Mutant, withDriver } from "../mutant.ts";
import { emptyOnError, firstPage, group, nothing } from "./groups.ts";

export const storedMutants: readonly Mutant[] = [
  {
    name: "images-first-page",
    defect: "Only the first page of images is read.",
    topics: ["images", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "images", { list: (...asked) => firstPage(sound.images?.list(...asked)) }),
    ),
  },
  {
    name: "images-empty-on-error",
    defect: "A list of images that fails is empty.",
    topics: ["images", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "images", { list: (...asked) => emptyOnError(sound.images?.list(...asked)) }),
    ),
  },
  {
    name: "images-search-ignored",
    defect: "A search for images finds all.",
    topics: ["images", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "images", { list: (_, options) => sound.images?.list({}, options) ?? nothing() }),
    ),
  },
  {
    name: "image-remove-swallows",
    defect: "Whatever goes wrong while an image is removed is swallowed.",
    topics: ["images", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "images", { remove: async (id) => sound.images?.remove?.(id).catch(() => undefined) }),
    ),
  },
  {
    name: "snapshot-create-empty",
    defect: "A snapshot is made, and its id is lost.",
    topics: ["snapshots", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "snapshots", {
        async create(...asked) {
          await sound.snapshots?.create(...asked);
          return [];
        },
      }),
    ),
  },
  {
    name: "snapshots-first-page",
    defect: "Only the first page of snapshots is read.",
    topics: ["snapshots", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "snapshots", { list: (options) => firstPage(sound.snapshots?.list?.(options)) }),
    ),
  },
  {
    name: "snapshot-always-ready",
    defect: "A snapshot that is still being copied is said to be ready.",
    topics: ["snapshots", "refusals everywhere"],
    make: withDriver(({ snapshots }) => ({
      snapshots: {
        ...snapshots,
        create: async (...asked) =>
          (await snapshots.create(...asked)).map((row) => ({ ...row, status: "ready" as const })),
        async list(query, call) {
          const page = await snapshots.list(query, call);
          return { ...page, items: page.items.map((row) => ({ ...row, status: "ready" as const })) };
        },
      },
    })),
  },
  {
    name: "snapshot-remove-does-nothing",
    defect: "Removing a snapshot sends nothing, and it bills on.",
    topics: ["snapshots", "refusals everywhere"],
    make: byHand((sound) => group(sound, "snapshots", { remove: async () => undefined })),
  },
  {
    name: "volume-remove-does-nothing",
    defect: "Removing a volume sends nothing, and it bills on.",
    topics: ["volumes", "refusals everywhere"],
    make: byHand((sound) => group(sound, "volumes", { remove: async () => undefined })),
  },
  {
    name: "volume-remove-swallows",
    defect: "Whatever goes wrong while a volume is removed is swallowed.",
    topics: ["volumes", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "volumes", {
        remove: (...asked) => sound.volumes?.remove(...asked).catch(() => undefined) ?? Promise.resolve(),
      }),
    ),
  },
  {
    name: "volume-made-twice",
    defect: "The creation of a volume is repeated after a lost answer, and two bill.",
    topics: ["volumes", "refusals everywhere"],
    make: withDriver(({ volumes }, { api, maps }) => ({
      volumes: {
        ...volumes,
        async create({ name, sizeMiB, region }, call) {
          const json = { title: name, gb: maps.toDiskGb(sizeMiB), region };
          const { id } = await api.call("volume.add", {
            json,
            response: volumeSchema,
            idempotent: true,
            ...call,
          });
          return { id, sizeMiB };
        },
      },
    })),
  },
  {
    name: "volumes-empty-on-error",
    defect: "A list of volumes that fails is empty, and they bill unseen.",
    topics: ["volumes", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "volumes", { list: (options) => emptyOnError(sound.volumes?.list(options)) }),
    ),
  },
  {
    name: "volumes-first-page",
    defect: "Only the first page of volumes is read.",
    topics: ["volumes", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "volumes", { list: (options) => firstPage(sound.volumes?.list(options)) }),
    ),
  },
  {
    name: "keys-first-page",
    defect: "Only the first page of ssh keys is read.",
    topics: ["ssh keys", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "sshKeys", { list: (options) => firstPage(sound.sshKeys?.list(options)) }),
    ),
  },
  {
    name: "key-add-changes-it",
    defect: "An ssh key comes back without its comment and its type.",
    topics: ["ssh keys", "refusals everywhere"],
    make: withDriver(({ sshKeys }, { api }) => ({
      sshKeys: {
        ...sshKeys,
        async add(public_key, call) {
          const row = await api.call("key.add", {
            json: { public_key },
            response: keySchema,
            idempotent: true,
            ...call,
          });
          return { id: row.id, publicKey: row.public_key.split(" ")[1] ?? "" };
        },
      },
    })),
  },
  {
    name: "key-remove-does-nothing",
    defect: "Removing an ssh key sends nothing, and it goes on opening machines.",
    topics: ["ssh keys", "refusals everywhere"],
    make: byHand((sound) => group(sound, "sshKeys", { remove: async () => undefined })),
  },
  {
    name: "key-attach-does-nothing",
    defect: "Putting an ssh key into a machine sends nothing.",
    topics: ["ssh keys", "refusals everywhere"],
    make: byHand((sound) => group(sound, "sshKeys", { attach: async () => undefined })),
  },
  {
    name: "networks-first-page",
    defect: "Only the first page of networks is read.",
    topics: ["networks", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "networks", { list: (options) => firstPage(sound.networks?.list(options)) }),
    ),
  },
  {
    name: "network-attaches-one",
    defect: "Of several machines only the first joins a network.",
    topics: ["networks", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "networks", {
        attach: (id, machines, options) =>
          sound.networks?.attach(id, machines.slice(0, 1), options) ?? Promise.resolve(),
      }),
    ),
  },
  {
    name: "network-endpoints-empty",
    defect: "A network's endpoints are always none.",
    topics: ["networks", "refusals everywhere"],
    make: byHand((sound) => group(sound, "networks", { endpoints: () => nothing() })),
  },
];
