// What a stranger does who adds a cloud: `npm create gpuport-adapter`, once with every way to authenticate, outside the
// workspace, from what would be published; then an application that installs the adapter and names it in its
// configuration. It stands here and not among the tests because it needs `pnpm build` and the registry.
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { inScratch, install, packAll, run } from "./pack.ts";

const ways = [
  // The longest and the shortest name, because the formatter breaks lines where they are full.
  { name: `tensor-barn-${"of-the-north-".repeat(2)}7`, auth: "bearer" },
  { name: "q", auth: "header" },
  { name: "@acme/gpuport-tensor", auth: "basic" },
  { name: "tensor-barn", auth: "login" },
];

type Manifest = Record<string, Record<string, string> | undefined>;

/** Puts tarballs in the place of what is not published yet; all else comes from the registry. */
function fromTarballs(folder: string, tarballs: ReadonlyMap<string, string>): void {
  const path = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  for (const dependencies of [manifest["dependencies"] ?? {}, manifest["devDependencies"] ?? {}]) {
    for (const [name, version] of Object.entries(dependencies)) {
      const tarball = tarballs.get(name);
      if (tarball === undefined) continue;
      if (!version.startsWith("^"))
        throw new Error(`${name} is wanted as ${version}, which nobody publishes`);
      dependencies[name] = `file:${tarball}`;
    }
  }
  manifest["overrides"] = { "@gpuport/core": "$@gpuport/core" };
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

await inScratch((folder) => {
  const tarballs = packAll(folder);
  const creator = join(folder, "creator");
  mkdirSync(creator);
  writeFileSync(join(creator, "package.json"), '{"private":true}');
  install(creator, tarballs.get("create-gpuport-adapter") ?? "");

  for (const [index, { name, auth }] of ways.entries()) {
    const started = performance.now();
    const directory = join(folder, `made-${index}`);
    const said = ["--name", name, "--base-url", "https://api.tensorbarn.example/v1", "--auth", auth];
    run("node_modules/.bin/create-gpuport-adapter", [...said, "--directory", directory], creator);
    fromTarballs(directory, tarballs);
    install(directory);
    run("npm", ["run", "-s", "check"], directory);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${auth}: written, installed, type-checked, linted, built, tested, README run in ${seconds} s`,
    );
  }

  const made = join(folder, "made-2");
  run("npm", ["pack", "--silent", "--pack-destination", folder], made);
  const adapter = readdirSync(folder).find((file) => file.startsWith("acme-")) ?? "";
  const application = join(folder, "application");
  mkdirSync(application);
  writeFileSync(join(application, "package.json"), '{"private":true,"type":"module"}');
  const ours = ["@gpuport/core", "@gpuport/config"].map((name) => tarballs.get(name) ?? "");
  install(application, ...ours, join(folder, adapter));
  copyFileSync(join(made, "test/server.ts"), join(application, "server.ts"));
  copyFileSync(join(import.meta.dirname, "smoke-application.mjs"), join(application, "program.mjs"));
  const program = (): string =>
    run("node", ["program.mjs", "@acme/gpuport-tensor", "./server.ts"], application).trim();
  console.log(`named in a configuration: ${program()}`);

  // As it is when an adapter was built with another core than its user has.
  const within = join(application, "node_modules/@acme/gpuport-tensor");
  cpSync(join(application, "node_modules/@gpuport/core"), join(within, "node_modules/@gpuport/core"), {
    recursive: true,
  });
  console.log(`with a core of its own: ${program()}`);

  const tables = join(within, "dist/tables.js");
  const index = join(within, "dist/index.js");
  const older = readFileSync(tables, "utf8").replace(/^\s*appearsWithinMs: .*$/m, "");
  writeFileSync(tables, older);
  writeFileSync(index, readFileSync(index, "utf8").replace("specVersion: 1", "specVersion: 0"));
  console.log(`of the version before, with a core of its own: ${program()}`);
});
