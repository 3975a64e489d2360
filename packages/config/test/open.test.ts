// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { type Clock, memoryJournal, systemClock } from "@gpuport/core";
import "reflect-metadata"; // before tsyringe
import { container as globalContainer } from "tsyringe";
import { describe, expect, it } from "vitest";
import { type Configuration, defineConfig, type OpenOverrides, openProviders, tokens } from "../src/index.ts";
import { acme } from "./acme.ts";
import { folder } from "./folder.ts";

const configuration = defineConfig({
  providers: {
    one: { adapter: "acme", token: "${ONE}", images: { pytorch: "img-one" } },
    two: { adapter: "acme", token: "${TWO}", images: { pytorch: "img-two" } },
  },
});
const env = { ONE: "token-of-one", TWO: "token-of-two" };

/** A cloud behind a `fetch`: remembers its machines and who asked for what. */
function cloud() {
  const machines: { id: string; label: string; state: string; image: string }[] = [];
  const calls: string[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const { host, pathname } = new URL(request.url);
    calls.push(`${request.headers.get("authorization")} ${request.method} ${host}${pathname}`);
    if (request.method === "GET") return Response.json(machines);
    if (request.method === "POST") {
      const asked: unknown = await request.json();
      const machine = {
        ...{ label: "", image: "" },
        ...(asked as object),
        id: `m${machines.length}`,
        state: "up",
      };
      machines.push(machine);
      return Response.json(machine);
    }
    machines.splice(
      machines.findIndex(({ id }) => pathname.endsWith(id)),
      1,
    );
    return Response.json({});
  };
  return { machines, calls, fetch };
}

describe("openProviders", () => {
  it("opens several accounts of one cloud, each with its own credentials and images", async () => {
    const { fetch, machines, calls } = cloud();
    await using providers = await openProviders(configuration, { env, fetch, adapters: { acme } });
    expect(calls).toEqual([]);
    await providers.get("one").launch({ image: "pytorch" });
    await providers.get("two").launch({ image: "pytorch" });
    expect(machines.map(({ image }) => image)).toEqual(["img-one", "img-two"]);
    expect(calls).toEqual([
      "Bearer token-of-one POST acme.example/machines",
      "Bearer token-of-two POST acme.example/machines",
    ]);
  });

  it("names instances and errors by the key", async () => {
    const { fetch } = cloud();
    await using providers = await openProviders(configuration, { env, fetch, adapters: { acme } });
    const one = providers.get("one");
    expect(one.name).toBe("one");
    expect(await one.launch({ image: "a" })).toMatchObject({ provider: "one" });
    await expect(one.launch({ image: "a", snapshot: "b" })).rejects.toMatchObject({ provider: "one" });
  });

  it("lays general defaults under a provider's own, and both under a request", async () => {
    const { fetch, machines } = cloud();
    const given: Configuration = {
      providers: {
        own: { adapter: "acme", token: "t", defaults: { image: "own" } },
        general: { adapter: "acme", token: "t" },
        snapshot: { adapter: "acme", token: "t", defaults: { snapshot: "s" } },
      },
      defaults: { image: "general" },
    };
    await using providers = await openProviders(given, { env, fetch, adapters: { acme } });
    await providers.get("own").launch({});
    await providers.get("general").launch({});
    await providers.get("own").launch({ image: "asked" });
    expect(machines.map(({ image }) => image)).toEqual(["own", "general", "asked"]);
    // A snapshot of its own takes the place of the general image; that acme has none shows that it came through.
    await expect(providers.get("snapshot").launch({})).rejects.toMatchObject({ field: "snapshot" });
  });

  it("joins variables and options of clouds from both defaults", async () => {
    const options: unknown[] = [];
    const given: Configuration = {
      providers: {
        mine: {
          ...{ adapter: "acme", token: "t" },
          defaults: { env: { A: "own", B: "own" }, providerOptions: { acme: { x: 1 }, vast: { y: 1 } } },
        },
      },
      defaults: { env: { A: "general", C: "general" }, providerOptions: { acme: { x: 0, z: 0 } } },
    };
    await openProviders(given, {
      ...{ env, adapters: { acme } },
      configure: (container) => void options.push(container.resolve(tokens.options)),
    });
    expect(options).toEqual([
      {
        token: "t",
        defaults: {
          env: { A: "own", B: "own", C: "general" },
          providerOptions: { acme: { x: 1, z: 0 }, vast: { y: 1 } },
        },
      },
    ]);
  });

  it("takes credentials that are left out from the environment", async () => {
    const { fetch, calls } = cloud();
    const given = { providers: { mine: { adapter: "acme" } } };
    await using providers = await openProviders(given, {
      ...{ fetch, adapters: { acme } },
      env: { ACME_TOKEN: "from-environment" },
    });
    await providers.get("mine").launch({ image: "a" });
    expect(calls).toEqual(["Bearer from-environment POST acme.example/machines"]);
  });

  it("reads no other environment than the one it is given", async () => {
    // PATH is in every real environment.
    const adapter = Object.assign((options?: never) => acme(options), { ...acme, env: [{ token: "PATH" }] });
    await expect(openProviders({ providers: { mine: { adapter } } }, { env: {} })).rejects.toMatchObject({
      field: "providers.mine.token",
    });
    await expect(
      openProviders({ providers: { mine: { adapter: acme, token: "${PATH}" } } }, { env: {} }),
    ).rejects.toMatchObject({ field: "providers.mine.token" });
    expect((await openProviders({ providers: { mine: { adapter: acme, token: "${PATH}" } } })).names).toEqual(
      ["mine"],
    );
  });

  it("knows no other names", async () => {
    await using providers = await openProviders(configuration, { env, adapters: { acme } });
    expect(() => providers.get("tow")).toThrow("providers.tow: no such provider; did you mean two?");
    expect(() => providers.get("constructor")).toThrow("no such provider; known are one, two");
  });

  it("lets go at the end, once", async () => {
    const providers = await openProviders(configuration, { env, adapters: { acme } });
    await providers[Symbol.asyncDispose]();
    await providers[Symbol.asyncDispose]();
    expect(() => providers.get("one")).toThrow("providers.one: disposed of");
  });
});

