import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nock } from "@gpuport/testkit";
import * as fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  commandSeconds,
  longestUrl,
  outputLimits,
  serverSeconds,
  toExecResult,
  wrapped,
} from "../src/exec.ts";
import { basic, noSuchContainer, open, origin, routeMissing } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "gpuport-exec-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A pod's bash, as the server calls it: both streams in one, which a terminal has gone over. */
function pod(command: string, environment: NodeJS.ProcessEnv = {}): string {
  const merged = ["-c", 'exec 2>&1; exec /bin/bash -c "$0"', command];
  const env = { ...process.env, TMPDIR: folder, ...environment };
  const { stdout } = spawnSync("/bin/bash", merged, { env, input: "nobody types this", encoding: "utf8" });
  return stdout.replaceAll("\n", "\r\n");
}

/** A command in a pod, and the same command without anything around it. */
function both(command: string) {
  const log = pod(wrapped(command, 10));
  const { stdout, stderr, exitCode, truncated } = toExecResult(log, 10);
  const env = { ...process.env, TMPDIR: folder };
  const plain = spawnSync("/bin/bash", ["-c", command], { env, input: "" });
  const ours = { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
  return {
    log,
    ours,
    theirs: { exitCode: plain.status, stdout: plain.stdout, stderr: plain.stderr },
    truncated,
  };
}

const alive = (pid: string): boolean => {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};
const pidIn = (file: string): string => readFileSync(join(folder, file), "utf8").trim();
const gone = (pid: string) => vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 5000 });

