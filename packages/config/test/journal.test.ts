// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { existsSync } from "node:fs";
import { type Journal, type LaunchRecord, memoryJournal, reap, Secret } from "@gpuport/core";
import { startEmulator } from "@gpuport/emulator";
import { describe, expect, it } from "vitest";
import { type Configuration, type OpenOverrides, openProviders, tokens } from "../src/index.ts";
import { acme } from "./acme.ts";
import { folder } from "./folder.ts";

const mine = { adapter: acme, token: "acme-token-1" };
const launch: LaunchRecord = {
  ...{ provider: "mine", key: "k", requestHash: "hash", state: "open", identity: "gp0", sentAt: 1 },
  late: "adopt",
};

async function write(journal: Journal): Promise<void> {
  const hold = await journal.hold(launch.provider, launch.key, new AbortController().signal);
  await hold.write(launch);
  await hold.release();
}

async function keys(journal: Journal): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of journal.list()) found.push(key);
  return found;
}

/** The journals that the providers' containers hold, and those that they share. */
async function journalsOf(configuration: Configuration, overrides: OpenOverrides = {}) {
  const each: Journal[] = [];
  await using providers = await openProviders(configuration, {
    ...{ env: {}, ...overrides },
    configure: (container) => void each.push(container.resolve(tokens.journal)),
  });
  return { each, shared: providers.journal };
}

describe("journal", () => {
  it("is a file beside the configuration, which outlives the process", async () => {
    const yaml = "journal: { sqlite: ./launches.db }\nproviders: { mine: { adapter: acme, token: t } }\n";
    await using project = await folder({ "deep/gpuport.yaml": yaml });
    await using elsewhere = await folder();
    const overrides = { directory: elsewhere.path, adapters: { acme } };
    {
      await using providers = await openProviders(`${project.path}/deep/gpuport.yaml`, overrides);
      expect(existsSync(`${project.path}/deep/launches.db`)).toBe(false); // opening opens no file
      await write(providers.journal);
    }
    expect(existsSync(`${project.path}/deep/launches.db`)).toBe(true);
    await using again = await openProviders(`${project.path}/deep/gpuport.yaml`, overrides);
    expect(await keys(again.journal)).toEqual(["k"]);
  });

  it("is closed with the providers", async () => {
    await using project = await folder();
    const configuration = { providers: { mine }, journal: { sqlite: "launches.db" } };
    const providers = await openProviders(configuration, { directory: project.path });
    await write(providers.journal);
    await providers[Symbol.asyncDispose]();
    await expect(write(providers.journal)).rejects.toThrow();
  });

  it.each([undefined, "memory" as const])("is shared by all providers (%s)", async (journal) => {
    const { each, shared } = await journalsOf({ providers: { mine, other: mine }, journal });
    expect(each).toEqual([shared, shared]);
    expect(each[0]).toBe(each[1]);
  });

  it("may be PostgreSQL, to which nothing is sent before its first use", async () => {
    const postgres = "postgres://gpuport:hunter2@127.0.0.1:1/launches";
    for (const given of ["${DATABASE_URL}", postgres, new Secret(postgres)]) {
      const configuration: Configuration = { providers: { mine }, journal: { postgres: given } };
      await using providers = await openProviders(configuration, { env: { DATABASE_URL: postgres } });
      const refused: unknown = await keys(providers.journal).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "unavailable" });
      expect(String(refused)).not.toContain("hunter2");
    }
  });

  it("of the overrides wins, is not closed, and spares the variables of the other", async () => {
    let closed = 0;
    const own: Journal = {
      ...memoryJournal(),
      close: async () => {
        closed += 1;
      },
    };
    const configuration: Configuration = { providers: { mine }, journal: { postgres: "${DATABASE_URL}" } };
    const { each, shared } = await journalsOf(configuration, { journal: own });
    expect([shared, ...each]).toEqual([own, own]);
    expect(shared).toBe(own);
    expect(closed).toBe(0);
  });

  it.each<[string, unknown, string, string]>([
    [
      "another word",
      "sqlite",
      "journal",
      "must be memory, { sqlite: FILE } or { postgres: CONNECTION STRING }",
    ],
    ["an unknown kind", { sqllite: "./a.db" }, "journal", "must be memory, { sqlite: FILE }"],
    ["two kinds", { sqlite: "./a.db", postgres: "p" }, "journal", "must be memory, { sqlite: FILE }"],
    ["a number for a file", { sqlite: 5 }, "journal.sqlite", "expected string, received number"],
    ["nothing for a file", { sqlite: null }, "journal.sqlite", "expected string, received null"],
    ["no file", { sqlite: ":memory:" }, "journal.sqlite", "must be the path of a file; `journal: memory` is"],
    ["a folder that is not there", { sqlite: "./no/a.db" }, "journal.sqlite", "there is no folder "],
    ["an empty connection string", { postgres: "" }, "journal.postgres", "Too small"],
    [
      "a variable that is not set",
      { postgres: "${PG}" },
      "journal.postgres",
      "the environment variable PG is",
    ],
    [
      "an unreadable connection string",
      { postgres: "postgres://a:hunter2@host:port/db" },
      "journal.postgres",
      "postgresJournal: connectionString cannot be read",
    ],
    [
      "an unreadable connection string of a variable",
      { postgres: "${DATABASE_URL}" },
      "journal.postgres",
      "postgresJournal: connectionString cannot be read",
    ],
  ])("names the place of %s", async (_, journal, field, message) => {
    const configuration = { providers: { mine }, journal } as Configuration; // wrong on purpose
    const env = { DATABASE_URL: "postgres://a:hunter2@host:port/db" };
    const error: unknown = await openProviders(configuration, { env }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_config", field });
    expect(String(error)).toContain(`${field}: ${message}`);
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });
});

