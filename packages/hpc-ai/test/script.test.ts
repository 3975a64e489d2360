import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toInitScript } from "../src/script.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "gpuport-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Runs a script as a machine would, in a home of its own, and tells what it printed. */
function run(script: string): string {
  const done = spawnSync("sh", ["-s"], { input: script, env: { PATH: "/usr/bin:/bin", HOME: home } });
  expect(done.stderr.toString()).toBe("");
  expect(done.status).toBe(0);
  return done.stdout.toString();
}

const text = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", " ", "!", "%", "-", "é", "a") }),
  )
  .map((value) => value.replaceAll("\0", "").toWellFormed());

const letterFirst = fc.stringMatching(/^V_[A-Za-z0-9_]{0,8}$/);

describe("the init script", () => {
  it("is empty for nothing, and the startup itself for nothing else", () => {
    expect(toInitScript({})).toBe("");
    expect(toInitScript({ startup: "#!/bin/bash\nset -e\nmake\n" })).toBe("#!/bin/bash\nset -e\nmake\n");
    expect(toInitScript({ startup: "#!/bin/bash" })).toBe("#!/bin/bash");
  });

  it("sets variables for startup, command and later logins, whatever they hold", () => {
    fc.assert(
      fc.property(fc.dictionary(letterFirst, text, { minKeys: 1, maxKeys: 5 }), (env) => {
        const print = Object.keys(env)
          .map((name) => `printf '%s\\0' "$${name}"`)
          .join("\n");
        const values = `${Object.values(env).join("\0")}\0`;
        expect(run(toInitScript({ env, startup: print, command: print }))).toBe(values + values);
        expect(run(`. "$HOME/.profile"\n${print}`)).toBe(values);
      }),
      { numRuns: 50 },
    );
    expect(statSync(join(home, ".gpuport-env")).mode & 0o777).toBe(0o600);
  });

  it("is the same after a machine was stopped and runs it again", () => {
    writeFileSync(join(home, ".profile"), "A=1 # not ended");
    const script = toInitScript({ env: { GREETING: "it's me" } });
    run(script);
    const once = readFileSync(join(home, ".profile"), "utf8");
    run(script);
    expect(readFileSync(join(home, ".profile"), "utf8")).toBe(once);
    expect(run(`. "$HOME/.profile"\nprintf '%s' "$A $GREETING"`)).toBe("1 it's me");
  });

  it("keeps a #! line first", () => {
    const script = toInitScript({ startup: "#!/bin/bash\necho hi", env: { A: "1" } });
    expect(script).toMatch(/^#!\/bin\/bash\n/);
    expect(run(script)).toBe("hi\n");
  });

  it("runs startup before command", () => {
    expect(run(toInitScript({ startup: "echo one\n", command: "echo two" }))).toBe("one\ntwo\n");
  });

  it("lets keys in beside those that are there", () => {
    const keys = ["ssh-ed25519 AAAAC3Nz ada's laptop", "ssh-rsa AAAAB3Nz"];
    run(`mkdir -p "$HOME/.ssh"`);
    writeFileSync(join(home, ".ssh", "authorized_keys"), "ssh-rsa OLD");
    run(toInitScript({ sshPublicKeys: keys }));
    run(toInitScript({ sshPublicKeys: keys })); // a machine that was stopped starts again
    const lines = readFileSync(join(home, ".ssh", "authorized_keys"), "utf8").split("\n");
    expect(lines.filter((line) => line !== "")).toEqual(["ssh-rsa OLD", ...keys]);
    expect(statSync(join(home, ".ssh")).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, ".ssh", "authorized_keys")).mode & 0o777).toBe(0o600);
  });
});
