import { clockOf, type MovableTime } from "@gpuport/conformance";
import type { Clock } from "@gpuport/core";
import nock from "nock";

export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
export { nock };

/** A reply that arrives after `ms`, headers included. Safe to abort, unlike nock's own `.delay()`. */
export function slow<T>(ms: number, body: T): () => Promise<T> {
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return body;
  };
}

/** The clock of a provider that lives in an emulator's time. */
export function emulatedClock({ clock }: { readonly clock: MovableTime }): Clock {
  return clockOf(clock);
}
