import {
  type ComputeProvider,
  type Instance,
  isComputeError,
  type LaunchRequest,
  type LeaseWish,
} from "@gpuport/core";
import { unverified } from "./outcome.ts";

/** Holds a run on a live cloud to its limits. */
export interface Spending {
  /** A request that can neither cost more than is left nor outlive its lease. */
  readonly limit: (request: LaunchRequest) => LaunchRequest;
  /** Counts a machine as if it lived for its whole lease. */
  readonly note: (instance: Instance) => void;
}

export function createSpending(limitMicros: number, lease: LeaseWish): Spending {
  const hours = lease.ttlMs / 3_600_000;
  let leftMicros = limitMicros;
  return {
    limit(request) {
      const maxPerHourMicros = Math.floor(leftMicros / hours);
      if (maxPerHourMicros < 1) return unverified("the spending limit is reached");
      const wished = request.maxPerHourMicros ?? maxPerHourMicros;
      return { ...request, lease, maxPerHourMicros: Math.min(wished, maxPerHourMicros) };
    },
    note({ price }) {
      // Unknown is not free: what has no price might cost all that is left.
      leftMicros = price === undefined ? 0 : leftMicros - Math.ceil(price.perHourMicros * hours);
    },
  };
}

/** A provider that launches nothing beyond the limits. */
export function limited(provider: ComputeProvider, spending: Spending): ComputeProvider {
  return {
    ...provider,
    async launch(request, options) {
      const within = spending.limit(request);
      try {
        const instance = await provider.launch(within, options);
        spending.note(instance);
        return instance;
      } catch (error) {
        const isOurs = within.maxPerHourMicros !== request.maxPerHourMicros;
        if (isOurs && isComputeError(error, "no_capacity"))
          unverified("the spending limit leaves too little");
        if (isOurs && isComputeError(error) && error.field === "maxPerHourMicros") {
          unverified("it has no prices, so no spending limit can be held");
        }
        throw error;
      }
    },
  };
}