describe("in a real shell, a command does what it does without the wrapper", () => {
  it.each([
    "true",
    "false",
    "exit 7",
    "exit 124",
    "exit 137",
    "exit 255",
    "echo out; echo err >&2; exit 3",
    "printf 'no newline at the end'",
    "printf '\\377\\376\\000\\001\\200'; printf '\\303\\050' >&2",
    `echo 'single' "double" \`echo back\` $(echo dollar) \\$HOME "$((6 * 7))"`,
    `echo "it's" 'a "word"' '\\' '$x' "\\"" '; rm -rf / #'`,
    "echo one\necho two\n\nfor i in 1 2 3; do\n  echo $i\ndone",
    "cat <<'END'\n$not 'expanded' \"here\"\nEND",
    "echo grüße 你好 🚀 | tr a-z A-Z",
    "echo gpuport:0:0:AAAA:AAAA:end; echo 'gpuport:missing:head:end' >&2",
    "echo a \\\n",
    "cat; echo end of input",
    "if then",
    "no-such-program-anywhere 2>/dev/null",
    "echo $0 $# $-",
    "env | grep -i gpuport; set | grep -i ^gpuport",
    "trap 'echo bye' EXIT; exec sh -c 'echo other; exit 9'",
    "set -e; false; echo not reached",
    "ulimit -c 0; kill -SEGV $$",
    "kill -KILL $$",
    "echo '!!' '%41' '+' '&x=1' '#'",
    "printf 'a\\rb\\r\\nc\\td\\e[0m'",
    "# only a comment",
    "   ",
  ])("%j", (command) => {
    const { ours, theirs, log, truncated } = both(command);
    // A process that dies of a signal has no exit code here, and 128 and the signal's number in a shell.
    const exitCode = theirs.exitCode ?? (command.includes("SEGV") ? 139 : 137);
    expect(ours).toEqual({ ...theirs, exitCode });
    expect(truncated).toBe(false);
    expect(log).toMatch(/^[\t\r\n\x20-\x7e]*$/);
  });

  it("whatever letters it is made of", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((value) => !value.includes("\0"));
    fc.assert(
      fc.property(text, (value) => {
        const command = `printf '%s' '${value.replaceAll("'", `'\\''`)}'`;
        const { stdout, exitCode } = toExecResult(pod(wrapped(command, 10)), 10);
        expect([exitCode, Buffer.from(stdout).toString("utf8")]).toEqual([0, value.toWellFormed()]);
      }),
      { numRuns: 30 },
    );
  });
});

describe("in a real shell, the output of a command", () => {
  it.each([
    ["stdout", "head -c 200000 /dev/zero | tr '\\0' x"],
    ["stderr", "head -c 200000 /dev/zero | tr '\\0' y >&2"],
    ["both", "head -c 200000 /dev/urandom | tee /dev/stderr; exit 5"],
  ])("of 200 kB is cut, and says so: %s", (_, command) => {
    const log = pod(wrapped(command, 10));
    expect(Buffer.byteLength(log)).toBeLessThan(65_500);
    const { stdout, stderr, exitCode, truncated } = toExecResult(log, 10);
    expect(truncated).toBe(true);
    expect(exitCode).toBe(command.includes("exit 5") ? 5 : 0);
    expect([0, outputLimits.stdout]).toContain(stdout.length);
    expect([0, outputLimits.stderr]).toContain(stderr.length);
    expect(stdout.length + stderr.length).toBeGreaterThan(0);
  });

  it("is whole to the last byte of what is handed on", () => {
    const { stdout, stderr } = outputLimits;
    const command = (more: number) =>
      `head -c ${stdout + more} /dev/zero; head -c ${stderr + more} /dev/zero >&2`;
    const whole = toExecResult(pod(wrapped(command(0), 10)), 10);
    expect([whole.truncated, whole.stdout.length, whole.stderr.length]).toEqual([false, stdout, stderr]);
    const cut = toExecResult(pod(wrapped(command(1), 10)), 10);
    expect([cut.truncated, cut.stdout.length, cut.stderr.length]).toEqual([true, stdout, stderr]);
  });

  it("leaves nothing on the pod's disk", () => {
    pod(wrapped("echo hi; echo there >&2", 10));
    expect(readdirSync(folder).filter((name) => name.startsWith("tmp."))).toEqual([]);
  });
});

describe("in a real shell, a command that takes too long", () => {
  it.each([
    ["a child", "sleep 600"],
    ["a shell", "sleep 600; echo never"],
    ["one that will not be asked", "trap '' TERM INT HUP; while :; do sleep 600; done"],
    ["a pipe", "yes | cat >/dev/null"],
    ["one with children in the background", "sleep 600 & sleep 600 & wait"],
  ])("is ended, and its children with it: %s", async (_, command) => {
    const started = `echo $$ >"$TMPDIR/parent"; (exec sleep 601) & echo $! >"$TMPDIR/child"; ${command}`;
    const log = pod(wrapped(started, 0.2));
    expect(() => toExecResult(log, 0.2)).toThrow(
      expect.objectContaining({ code: "timeout", effect: "maybe", scope: "request", retryable: false }),
    );
    await gone(pidIn("parent"));
    await gone(pidIn("child"));
    expect(readdirSync(folder).filter((name) => name.startsWith("tmp."))).toEqual([]);
  });

  it("is ended without setsid as well", async () => {
    const without = `command() { [ "$2" != setsid ] && builtin command "$@"; }; ${wrapped(
      `trap '' TERM; echo $$ >"$TMPDIR/parent"; sleep 600; sleep 600`,
      0.2,
    )}`;
    expect(() => toExecResult(pod(without), 0.2)).toThrow(expect.objectContaining({ code: "timeout" }));
    await gone(pidIn("parent"));
  });

  it("is ended by a timeout that makes no group of its own and becomes the command", async () => {
    const file = join(folder, "timeout");
    writeFileSync(file, '#!/bin/bash\n(sleep "$1"; kill -TERM $$) &\nshift\nexec "$@"\n', { mode: 0o755 });
    const command = `trap '' TERM; echo $$ >"$TMPDIR/parent"; sleep 600; sleep 600`;
    const log = pod(wrapped(command, 0.2), { PATH: `${folder}:${process.env["PATH"]}` });
    expect(() => toExecResult(log, 0.2)).toThrow(expect.objectContaining({ code: "timeout" }));
    await gone(pidIn("parent"));
  });

  it("leaves alone what a command that has ended left in the background", async () => {
    const command = `setsid sleep 600 </dev/null >/dev/null 2>&1 & echo $! >"$TMPDIR/left"`;
    expect(toExecResult(pod(wrapped(command, 10)), 10).exitCode).toBe(0);
    const pid = pidIn("left");
    expect(alive(pid)).toBe(true);
    process.kill(Number(pid), "SIGKILL");
    await gone(pid);
  });
});

describe("in a pod that lacks something", () => {
  it("a missing tool is named, and the command is not run", () => {
    const log = pod(wrapped('echo run >"$TMPDIR/run"', 10), { PATH: join(folder, "nothing") });
    expect(() => toExecResult(log, 10)).toThrow(
      expect.objectContaining({
        code: "unsupported",
        effect: "none",
        message: expect.stringContaining("timeout"),
      }),
    );
    expect(readdirSync(folder)).not.toContain("run");
  });

  it("a disk without room is said, and the command is not run", () => {
    const log = pod(wrapped("echo run", 10), { TMPDIR: join(folder, "nothing") });
    expect(() => toExecResult(log, 10)).toThrow(
      expect.objectContaining({ code: "conflict", effect: "none" }),
    );
  });

  it.each([
    ["nothing", "", "bad_response"],
    ["half an answer", "\r\ngpuport:0:0:aGk=\r\n:", "bad_response"],
    ["something else", "hello\r\n", "bad_response"],
    ["no exit code, because the disk filled up", "gpuport:1:::\r\n:end", "unknown"],
    ["a broken timeout", "gpuport:125::::end", "unknown"],
  ])("the command may have been run: %s", (_, log, code) => {
    expect(() => toExecResult(log, 10)).toThrow(expect.objectContaining({ code, effect: "maybe" }));
  });

  it("words around the wrapper's are of no account", () => {
    const log = "bash: warning: setlocale: LC_ALL\r\n\r\ngpuport:0:3:aGk=\r\n:\r\n:end\r\n";
    expect(toExecResult(log, 10)).toEqual({
      ...{ exitCode: 3, truncated: false },
      ...{ stdout: Uint8Array.from([104, 105]), stderr: new Uint8Array() },
    });
  });
});

it.each([
  [120_000, 115, 117],
  [30_000, 25, 27],
  [10_000, 8, 10],
  [5000, 4, 6],
  [2000, 1.6, 4],
  [1000, 0.8, 3],
  [300, 0.1, 3],
  [0, 0.1, 3],
])("of %d ms the command has %d s, and the server gives up after %d s", (remainingMs, inside, outside) => {
  expect(commandSeconds(remainingMs)).toBe(inside);
  expect(serverSeconds(inside)).toBe(outside);
});

describe("exec.run", () => {
  const server = () => nock(origin, { reqheaders: { authorization: basic } });
  const version = (...numbers: number[]) => server().get("/version").reply(200, numbers);
  const answer = { exit_code: 0, log: "\r\ngpuport:0:7:aGk=\r\n:bm8=\r\n:end\r\n" };
  const sent: { command: string; timeout: string | null }[] = [];
  const asked = () => {
    sent.length = 0;
    return server()
      .post("/pod/exec", "")
      .query(({ ins, cmd, timeout }) => {
        sent.push({ command: String(cmd), timeout: String(timeout) });
        return ins === "main";
      });
  };

  it("sends the wrapped command and gives back what it did", async () => {
    asked().reply(200, answer);
    const result = await open().exec.run("main", "echo hi", { timeoutMs: 9800 });
    expect(result).toEqual({
      ...{ exitCode: 7, truncated: false },
      ...{ stdout: new TextEncoder().encode("hi"), stderr: new TextEncoder().encode("no") },
    });
    expect(sent).toContainEqual({ command: wrapped("echo hi", 7), timeout: "9" });
  });

  it("gives a command nearly all the time of its caller, on a server that can", async () => {
    version(0, 3, 0);
    asked().reply(200, answer);
    await open().exec.run("main", "true", { timeoutMs: 600_500 });
    expect(sent).toContainEqual({ command: wrapped("true", 595), timeout: "597" });
  });

  it.each([
    ["0.2.5", () => version(0, 2, 5)],
    ["one that does not tell", () => server().get("/version").reply(404, routeMissing)],
  ])("ends it before the fixed 10 s of an old server: %s", async (_, told) => {
    told();
    asked().reply(200, answer);
    await open().exec.run("main", "true", { timeoutMs: 60_000 });
    expect(sent).toContainEqual({ command: wrapped("true", 8), timeout: "10" });
  });

  it("does not run it when the version cannot be read", async () => {
    server().get("/version").reply(403, { detail: "Invalid username or password" });
    const failed = open().exec.run("main", "true");
    await expect(failed).rejects.toMatchObject({ code: "unauthenticated", effect: "none" });
  });

  it.each([
    ["a lost answer", () => asked().replyWithError(new Error("socket hang up")), "unavailable"],
    ["a server broken down", () => asked().reply(500, "Internal Server Error"), "unavailable"],
    ["a page", () => asked().reply(200, "<html>welcome</html>"), "bad_response"],
    ["another shape", () => asked().reply(200, { log: "" }), "bad_response"],
    ["no words of the wrapper", () => asked().reply(200, { exit_code: 0, log: "hi" }), "bad_response"],
    ["a silent engine", () => asked().reply(504, { detail: "Request timed out" }), "timeout"],
  ])("is never repeated by itself, after %s", async (_, answered, code) => {
    answered();
    await expect(open().exec.run("main", "true", { timeoutMs: 9000 })).rejects.toMatchObject({
      ...{ code, effect: "maybe", retryable: false, instanceId: "main" },
    });
  });

  it("says that there is no such pod", async () => {
    asked().reply(404, { detail: "Container pd-alice-main not found" });
    const failed = open().exec.run("main", "true", { timeoutMs: 9000 });
    await expect(failed).rejects.toMatchObject({ code: "not_found", effect: "none" });
    asked().reply(404, noSuchContainer());
    const again = open().exec.run("main", "true", { timeoutMs: 9000 });
    await expect(again).rejects.toMatchObject({ code: "not_found", effect: "none" });
  });

  it.each([
    ["one that is too long", "x".repeat(longestUrl)],
    ["one that is too long once it is encoded", "ä".repeat(5500)],
    ["one with a NUL", "echo a\0b"],
    ["one with half a letter", "echo \ud83d"],
    ["none", ""],
  ])("refuses a command before it sends anything: %s", async (_, command) => {
    const refused = open().exec.run("main", command, { timeoutMs: 9000 });
    await expect(refused).rejects.toMatchObject({
      ...{ code: "invalid_argument", field: "command", effect: "none" },
    });
  });

  it("sends a command that just fits", async () => {
    asked().reply(200, answer);
    await open().exec.run("main", `: ${"x".repeat(30_000)}`, { timeoutMs: 9000 });
    expect(sent[0]?.command).toContain("x".repeat(30_000));
  });
});
