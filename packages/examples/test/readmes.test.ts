import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "@gpuport/emulator";
import ts from "typescript-6";
import { describe, expect, it } from "vitest";
import { configuration, environmentOf } from "../src/embedded.ts";

// Every `ts` block of every README is run as it stands, in a process of its own, against the emulator. A block that
// cannot run by itself says so: "ts fragment".

const root = join(import.meta.dirname, "../../..");
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
];
const speed = 40;

interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

function snippetsOf(page: string): Snippet[] {
  let text: string;
  try {
    text = readFileSync(join(root, page), "utf8");
  } catch {
    return []; // private packages without a page
  }
  // What stands in a longer fence is another page that is shown. Its lines stay, so that the others keep their numbers.
  const own = text.replace(/^(`{4,})[^\n]*\n.*?^\1$/gms, (shown) => shown.replace(/[^\n]/g, ""));
  return Array.from(own.matchAll(/^```ts\n(.*?)^```$/gms), (block) => {
    const line = own.slice(0, block.index).split("\n").length;
    return { page, line, code: block[1] ?? "" };
  });
}

function environment(emulator: Emulator): Record<string, string> {
  const { urls } = emulator;
  return {
    PATH: process.env["PATH"] ?? "",
    ...environmentOf(emulator),
    GPUPORT_TEST_SPEED: String(speed),
    GPUPORT_TEST_ROUTES: JSON.stringify({
      "https://console.vast.ai": urls.vast,
      "https://a.glows.ai": urls.glows,
      "http://lab:8799": urls.pody,
      "https://www.hpc-ai.com/api": urls["hpc-ai"],
      "https://api.runpod.io": urls.runpod,
      "https://cloud.lambda.ai/api/v1": urls.lambda,
    }),
  };
}

/** As a user's compiler makes it: Node 22 does not know `await using` yet. */
function compiled(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

describe.concurrent("the snippets of", () => {
  it.for(pages.flatMap(snippetsOf))(
    "$page:$line run, and leave nothing that bills",
    { timeout: 60_000 },
    async ({ code }, { onTestFinished }) => {
      await using emulator = await startEmulator({ speed });
      const preload = pathToFileURL(join(import.meta.dirname, "faster.mjs")).href;
      const flags = ["--conditions=@gpuport/source", "--import", preload, "--input-type=module"];
      // Below node_modules, so that packages are found from here and nothing that a snippet writes is left in the tree.
      const folder = mkdtempSync(join(root, "packages/examples/node_modules/.snippet-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      copyFileSync(configuration, join(folder, "gpuport.yaml"));
      await promisify(execFile)(process.execPath, [...flags, "--eval", compiled(code)], {
        cwd: folder,
        env: environment(emulator),
        timeout: 50_000,
      });
      expect(emulator.bill()).toEqual([]);
    },
  );
});