describe("without a file", () => {
  const all = {
    ...{ VAST_API_KEY: "v", GLOWS_TOKEN: "g", HPC_AI_API_KEY: "h" },
    ...{ RUNPOD_API_KEY: "r", LAMBDA_API_KEY: "l" },
    ...{ PODY_API_BASE: "http://lab:8799", PODY_USERNAME: "alice", PODY_PASSWORD: "p" },
  };

  it.each([
    [all, ["vast", "glows", "pody", "hpc-ai", "runpod", "lambda"]],
    [{ RUNPOD_API_KEY: "r", LAMBDA_API_KEY: "" }, ["runpod"]],
    [{ GLOWS_TOKEN: "g" }, ["glows"]],
    [{ HPC_AI_USERNAME: "u", HPC_AI_PASSWORD: "p", VAST_API_KEY: "" }, ["hpc-ai"]],
    [{ HPC_AI_ACCESS_TOKEN: "t", PODY_USERNAME: "alice" }, ["hpc-ai"]],
  ])("%o opens %o", async (environment, names) => {
    await using empty = await folder();
    const providers = await openProviders(undefined, { directory: empty.path, env: environment });
    expect(providers.names).toEqual(names);
    expect(names.map((name) => providers.get(name).adapter)).toEqual(names);
  });

  it("and without credentials it says which would do", async () => {
    await using empty = await folder();
    const opening = openProviders(undefined, { directory: empty.path, env: { PODY_USERNAME: "alice" } });
    await expect(opening).rejects.toMatchObject({ code: "invalid_config" });
    await expect(opening).rejects.toThrow(
      "- pody: baseUrl (PODY_API_BASE) and username (PODY_USERNAME) and password (PODY_PASSWORD)",
    );
  });
});