describe("providers", () => {
  it("can be gone through, in the order of the configuration", async () => {
    const providers = await openProviders({ providers: { mine, other: mine, last: mine } });
    expect(Array.from(providers, ({ name }) => name)).toEqual(["mine", "other", "last"]);
    await providers[Symbol.asyncDispose]();
    expect(() => [...providers]).toThrow("disposed of");
  });

  it("and their journal are what reap takes", async () => {
    const fetch = async (): Promise<Response> => Response.json([]);
    await using providers = await openProviders({ providers: { mine, other: mine } }, { fetch });
    expect(await reap(providers, providers.journal)).toEqual({ findings: [], failed: [] });
  });
});

describe("what holds for all providers", () => {
  const usd = (maxPerHourMicros: number, provider?: string) => ({
    currency: "USD",
    maxPerHourMicros,
    provider,
  });

  it("reaches each, under its own words and beside its own budgets", async () => {
    const options: unknown[] = [];
    await openProviders(
      {
        providers: {
          plain: mine,
          own: { ...mine, owner: "b", requireLease: false, budgets: [usd(2, "own")] },
        },
        ...{ owner: "a", requireLease: true, budgets: [usd(9), usd(5, "plain")] },
      },
      { configure: (container) => void options.push(container.resolve(tokens.options)) },
    );
    expect(options).toEqual([
      {
        token: "acme-token-1",
        defaults: {},
        owner: "a",
        requireLease: true,
        budgets: [usd(9), usd(5, "plain")],
      },
      {
        ...{ token: "acme-token-1", defaults: {}, owner: "b", requireLease: false },
        budgets: [usd(9), usd(5, "plain"), usd(2, "own")],
      },
    ]);
  });

  it("limits what they cost together", async () => {
    await using emulator = await startEmulator({ clock: "manual" });
    const { apiKey } = emulator.credentials.vast;
    const account = { adapter: "vast", apiKey, baseUrl: emulator.urls.vast };
    const request = { gpu: { model: "rtx-4090" }, image: "pytorch/pytorch" };
    let micros = 0;
    {
      await using unlimited = await openProviders({ providers: { a: account } });
      const launched = await unlimited.get("a").launch(request);
      micros = launched.price?.perHourMicros ?? 0;
      await emulator.reset();
    }
    await using providers = await openProviders({
      providers: { a: account, b: account },
      budgets: [usd(Math.floor(micros * 1.5))],
    });
    const { id } = await providers.get("a").launch(request);
    await expect(providers.get("b").launch(request)).rejects.toMatchObject({ code: "quota_exceeded" });
    expect(emulator.machines().map((machine) => machine.id)).toEqual([id]);
  });

  it("refuses launches without a lease", async () => {
    await using providers = await openProviders({ providers: { mine }, requireLease: true });
    await expect(providers.get("mine").launch({ image: "a" })).rejects.toMatchObject({
      ...{ code: "invalid_argument", field: "lease" },
    });
  });

  it.each<[string, object, string, string]>([
    [
      "a budget for nobody",
      { budgets: [usd(1), usd(1, "mien")] },
      "budgets.1.provider",
      "did you mean mine?",
    ],
    [
      "a provider's budget for nobody",
      { providers: { mine: { ...mine, budgets: [usd(1, "other")] } } },
      "providers.mine.budgets.0.provider",
      "no such provider; known are mine",
    ],
    ["a budget that is none", { budgets: 5 }, "budgets", "expected array, received number"],
    ["a key of a budget", { budgets: [{ ...usd(1), max: 5 }] }, "budgets.0.max", "unknown key"],
    ["an owner like no other", { owner: 5 }, "owner", "expected string, received number"],
  ])("names the place of %s", async (_, more, field, message) => {
    const configuration = { providers: { mine }, ...more };
    await expect(openProviders(configuration)).rejects.toMatchObject({
      ...{ code: "invalid_config", field },
      message: expect.stringContaining(message),
    });
  });
});
