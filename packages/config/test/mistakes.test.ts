// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { ComputeError } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { openProviders } from "../src/index.ts";
import { acme } from "./acme.ts";
import { folder } from "./folder.ts";

const secret = "hunter2-hunter2";
const overrides = { adapters: { acme }, env: { TOKEN: secret, ADAPTER: "hunter2-adapter" } };
const mine = { adapter: "acme", token: "${TOKEN}" };

/** What is passed as a configuration by somebody whom no compiler watches. */
async function opening(configuration: unknown) {
  return await openProviders(configuration as never, overrides); // wrong on purpose
}

describe("a mistake is named with its place", () => {
  it.each<[string, unknown, string, string]>([
    ["no providers", {}, "providers", "expected record, received undefined"],
    ["empty providers", { providers: {} }, "providers", "names no provider"],
    ["a list", { providers: [mine] }, "providers", "expected record, received array"],
    [
      "a mistyped key",
      { providers: { mine }, defualts: {} },
      "defualts",
      "unknown key; did you mean defaults?",
    ],
    ["an empty provider", { providers: { mine: null } }, "providers.mine", "expected record, received null"],
    [
      "no adapter",
      { providers: { mine: { token: "${TOKEN}" } } },
      "providers.mine.adapter",
      "missing; known are vast, glows, pody, hpc-ai, runpod, lambda, or a package",
    ],
    [
      "a mistyped adapter key",
      { providers: { mine: { adaptor: "acme" } } },
      "providers.mine.adapter",
      "missing; did you mean it by adaptor?",
    ],
    [
      "an unknown adapter",
      { providers: { mine: { adapter: "vsat" } } },
      "providers.mine.adapter",
      "vsat is neither a known adapter nor an installed package; did you mean vast?",
    ],
    [
      "a function that is no adapter",
      { providers: { mine: { adapter: () => undefined } } },
      "providers.mine.adapter",
      "this function is not an adapter made with defineAdapter",
    ],
    [
      "a mistyped option",
      { providers: { mine: { ...mine, base_url: "https://a.example" } } },
      "providers.mine.base_url",
      "unknown key; did you mean baseUrl?",
    ],
    [
      "an option like no other",
      { providers: { mine: { ...mine, colour: "red" } } },
      "providers.mine.colour",
      "unknown key; known are adapter, token, baseUrl, tier, images, defaults, facts, endpoints, statuses, " +
        "errors, owner, budgets, requireLease, maxResponseBytes",
    ],
    [
      "a name, which is the key",
      { providers: { mine: { ...mine, name: "other" } } },
      "providers.mine.name",
      "unknown key",
    ],
    [
      "a key inside an option",
      { providers: { mine: { ...mine, facts: { pollIntervalms: 5 } } } },
      "providers.mine.facts.pollIntervalms",
      "unknown key; did you mean pollIntervalMs?",
    ],
    [
      "a key inside defaults",
      { providers: { mine: { ...mine, defaults: { gpu: { model: "h100", cuont: 2 } } } } },
      "providers.mine.defaults.gpu.cuont",
      "unknown key; did you mean count?",
    ],
    [
      "a key inside general defaults",
      { providers: { mine }, defaults: { regoin: "north" } },
      "defaults.regoin",
      "unknown key; did you mean region?",
    ],
    [
      "a key inside a row",
      { providers: { mine: { ...mine, statuses: { up: { status: "running", bilings: "none" } } } } },
      "providers.mine.statuses.up.bilings",
      "unknown key; did you mean billing?",
    ],
    [
      "an endpoint that the adapter does not have",
      { providers: { mine: { ...mine, endpoints: { "instance.lst": { path: "m" } } } } },
      "providers.mine.endpoints.instance.lst",
      "unknown key; did you mean instance.list?",
    ],
    [
      "a key of an endpoint",
      { providers: { mine: { ...mine, endpoints: { "instance.list": { paht: "m" } } } } },
      "providers.mine.endpoints.instance.list.paht",
      "unknown key; did you mean path?",
    ],
    [
      "a number for a token",
      { providers: { mine: { adapter: "acme", token: 12345678 } } },
      "providers.mine.token",
      "expected string, received number; put it in quotes",
    ],
    [
      "an empty token",
      { providers: { mine: { adapter: "acme", token: "" } } },
      "providers.mine.token",
      "Too small: expected string to have >=1 characters",
    ],
    [
      "a word that is none of those",
      { providers: { mine: { ...mine, tier: "hunter2" } } },
      "providers.mine.tier",
      'Invalid option: expected one of "small"|"large"',
    ],
    [
      "plain http",
      { providers: { mine: { ...mine, baseUrl: "http://acme.example" } } },
      "providers.mine.baseUrl",
      "must be https: every request carries a credential",
    ],
    [
      "no credential anywhere",
      { providers: { mine: { adapter: "acme" } } },
      "providers.mine.token",
      "missing; give token (ACME_TOKEN)",
    ],
    [
      "half a login",
      { providers: { reserved: { adapter: "hpc-ai", username: "alice" } } },
      "providers.reserved.password",
      "missing; give accessToken (HPC_AI_ACCESS_TOKEN), or apiKey (HPC_AI_API_KEY), or username (HPC_AI_USERNAME) " +
        "and password (HPC_AI_PASSWORD)",
    ],
    [
      "two logins, which the adapter itself refuses",
      { providers: { reserved: { adapter: "hpc-ai", apiKey: "a", accessToken: "b" } } },
      "providers.reserved.accessToken",
      "give one way to log in: accessToken, apiKey, or username and password",
    ],
    [
      "a variable that is not set",
      { providers: { mine: { adapter: "acme", token: "${ACME_TOKEN}" } } },
      "providers.mine.token",
      "the environment variable ACME_TOKEN is not set",
    ],
    [
      "a variable that is not set, deep inside",
      { providers: { mine: { ...mine, defaults: { env: { HF_TOKEN: "${HF_TOKEN}" } } } } },
      "providers.mine.defaults.env.HF_TOKEN",
      "the environment variable HF_TOKEN is not set",
    ],
  ])("%s", async (_, configuration, field, message) => {
    const error = await opening(configuration).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_config", field });
    expect(String(error)).toContain(`${field}: ${message}`);
    expect(String(error)).not.toContain("hunter2");
  });

  it("does not show what a variable held, even where it is what is wrong", async () => {
    await expect(opening({ providers: { mine: { adapter: "${ADAPTER}" } } })).rejects.toThrow(
      /^providers\.mine\.adapter: \[secret\] is neither/,
    );
  });

  it("all at once, with their lines", async () => {
    await using project = await folder({
      "gpuport.yaml": `
providers:
  one: { adapter: acme, tken: \${TOKEN} }
  two:
    adapter: acme
    token: \${NOT_SET}
    images:
      pytorch: 2.4
`,
    });
    const error: unknown = await openProviders("gpuport.yaml", {
      ...overrides,
      directory: project.path,
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "invalid_config",
      field: "providers.two.token",
      provider: "two",
      message: [
        "4 things are wrong in the configuration:",
        "- gpuport.yaml:6:5: providers.two.token: the environment variable NOT_SET is not set",
        "- gpuport.yaml:3:25: providers.one.tken: unknown key; did you mean token?",
        "- gpuport.yaml:3:3: providers.one.token: missing; give token (ACME_TOKEN)",
        "- gpuport.yaml:8:7: providers.two.images.pytorch: expected string, received number; put it in quotes",
      ].join("\n"),
      cause: { errors: [{ field: "providers.two.token" }, { field: "providers.one.tken" }, {}, {}] },
    });
  });

  it("of an adapter that tells its credentials is told without them", async () => {
    const telling = Object.assign(
      (options?: { token: string }) => {
        throw new ComputeError({
          code: "invalid_config",
          field: "token",
          message: `${options?.token} is wrong`,
        });
      },
      { ...acme },
    );
    const given = { mine: { adapter: telling, token: secret } };
    await expect(opening({ providers: given })).rejects.toMatchObject({
      message: "providers.mine.token: [secret] is wrong",
    });
  });

  it("of an adapter that throws anything else is told without its words", async () => {
    const broken = Object.assign(
      () => {
        throw new TypeError(`cannot log in with ${secret}`);
      },
      { ...acme },
    );
    await expect(opening({ providers: { mine: { ...mine, adapter: broken } } })).rejects.toMatchObject({
      code: "invalid_config",
      field: "providers.mine",
      message: "providers.mine: the adapter failed to open",
      cause: expect.any(TypeError),
    });
  });
});
