import { authorizeKeys, type DriverLaunchRequest, type LaunchRequest, micros, refuse } from "@gpuport/core";
import { limits } from "./limits.ts";
import { toDiskGb } from "./offers.ts";
import type { LaunchOptions } from "./options.ts";

export function hasTemplate({ template_hash_id, template_id }: LaunchOptions): boolean {
  return template_hash_id !== undefined || template_id !== undefined;
}

/** `undefined` leaves it to the template. Yes, `direc`: it is what the official client sends. */
export function toRuntype({ command }: LaunchRequest, options: LaunchOptions): string | undefined {
  if (options.runtype !== undefined) return options.runtype;
  const args = command ?? options.args ?? options.args_str;
  if (args !== undefined) return "args";
  return hasTemplate(options) ? undefined : "ssh_direc ssh_proxy";
}

/**
 * Variables, and docker's flags as keys of their own: flags as one text are documented and not applied. Port 22 is open
 * by itself wherever there is ssh.
 */
export function toEnv(request: LaunchRequest, options: LaunchOptions): Record<string, string> {
  const { env, ports = [] } = request;
  const opened = toRuntype(request, options) === "args" ? undefined : "-p 22:22";
  const flags = ports.map(({ port, protocol }) => `-p ${port}:${port}${protocol === "udp" ? "/udp" : ""}`);
  const wanted = flags.filter((flag) => flag !== opened).map((flag) => [flag, "1"] as const);
  return { ...env, ...options.env, ...Object.fromEntries(wanted) };
}

/**
 * The script of every start. A create takes no ssh keys, so the script adds them: first, so that a failing script does
 * not lock anybody out.
 */
export function toOnstart(request: LaunchRequest, { onstart }: LaunchOptions): string | undefined {
  const { startup, sshPublicKeys = [] } = request;
  if (sshPublicKeys.length === 0) return onstart ?? (startup || undefined);
  return [authorizeKeys(sshPublicKeys), ...(startup ? [startup] : [])].join("\n");
}

/** Dollars per hour for the GPUs, and never so much that bid and disk together exceed the request's limit. */
function toBid({ pricing, maxPerHourMicros, offer }: DriverLaunchRequest, { price }: LaunchOptions) {
  if (pricing?.kind !== "spot") return null;
  const part = (kind: string): number | undefined =>
    offer?.price?.parts?.find((found) => found.kind === kind)?.perHourMicros;
  const asked = micros(price) ?? pricing.maxPerHourMicros;
  const bid = asked ?? part("compute") ?? offer?.price?.perHourMicros;
  if (bid === undefined) refuse("pricing.maxPerHourMicros", "the offer names no lowest bid, so give one");
  const left = maxPerHourMicros === undefined ? bid : maxPerHourMicros - (part("disk") ?? 0);
  return Math.max(limits.minBid * 1e6, Math.min(bid, left)) / 1e6;
}

/** The body of a create. */
export function toCreateBody(request: DriverLaunchRequest, options: LaunchOptions): Record<string, unknown> {
  const { image, minDiskMiB, command } = request;
  return {
    ...{ ...options, client_id: "me", image, label: request.identity },
    disk: minDiskMiB === undefined && hasTemplate(options) ? undefined : toDiskGb(minDiskMiB),
    price: toBid(request, options),
    runtype: toRuntype(request, options),
    env: toEnv(request, options),
    onstart: toOnstart(request, options),
    // As docker reads a command that is one text.
    args: command === undefined ? options.args : ["/bin/sh", "-c", command],
    image_login: options.image_login?.reveal(),
    target_state: "running",
    // Otherwise a machine that is taken meanwhile stays, stopped, and bills its disk.
    cancel_unavail: options.cancel_unavail ?? true,
  };
}