describe("overrides", () => {
  it("replace options, whose variables then need not be set", async () => {
    const { fetch, calls } = cloud();
    await using providers = await openProviders(configuration, {
      ...{ env: { TWO: "t" }, fetch, adapters: { acme } },
      providers: { one: { token: "of ${override}", baseUrl: "https://test.example" } },
    });
    await providers.get("one").launch({ image: "a" });
    expect(calls).toEqual(["Bearer of ${override} POST test.example/machines"]);
  });

  it("replace the adapter of one provider", async () => {
    const given = { providers: { market: { adapter: "vast", apiKey: "${VAST_API_KEY}" } } };
    await expect(
      openProviders(given, { env: { VAST_API_KEY: "k" }, providers: { market: { adapter: acme } } }),
    ).rejects.toMatchObject({ message: expect.stringContaining("providers.market.apiKey: unknown key") });
    const plain = { providers: { market: { adapter: "vast" } } };
    const providers = await openProviders(plain, {
      env,
      providers: { market: { adapter: acme, token: "t" } },
    });
    expect(providers.get("market")).toMatchObject({ name: "market", adapter: "acme" });
  });

  it("for a provider that is not configured are a mistake", async () => {
    const overrides: OpenOverrides = { env, adapters: { acme }, providers: { oen: { token: "t" } } };
    await expect(openProviders(configuration, overrides)).rejects.toThrow(
      "providers.oen: the overrides are for a provider that is not configured; did you mean one?",
    );
  });

  it("are held to the options as the configuration is", async () => {
    const overrides: OpenOverrides = { env, adapters: { acme }, providers: { one: { toekn: "t" } } };
    await expect(openProviders(configuration, overrides)).rejects.toMatchObject({
      field: "providers.one.toekn",
    });
  });

  it("hand every provider the same clock and journal", async () => {
    const { fetch } = cloud();
    const clock: Clock = { ...systemClock, now: () => 86_400_000 };
    const journal = memoryJournal();
    await using providers = await openProviders(configuration, {
      env,
      fetch,
      clock,
      journal,
      adapters: { acme },
    });
    const instance = await providers.get("two").launch({ key: "k", image: "a" });
    expect(instance.observedAt).toEqual(new Date(86_400_000));
    expect(await journal.byInstance("two", instance.id)).toMatchObject({ key: "k", state: "created" });
    expect(await journal.byInstance("one", instance.id)).toBeUndefined();
  });

  it("reach into one provider's container and no other", async () => {
    const mine = cloud();
    const others = cloud();
    await using providers = await openProviders(configuration, {
      ...{ env, fetch: others.fetch, adapters: { acme } },
      configure(container, name) {
        if (name === "two") container.register(tokens.fetch, { useValue: mine.fetch });
      },
    });
    await providers.get("one").launch({ image: "a" });
    await providers.get("two").launch({ image: "a" });
    expect([mine.calls.length, others.calls.length]).toEqual([1, 1]);
  });

  it("leave the global container alone", async () => {
    await openProviders(configuration, { env, adapters: { acme } });
    const registered = Object.values(tokens).filter((token) => globalContainer.isRegistered(token));
    expect(registered).toEqual([]);
  });

  it("dispose of what their factories' classes made", async () => {
    const disposed: string[] = [];
    class Meter {
      readonly now = (): number => 0;
      readonly sleep = (): Promise<void> => Promise.resolve();
      readonly alarm = (): void => {};
      dispose(): void {
        disposed.push("meter");
      }
    }
    const providers = await openProviders(configuration, {
      ...{ env, adapters: { acme } },
      configure: (container) => void container.registerSingleton(tokens.clock, Meter),
    });
    expect(disposed).toEqual([]);
    await providers[Symbol.asyncDispose]();
    expect(disposed).toEqual(["meter", "meter"]);
  });
});
