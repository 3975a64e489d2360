import { soundPieces } from "../adapter/tundra.ts";
import { byHand, type Make, type Mutant, withDriver, withPieces } from "../mutant.ts";

const topics = [
  "facts",
  "options",
  "units, prices and times",
  "list",
  "concurrency",
  "volumes",
  "refusals everywhere",
];
const { timing } = soundPieces;

let shared: ReturnType<Make> | undefined;

export const factMutants: readonly Mutant[] = [
  {
    name: "group-that-throws",
    defect: "A capability is there, and says that it is not implemented.",
    topics: ["volumes"],
    make: withDriver(() => ({
      volumes: {
        list: () => Promise.reject(new Error("not implemented")),
        create: () => Promise.reject(new Error("not implemented")),
        remove: () => Promise.reject(new Error("not implemented")),
      },
    })),
  },
  {
    name: "group-by-half",
    defect: "A capability is there, and one of its operations is not.",
    topics: ["facts"],
    make: byHand(({ power }) => ({ power: { stop: power?.stop } as never })), // as in JavaScript
  },
  {
    name: "stopped-declared-free",
    defect: "Stopped machines are declared to cost nothing, and their disks bill.",
    topics,
    make: withPieces({ timing: { ...timing, bills: { ...timing.bills, stopped: "none" } } }),
  },
  {
    name: "facts-impossible",
    defect: "What is declared about the cloud's time is no time.",
    topics,
    make: byHand((sound) => ({
      facts: { ...sound.facts, pollIntervalMs: Number.NaN, confirmTerminateMs: -1 },
    })),
  },
  {
    name: "facts-missing",
    defect: "Nothing is declared about the cloud.",
    topics,
    make: byHand(() => ({ facts: {} as never })), // as in JavaScript
  },
  {
    name: "evidence-without-words",
    defect: "Endpoints are said to be proven in words that mean nothing.",
    topics,
    make: byHand((sound) => ({
      facts: { ...sound.facts, evidence: { "instance.get": "trust me" as never } },
    })),
  },
  {
    name: "instances-of-somebody-else",
    defect: "Machines do not carry the name of the provider that they come from.",
    topics: ["options"],
    make: byHand((sound) => ({
      describe: async (id, options) => ({ ...(await sound.describe(id, options)), provider: "default" }),
      async *list(query, options) {
        for await (const instance of sound.list(query, options)) yield { ...instance, provider: "default" };
      },
    })),
  },
  {
    name: "one-for-all",
    defect: "Two providers opened for two accounts share the first one's connection.",
    topics: ["list"],
    make: (ground, means) => {
      const made = withPieces({})(ground, means);
      const url = `${ground.url}`;
      if (shared === undefined || urls.get(shared) !== url) {
        shared = made;
        urls.set(made, url);
      }
      return shared;
    },
  },
  {
    name: "launches-known-here-only",
    defect: "A machine that another process has launched is not found.",
    topics,
    make: byHand((sound) => {
      const mine = new Set<string>();
      return {
        async launch(request, options) {
          const instance = await sound.launch(request, options);
          mine.add(instance.id);
          return instance;
        },
        async *list(query, options) {
          for await (const instance of sound.list(query, options)) if (mine.has(instance.id)) yield instance;
        },
      };
    }),
  },
  {
    name: "instance-without-fields",
    defect: "A machine is told without the members that every machine has.",
    topics,
    make: byHand((sound) => ({
      async describe(id, options) {
        const { access: _, labels: __, billing: ___, ...instance } = await sound.describe(id, options);
        return instance as never; // as in JavaScript
      },
    })),
  },
  {
    name: "instance-with-more",
    defect: "A machine has members that the model does not have.",
    topics,
    make: byHand((sound) => ({
      describe: async (id, options) =>
        Object.assign({}, await sound.describe(id, options), { flavour: "hot" }),
    })),
  },
  {
    name: "ids-are-numbers",
    defect: "Ids are numbers in one place and texts in another.",
    topics,
    make: byHand((sound) => ({
      async describe(id, options) {
        const instance = await sound.describe(id, options);
        return { ...instance, id: Number(instance.id.slice(3)) as never }; // as in JavaScript
      },
    })),
  },
  {
    name: "dates-are-texts",
    defect: "Moments are texts and not dates.",
    topics,
    make: byHand((sound) => ({
      async describe(id, options) {
        const instance = await sound.describe(id, options);
        return { ...instance, observedAt: instance.observedAt.toISOString() as never }; // as in JavaScript
      },
    })),
  },
  {
    name: "rate-limit-ignored",
    defect: "A limit that is declared for an endpoint is not kept.",
    topics,
    make: byHand((sound) => ({
      facts: { ...sound.facts, rateLimits: { "instance.get": { calls: 1, perMs: 5_000 } } },
    })),
  },
];

const urls = new WeakMap<object, string>();
