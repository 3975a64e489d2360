import { authorizeKeys, type LaunchRequest, shellHome, shellQuote } from "@gpuport/core";

/**
 * The one script that the cloud runs at start-up, for all that its create has no fields for: keys are let in, variables
 * are set for the rest of the script and for later logins, then come `startup` and `command`, one after the other. A
 * `#!` line of `startup` stays the first line.
 */
export function toInitScript({ env, startup = "", command, sshPublicKeys }: LaunchRequest): string {
  const [, shebang = "", script = startup] = /^(#![^\n]*)\n?([\s\S]*)$/.exec(startup) ?? [];
  const parts = [shebang, authorizeKeys(sshPublicKeys ?? []), setVariables(env ?? {}), script, command];
  return parts.filter((part) => part).join("\n");
}

/** Kept in a file of its own that nobody else can read, because the values may be secrets. */
function setVariables(env: Readonly<Record<string, string>>): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  if (exports.length === 0) return "";
  const use = shellQuote('. "$HOME/.gpuport-env"');
  const profile = `${shellHome}/.profile`;
  return [
    `(umask 077; printf '%s\\n' ${exports.map(shellQuote).join(" ")} > ${shellHome}/.gpuport-env)`,
    `grep -qsxF ${use} ${profile} || printf '%s\\n' '' ${use} >> ${profile}`,
    ...exports,
  ].join("\n");
}
