// Packs the public packages as they would be published, and installs tarballs as a user would.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const packages = join(import.meta.dirname, "..");

export function run(command: string, args: readonly string[], cwd: string): string {
  const stdio = ["ignore", "pipe", "inherit"] as const;
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: [...stdio], timeout: 240_000 });
}

/** Tarballs of every public package by the package's name, made in this folder. */
export function packAll(folder: string): ReadonlyMap<string, string> {
  const tarballs = new Map<string, string>();
  for (const directory of readdirSync(packages)) {
    const place = join(packages, directory);
    const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as Manifest;
    if (manifest.private) continue;
    const packed = JSON.parse(run("pnpm", ["pack", "--json", "--pack-destination", folder], place)) as Packed;
    tarballs.set(manifest.name, packed.filename);
  }
  return tarballs;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

interface Packed {
  readonly filename: string;
}

export function install(folder: string, ...more: readonly string[]): void {
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...more], folder);
}

/** Works in a folder outside the workspace, which is gone afterwards. */
export async function inScratch(work: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gpuport-smoke-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
