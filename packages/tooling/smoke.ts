// Packs every public package, installs the tarballs with npm into an empty folder, and runs a user's program on every
// runtime that they are for. Needs `pnpm build` first.
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inScratch, install, packAll, run } from "./pack.ts";

const runtimes = [
  ["node@22.23.3"],
  ["node@24.21.0"],
  ["node@26.10.0"],
  ["bun@1.4.5"],
  ["deno@2.9.6", "run", "-A", "--no-prompt"],
];

await inScratch((folder) => {
  const tarballs = packAll(folder);
  console.log(`packed ${tarballs.size} packages`);
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}');
  install(folder, ...tarballs.values());
  copyFileSync(join(import.meta.dirname, "smoke-program.mjs"), join(folder, "program.mjs"));

  for (const [runtime = "", ...args] of runtimes) {
    console.log(`${runtime}: ${run("npx", ["--yes", runtime, ...args, "program.mjs"], folder).trim()}`);
  }
});
