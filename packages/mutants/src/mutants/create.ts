import { type ComputeError, isComputeError } from "@gpuport/core";
import { createdSchema } from "../adapter/wire.ts";
import { byHand, type Make, type Mutant, withDriver, withMaps } from "../mutant.ts";

const topics = ["ambiguity", "launch", "launch request"];

/** The create is sent again, with the same token, after failures of one kind. */
const repeated = (again: (error: ComputeError) => boolean): Make =>
  withDriver((sound) => ({
    async launch(...asked) {
      for (let attempt = 1; attempt < 3; attempt += 1) {
        try {
          return await sound.launch(...asked);
        } catch (error) {
          if (!isComputeError(error) || !again(error)) throw error;
        }
      }
      return sound.launch(...asked);
    },
  }));

export const createMutants: readonly Mutant[] = [
  {
    name: "create-marked-idempotent",
    defect: "The create is marked as repeatable, so core repeats it after a reset, a time-out or a 5xx.",
    topics,
    make: withDriver((_, { api, maps }) => ({
      async launch(request, options, call) {
        const json = maps.toCreateBody(request, options, maps, request.offer?.hardware.gpu?.count ?? 1);
        const { machine } = await api.call("instance.create", {
          ...{ json, response: createdSchema, idempotent: true },
          ...call,
        });
        return { id: machine.id, identity: request.identity };
      },
    })),
  },
  {
    name: "create-repeated-on-5xx",
    defect: "A create that is answered with a 5xx is sent again.",
    topics,
    make: repeated(({ status = 0 }) => status >= 500),
  },
  {
    name: "create-repeated-on-reset",
    defect: "A create whose connection breaks is sent again.",
    topics,
    make: repeated(({ code, status }) => code === "unavailable" && status === undefined),
  },
  {
    name: "create-repeated-on-time-out",
    defect: "A create that is not answered in time is sent again.",
    topics,
    make: repeated(({ code }) => code === "timeout"),
  },
  {
    name: "create-repeated-on-bad-answer",
    defect: "A create whose answer cannot be read is sent again.",
    topics,
    make: repeated(({ code }) => code === "bad_response"),
  },
  {
    name: "create-5xx-is-nothing-rented",
    defect: "A create that is answered with a 5xx is said to have rented nothing.",
    topics,
    make: withMaps(({ readFailure }) => ({
      readFailure: (answer, tables) =>
        answer.status >= 500 ? { code: "unavailable", effect: "none" } : readFailure(answer, tables),
    })),
  },
  {
    name: "create-5xx-is-sold-out",
    defect: "A create that is answered with a 5xx counts as sold out, and the next offer is rented besides.",
    topics,
    make: withMaps(({ readFailure }) => ({
      readFailure: (answer, tables) =>
        answer.status >= 500 ? { code: "no_capacity", effect: "none" } : readFailure(answer, tables),
    })),
  },
  {
    name: "create-4xx-is-nothing-rented",
    defect: "Every 4xx to a create is said to have rented nothing, whoever on the way has written it.",
    topics,
    make: withMaps(({ readFailure }) => ({
      readFailure: (answer, tables) =>
        readFailure(answer, tables) ??
        (answer.status >= 400 && answer.status < 500 ? { code: "conflict", effect: "none" } : undefined),
    })),
  },
  {
    name: "create-lost-is-nothing-rented",
    defect: "A create whose answer is lost is reported as failed, and the machine that it made as nothing.",
    topics,
    make: withDriver((sound) => ({
      launch: (...asked) =>
        sound.launch(...asked).catch((error: unknown) => {
          throw isComputeError(error) ? error.with({ effect: "none" }) : error;
        }),
    })),
  },
  {
    name: "create-lost-may-be-repeated",
    defect: "A launch that may have rented tells its caller to try again.",
    topics,
    make: byHand((sound) => ({
      launch: (request, options) =>
        sound.launch(request, options).catch((error: unknown) => {
          throw isComputeError(error) ? error.with({ retryable: true, effect: "none" }) : error;
        }),
    })),
  },
];
