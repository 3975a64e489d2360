// Runs before `test` and `quickstart`. pnpm has installed already (verifyDepsBeforeRun) and put the workspace's own
// Node first on PATH; `npm test` and `npm run quickstart` on a fresh clone still need the install.
// Plain JavaScript for Node 18 and later: this file may run on the machine's own, older Node.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

if (process.env.npm_config_user_agent?.startsWith("pnpm/")) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 20)) {
    console.error(
      `Node ${process.versions.node} is too old (22.20 or later is needed) and the workspace's own Node is not installed.`,
    );
    process.exit(1);
  }
} else {
  const manifest = new URL("../../package.json", import.meta.url);
  const { packageManager } = JSON.parse(readFileSync(manifest, "utf8"));
  const install = [
    "--yes",
    "--prefer-offline",
    packageManager,
    "install",
    "--frozen-lockfile",
    "--loglevel=warn",
  ];
  execFileSync("npx", install, { stdio: "inherit", shell: process.platform === "win32" });
}
