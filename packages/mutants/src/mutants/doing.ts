import { isComputeError } from "@gpuport/core";
import { byHand, type Mutant, withDriver } from "../mutant.ts";
import { emptyOnError, group, nothing } from "./groups.ts";

export const doingMutants: readonly Mutant[] = [
  {
    name: "exec-exit-code-lost",
    defect: "Every command is said to have succeeded.",
    topics: ["exec", "refusals everywhere"],
    make: withDriver(({ exec }) => ({
      exec: { run: async (...asked) => ({ ...(await exec.run(...asked)), exitCode: 0 }) },
    })),
  },
  {
    name: "exec-output-encoded",
    defect: "A command's output is given as the cloud packed it.",
    topics: ["exec", "refusals everywhere"],
    make: withDriver(({ exec }) => ({
      exec: {
        async run(...asked) {
          const result = await exec.run(...asked);
          return {
            ...result,
            stdout: new Uint8Array(Buffer.from(Buffer.from(result.stdout).toString("base64"))),
          };
        },
      },
    })),
  },
  {
    name: "exec-swallows",
    defect: "A command that could not be run is said to have said nothing.",
    topics: ["exec", "refusals everywhere"],
    make: byHand((sound) => ({
      exec: {
        async run(...asked) {
          const silence = {
            exitCode: 0,
            stdout: new Uint8Array(),
            stderr: new Uint8Array(),
            truncated: false,
          };
          return (await sound.exec?.run(...asked).catch(() => silence)) ?? silence;
        },
      },
    })),
  },
  {
    name: "exec-repeated",
    defect: "A command whose answer is lost is run again.",
    topics: ["exec", "refusals everywhere"],
    make: byHand((sound) => ({
      exec: {
        async run(...asked) {
          for (let attempt = 0; attempt < 3; attempt += 1) {
            try {
              return (await sound.exec?.run(...asked)) as never; // it has exec
            } catch (error) {
              if (!isComputeError(error, "unavailable", "timeout", "bad_response")) throw error;
            }
          }
          return sound.exec?.run(...asked) as never; // it has exec
        },
      },
    })),
  },
  {
    name: "logs-in-one-piece",
    defect: "The log comes in one piece and not line by line.",
    topics: ["logs", "refusals everywhere"],
    make: byHand((sound) => ({
      logs: {
        async *tail(...asked) {
          let text = "";
          for await (const line of sound.logs?.tail(...asked) ?? nothing()) text += `${line}\n`;
          yield text;
        },
      },
    })),
  },
  {
    name: "logs-ignore-lines",
    defect: "The number of lines that is asked for is ignored.",
    topics: ["logs", "refusals everywhere"],
    make: byHand((sound) => ({
      logs: {
        tail: (id, { lines: _, ...query } = {}, options) => sound.logs?.tail(id, query, options) ?? nothing(),
      },
    })),
  },
  {
    name: "logs-empty-on-error",
    defect: "A log that cannot be read is an empty log.",
    topics: ["logs", "refusals everywhere"],
    make: byHand((sound) => ({ logs: { tail: (...asked) => emptyOnError(sound.logs?.tail(...asked)) } })),
  },
  {
    name: "balance-zero-on-error",
    defect: "A balance that cannot be read is 0.",
    topics: ["account", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "account", {
        balance: async (options) =>
          (await sound.account?.balance?.(options).catch(() => undefined)) ?? {
            currency: "USD",
            availableMicros: 0,
          },
      }),
    ),
  },
  {
    name: "whoami-is-the-key",
    defect: "Who the account belongs to is told as its key.",
    topics: ["account", "secrets"],
    make: byHand((sound, { credential }) =>
      group(sound, "account", { whoami: async () => ({ name: credential }) }),
    ),
  },
  {
    name: "counts-in-cloud-words",
    defect: "Machines are counted by the cloud's words and not by the library's.",
    topics: ["stats", "refusals everywhere"],
    make: byHand((sound, { ask }) =>
      group(sound, "stats", {
        counts: async () => Object((await ask("GET", "/stats/states")).body)["states"] ?? {},
      }),
    ),
  },
  {
    name: "counts-of-the-first-status",
    defect: "Where two of the cloud's words mean one status, only one of them is counted.",
    topics: ["stats", "refusals everywhere"],
    make: byHand((sound) =>
      group(sound, "stats", {
        async counts(options) {
          const counts = (await sound.stats?.counts?.(options)) ?? {};
          return Object.fromEntries(Object.entries(counts).map(([status]) => [status, 1]));
        },
      }),
    ),
  },
  {
    name: "rename-does-nothing",
    defect: "Renaming a machine sends nothing, and says that it is done.",
    topics: ["naming", "refusals everywhere"],
    make: byHand(() => ({ naming: { rename: async () => undefined } })),
  },
  {
    name: "rename-drops-token",
    defect: "Renaming a machine takes away what marks it as ours.",
    topics: ["naming", "refusals everywhere", "launch"],
    make: withDriver((_, { api }) => ({
      naming: {
        async rename(id, label, call) {
          await api.call("instance.label", { params: { id }, json: { label }, idempotent: true, ...call });
        },
      },
    })),
  },
  {
    name: "bulk-first-only",
    defect: "Of several machines only the first is read.",
    topics: ["bulk", "refusals everywhere"],
    make: byHand((sound) => ({
      bulk: {
        describe: async (ids, options) => (await sound.bulk?.describe(ids.slice(0, 1), options)) ?? [],
      },
    })),
  },
  {
    name: "bulk-unknown-throws",
    defect: "One id that the cloud does not know hides all other machines.",
    topics: ["bulk", "refusals everywhere"],
    make: byHand((sound) => ({
      bulk: { describe: (ids, options) => Promise.all(ids.map((id) => sound.describe(id, options))) },
    })),
  },
  {
    name: "bulk-invents",
    defect: "Machines that the cloud does not know are read as if they were there.",
    topics: ["bulk", "refusals everywhere"],
    make: byHand((sound) => ({
      bulk: {
        async describe(ids, options) {
          const found = (await sound.bulk?.describe(ids, options)) ?? [];
          const [first] = found;
          return first === undefined
            ? found
            : ids.map((id) => found.find((one) => one.id === id) ?? { ...first, id });
        },
      },
    })),
  },
];
