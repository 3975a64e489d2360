// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { execFile } from "node:child_process";
import { cp, mkdir, symlink } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { folder } from "./folder.ts";

const packages = fileURLToPath(new URL("../..", import.meta.url));

/** What an application prints that has this package, and of the adapters only Pody's. */
async function run(program: string, files: Readonly<Record<string, string>>): Promise<string> {
  await using project = await folder({ ...files, "program.mjs": program });
  const { path } = project;
  // A copy, because Node looks for packages from where a file really is.
  await cp(`${packages}/config/src`, `${path}/config`, { recursive: true });
  await mkdir(`${path}/node_modules/@gpuport`, { recursive: true });
  for (const name of ["core", "pody"])
    await symlink(`${packages}/${name}`, `${path}/node_modules/@gpuport/${name}`);
  for (const name of ["reflect-metadata", "tsyringe", "yaml", "zod"]) {
    await symlink(`${packages}/config/node_modules/${name}`, `${path}/node_modules/${name}`);
  }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@gpuport/source", "program.mjs"],
    { cwd: path, env: { PATH: process.env["PATH"], PODY_API_BASE: "http://lab:8799", GLOWS_TOKEN: "g" } },
  );
  return stdout;
}

it("says what to install, and works with what is installed", async () => {
  const program = `
    import { openProviders } from "./config/index.ts";
    const say = (error) => error.code + " " + error.message;
    console.log(await openProviders().then(({ names }) => names, say));
    const market = { adapter: "vast", apiKey: "k" };
    console.log(await openProviders({ providers: { market } }).catch(say));
    process.env.PODY_USERNAME = "alice";
    process.env.PODY_PASSWORD = "p";
    console.log(await openProviders().then(({ names }) => names));
    const lab = { adapter: "pody" };
    for (const journal of [{ sqlite: "./a.db" }, { postgres: "postgres://u:hunter2@h/d" }]) {
      console.log(await openProviders({ providers: { lab }, journal }).catch(say));
    }
    console.log(await openProviders("lab.yaml").then(({ names, get }) => [names[0], get("lab").adapter]));
  `;
  const lab = "providers: { lab: { adapter: pody, password: ${PODY_PASSWORD} } }";
  const lines = (await run(program, { "lab.yaml": lab })).trim().split("\n");
  expect(lines).toEqual([
    "invalid_config there is no gpuport.yaml, gpuport.yml or gpuport.json, and no credentials are in the environment:",
    "- pody: baseUrl (PODY_API_BASE) and username (PODY_USERNAME) and password (PODY_PASSWORD)",
    "- @gpuport/vast is not installed",
    "- @gpuport/glows is not installed",
    "- @gpuport/hpc-ai is not installed",
    "- @gpuport/runpod is not installed",
    "- @gpuport/lambda is not installed",
    "invalid_config providers.market.adapter: vast is not installed: npm install @gpuport/vast",
    "[ 'pody' ]",
    "invalid_config journal.sqlite: @gpuport/journal-sqlite is not installed: npm install @gpuport/journal-sqlite",
    "invalid_config journal.postgres: @gpuport/journal-postgres is not installed: npm install @gpuport/journal-postgres",
    "[ 'lab', 'pody' ]",
  ]);
});
