import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { createAdapter } from "create-gpuport-adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The guide "Add a cloud" is done as it says: the generator's files, each of the page's put over them, and then the
// checks. Every mistake that the page warns of is made, too, and the test that it names must turn red.

const root = join(import.meta.dirname, "../../..");
const dependencies = join(root, "packages/create-gpuport-adapter/node_modules");
const guide = readFileSync(join(root, "docs/add-a-cloud.md"), "utf8");
const conditions = '["@gpuport/source"]';

interface Mistake {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly red: string;
}

const blocks = Array.from(guide.matchAll(/^(`{3,})(?:ts|json|md) (\S+)\n(.*?)^\1$/gms));
const mistakes = Array.from(
  guide.matchAll(/^```diff (\S+)\n(.*?)^```\n\nRed: `(.*?)`$/gms),
  ([, file = "", diff = "", red = ""]): Mistake => {
    const lines = (sign: string): string =>
      diff
        .split("\n")
        .filter((line) => line.startsWith(sign))
        .map((line) => line.slice(1))
        .join("\n");
    // Without the indentation, which stays where it is.
    return { file, from: lines("-").trim(), to: lines("+").trim(), red };
  },
);

let house: string;

beforeAll(async () => {
  house = mkdtempSync(join(tmpdir(), "gpuport-guide-"));
  symlinkSync(dependencies, join(house, "node_modules"));
  await assemble(join(house, "right"));
  const config = `export default { resolve: { conditions: ${conditions} }, ssr: { resolve: { conditions: ${conditions} } } };`;
  writeFileSync(join(house, "vitest.config.mjs"), config);
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

async function assemble(directory: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(dependencies, "../package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const answers = {
    name: "lumen",
    baseUrl: "https://api.lumen.example/v2",
    auth: "bearer",
    directory,
  } as const;
  await createAdapter(answers, manifest.devDependencies);
  for (const [, , path = "", text = ""] of blocks) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

/** The titles of the tests that turned red, of all that are in a folder or of one. */
async function redTests(folder: string, ...only: readonly string[]): Promise<readonly string[]> {
  const report = join(house, `${folder}.json`);
  const args = ["run", "--reporter=json", `--outputFile=${report}`, `${folder}/`, ...only];
  const done = promisify(execFile)(join(root, "node_modules/.bin/vitest"), args, { cwd: house });
  await done.catch(() => {}); // what is red is in the report
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const red = assertionResults.flatMap((result) => (result.status === "failed" ? [result.title] : []));
    return status === "failed" && red.length === 0 ? [`${name} does not load`] : red;
  });
}

function make(folder: string, { file, from, to }: Mistake): void {
  const place = join(house, folder);
  cpSync(join(house, "right"), place, { recursive: true });
  const text = readFileSync(join(place, file), "utf8");
  if (!text.includes(from)) throw new Error(`${file} of the guide does not say: ${from}`);
  writeFileSync(
    join(place, file),
    text.replace(from, () => to),
  );
}

async function checked(command: string, ...args: readonly string[]): Promise<string> {
  const bin = join(root, "node_modules/.bin", command);
  const done = promisify(execFile)(bin, args, { cwd: join(house, "right") });
  return await done.then(
    () => "",
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

describe("the guide's adapter", { timeout: 120_000 }, () => {
  it("passes the kit and its own tests, the README's snippet among them", async () => {
    expect(await redTests("right")).toEqual([]);
  });

  it("type-checks", async () => {
    expect(await checked("tsc", "-p", ".", "--customConditions", "@gpuport/source")).toBe("");
  });

  it("is formatted and free of lint", async () => {
    expect(await checked("biome", "ci", "--colors=off", ".")).toBe("");
  });
});

describe("a mistake that the guide warns of", { timeout: 60_000 }, () => {
  it("is shown with the test that catches it", () => expect(mistakes.length).toBe(9));

  it.each(mistakes.map((mistake, index) => [mistake.file, mistake.red, mistake, `wrong-${index}`] as const))(
    "in %s turns red: %s",
    async (_, red, mistake, folder) => {
      make(folder, mistake);
      const title = red.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      expect(await redTests(folder, "-t", title)).toEqual([red]);
    },
  );
});
