import { describe, expect, it } from "vitest";
import { openProviders } from "../src/index.ts";
import { acme } from "./acme.ts";
import { acmeSource, installed } from "./acme-package.ts";
import { folder } from "./folder.ts";

const name = "@acme/gpuport-cloud";
const yaml = (adapter: string): string =>
  `providers:\n  mine: { adapter: "${adapter}", token: \${ACME_TOKEN} }\n`;
const env = { ACME_TOKEN: "acme-token-1" };

async function open(adapter: string, files: Readonly<Record<string, string>>) {
  await using project = await folder({ "gpuport.yaml": yaml(adapter), ...files });
  return await openProviders(`${project.path}/gpuport.yaml`, { env });
}

describe("a third party's adapter", () => {
  it("is loaded by the name of its package, from beside the configuration", async () => {
    const providers = await open(name, installed(name, acmeSource));
    expect(providers.get("mine")).toMatchObject({ name: "mine", adapter: "acme" });
  });

  it.each([
    ["to import only", { import: "./index.js" }],
    ["conditions in conditions", { ".": { node: { import: ["./index.js"] } } }],
    ["to require and import", { ".": { import: "./index.js", require: "./index.js" } }],
    ["one file", "./index.js"],
  ])("is found in a package that exports %s", async (_, exports) => {
    const providers = await open(name, installed(name, acmeSource, exports));
    expect(providers.names).toEqual(["mine"]);
  });

  it("is found behind a path of its package", async () => {
    const files = installed(name, acmeSource, { "./cloud": { import: "./index.js" } });
    expect((await open(`${name}/cloud`, files)).names).toEqual(["mine"]);
  });

  it("may be a file beside the configuration", async () => {
    const providers = await open("./cloud.mjs", { "cloud.mjs": acmeSource });
    expect(providers.get("mine").adapter).toBe("acme");
  });

  it("is one adapter under however many names", async () => {
    const providers = await open(
      name,
      installed(name, `${acmeSource}\nexport { acme as cloud, acme as default };`),
    );
    expect(providers.get("mine").adapter).toBe("acme");
  });

  it("is named by its export where there are several", async () => {
    const several = `${acmeSource}\nexport const other = Object.assign(() => {}, acme, { id: "other" });`;
    await expect(open(name, installed(name, several))).rejects.toMatchObject({
      code: "invalid_config",
      field: "providers.mine.adapter",
      message: expect.stringContaining(`say which: "${name}#acme" or "${name}#other"`),
    });
    expect((await open(`${name}#acme`, installed(name, several))).get("mine").adapter).toBe("acme");
    await expect(open(`${name}#acne`, installed(name, several))).rejects.toThrow(
      `${name} has no export acne; did you mean acme?`,
    );
  });

  it.each([
    ["is not installed", {}, `${name} is neither a known adapter nor an installed package`],
    [
      "exports none",
      installed(name, "export const port = 1; export function open() {}"),
      "exports no adapter",
    ],
    [
      "lacks what defineAdapter makes",
      installed(name, "export const acme = Object.assign(() => {}, { id: 'acme', specVersion: 1 });"),
      "is not a complete adapter",
    ],
    ["fails to load", installed(name, "throw new Error('no luck');"), `${name} cannot be loaded`],
    [
      "needs what is not installed",
      installed(name, "import 'gpuport-not-there'; export const acme = 1;"),
      `${name} cannot be loaded`,
    ],
  ])("that %s is an error at its place", async (_, files, message) => {
    await expect(open(name, files)).rejects.toMatchObject({
      code: "invalid_config",
      field: "providers.mine.adapter",
      message: expect.stringContaining(message),
    });
  });

  it("that is a file that is not there is an error at its place", async () => {
    await expect(open("./clud.mjs", {})).rejects.toMatchObject({
      field: "providers.mine.adapter",
      message: expect.stringContaining("./clud.mjs cannot be loaded"),
    });
  });

  it("is held to its own options, with suggestions", async () => {
    const providers = { mine: { adapter: acme, token: "t", tire: "small" } };
    await expect(openProviders({ providers })).rejects.toMatchObject({
      field: "providers.mine.tire",
      message: "providers.mine.tire: unknown key; did you mean tier?",
    });
  });
});
