import { ComputeError, type ExecResult } from "@gpuport/core";

/**
 * How much of each stream comes back. With base64 and its line ends both stay below the 64 KiB from which the server
 * takes an answer for a time-out.
 */
export const outputLimits = { stdout: 33_000, stderr: 12_000 } as const;

/** The server hangs up when a request's head is longer than it likes; seen between 100 kB and 200 kB. */
export const longestUrl = 32 * 1024;

/** What a server before 0.3.0 leaves of the 10 s that it gives every command. */
export const oldServerSeconds = 8;

/** How long a command may run in the pod for its end to be heard before the caller's deadline. */
export function commandSeconds(remainingMs: number): number {
  const reserveMs = Math.min(5000, Math.max(200, remainingMs / 5));
  const seconds = (remainingMs - reserveMs) / 1000;
  // Small systems read whole seconds only.
  return seconds >= 2 ? Math.floor(seconds) : Math.max(0.1, Math.floor(seconds * 10) / 10);
}

/** The server's own time-out, which ends nothing in the pod: it comes when the wrapper must have answered. */
export function serverSeconds(seconds: number): number {
  return Math.ceil(seconds) + 2;
}

const tools = "timeout mktemp head base64 rm";

/**
 * Runs the command and keeps what it leaves. `timeout` asks this script to end, which it does at once, whatever the
 * command makes of being asked; the rest of its group of processes is then killed from outside.
 */
const inGroup = `export -n gpuport_c gpuport_d
{ read -r _ _ _ _ gpuport_g _ </proc/$$/stat; printf %s "$gpuport_g" >"$gpuport_d/g"; } 2>/dev/null
/bin/bash -c "$gpuport_c" >"$gpuport_d/o" 2>"$gpuport_d/e"
printf %s $? >"$gpuport_d/c"`;

/**
 * What is sent in place of a command. The server merges both streams on a terminal, and stops for good when they hold
 * bytes that are not UTF-8; on a time-out of its own it lets the command run on. So the streams go into files, come back
 * as base64 and cut, between words that show that nothing is missing, and the time-out ends the command in the pod.
 *
 * What the command leaves in the background when it ends by itself goes on. A group is never killed if it is 1, which
 * means everything, or the wrapper's own, which it is without `setsid` and with a `timeout` that makes none.
 */
export function wrapped(command: string, seconds: number): string {
  return `for gpuport_t in ${tools}; do command -v "$gpuport_t" >/dev/null 2>&1 || { printf 'gpuport:missing:%s:end\\n' "$gpuport_t"; exit 0; }; done
gpuport_s=setsid; command -v setsid >/dev/null 2>&1 || gpuport_s=
gpuport_d=$(mktemp -d 2>/dev/null) || { printf 'gpuport:nowhere:end\\n'; exit 0; }
{ gpuport_c=${quoted(command)} gpuport_d="$gpuport_d" $gpuport_s timeout ${seconds} /bin/bash -c ${quoted(inGroup)} </dev/null >/dev/null 2>&1; } 2>/dev/null
gpuport_r=$?
[ "$gpuport_r" = 0 ] || { read -r gpuport_g <"$gpuport_d/g"; read -r _ _ _ _ gpuport_w _ </proc/$$/stat; [ "$gpuport_g" -gt 1 ] && [ "$gpuport_g" != "$gpuport_w" ] && kill -KILL -- "-$gpuport_g"; } 2>/dev/null
printf '\\ngpuport:%s:%s:' "$gpuport_r" "$(head -c 3 "$gpuport_d/c" 2>/dev/null)"
head -c ${outputLimits.stdout + 1} "$gpuport_d/o" 2>/dev/null | base64
printf ':'
head -c ${outputLimits.stderr + 1} "$gpuport_d/e" 2>/dev/null | base64
printf ':end\\n'
rm -rf "$gpuport_d"
exit 0`;
}

/** One word of the shell, letter by letter. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const frame = /gpuport:(\d+):(\d*):([A-Za-z0-9+/=\s]*):([A-Za-z0-9+/=\s]*):end/;

/** `timeout` says 124; one that becomes the command dies of the signal itself. */
const timedOut: ReadonlySet<string> = new Set(["124", "137", "143"]);

/**
 * What the wrapper printed.
 *
 * @throws `timeout` for a command that was ended, `unsupported` for an image without the tools, `bad_response` when the
 * wrapper's words are not there.
 */
export function toExecResult(log: string, seconds: number): ExecResult {
  const missing = /gpuport:missing:(\w+):end/.exec(log)?.[1];
  if (missing !== undefined) {
    throw failed("unsupported", "none", `the pod's image has no ${missing}, which running a command needs`);
  }
  if (log.includes("gpuport:nowhere:end")) {
    throw failed("conflict", "none", "the pod has no room for a temporary file; is its disk full?");
  }
  const [, ended, exitCode, stdout, stderr] = frame.exec(log) ?? [];
  if (ended === undefined) {
    throw failed("bad_response", "maybe", "the answer is not what the command's wrapper prints");
  }
  if (timedOut.has(ended)) {
    throw failed("timeout", "maybe", `the command was ended after ${seconds} s`);
  }
  if (ended !== "0" || !exitCode) {
    throw failed("unknown", "maybe", "the pod did not keep what the command did; is its disk full?");
  }
  const out = cut(stdout, outputLimits.stdout);
  const err = cut(stderr, outputLimits.stderr);
  return {
    exitCode: Number(exitCode),
    stdout: out.bytes,
    stderr: err.bytes,
    truncated: out.truncated || err.truncated,
  };
}

/** One byte more than is handed on has been asked for, to know whether there was more. */
function cut(base64 = "", limit: number): { readonly bytes: Uint8Array; readonly truncated: boolean } {
  const bytes = Uint8Array.from(atob(base64.replace(/\s/g, "")), (character) => character.charCodeAt(0));
  return { bytes: bytes.slice(0, limit), truncated: bytes.length > limit };
}

function failed(
  code: "timeout" | "unsupported" | "conflict" | "bad_response" | "unknown",
  effect: "none" | "maybe",
  message: string,
): ComputeError {
  return new ComputeError({ code, effect, scope: "request", message: `exec.run: ${message}` });
}
