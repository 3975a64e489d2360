import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exportVariables } from "../src/index.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "gpuport-home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const run = (script: string, env: Record<string, string> = {}): string =>
  spawnSync("sh", ["-s"], { input: script, env: { PATH: "/usr/bin:/bin", ...env } }).stdout.toString();

it("sets variables for the rest of a script, and for later logins of the user whose home it is", () => {
  const value = 'it\'s $HOME\n"quoted"';
  const script = exportVariables({ GREETING: value }, home);
  expect(run(`${script}\n${script}\nprintf %s "$GREETING"`)).toBe(value);
  expect(statSync(join(home, ".gpuport-env")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(home, ".profile"), "utf8").match(/gpuport-env/g)).toHaveLength(1);
  expect(run('. "$HOME/.profile"; printf %s "$GREETING"', { HOME: home })).toBe(value);
  expect(exportVariables({}, home)).toBe("");
});
