import { type DriverLaunchRequest, type LaunchRequest, micros, refuse } from "@gpuport/core";
import { toDiskGb, toOfferNumber } from "./offers.ts";
import type { LaunchOptions } from "./options.ts";
import { limits } from "./tables.ts";

/** Holds a request against what Vast.ai can do. @throws `unsupported` or `invalid_argument`, naming the field. */
export function checkLaunch(request: LaunchRequest, options: LaunchOptions): void {
  checkChoice(request, options);
  checkContainer(request, options);
  checkBid(request, options);
  const values = Object.values(request.env ?? {});
  if (values.some((value) => value.length > limits.envValueLength)) {
    refuse("env", `a value may have ${limits.envValueLength} characters`);
  }
  if (JSON.stringify(toEnv(request, options)).length > limits.envTotalLength) {
    refuse("env", `all of it may have ${limits.envTotalLength} characters`);
  }
  const onstart = new TextEncoder().encode(toOnstart(request, options) ?? "").byteLength;
  if (onstart > limits.onstartBytes) {
    const what = "startup with the ssh keys may have";
    refuse("startup", `${what} ${limits.onstartBytes} bytes, not ${onstart}; fetch a longer script in it`);
  }
}

function checkChoice({ offerId, region, image, name }: LaunchRequest, options: LaunchOptions): void {
  if (offerId !== undefined) toOfferNumber(offerId);
  if (offerId !== undefined && region !== undefined) refuse("region", "an offer has a place of its own");
  if (region !== undefined && !/^[a-z]{2}$/i.test(region)) {
    refuse("region", "must be the two letters of a country");
  }
  if (image === undefined && !hasTemplate(options)) refuse("image", "vast needs an image or a template");
  // The name becomes part of the label that the machine is found by.
  if (name !== undefined && !/^[A-Za-z0-9._ -]+$/.test(name)) {
    refuse("name", "may have letters, digits, blanks, dots, dashes and underscores");
  }
}

