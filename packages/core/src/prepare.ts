import * as z from "zod";
import type { LaunchSupport } from "./driver.ts";
import { ComputeError } from "./errors.ts";
import { gpuMatches, identifyGpu } from "./gpu/index.ts";
import { type Hardware, type LaunchRequest, launchRequestSchema, universalFields } from "./model/index.ts";

/** What a launch request means at one provider: aliases and defaults filled in, everything checked. */
export interface PreparedLaunch {
  readonly request: LaunchRequest;
  readonly providerOptions: unknown;
}

/** What {@link prepareLaunch} holds a request against. */
export interface LaunchRules {
  readonly provider: string;
  readonly adapter: string;
  readonly support: LaunchSupport;
  readonly images: Readonly<Record<string, string>>;
  readonly defaults: LaunchDefaults;
  /** The machine, on a cloud that has only this one. */
  readonly fixedHardware?: Hardware | undefined;
  readonly hasOffers: boolean;
}

export type LaunchDefaults = Omit<LaunchRequest, "key" | "name">;

/** A field that is not what it must be. For an adapter's own limits, in `LaunchSupport.check`. */
export function refuse(
  field: string,
  message: string,
  code: "invalid_argument" | "unsupported" = "invalid_argument",
): never {
  throw new ComputeError({ code, field, message: `${field}: ${message}` });
}

/**
 * Checks a request and translates it for one provider, before anything is sent.
 *
 * @throws `invalid_argument` for a value that is wrong anywhere, `unsupported` for a field that this cloud has not; both
 * name the field.
 */
export function prepareLaunch(input: LaunchRequest, rules: LaunchRules): PreparedLaunch {
  const { support, adapter } = rules;
  const asked = parseOrRefuse(launchRequestSchema, input, "");
  const request = withDefaults(asked, rules.defaults);

  const supported = new Set<string>([...universalFields, ...support.fields]);
  for (const [field, value] of Object.entries(request)) {
    if (value !== undefined && !supported.has(field))
      refuse(field, `${adapter} has no such thing`, "unsupported");
  }
  for (const group of support.requires ?? []) {
    if (group.every((field) => request[field] === undefined)) {
      refuse(group[0] ?? "", `${adapter} needs ${group.join(" or ")}`);
    }
  }
  checkPricing(request, rules);
  checkGpu(request, rules);
  for (const { port, protocol } of request.ports ?? []) {
    if (!(support.portProtocols ?? ["tcp"]).includes(protocol ?? "tcp")) {
      refuse("ports", `${adapter} cannot publish port ${port} as ${protocol}`, "unsupported");
    }
  }
  // Options for other clouds may stand beside this one's, so that one request fits several clouds.
  const providerOptions = parseOrRefuse(
    support.providerOptions,
    request.providerOptions?.[adapter] ?? {},
    `providerOptions.${adapter}`,
  );
  const image = request.image === undefined ? undefined : (rules.images[request.image] ?? request.image);
  const translated: LaunchRequest = image === undefined ? request : { ...request, image };
  support.check?.(translated, providerOptions);
  return { request: translated, providerOptions };
}

function withDefaults(request: LaunchRequest, defaults: LaunchDefaults): LaunchRequest {
  const merged: Record<string, unknown> = { ...defaults };
  // Two ways to say the same thing: the request's way replaces the default's.
  if (request.offerId !== undefined) {
    delete merged["gpu"];
    delete merged["region"]; // the offer has one
  }
  if (request.gpu !== undefined) delete merged["offerId"];
  if (request.snapshot !== undefined) delete merged["image"];
  if (request.image !== undefined) delete merged["snapshot"];
  for (const [field, value] of Object.entries(request)) {
    if (value !== undefined) merged[field] = value;
  }
  if (defaults.env && request.env) merged["env"] = { ...defaults.env, ...request.env };
  if (defaults.providerOptions && request.providerOptions) {
    merged["providerOptions"] = mergedOptions(defaults.providerOptions, request.providerOptions);
  }
  return merged; // the fields of two requests are the fields of a request
}

type ProviderOptions = NonNullable<LaunchRequest["providerOptions"]>;

function mergedOptions(defaults: ProviderOptions, asked: ProviderOptions): ProviderOptions {
  const ids = [...Object.keys(defaults), ...Object.keys(asked)];
  return Object.fromEntries(ids.map((id) => [id, { ...defaults[id], ...asked[id] }]));
}

function checkPricing({ pricing }: LaunchRequest, { adapter, support }: LaunchRules): void {
  if (pricing !== undefined && !support.pricing.includes(pricing.kind)) {
    refuse("pricing", `${adapter} has no ${pricing.kind} pricing`, "unsupported");
  }
}

function checkGpu(
  { gpu, maxPerHourMicros }: LaunchRequest,
  { adapter, hasOffers, fixedHardware }: LaunchRules,
): void {
  if (hasOffers) return;
  if (maxPerHourMicros !== undefined) {
    refuse("maxPerHourMicros", `${adapter} has no prices, so no limit can be held`, "unsupported");
  }
  if (gpu === undefined) return;
  const machine = fixedHardware?.gpu;
  if (machine === undefined) {
    const how =
      "the machine is fixed and not described; declare its hardware in the provider's configuration";
    refuse("gpu", `${adapter} cannot choose a GPU: ${how}`, "unsupported");
  }
  const identity = identifyGpu(machine.providerModel, { memoryMiB: machine.memoryMiB });
  if (!gpuMatches(gpu.model, identity, machine.providerModel)) {
    refuse("gpu.model", `this machine has ${machine.model}`, "unsupported");
  }
  if ((gpu.count ?? 1) > machine.count)
    refuse("gpu.count", `this machine has ${machine.count}`, "unsupported");
  if (gpu.minMemoryMiB !== undefined && gpu.minMemoryMiB > (machine.memoryMiB ?? Number.POSITIVE_INFINITY)) {
    refuse("gpu.minMemoryMiB", `its GPUs have ${machine.memoryMiB} MiB`, "unsupported");
  }
}

/** Parses, or says which field is wrong and why; zod's words name no values. */
export function parseOrRefuse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const path = [...(place === "" ? [] : [place]), ...(issue?.path ?? []), ...unknown].join(".");
  const message = issue?.message ?? z.prettifyError(parsed.error);
  throw new ComputeError({
    code: "invalid_argument",
    field: path,
    message: `${path || "request"}: ${message}`,
  });
}
