import { inspect } from "node:util";
import { isComputeError, tokenOf } from "@gpuport/core";
import { tundraRaw } from "../adapter/tundra.ts";
import { byHand, type Mutant, soundMake, withMaps } from "../mutant.ts";

export const secretMutants: readonly Mutant[] = [
  {
    name: "key-in-error",
    defect: "An error's message holds the request's header, and with it the account's key.",
    topics: ["secrets"],
    make: byHand((sound, { credential }) => ({
      describe: (id, options) =>
        sound.describe(id, options).catch((error: unknown) => {
          if (!isComputeError(error)) throw error;
          throw error.with({ message: `${error.message} (authorization: Bearer ${credential})` });
        }),
    })),
  },
  {
    name: "key-in-cause",
    defect: "The cause of an error holds the request's headers.",
    topics: ["secrets"],
    make: byHand((sound, { credential }) => ({
      describe: (id, options) =>
        sound.describe(id, options).catch((error: unknown) => {
          if (!isComputeError(error)) throw error;
          const cause = Object.assign(new Error("request failed"), {
            headers: { authorization: `Bearer ${credential}` },
          });
          throw error.with({ cause });
        }),
    })),
  },
  {
    name: "environment-in-error",
    defect: "An error of a launch holds the values of the machine's environment.",
    topics: ["secrets"],
    make: byHand((sound) => ({
      launch: (request, options) =>
        sound.launch(request, options).catch((error: unknown) => {
          if (!isComputeError(error)) throw error;
          throw error.with({ message: `${error.message}; request: ${JSON.stringify(request)}` });
        }),
    })),
  },
  {
    name: "echo-in-error",
    defect: "What the cloud echoes of a request, its header too, goes into the error.",
    topics: ["secrets"],
    make: byHand((sound, wire) => ({
      async *list(query, options) {
        try {
          yield* sound.list(query, options);
        } catch (error) {
          if (!isComputeError(error)) throw error;
          const { text } = await wire.ask("GET", "/machines");
          throw error.with({ message: `${error.message}: ${text}` });
        }
      },
    })),
  },
  {
    name: "key-in-url",
    defect: "The account's key stands in the URL, and so in every proxy's log.",
    topics: ["secrets"],
    make: (ground, means) =>
      soundMake(ground, {
        ...means,
        fetch(request, init) {
          const url = new URL(request.url);
          url.searchParams.set("key", ground.credential);
          return means.fetch(new Request(url, request), init);
        },
      }),
  },
  {
    name: "key-in-start-script",
    defect: "The account's key is written into the machine's start script.",
    topics: ["secrets"],
    make: byHand((sound, { credential }) => ({
      launch: (request, options) =>
        sound.launch(
          { ...request, startup: `export TUNDRA_API_KEY=${credential}\n${request.startup ?? ""}` },
          options,
        ),
    })),
  },
  {
    name: "key-in-environment",
    defect: "The account's key is put into the machine's environment.",
    topics: ["secrets"],
    make: byHand((sound, { credential }) => ({
      launch: (request, options) =>
        sound.launch({ ...request, env: { ...request.env, TUNDRA_API_KEY: credential } }, options),
    })),
  },
  {
    name: "key-in-label",
    defect: "The account's key is part of what machines are called.",
    topics: ["secrets"],
    make: byHand((sound, { credential }) => ({
      launch: (request, options) =>
        sound.launch({ ...request, name: `${credential}-${request.name ?? "m"}` }, options),
    })),
  },
  {
    name: "key-on-provider",
    defect: "The provider holds the account's key where JSON and console.log show it.",
    topics: ["secrets"],
    make: byHand(({ name }, { credential }) => Object.assign({ name }, { options: { apiKey: credential } })),
  },
  {
    name: "password-in-json",
    defect: "A machine's password shows in its JSON.",
    topics: ["secrets"],
    make: withMaps(({ toAccess }) => ({
      toAccess(machine) {
        const access = toAccess(machine);
        const { ssh_password } = machine;
        return {
          ...access,
          ssh: access.ssh.map((endpoint) => ({ ...endpoint, user: `${endpoint.user}:${ssh_password}` })),
        };
      },
    })),
  },
  {
    name: "raw-in-json",
    defect: "The cloud's own record, tokens included, shows in a machine's JSON.",
    topics: ["secrets"],
    make: byHand((sound) => ({
      async describe(id, options) {
        const instance = await sound.describe(id, options);
        return Object.assign({}, instance, { raw: tundraRaw(instance) });
      },
      async *list(query, options) {
        for await (const instance of sound.list(query, options)) {
          yield Object.assign({}, instance, { raw: tundraRaw(instance) });
        }
      },
    })),
  },
  {
    name: "raw-in-message",
    defect: "The cloud's own record is put into the words about a machine's status.",
    topics: ["secrets"],
    make: withMaps(({ toInstance }) => ({
      toInstance: (machine, tables, maps) => ({
        ...toInstance(machine, tables, maps),
        message: JSON.stringify(machine),
      }),
    })),
  },
  {
    name: "token-in-port-url",
    defect: "The address of a port holds an access token.",
    topics: ["secrets"],
    make: withMaps(({ toAccess }) => ({
      toAccess(machine) {
        const access = toAccess(machine);
        const token = tokenOf(machine.label ?? undefined) ?? "console-token";
        return {
          ...access,
          ports: access.ports.map((port) => ({
            ...port,
            url: `https://${port.host}:${port.publicPort}/?token=${token}`,
          })),
        };
      },
    })),
  },
  {
    name: "request-logged",
    defect: "Requests are logged with their headers.",
    topics: ["secrets"],
    make: byHand((sound, { credential }) => ({
      async describe(id, options) {
        // biome-ignore lint/suspicious/noConsole: it is the defect
        console.error(inspect({ method: "GET", id, headers: { authorization: `Bearer ${credential}` } }));
        return sound.describe(id, options);
      },
    })),
  },
];
