import { ComputeError, isComputeError, labelOf, newToken } from "@gpuport/core";
import { soundPieces } from "../adapter/tundra.ts";
import { byHand, type Mutant, withDriver, withMaps, withPieces } from "../mutant.ts";

const topics = ["ambiguity", "launch", "concurrency", "abort", "launch request", "facts", "list"];
const { timing } = soundPieces;

export const launchMutants: readonly Mutant[] = [
  {
    name: "id-lost-in-read",
    defect: "After the create the machine is read, and when that fails its id is lost.",
    topics,
    make: byHand((sound, wire) => ({
      async launch(request, options) {
        const { id } = await sound.launch(request, options);
        const answer = await wire.ask("GET", `/machines/${id}`);
        if (answer.status === 404) return sound.describe(id);
        if (!answer.ok)
          throw new ComputeError({ code: "unavailable", message: `read answered ${answer.status}` });
        return wire.toInstance(answer.body);
      },
    })),
  },
  {
    name: "id-lost-in-driver",
    defect: "The driver reads the machine before it tells the id, so a failing read ends the launch.",
    topics,
    make: withDriver((sound) => ({
      async launch(request, options, call) {
        const { id } = await sound.launch(request, options, call);
        try {
          return await sound.describe(id, call);
        } catch (error) {
          if (isComputeError(error, "not_found")) return { id };
          throw isComputeError(error) ? error.with({ effect: "none" }) : error;
        }
      },
    })),
  },
  {
    name: "id-of-the-offer",
    defect: "A launch answers with the id of the offer.",
    topics: ["launch"],
    make: withDriver((sound) => ({
      async launch(request, options, call) {
        await sound.launch(request, options, call);
        return { id: request.offerId ?? request.offer?.id ?? "" };
      },
    })),
  },
  {
    name: "token-not-sent",
    defect: "The create carries no token, so a machine whose answer is lost is never found.",
    topics,
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) => ({
        ...Object(toCreateBody(request, options, maps, gpus)),
        label: request.name ?? "",
      }),
    })),
  },
  {
    name: "token-cut-short",
    defect: "The token is cut to eight letters, and is not recognised again.",
    topics,
    make: withMaps(({ toCreateBody }) => ({
      toCreateBody: (request, options, maps, gpus) => ({
        ...Object(toCreateBody(request, options, maps, gpus)),
        label: request.identity.slice(0, 8),
      }),
    })),
  },
  {
    name: "find-nothing-on-error",
    defect: "A search for a lost machine that fails has found nothing.",
    topics,
    make: withDriver((sound) => ({
      async find(identity, call) {
        try {
          return (await sound.list(call)).items.filter((found) => found.identity === identity);
        } catch {
          return [];
        }
      },
    })),
  },
  {
    name: "find-on-first-page",
    defect: "A lost machine is looked for on the first page only.",
    topics,
    make: withDriver((sound) => ({
      find: async (identity, call) =>
        (await sound.list(call)).items.filter((found) => found.identity === identity),
    })),
  },
  {
    name: "no-lag-declared",
    defect: "The cloud is declared to show a machine at once, so one that it does not show yet never was.",
    topics,
    make: withPieces({ timing: { ...timing, visibilityLagMs: 0, lateCommitMs: 0, appearsWithinMs: 0 } }),
  },
  {
    name: "labels-declared-unique",
    defect: "Labels are declared to be unique, so core sends a create again that rents twice.",
    topics,
    make: withPieces({ timing: { ...timing, launchIdentity: "unique_name" } }),
  },
  {
    name: "key-ignored",
    defect: "Launching with the same key again rents another machine.",
    topics,
    make: byHand((sound) => ({
      launch: ({ key: _, ...request }, options) => sound.launch(request, options),
    })),
  },
  {
    name: "key-raced",
    defect: "Two launches with one key at the same time rent two machines.",
    topics: ["concurrency", "launch"],
    make: byHand((sound) => {
      const done = new Map<string, Awaited<ReturnType<typeof sound.launch>>>();
      return {
        async launch({ key, ...request }, options) {
          const known = key === undefined ? undefined : done.get(key);
          if (known !== undefined) return known;
          const instance = await sound.launch(request, options);
          if (key !== undefined) done.set(key, instance);
          return instance;
        },
      };
    }),
  },
  {
    name: "key-for-anything",
    defect: "A key that was used for another request gives the machine of that request.",
    topics,
    make: byHand((sound) => {
      const first = new Map<string, Parameters<typeof sound.launch>[0]>();
      return {
        launch(request, options) {
          const same = (request.key !== undefined && first.get(request.key)) || request;
          if (request.key !== undefined) first.set(request.key, same);
          return sound.launch(same, options);
        },
      };
    }),
  },
  {
    name: "launches-mixed-up",
    defect: "Launches at the same time share a variable, and are told each other's machine.",
    topics: ["concurrency"],
    make: withDriver((sound) => {
      let last = { id: "" };
      return {
        async launch(request, options, call) {
          last = await sound.launch(request, options, call);
          await new Promise((resolve) => setTimeout(resolve, 20));
          return last;
        },
      };
    }),
  },
  {
    name: "cancelled-launch-rents",
    defect: "A launch that was cancelled before it began rents all the same.",
    topics,
    make: byHand((sound) => ({ launch: (request) => sound.launch(request) })),
  },
  {
    name: "cancelled-launch-forgets",
    defect: "A launch that is cancelled on its way is cut off, and the machine that it made is nobody's.",
    topics: ["abort"],
    make: byHand((sound) => ({
      async launch(request, options) {
        const left = Promise.withResolvers<never>();
        const message = "launch: cancelled";
        const leave = (): void => left.reject(new ComputeError({ code: "cancelled", message }));
        options?.signal?.addEventListener("abort", leave, { once: true });
        try {
          return await Promise.race([left.promise, sound.launch(request, { timeoutMs: options?.timeoutMs })]);
        } finally {
          options?.signal?.removeEventListener("abort", leave);
        }
      },
    })),
  },
  {
    name: "launch-rents-two",
    defect: "One launch sends two creates, in case one fails.",
    topics: ["launch", "ambiguity"],
    make: withDriver((sound) => ({
      async launch(request, options, call) {
        const [one] = await Promise.all([
          sound.launch(request, options, call),
          sound.launch({ ...request, identity: labelOf(newToken(), request.name) }, options, call),
        ]);
        return one;
      },
    })),
  },
  {
    name: "launch-sends-nothing",
    defect: "A launch says yes without asking the cloud.",
    topics,
    make: withDriver(() => ({ launch: async () => ({ id: `mc-${Math.floor(Math.random() * 1e6)}` }) })),
  },
];
