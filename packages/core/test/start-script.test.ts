import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  ComputeError,
  cloudConfig,
  exportVariables,
  labelOf,
  newToken,
  preparing,
  renamedLabel,
} from "../src/index.ts";

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

it("tells cloud-init what to do, in files that nothing can be misread in", () => {
  expect(cloudConfig({ user: "ubuntu" })).toBeUndefined();
  expect(cloudConfig({ user: "ubuntu", sshPublicKeys: ["ssh-ed25519 AAAA a: 'b'"] })).toBe(
    `#cloud-config\n{"ssh_authorized_keys":["ssh-ed25519 AAAA a: 'b'"]}\n`,
  );
  const told = cloudConfig({ user: "me", env: { A: "ü\n: {" }, startup: "echo é", command: "sleep 1" }) ?? "";
  const config = JSON.parse(told.slice("#cloud-config\n".length)) as {
    runcmd: unknown;
    write_files: { path: string; content: string; permissions: string; owner: string; encoding: string }[];
  };
  expect(config.runcmd).toEqual([["/var/lib/gpuport/run"]]);
  const rights = { permissions: "0700", owner: "root:root", encoding: "b64" };
  expect(config.write_files).toMatchObject([rights, rights]);
  const [run = "", startup] = config.write_files.map(({ content }) =>
    Buffer.from(content, "base64").toString(),
  );
  expect(startup).toBe("#!/bin/bash\necho é");
  expect(run).toMatch(/^#!\/bin\/bash\n[\s\S]*export A='ü\n: \{'\nchown me: \/home\/me\/\.gpuport-env\n/);
  expect(run).toMatch(/\n\/var\/lib\/gpuport\/startup\nsleep 1\n$/);
});

it("has rented nothing while it prepares to, whatever is thrown", async () => {
  const lost = new ComputeError({ code: "timeout", effect: "maybe", message: "the key may be there" });
  await expect(preparing(() => Promise.reject(lost))).rejects.toMatchObject({
    code: "timeout",
    effect: "none",
  });
  const strange = new TypeError("mistake");
  await expect(preparing(() => Promise.reject(strange))).rejects.toBe(strange);
  await expect(preparing(async () => 1)).resolves.toBe(1);
});

it("renames what is ours and stays ours, and makes no stranger's ours", () => {
  const token = newToken();
  expect(renamedLabel(labelOf(token, "before"), "after")).toBe(`after-${token}`);
  expect(renamedLabel(token, "after")).toBe(`after-${token}`);
  expect(renamedLabel("theirs", "after")).toBe("after");
  expect(renamedLabel(undefined, "after")).toBe("after");
});
