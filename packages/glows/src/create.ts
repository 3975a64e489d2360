import { type DriverLaunchRequest, type LaunchRequest, refuse } from "@gpuport/core";
import { checkLength } from "./check.ts";
import { type Category, type Selection, selectionOf } from "./offer.ts";
import type { GlowsLaunchOptions } from "./options.ts";
import { limits } from "./tables.ts";

const protocols = { tcp: 1, http: 2, udp: undefined } as const;

/** Everything that the cloud would refuse about a create, or misread, as far as it is known before asking. */
export function checkLaunch(request: LaunchRequest, options: GlowsLaunchOptions): void {
  const { offerId, gpu, region, image, snapshot, name, command, minDiskMiB, maxPerHourMicros } = request;
  const ways = [offerId, gpu, options.gpu_name, options.cpu_name].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    refuse("gpu", "glows needs exactly one of gpu, offerId and providerOptions.glows.gpu_name or cpu_name");
  }
  const offer = offerId === undefined ? undefined : selectionOf(offerId);
  const named = options.gpu_name ?? options.cpu_name;
  if (offerId !== undefined && offer === undefined) refuse("offerId", "is not the id of a Glows offer");
  if (offer !== undefined && (region ?? offer.region) !== offer.region) {
    refuse("region", `the offer is one of ${offer.region}`);
  }
  if (named !== undefined && region === undefined) refuse("region", "glows needs it beside a model's name");
  if (named === undefined && options.unit_qty !== undefined) {
    refuse("providerOptions.glows.unit_qty", "follows from gpu.count or the offer");
  }
  if (minDiskMiB !== undefined && gpu === undefined) {
    refuse(
      "minDiskMiB",
      "glows fixes the disk with the machine; it can only guide the choice by gpu",
      "unsupported",
    );
  }
  const category = options.instance_category ?? offer?.category;
  if (offer !== undefined && category !== offer.category) {
    refuse("providerOptions.glows.instance_category", `the offer is a ${offer.category}`);
  }
  checkCommand(command, category);
  if (options.extra_resource !== undefined && options.extra_resources !== undefined) {
    refuse(
      "providerOptions.glows.extra_resources",
      "is another spelling of extra_resource; give one of them",
    );
  }
  if (maxPerHourMicros !== undefined && options.base_resource !== undefined) {
    refuse("maxPerHourMicros", "the price of a base_resource is not known, so no limit can be held");
  }
  if (offer?.kind === "gpu") checkLength("offerId", offer.name, limits.modelName);
  checkLength("region", offer?.region ?? region, limits.region);
  checkLength("image", image, limits.id);
  checkLength("snapshot", snapshot, limits.id);
  checkLength("name", name, limits.remark);
  checkLength("command", command, limits.cmd);
  checkLength("env", toEnvs(request.env), limits.envs);
}

function checkCommand(command: string | undefined, category: Category | undefined): void {
  if (command !== undefined && category === "vm") refuse("command", "a vm runs no command", "unsupported");
}

/** `KEY=value;KEY2=value2`. It knows no escapes, so a value with a semicolon cannot be said. */
function toEnvs(env: LaunchRequest["env"] = {}): string | undefined {
  const pairs = Object.entries(env).map(([key, value]) => {
    if (value.includes(";")) refuse(`env.${key}`, "glows cannot carry a semicolon");
    return `${key}=${value}`;
  });
  return pairs.length === 0 ? undefined : pairs.join(";");
}

/** The machine that a checked request names. */
export function selectionFor(request: DriverLaunchRequest, options: GlowsLaunchOptions): Selection {
  const chosen = selectionOf(request.offer?.id ?? request.offerId ?? "");
  const { gpu_name, cpu_name, instance_category, unit_qty = 1 } = options;
  const category = instance_category ?? chosen?.category ?? "container";
  if (chosen !== undefined) return { ...chosen, category };
  const kind = gpu_name === undefined ? "cpu" : "gpu";
  const name = gpu_name ?? cpu_name;
  if (name === undefined || request.region === undefined) return refuse("gpu", "names no machine");
  return { region: request.region, kind, name, category, units: unit_qty };
}

/** The body of a create, with nothing in it that was not asked for. */
export function toCreateBody(
  request: DriverLaunchRequest,
  options: GlowsLaunchOptions,
  { region, kind, category, units, name }: Selection,
): Readonly<Record<string, unknown>> {
  const { gpu_name: _, cpu_name: __, unit_qty: ___, instance_category: ____, ...rest } = options;
  const { ports } = request;
  return {
    ...rest,
    from_image_id: request.image,
    from_snap_id: request.snapshot,
    [kind === "gpu" ? "gpu_name" : "cpu_name"]: name,
    custom_meta_key: request.identity,
    instance_category: category,
    region_name: region,
    remark: request.name,
    cmd: request.command,
    envs: toEnvs(request.env),
    // A text that holds JSON, not JSON.
    ports:
      ports &&
      JSON.stringify(ports.map(({ port, protocol }) => ({ port, protocol: protocols[protocol ?? "tcp"] }))),
    unit_qty: units > 1 ? units : undefined,
  };
}
