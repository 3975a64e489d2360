import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// What the library is measured against is no dependency of it: it is installed beside the system's temporary files when
// it is first needed, once for each set of versions.

/** A set of packages in a folder of their own. */
export interface Peers {
  readonly folder: string;
  /** The module; whoever loads it says what it has. */
  readonly load: <Module>(name: string) => Promise<Module>;
  readonly versionOf: (name: string) => string;
}

/** Installs the packages, or says why it cannot: then whoever needs them is left out, with that as a note. */
export async function installPeers(
  versions: Readonly<Record<string, string>>,
): Promise<Peers | { readonly missing: string }> {
  const key = createHash("sha256").update(JSON.stringify(versions)).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `gpuport-bench-${key}`);
  const loader = join(folder, "load.mjs");
  try {
    if (!existsSync(loader)) install(folder, versions);
    const { load } = (await import(pathToFileURL(loader).href)) as {
      load: (name: string) => Promise<unknown>;
    };
    return {
      folder,
      load: async <Module>(name: string) => (await load(name)) as Module,
      versionOf: (name) => installedVersion(folder, name),
    };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { missing: `${Object.keys(versions).join(", ")}: left out (${words.split("\n")[0]})` };
  }
}

/** The loader comes last: where it stands, the install was complete. */
function install(folder: string, versions: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, type: "module", dependencies: versions };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  npmInstall(folder);
  writeFileSync(join(folder, "load.mjs"), "export const load = (name) => import(name);\n");
}

export function npmInstall(folder: string, packages: readonly string[] = []): void {
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", ["install", ...options, ...packages], {
    ...{ cwd: folder, stdio: ["ignore", "ignore", "pipe"], timeout: 240_000 },
  });
}

function installedVersion(folder: string, name: string): string {
  const manifest = readFileSync(join(folder, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
