// Packs every public package, installs the tarballs with npm into an empty folder, and runs a user's program on every
// runtime that they are for. Needs `pnpm build` first.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runtimes = [
  ["node@22.23.3"],
  ["node@24.21.0"],
  ["node@26.10.0"],
  ["bun@1.4.5"],
  ["deno@2.9.6", "run", "-A", "--no-prompt"],
];

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "gpuport-smoke-"));
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 240_000,
  });

try {
  for (const name of readdirSync(join(root, "packages"))) {
    const place = join(root, "packages", name);
    const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as { private?: boolean };
    if (!manifest.private) run("pnpm", ["pack", "--pack-destination", folder], place);
  }
  const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  console.log(`packed ${tarballs.length} packages`);
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}');
  run(
    "npm",
    ["install", "--no-audit", "--no-fund", "--loglevel=error", ...tarballs.map((file) => `./${file}`)],
    folder,
  );
  copyFileSync(join(import.meta.dirname, "smoke-program.mjs"), join(folder, "program.mjs"));

  for (const [runtime = "", ...args] of runtimes) {
    console.log(`${runtime}: ${run("npx", ["--yes", runtime, ...args, "program.mjs"], folder).trim()}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
