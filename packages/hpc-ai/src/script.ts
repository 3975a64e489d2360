import { authorizeKeys, exportVariables, type LaunchRequest } from "@gpuport/core";

/**
 * The one script that the cloud runs at start-up, for all that its create has no fields for: keys are let in, variables
 * are set for the rest of the script and for later logins, then come `startup` and `command`, one after the other. A
 * `#!` line of `startup` stays the first line.
 */
export function toInitScript({ env, startup = "", command, sshPublicKeys }: LaunchRequest): string {
  const [, shebang = "", script = startup] = /^(#![^\n]*)\n?([\s\S]*)$/.exec(startup) ?? [];
  const parts = [shebang, authorizeKeys(sshPublicKeys ?? []), exportVariables(env ?? {}), script, command];
  return parts.filter((part) => part).join("\n");
}
