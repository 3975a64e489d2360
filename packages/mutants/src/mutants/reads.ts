import { ComputeError, isComputeError } from "@gpuport/core";
import { byHand, type Mutant, withDriver, withMaps } from "../mutant.ts";

const topics = [
  "breakdowns",
  "list",
  "unknown words and odd rows",
  "errors",
  "units, prices and times",
  "paging",
];

export const readMutants: readonly Mutant[] = [
  {
    name: "get-null-on-error",
    defect: "Reading a machine gives null whatever went wrong.",
    topics,
    make: byHand((sound) => ({
      describe: (id, options) => sound.describe(id, options).catch(() => null as never), // null, as in JavaScript
    })),
  },
  {
    name: "get-undefined-on-absence",
    defect: "Reading a machine that is not there gives undefined, and the error comes later and elsewhere.",
    topics,
    make: byHand((sound) => ({
      describe: (id, options) =>
        sound.describe(id, options).catch((error: unknown) => {
          if (isComputeError(error, "not_found")) return undefined as never; // as in JavaScript
          throw error;
        }),
    })),
  },
  {
    name: "get-any-error-is-gone",
    defect: "Whatever goes wrong while a machine is read, it is not found.",
    topics: ["breakdowns"],
    make: byHand((sound) => ({
      describe: (id, options) =>
        sound.describe(id, options).catch((cause: unknown) => {
          throw new ComputeError({
            code: "not_found",
            message: `there is no machine ${id}`,
            instanceId: id,
            cause,
          });
        }),
    })),
  },
  {
    name: "wrong-key-404-is-gone",
    defect: "The 404 that a wrong key gets is taken for the machine's absence.",
    topics,
    make: withMaps(({ readFailure }) => ({
      readFailure(answer, tables) {
        const failure = readFailure(answer, tables);
        return failure && answer.status === 404 ? { ...failure, code: "not_found" } : failure;
      },
    })),
  },
  {
    name: "any-404-is-gone",
    defect: "A 404 of anybody on the way, a proxy's page included, is taken for the machine's absence.",
    topics,
    make: withMaps(({ readFailure }) => ({
      readFailure: (answer, tables) =>
        readFailure(answer, tables) ?? (answer.status === 404 ? { code: "not_found" } : undefined),
    })),
  },
  {
    name: "get-empty-is-gone",
    defect: "An answer that holds no machine, of whatever kind, is taken for its absence.",
    topics,
    make: byHand((sound) => ({
      describe: (id, options) =>
        sound.describe(id, options).catch((error: unknown) => {
          if (!isComputeError(error, "bad_response")) throw error;
          throw new ComputeError({ code: "not_found", message: `there is no machine ${id}` });
        }),
    })),
  },
  {
    name: "get-server-error-is-gone",
    defect: "A server error while a machine is read is taken for its absence.",
    topics,
    make: byHand((sound) => ({
      describe: (id, options) =>
        sound.describe(id, options).catch((error: unknown) => {
          if (!isComputeError(error, "unavailable")) throw error;
          throw new ComputeError({ code: "not_found", message: `there is no machine ${id}` });
        }),
    })),
  },
  {
    name: "get-absent-is-terminated",
    defect: "A machine that never was is described as one that has ended.",
    topics,
    make: byHand((sound, { clock }) => ({
      describe: (id, options) =>
        sound.describe(id, options).catch((error: unknown) => {
          if (!isComputeError(error, "not_found")) throw error;
          return {
            ...{ id, provider: sound.name, status: "terminated", providerStatus: "gone", billing: "none" },
            ...{
              hardware: {},
              access: { ssh: [], ports: [] },
              labels: {},
              observedAt: new Date(clock.now()),
            },
          } as const;
        }),
    })),
  },
  {
    name: "get-another-machine",
    defect: "Asked for one machine, it answers with the first of the list.",
    topics: ["list"],
    make: withDriver((sound) => ({
      async describe(id, call) {
        const { items } = await sound.list(call);
        return items[0] ?? sound.describe(id, call);
      },
    })),
  },
  {
    name: "get-raw-path",
    defect: "An id goes into the path as it is, and reaches other endpoints.",
    topics: ["errors"],
    make: byHand((sound, { must, toInstance }) => ({
      async describe(id, options) {
        const known = /^[\w-]+$/.test(id);
        return known ? sound.describe(id, options) : toInstance((await must("GET", `/machines/${id}`)).body);
      },
    })),
  },
  {
    name: "get-loses-id",
    defect: "A machine is described under its label and not under its id.",
    topics,
    make: withMaps(({ toInstance }) => ({
      toInstance(machine, tables, maps) {
        return { ...toInstance(machine, tables, maps), id: machine.label || machine.id };
      },
    })),
  },
  {
    name: "list-and-get-differ",
    defect: "The list tells another image and region than the machine's own page.",
    topics: ["units, prices and times"],
    make: byHand((sound) => ({
      async *list(query, options) {
        for await (const instance of sound.list(query, options)) {
          yield { ...instance, image: undefined, region: "unknown", hardware: {} };
        }
      },
    })),
  },
];