/** The two ways into a container exclude each other: ssh replaces its entrypoint, `args` leaves no ssh. */
function checkContainer(request: LaunchRequest, options: LaunchOptions): void {
  const { command, startup, sshPublicKeys } = request;
  const mode = toRuntype(request, options);
  const given = { args: options.args, args_str: options.args_str };
  for (const [field, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (command !== undefined) refuse(`providerOptions.vast.${field}`, "says the same as command");
    if (mode !== "args" && mode !== undefined)
      refuse(`providerOptions.vast.${field}`, "only in runtype args");
  }
  if (startup !== undefined && options.onstart !== undefined) {
    refuse("providerOptions.vast.onstart", "says the same as startup");
  }
  if (mode !== "args" && command !== undefined) refuse("command", `not in runtype ${mode}`, "unsupported");
  if (mode === "args" && startup !== undefined) {
    refuse("startup", "not beside a command: it would replace the image's entrypoint", "unsupported");
  }
  if (sshPublicKeys === undefined || sshPublicKeys.length === 0) return;
  const field = "sshPublicKeys";
  if (mode === "args") refuse(field, "runtype args has no ssh", "unsupported");
  if (options.vm) refuse(field, "a virtual machine takes the account's keys", "unsupported");
  if (hasTemplate(options)) refuse(field, "would replace what the template runs at start", "unsupported");
  if (options.onstart !== undefined) refuse(field, "give startup instead of onstart", "unsupported");
}

function checkBid({ pricing, maxPerHourMicros }: LaunchRequest, { price }: LaunchOptions): void {
  const asked = pricing?.kind === "spot" ? pricing.maxPerHourMicros : undefined;
  const place = price === undefined ? "pricing.maxPerHourMicros" : "providerOptions.vast.price";
  if (price !== undefined && (pricing?.kind !== "spot" || asked !== undefined)) {
    refuse(place, "is for spot pricing without maxPerHourMicros of its own");
  }
  const bid = micros(price) ?? asked;
  if (bid === undefined) return;
  if (bid < limits.minBid * 1e6 || bid > limits.maxBid * 1e6) {
    refuse(place, `a bid must be ${limits.minBid} to ${limits.maxBid} dollars an hour`);
  }
  if (maxPerHourMicros !== undefined && bid > maxPerHourMicros) {
    refuse(place, "bids more than maxPerHourMicros allows");
  }
}

function hasTemplate({ template_hash_id, template_id }: LaunchOptions): boolean {
  return template_hash_id !== undefined || template_id !== undefined;
}

/** `undefined` leaves it to the template. Yes, `direc`: it is what the official client sends. */
function toRuntype({ command }: LaunchRequest, options: LaunchOptions): string | undefined {
  if (options.runtype !== undefined) return options.runtype;
  const args = command ?? options.args ?? options.args_str;
  if (args !== undefined) return "args";
  return hasTemplate(options) ? undefined : "ssh_direc ssh_proxy";
}

/**
 * Variables, and docker's flags as keys of their own: flags as one text are documented and not applied. Port 22 is open
 * by itself wherever there is ssh.
 */
function toEnv(request: LaunchRequest, options: LaunchOptions): Record<string, string> {
  const { env, ports = [] } = request;
  const opened = toRuntype(request, options) === "args" ? [] : ["-p 22:22"];
  const flags = ports.map(({ port, protocol }) => `-p ${port}:${port}${protocol === "udp" ? "/udp" : ""}`);
  const wanted = flags.filter((flag) => !opened.includes(flag)).map((flag) => [flag, "1"] as const);
  return { ...env, ...options.env, ...Object.fromEntries(wanted) };
}

/**
 * The script of every start. A create takes no ssh keys, so the script adds them: first, so that a failing script does
 * not lock anybody out, and once, because it runs again after a stop.
 */
function toOnstart(
  { startup, sshPublicKeys }: LaunchRequest,
  { onstart }: LaunchOptions,
): string | undefined {
  if (sshPublicKeys === undefined || sshPublicKeys.length === 0) return onstart ?? startup;
  const file = "/root/.ssh/authorized_keys";
  return [
    `mkdir -p -m 700 /root/.ssh; touch ${file}; chmod 600 ${file}`,
    ...sshPublicKeys.map((key) => {
      const quoted = `'${key.replaceAll("'", "'\\''")}'`;
      return `grep -qxF ${quoted} ${file} || echo ${quoted} >> ${file}`;
    }),
    ...(startup === undefined ? [] : [startup]),
  ].join("\n");
}

/** Dollars per hour for the GPUs, and never so much that bid and disk together exceed the request's limit. */
function toBid(
  { pricing, maxPerHourMicros, offer }: DriverLaunchRequest,
  options: LaunchOptions,
): number | null {
  if (pricing?.kind !== "spot") return null;
  const part = (kind: string): number | undefined =>
    offer?.price?.parts?.find((found) => found.kind === kind)?.perHourMicros;
  const bid =
    micros(options.price) ?? pricing.maxPerHourMicros ?? part("compute") ?? offer?.price?.perHourMicros;
  if (bid === undefined)
    refuse("pricing.maxPerHourMicros", "the offer names no lowest bid, so one must be given");
  const left = maxPerHourMicros === undefined ? bid : maxPerHourMicros - (part("disk") ?? 0);
  return Math.max(limits.minBid * 1e6, Math.min(bid, left)) / 1e6;
}

/** The body of a create. */
export function toCreateBody(request: DriverLaunchRequest, options: LaunchOptions): Record<string, unknown> {
  const { image, minDiskMiB, command } = request;
  const { template_hash_id, template_id, user, vm, volume_info } = options;
  const { use_jupyter_lab, jupyter_dir, python_utf8, lang_utf8 } = options;
  const disk = minDiskMiB === undefined && hasTemplate(options) ? undefined : toDiskGb(minDiskMiB);
  return {
    client_id: "me",
    ...{ image, template_hash_id, template_id, label: request.identity, disk, user, vm, volume_info },
    price: toBid(request, options),
    runtype: toRuntype(request, options),
    env: toEnv(request, options),
    onstart: toOnstart(request, options),
    // As docker reads a command that is one text.
    args: command === undefined ? options.args : ["/bin/sh", "-c", command],
    args_str: options.args_str,
    image_login: options.image_login?.reveal(),
    ...{ use_jupyter_lab, jupyter_dir, python_utf8, lang_utf8 },
    target_state: "running",
    // Otherwise a machine that is taken meanwhile stays, stopped, and bills its disk.
    cancel_unavail: options.cancel_unavail ?? true,
  };
}
