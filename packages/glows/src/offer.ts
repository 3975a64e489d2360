import {
  ComputeError,
  type DriverOffer,
  gibToMiB,
  type Kept,
  type LaunchRequest,
  type Offer,
  positive,
  rawFrom,
  toGpu,
  withRaw,
} from "@gpuport/core";
import type * as z from "zod";
import { said, toPrice } from "./map.ts";
import type { GlowsLaunchOptions } from "./options.ts";
import { type ReadSpec, specSchema } from "./wire.ts";

export type Category = "container" | "vm";

/** What a create names: the catalogue's resource ids are opaque, and creates do not take them alone. */
export interface Selection {
  readonly region: string;
  readonly kind: "gpu" | "cpu";
  readonly category: Category;
  readonly units: number;
  /** The exact model. */
  readonly name: string;
}

/** Everything a create needs stands in the offer's id, so launching by it asks the catalogue nothing. */
export function offerIdOf({ region, kind, category, units, name }: Selection): string {
  return [encodeURIComponent(region), kind, category, units, name].join("/");
}

/** What an offer's id says; `undefined` for an id that is not one of these. */
export function selectionOf(offerId: string): Selection | undefined {
  const parts = /^([^/]+)\/(gpu|cpu)\/(container|vm)\/([1-9]\d{0,4})\/(.+)$/s.exec(offerId);
  const [, place = "", kind, category, units, name = ""] = parts ?? [];
  const region = decoded(place);
  if (parts === null || region === undefined) return undefined;
  return {
    region,
    kind: kind === "gpu" ? "gpu" : "cpu",
    category: category === "vm" ? "vm" : "container",
    units: Number(units),
    name,
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a stray % is in no id that was made here
  }
}

/** In what size a machine is wanted: the units of an offer, or a number of GPUs. */
export interface Wanted {
  readonly units?: number | undefined;
  readonly category?: Category | undefined;
  readonly gpus?: number | undefined;
}

/** A millicent is a thousandth of a cent: 100 000 are one credit. */
const microsPerMillicent = 10;

/** The offer of as many units as are wanted; `undefined` where this kind of machine cannot be had in that size. */
export function toOffer({ raw, read }: Kept<ReadSpec>, wanted: Wanted): DriverOffer | undefined {
  const { region_name, base_resource, price, avail, max_available_units, instance_categories } = read;
  const { gpus, cpus, ram_mb, disk_gb, gpu_name, cpu_name } = base_resource.unit_spec;
  const gpusPerUnit = positive(gpus) ?? 0;
  const kind = gpusPerUnit > 0 ? "gpu" : "cpu";
  const name = kind === "gpu" ? gpu_name : cpu_name;
  const units = wanted.units ?? (wanted.gpus === undefined ? 1 : wanted.gpus / gpusPerUnit);
  const possible = categoriesOf(instance_categories);
  const category = wanted.category ?? possible[0];
  if (category === undefined || !possible.includes(category)) return undefined;
  if (!Number.isInteger(units) || units < 1 || name === undefined) return undefined;

  const most = max_available_units === undefined ? undefined : Math.floor(max_available_units);
  const offer: DriverOffer = {
    id: offerIdOf({ region: region_name, kind, category, units, name }),
    hardware: said({
      gpu: toGpu(gpu_name, { count: gpusPerUnit * units, cloud: "glows" }),
      vcpus: times(positive(cpus), units),
      memoryMiB: times(positive(ram_mb), units),
      // What more units do to the disk is not said; the disk of one is sure.
      diskMiB: gibToMiB(disk_gb),
      cpuModel: cpu_name,
    }),
    price: toPrice(price?.millicent_per_hour, microsPerMillicent * units),
    region: region_name,
    available: avail === true && units <= (most ?? units),
    maxCount: times(most, Math.max(1, gpusPerUnit)),
  };
  return withRaw("glows", said(offer), raw);
}

function categoriesOf(numbers: readonly unknown[] | null | undefined): readonly Category[] {
  return (["container", "vm"] as const).filter((_, number) => numbers?.includes(number) ?? true);
}

/**
 * An offer as a launch with these options gets it: as the wanted kind of machine, with the additions.
 *
 * A machine is a container unless something else is asked for; an offer that was named says itself what it is.
 */
export function toQuote(
  offer: Offer,
  { instance_category = "container", ...options }: GlowsLaunchOptions,
  { offerId }: LaunchRequest,
): Offer | ComputeError {
  const row = specSchema.safeParse(rowOf(offer)).data;
  if (offerId === undefined && !categoriesOf(row?.instance_categories).includes(instance_category)) {
    const message = `the offer cannot be had as a ${instance_category}`;
    return notHere("providerOptions.glows.instance_category", message);
  }
  const extra = options.extra_resource ?? options.extra_resources;
  return extra === undefined ? offer : withExtra(offer, row, extra);
}

function times(amount: number | undefined, units: number): number | undefined {
  return amount === undefined ? undefined : amount * units;
}

const rowOf = rawFrom<unknown>("glows");

/** What offers do not include. The additions are per machine and not per unit (inferred). */
function withExtra(
  offer: Offer,
  row: z.output<typeof specSchema> | undefined,
  wanted: Readonly<Record<string, unknown>>,
): Offer | ComputeError {
  const extra = row?.extra_resources?.find((each) => isSame(each?.resource, wanted));
  const added = toPrice(extra?.price?.millicent_per_hour, microsPerMillicent);
  if (added === undefined) {
    return notHere("providerOptions.glows.extra_resource", "the offer has no such addition at a known price");
  }
  const { hardware, price } = offer;
  const whole = price && { ...price, perHourMicros: price.perHourMicros + added.perHourMicros };
  const cpus = positive(Number(wanted["cpus"] ?? 0)) ?? 0;
  const vcpus = hardware.vcpus === undefined ? undefined : hardware.vcpus + cpus;
  return withRaw("glows", { ...offer, hardware: said({ ...hardware, vcpus }), price: whole }, rowOf(offer));
}

/** Member by member, in whatever order. */
function isSame(
  one: Readonly<Record<string, unknown>> | null | undefined,
  other: Readonly<Record<string, unknown>>,
): boolean {
  const text = (value: Readonly<Record<string, unknown>>) => JSON.stringify(Object.entries(value).toSorted());
  return one !== null && one !== undefined && text(one) === text(other);
}

function notHere(field: string, message: string): ComputeError {
  const more = { scope: "offer", retryable: false, effect: "none" } as const;
  return new ComputeError({ code: "no_capacity", field, message: `${field}: ${message}`, ...more });
}
