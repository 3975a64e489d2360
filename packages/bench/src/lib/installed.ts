import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { installPeers, npmInstall } from "./peers.ts";

/** A folder with packages in it, as a user's would be. */
export interface Installed {
  readonly folder: string;
  readonly packages: number;
  readonly megabytes: number;
}

const root = join(import.meta.dirname, "../../../..");

/** The library as it is published: built, packed, and installed with npm into an empty folder. */
export function installOurs(names: readonly string[]): Installed {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    packageManager: string;
  };
  const folder = mkdtempSync(join(tmpdir(), "gpuport-bench-ours-"));
  const pnpm = (args: readonly string[], cwd: string): void => {
    execFileSync("npx", ["--yes", packageManager, ...args], { cwd, stdio: ["ignore", "ignore", "pipe"] });
  };
  pnpm(["run", "build"], root);
  for (const name of names) pnpm(["pack", "--pack-destination", folder], join(root, "packages", name));
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}');
  npmInstall(
    folder,
    readdirSync(folder).flatMap((file) => (file.endsWith(".tgz") ? [`./${file}`] : [])),
  );
  return measured(folder);
}

export async function installTheirs(
  versions: Readonly<Record<string, string>>,
): Promise<Installed | { readonly missing: string }> {
  const peers = await installPeers(versions);
  return "missing" in peers ? peers : measured(peers.folder);
}

function measured(folder: string): Installed {
  const { packages, bytes } = weigh(join(folder, "node_modules"));
  return { folder, packages, megabytes: bytes / 1e6 };
}

/** Counts what has a manifest right below a `node_modules`. */
function weigh(modules: string): { packages: number; bytes: number } {
  let packages = 0;
  let bytes = 0;
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
    const inModules = /node_modules(\/@[^/]+)?$/.test(entry.parentPath);
    if (entry.isDirectory() && inModules && existsSync(join(entry.parentPath, entry.name, "package.json"))) {
      packages += 1;
    }
  }
  return { packages, bytes };
}

interface Esbuild {
  readonly build: (options: object) => Promise<{ outputFiles: readonly { contents: Uint8Array }[] }>;
}

/** What a bundle of these lines weighs, minified and compressed. */
export async function bundleKilobytes(folder: string, contents: string): Promise<number | undefined> {
  const peers = await installPeers({ esbuild: "^0.28.0" });
  if ("missing" in peers) return undefined;
  const { build } = await peers.load<Esbuild>("esbuild");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    ...{ bundle: true, minify: true, write: false, platform: "node", format: "esm", logLevel: "silent" },
  });
  const bytes = outputFiles.reduce((sum, { contents: file }) => sum + gzipSync(file).byteLength, 0);
  return bytes / 1000;
}
