import {
  ComputeError,
  type ComputeProvider,
  type GpuWish,
  isComputeError,
  type LaunchRequest,
  type Offer,
} from "@gpuport/core";
import { money } from "./money.ts";
import { type Rental, toComputeError } from "./rental.ts";
import type { Progress } from "./screen.ts";

/** Finds out what each provider would rent, and at what price: the first of the GPUs that it has. Only reads. */
export async function plan(
  providers: readonly ComputeProvider[],
  gpus: readonly GpuWish[],
  common: LaunchRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly Rental[]> {
  return Promise.all(
    providers.map(async (provider): Promise<Rental> => {
      const rental: Rental = {
        ...{ provider, request: { ...common, gpu: gpus[0] }, stage: "nothing", owed: new Set() },
        terminations: [],
      };
      progress.show(provider.name, "looking for offers");
      try {
        const { request, offer } = await firstFree(provider, gpus, common, signal);
        progress.show(provider.name, describe(provider, request, offer), "done");
        // Never dearer than what was shown, unless the command line says how dear it may be.
        const maxPerHourMicros = request.maxPerHourMicros ?? offer?.price?.perHourMicros;
        return { ...rental, offer, request: { ...request, maxPerHourMicros } };
      } catch (error) {
        const failure = toComputeError(error);
        progress.show(provider.name, `${failure.code}: ${failure.message}`, "failed");
        return { ...rental, failure };
      }
    }),
  );
}

async function firstFree(
  provider: ComputeProvider,
  [gpu, ...others]: readonly GpuWish[],
  common: LaunchRequest,
  signal: AbortSignal,
): Promise<{ readonly request: LaunchRequest; readonly offer: Offer | undefined }> {
  const request = { ...common, gpu };
  try {
    return { request, offer: await cheapest(provider, request, signal) };
  } catch (error) {
    const isElsewhere = isComputeError(error, "no_capacity") && error.field === undefined;
    if (!isElsewhere || others.length === 0) throw error;
    return firstFree(provider, others, common, signal);
  }
}

async function cheapest(
  provider: ComputeProvider,
  { gpu, maxPerHourMicros }: LaunchRequest,
  signal: AbortSignal,
): Promise<Offer | undefined> {
  if (provider.offers === undefined) {
    if (maxPerHourMicros !== undefined) {
      const message = `${provider.adapter} has no prices, so no limit can be held`;
      throw new ComputeError({ code: "unsupported", field: "maxPerHourMicros", message });
    }
    // Shows whether the credential is good, as a search for offers would.
    for await (const _ of provider.list({}, { signal })) break;
    return undefined;
  }
  for await (const offer of provider.offers.search({ gpu }, { signal })) {
    if (!offer.available) continue;
    if (maxPerHourMicros === undefined) return offer;
    if (offer.price !== undefined && offer.price.perHourMicros <= maxPerHourMicros) return offer;
    throw new ComputeError({
      ...{ code: "no_capacity", scope: "request", retryable: false, field: "maxPerHourMicros" },
      message: `the cheapest match costs ${money(offer.price)}, which is more than the limit`,
    });
  }
  throw new ComputeError({ code: "no_capacity", message: "nothing free fits the request" });
}

function describe(provider: ComputeProvider, { gpu }: LaunchRequest, offer: Offer | undefined): string {
  const count = offer?.hardware.gpu?.count ?? gpu?.count ?? 1;
  const model = offer?.hardware.gpu?.model ?? gpu?.model ?? "";
  const place = offer?.region === undefined ? "" : ` in ${offer.region}`;
  if (provider.offers === undefined) return `${count} × ${model}, no price: a machine of your own`;
  return `${count} × ${model} at ${money(offer?.price)}${place}`;
}
