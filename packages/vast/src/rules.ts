import { type LaunchRequest, refuse } from "@gpuport/core";
import { hasTemplate, toEnv, toOnstart, toRuntype } from "./create.ts";
import { toOfferNumber } from "./ids.ts";
import { limits } from "./limits.ts";
import type { LaunchOptions } from "./options.ts";

/** A launch as it is held against the rules. */
interface Asked extends LaunchRequest {
  readonly options: LaunchOptions;
  readonly mode: string | undefined;
  readonly template: boolean;
  readonly keys: boolean;
  /** The bid of the request itself, in micro-dollars. */
  readonly bid: number | undefined;
}

/** A field, what is wrong with it, and when; `unsupported` marks what Vast.ai has not. */
type Rule = readonly [string, string, (asked: Asked) => unknown, "unsupported"?];

const { minBid, maxBid, envValueLength, envTotalLength, onstartBytes } = limits;
const own = "providerOptions.vast";
const tooMuch = "bids more than maxPerHourMicros allows";
const badBid = `a bid must be ${minBid} to ${maxBid} dollars an hour`;
const longValue = `a value may have ${envValueLength} characters`;
const longEnv = `all of it may have ${envTotalLength} characters`;
const longScript = `may have ${onstartBytes} bytes with the ssh keys; fetch a longer script in it`;
const templateDisk = "a template's disk is not known, so no price limit can be held without it";
export const badName = "may have letters, digits, blanks, dots, dashes and underscores";

/**
 * The two ways into a container exclude each other: ssh replaces its entrypoint, `args` leaves no ssh. The name becomes
 * part of the label that a machine is found by.
 */
const rules: readonly Rule[] = [
  ["region", "an offer has a place of its own", (a) => a.offerId && a.region],
  ["region", "must be the two letters of a country", (a) => a.region && !/^[a-z]{2}$/i.test(a.region)],
  ["image", "vast needs an image or a template", (a) => !a.image && !a.template],
  ["minDiskMiB", templateDisk, (a) => a.template && a.maxPerHourMicros !== undefined && !a.minDiskMiB],
  ["name", badName, (a) => a.name && !limits.name.test(a.name)],

  [`${own}.args`, "says the same as command", (a) => a.options.args && a.command],
  [`${own}.args_str`, "says the same as command", (a) => a.options.args_str && a.command],
  [`${own}.args`, "only in runtype args", (a) => a.options.args && a.mode !== "args"],
  [`${own}.args_str`, "only in runtype args", (a) => a.options.args_str && a.mode !== "args"],
  [`${own}.onstart`, "says the same as startup", (a) => a.options.onstart && a.startup],
  ["command", "only in runtype args", (a) => a.command !== undefined && a.mode !== "args", "unsupported"],
  ["startup", "would replace the entrypoint", (a) => a.startup && a.mode === "args", "unsupported"],
  ["sshPublicKeys", "runtype args has no ssh", (a) => a.keys && a.mode === "args", "unsupported"],
  ["sshPublicKeys", "a vm takes the account's keys", (a) => a.keys && a.options.vm, "unsupported"],
  ["sshPublicKeys", "would replace the template's own start", (a) => a.keys && a.template, "unsupported"],
  ["sshPublicKeys", "takes startup, not onstart", (a) => a.keys && a.options.onstart, "unsupported"],

  [`${own}.price`, "is for spot pricing", (a) => a.options.price && a.pricing?.kind !== "spot"],
  [`${own}.price`, "says the same as maxPerHourMicros of pricing", (a) => a.options.price && a.bid],
  [`${own}.price`, tooMuch, (a) => isAbove((a.options.price ?? 0) * 1e6, a.maxPerHourMicros)],
  ["pricing.maxPerHourMicros", tooMuch, (a) => isAbove(a.bid, a.maxPerHourMicros)],
  ["pricing.maxPerHourMicros", badBid, (a) => isAbove(minBid * 1e6, a.bid)],
  ["pricing.maxPerHourMicros", badBid, (a) => isAbove(a.bid, maxBid * 1e6)],

  ["env", longValue, (a) => Object.values(a.env ?? {}).some(({ length }) => length > envValueLength)],
  ["env", longEnv, (a) => JSON.stringify(toEnv(a, a.options)).length > envTotalLength],
  ["startup", longScript, (a) => bytesOf(toOnstart(a, a.options)) > onstartBytes],
];

/** Holds a request against what Vast.ai can do. @throws `unsupported` or `invalid_argument`, naming the field. */
export function checkLaunch(request: LaunchRequest, options: LaunchOptions): void {
  if (request.offerId !== undefined) toOfferNumber(request.offerId);
  const asked: Asked = {
    ...{ ...request, options, mode: toRuntype(request, options), template: hasTemplate(options) },
    keys: (request.sshPublicKeys ?? []).length > 0,
    bid: request.pricing?.kind === "spot" ? request.pricing.maxPerHourMicros : undefined,
  };
  for (const [field, why, isBroken, code] of rules) if (isBroken(asked)) refuse(field, why, code);
}

function isAbove(amount: number | undefined, limit: number | undefined): boolean {
  return amount !== undefined && limit !== undefined && amount > limit;
}

function bytesOf(script: string | undefined): number {
  return new TextEncoder().encode(script).byteLength;
}
