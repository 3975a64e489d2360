// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { describe, expect, it } from "vitest";
import { openProviders, type Providers, tokens } from "../src/index.ts";
import { acme } from "./acme.ts";
import { acmeSource } from "./acme-package.ts";
import { folder } from "./folder.ts";

const adapters = { acme };
const env = { ACME_TOKEN: "acme-token-1", OTHER_TOKEN: "acme-token-2", BASE: "https://other.example" };

async function openFile(name: string, text: string): Promise<Providers> {
  await using project = await folder({ [name]: text });
  return await openProviders(name, { directory: project.path, env, adapters });
}

const configuration = {
  providers: {
    first: { adapter: "acme", token: "${ACME_TOKEN}", images: { pytorch: "img-1" } },
    second: { adapter: "acme", token: "${OTHER_TOKEN}", baseUrl: "${BASE}", defaults: { region: "north" } },
  },
};
const json = JSON.stringify(configuration, undefined, "\t");
const yaml = `
# References need no quotes, inside braces either.
providers:
  first: { adapter: acme, token: \${ACME_TOKEN}, images: { pytorch: img-1 } }
  second:
    adapter: acme
    token: \${OTHER_TOKEN}
    baseUrl: "\${BASE}"
    defaults:
      region: north
`;

describe("a configuration", () => {
  it.each([
    ["gpuport.yaml", yaml],
    ["any.name.yml", yaml],
    ["gpuport.yaml", json],
    ["gpuport.json", json],
    ["GPUPORT.JSON", json],
    ["gpuport.js", `export default ${json}`],
    ["gpuport.mjs", `export default ${json}`],
    [
      "gpuport.ts",
      `const token: string = "\${ACME_TOKEN}"; export default ${json} satisfies object; void token;`,
    ],
  ])("is the same in %s", async (name, text) => {
    const seen: unknown[] = [];
    await using project = await folder({ [name]: text });
    await using providers = await openProviders(name, {
      ...{ directory: project.path, env, adapters },
      configure: (container, provider) => void seen.push([provider, container.resolve(tokens.options)]),
    });
    expect(providers.names).toEqual(["first", "second"]);
    expect(seen).toEqual([
      ["first", { token: "acme-token-1", images: { pytorch: "img-1" }, defaults: {} }],
      ["second", { token: "acme-token-2", baseUrl: "https://other.example", defaults: { region: "north" } }],
    ]);
  });

  it("in code may hold the adapter itself", async () => {
    await using project = await folder({
      "gpuport.mjs": `${acmeSource}\nexport default { providers: { mine: { adapter: acme, token: "t" } } };`,
    });
    const providers = await openProviders(`${project.path}/gpuport.mjs`, { env });
    expect(providers.get("mine").adapter).toBe("acme");
  });

  it.each(["gpuport.yaml", "gpuport.yml", "gpuport.json"])("is found as %s", async (name) => {
    await using project = await folder({ [name]: json });
    const providers = await openProviders(undefined, { directory: project.path, env, adapters });
    expect(providers.names).toEqual(["first", "second"]);
  });

  it("is not guessed where there are two", async () => {
    await using project = await folder({ "gpuport.yaml": yaml, "gpuport.json": json });
    await expect(openProviders(undefined, { directory: project.path, env, adapters })).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringMatching(/gpuport\.yaml: there is .*gpuport\.json beside it/),
    });
  });

  it("may use anchors and the schema key", async () => {
    const text = `
$schema: ./schema.json
providers:
  first: &shared { adapter: acme, token: \${ACME_TOKEN}, images: &images { a: b } }
  second: *shared
  third: { adapter: acme, token: t, images: *images }
  fourth: { <<: *shared, token: \${OTHER_TOKEN} }
`;
    expect((await openFile("gpuport.yaml", text)).names).toEqual(["first", "second", "third", "fourth"]);
  });
});

describe("a file that cannot be read", () => {
  it.each([
    ["gpuport.yaml", "providers:\n  a:\n    token: 1\n   b: 2\n", /^gpuport\.yaml:4:\d+: /],
    ["gpuport.yaml", "providers: {}\nproviders: {}\n", /^gpuport\.yaml:2:1: this key stands here twice$/],
    [
      "gpuport.yaml",
      "providers:\n  a: { token: !hunter2 }\n",
      /^gpuport\.yaml:2:15: .* YAML tag; put .* quotes$/,
    ],
    ["gpuport.yaml", "providers:\n  a:\n    token: *hunter2\n", /^gpuport\.yaml:3:12: .* alias .* quotes$/],
    ["gpuport.yaml", "providers:\n  a:\n    token: @hunter2\n", /^gpuport\.yaml:3:12: .* quotes$/],
    ["gpuport.yaml", "providers:\n  a:\n    token: %hunter2\n", /^gpuport\.yaml:3:12: .* quotes$/],
    ["gpuport.yaml", 'providers:\n  a: { token: "hunter2 }\n', /^gpuport\.yaml:\d+:\d+: a quote, a bracket/],
    ["gpuport.yaml", 'providers:\n  a: { token: "hunter2\\q" }\n', /^gpuport\.yaml:2:\d+: an unknown escape/],
    ["gpuport.yaml", "a: 1\n---\nhunter2: 1\n", /^gpuport\.yaml:2:1: .* more than one document$/],
    ["gpuport.json", '{ "providers": { "a": { "token": "hunter2" }', /^gpuport\.json:1:\d+: /],
    ["gpuport.json", '{ "providers": hunter2" }', /^gpuport\.json:1:\d+: |providers/],
    ["gpuport.yaml", "", /^gpuport\.yaml: must be a mapping with providers$/],
    ["gpuport.yaml", "hunter2", /^gpuport\.yaml: must be a mapping with providers$/],
    ["gpuport.mjs", "throw new Error('hunter2')", /^gpuport\.mjs: cannot be imported: Error /],
    ["gpuport.mjs", "export const hunter2 = 1", /^gpuport\.mjs: has no default export/],
    ["gpuport.toml", "hunter2 = 1", /^gpuport\.toml: a configuration is a file that ends in \.yaml, \.yml/],
  ])("%s with %o", async (name, text, message) => {
    const error = await openFile(name, text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_config", message: expect.stringMatching(message) });
    expect(String(error)).not.toContain("hunter2");
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });

  it.each(["no.yaml", "no.json", "no.ts"])("because there is no %s", async (name) => {
    await using project = await folder();
    await expect(openProviders(name, { directory: project.path, env })).rejects.toMatchObject({
      code: "invalid_config",
      message: `${name}: cannot be read: there is no such file (${project.path})`,
    });
  });
});
