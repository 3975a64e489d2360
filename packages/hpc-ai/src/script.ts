import type { LaunchRequest } from "@gpuport/core";

/** One word for a POSIX shell, whatever the text holds. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Where files of the user go that the script runs as, also where nobody has set `HOME`. */
const home = `"\${HOME:-/root}"`;

/**
 * The one script that the cloud runs at start-up, for all that its create has no fields for: keys are let in, variables
 * are set for the rest of the script and for later logins, then come `startup` and `command`, one after the other. A
 * `#!` line of `startup` stays the first line.
 */
export function toInitScript({ env, startup = "", command, sshPublicKeys }: LaunchRequest): string {
  const { shebang, script } = split(startup);
  const parts = [shebang, letIn(sshPublicKeys ?? []), setVariables(env ?? {}), script, command ?? ""];
  return parts.filter((part) => part !== "").join("\n");
}

function split(startup: string): { readonly shebang: string; readonly script: string } {
  const [, shebang = "", script = startup] = /^(#![^\n]*)\n?([\s\S]*)$/.exec(startup) ?? [];
  return { shebang, script };
}

/** The empty line keeps the first key apart from a last line that nobody ended. */
function letIn(keys: readonly string[]): string {
  if (keys.length === 0) return "";
  const lines = ["", ...keys].map(shellQuote).join(" ");
  return [
    `mkdir -p ${home}/.ssh`,
    `printf '%s\\n' ${lines} >> ${home}/.ssh/authorized_keys`,
    `chmod 700 ${home}/.ssh`,
    `chmod 600 ${home}/.ssh/authorized_keys`,
  ].join("\n");
}

/** Kept in a file of its own that nobody else can read, because the values may be secrets. */
function setVariables(env: Readonly<Record<string, string>>): string {
  const names = Object.entries(env);
  if (names.length === 0) return "";
  const exports = names.map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  return [
    `(umask 077; printf '%s\\n' ${exports.map(shellQuote).join(" ")} > ${home}/.gpuport-env)`,
    `printf '%s\\n' '' '. "$HOME/.gpuport-env"' >> ${home}/.profile`,
    ...exports,
  ].join("\n");
}
