import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

// The checks that guard the house are themselves checked: each rule is broken once, in a small house of its own.

const root = join(import.meta.dirname, "../../..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);

let house: string;
beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), "gpuport-house-"));
});
afterEach(() => rmSync(house, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), text);
}

async function run(command: string, args: readonly string[]): Promise<{ code: number; out: string }> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd: house });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code = -1, stdout = "" } = error as { code?: number; stdout?: string };
    return { code, out: stdout };
  }
}

describe("the architecture", () => {
  const cruise = (): Promise<{ code: number; out: string }> =>
    run(bin("depcruise"), ["--config", join(root, "packages/tooling/dependency-cruiser.mjs"), "packages"]);

  beforeEach(() => {
    put("tsconfig.json", readFileSync(join(root, "tsconfig.json"), "utf8"));
    put("package.json", '{ "name": "house", "type": "module" }');
    for (const name of ["core", "vast", "glows", "config", "emulator", "conformance", "examples"]) {
      const exports = { ".": { "@gpuport/source": "./src/index.ts" } };
      const dependencies = { zod: "*", tsyringe: "*", ky: "*" };
      put(
        `packages/${name}/package.json`,
        JSON.stringify({ name: `@gpuport/${name}`, type: "module", exports, dependencies }),
      );
      put(`packages/${name}/src/index.ts`, "export const one = 1;\n");
    }
    for (const name of ["zod", "tsyringe", "ky"]) {
      put(
        `node_modules/${name}/package.json`,
        `{ "name": "${name}", "type": "module", "exports": "./index.js" }`,
      );
      put(`node_modules/${name}/index.js`, "export const one = 1;\n");
    }
    mkdirSync(join(house, "node_modules/@gpuport"), { recursive: true });
    for (const name of ["core", "vast", "glows", "config", "emulator", "conformance"]) {
      symlinkSync(join(house, "packages", name), join(house, "node_modules/@gpuport", name));
    }
  });

  it("stands as it is meant to", async () => {
    put("packages/vast/src/index.ts", 'import "@gpuport/core";\nimport "zod";\nexport const one = 1;\n');
    put(
      "packages/config/src/index.ts",
      'import "tsyringe";\nexport const load = () => import("@gpuport/vast");\n',
    );
    put("packages/examples/src/index.ts", 'import "@gpuport/config";\nimport "@gpuport/emulator";\n');
    const { code, out } = await cruise();
    expect(out).toContain("no dependency violations found");
    expect(code).toBe(0);
  });

  it.each([
    ["core-is-a-leaf", "core", 'import "@gpuport/vast";'],
    ["adapters-know-core-and-zod-only", "vast", 'import "@gpuport/glows";'],
    ["adapters-know-core-and-zod-only", "vast", 'import "ky";'],
    ["adapters-know-core-and-zod-only", "vast", 'import "node:fs";'],
    ["adapters-know-core-and-zod-only", "vast", 'import "@gpuport/emulator";'],
    ["only-config-knows-tsyringe", "core", 'import "tsyringe";'],
    ["config-loads-adapters-on-demand", "config", 'import "@gpuport/vast";'],
    ["emulator-shares-nothing", "emulator", 'import "@gpuport/core";'],
    ["emulator-shares-nothing", "emulator", 'import "zod";'],
    ["conformance-knows-the-interface-only", "conformance", 'import "@gpuport/vast";'],
    ["through-the-front-door", "examples", 'import "../../core/src/other.ts";'],
    ["resolvable", "core", 'import "./missing.ts";'],
  ])("%s: %s may not %s", async (rule, name, line) => {
    put("packages/core/src/other.ts", "export const two = 2;\n");
    put(`packages/${name}/src/index.ts`, `${line}\nexport const one = 1;\n`);
    const { code, out } = await cruise();
    expect(out).toContain(`error ${rule}:`);
    expect(code).not.toBe(0);
  });

  it("no-circles: two files may not import each other", async () => {
    put("packages/core/src/index.ts", 'import { two } from "./two.ts";\nexport const one = two;\n');
    put("packages/core/src/two.ts", 'import { one } from "./index.ts";\nexport const two = () => one;\n');
    expect((await cruise()).out).toContain("error no-circles:");
  });
});

describe("lint", () => {
  it.each([
    ["a provider of one cloud", 'vast({ apiKey: "k" }).terminate("id");', 1],
    ["any provider", 'declare const any: ComputeProvider; any.terminate("id");', 1],
    ["a group", 'vast({ apiKey: "k" }).power.stop("id");', 1],
    ["a callback", '["id"].forEach(async (id) => { await vast({ apiKey: "k" }).terminate(id); });', 1],
    ["nothing, when it is awaited", 'await vast({ apiKey: "k" }).terminate("id");', 0],
  ])("catches a promise that nobody awaits: %s", async (_, line, code) => {
    const paths = Object.fromEntries(
      ["core", "vast"].map((name) => [`@gpuport/${name}`, [join(root, "packages", name, "src/index.ts")]]),
    );
    const options = { paths, types: [], typeRoots: [join(root, "node_modules/@types")] };
    put(
      "tsconfig.json",
      JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions: options, include: ["*.ts"] }),
    );
    put(
      "planted.ts",
      `import type { ComputeProvider } from "@gpuport/core";\nimport { vast } from "@gpuport/vast";\n${line}\nexport type { ComputeProvider, vast };\n`,
    );
    const config = join(root, "packages/tooling/oxlint.json");
    const linted = await run(bin("oxlint"), ["--type-aware", "-c", config, "--deny-warnings", "planted.ts"]);
    expect(linted.code, linted.out).toBe(code);
  });
});
