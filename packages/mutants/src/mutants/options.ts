import { ComputeError, type DriverLaunchRequest, type LaunchField } from "@gpuport/core";
import { soundPieces } from "../adapter/tundra.ts";
import { byHand, type Make, type Mutant, withMaps, withPieces } from "../mutant.ts";

const topics = ["launch request", "what was asked for", "launch", "offers"];

/** A field that is accepted and goes nowhere. */
const dropped = (...fields: readonly (keyof DriverLaunchRequest)[]): Make =>
  withMaps(({ toCreateBody }) => ({
    toCreateBody: (request, options, maps, gpus) =>
      toCreateBody(
        { ...request, ...Object.fromEntries(fields.map((field) => [field, undefined])) },
        options,
        maps,
        gpus,
      ),
  }));

/** A field that the cloud has not, accepted all the same. */
const pretended = (...more: readonly LaunchField[]): Make =>
  withPieces({ fields: [...soundPieces.fields, ...more] });

export const optionMutants: readonly Mutant[] = [
  {
    name: "command-accepted-and-dropped",
    defect: "A command, which the cloud cannot take, is accepted and dropped.",
    topics,
    make: pretended("command"),
  },
  {
    name: "labels-accepted-and-dropped",
    defect: "Labels, which the cloud cannot take, are accepted and dropped.",
    topics,
    make: pretended("labels"),
  },
  {
    name: "environment-dropped",
    defect: "The machine's environment is accepted and dropped.",
    topics,
    make: dropped("env"),
  },
  {
    name: "start-script-dropped",
    defect: "The start script is accepted and dropped.",
    topics,
    make: dropped("startup"),
  },
  {
    name: "ssh-keys-dropped",
    defect: "Ssh keys are accepted and dropped, so nobody gets into the machine.",
    topics,
    make: dropped("sshPublicKeys"),
  },
  {
    name: "second-ssh-key-dropped",
    defect: "Only the first of several ssh keys is sent.",
    topics,
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) =>
        toCreateBody({ ...request, sshPublicKeys: request.sshPublicKeys?.slice(0, 1) }, options, maps, gpus),
    })),
  },
  {
    name: "ports-dropped",
    defect: "Ports are accepted and dropped.",
    topics,
    make: dropped("ports"),
  },
  {
    name: "udp-port-as-tcp",
    defect: "A UDP port is published as a TCP port.",
    topics,
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) =>
        toCreateBody(
          { ...request, ports: request.ports?.map(({ port }) => ({ port })) },
          options,
          maps,
          gpus,
        ),
    })),
  },
  {
    name: "disk-dropped",
    defect: "The disk that is asked for is accepted and dropped.",
    topics: ["what was asked for"],
    make: dropped("minDiskMiB"),
  },
  {
    name: "image-replaced",
    defect: "The image that is asked for is replaced by one that is at hand.",
    topics: ["what was asked for"],
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) =>
        toCreateBody({ ...request, image: request.image && "base/cuda:12.4" }, options, maps, gpus),
    })),
  },
  {
    name: "snapshot-dropped",
    defect: "The snapshot that is to be started from is dropped, and an empty machine started.",
    topics: ["what was asked for"],
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) =>
        toCreateBody(
          { ...request, snapshot: undefined, image: request.image ?? "base/cuda:12.4" },
          options,
          maps,
          gpus,
        ),
    })),
  },
  {
    name: "name-dropped",
    defect: "The machine's name is accepted and dropped.",
    topics,
    make: withPieces({ identity: (token) => token }),
  },
  {
    name: "name-with-token",
    defect: "The machine's name comes back with the token that the library adds.",
    topics,
    make: withMaps(({ toInstance }) => ({
      toInstance: (machine, tables, maps) => ({
        ...toInstance(machine, tables, maps),
        name: machine.label ?? undefined,
      }),
    })),
  },
  {
    name: "region-dropped",
    defect: "The region that is asked for is ignored.",
    topics,
    make: byHand((sound) => ({
      launch: ({ region: _, ...request }, options) => sound.launch(request, options),
    })),
  },
  {
    name: "gpu-count-dropped",
    defect: "The number of GPUs that is asked for is ignored.",
    topics: ["launch request", "launch", "what was asked for"],
    make: byHand((sound) => ({
      launch: ({ gpu, ...request }, options) =>
        sound.launch({ ...request, ...(gpu && { gpu: { ...gpu, count: 1 } }) }, options),
    })),
  },
  {
    name: "offer-ignored",
    defect: "Another offer than the one that is named is rented.",
    topics,
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) =>
        toCreateBody({ ...request, ...(request.offerId && { offerId: "of-801" }) }, options, maps, gpus),
    })),
  },
  {
    name: "unknown-field-accepted",
    defect: "A field that nobody knows, a typing mistake, is dropped without a word.",
    topics,
    make: byHand((sound) => ({
      launch(request, options) {
        const known = ["key", "gpu", "maxPerHourMicros", "lease", "providerOptions", "command", "labels"];
        const allowed = new Set<string>([...known, ...soundPieces.fields]);
        const kept = Object.fromEntries(Object.entries(request).filter(([field]) => allowed.has(field)));
        return sound.launch(kept, options);
      },
    })),
  },
  {
    name: "unknown-option-accepted",
    defect: "An option of the cloud's own that does not exist is dropped without a word.",
    topics,
    make: byHand((sound) => ({
      launch({ providerOptions, ...request }, options) {
        const { priority } = providerOptions?.["tundra"] ?? {};
        return sound.launch(
          { ...request, ...(priority === undefined ? {} : { providerOptions: { tundra: { priority } } }) },
          options,
        );
      },
    })),
  },
  {
    name: "unsupported-without-field",
    defect: "A refusal of a field does not name it.",
    topics,
    make: byHand((sound) => ({
      launch: (request, options) =>
        sound.launch(request, options).catch((error: unknown) => {
          if (!(error instanceof ComputeError)) throw error;
          throw error.with({ field: undefined });
        }),
    })),
  },
  {
    name: "refused-too-late",
    defect: "A field that the cloud has not is refused after a machine was rented.",
    topics,
    make: byHand((sound) => ({
      async launch(request, options) {
        const { command, labels, ...rest } = request;
        if (command === undefined && labels === undefined) return sound.launch(request, options);
        await sound.launch(rest, options);
        return sound.launch(request, options);
      },
    })),
  },
  {
    name: "environment-quoted-twice",
    defect: "Values of the environment are quoted once too often.",
    topics,
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) =>
        toCreateBody(
          { ...request, env: request.env && mapped(request.env, JSON.stringify) },
          options,
          maps,
          gpus,
        ),
    })),
  },
  {
    name: "environment-trimmed",
    defect: "Values of the environment lose what is after their first line.",
    topics,
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) =>
        toCreateBody(
          { ...request, env: request.env && mapped(request.env, (text) => text.split("\n")[0] ?? "") },
          options,
          maps,
          gpus,
        ),
    })),
  },
];

function mapped(
  env: Readonly<Record<string, string>>,
  change: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, change(value)]));
}
