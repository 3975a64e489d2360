import { refuse } from "@gpuport/core";

/** Vast.ai numbers everything; anything else in a path would be another route. */
export function numeric(id: string, field = "id"): string {
  return /^\d+$/.test(id) ? id : refuse(field, "vast numbers everything");
}

export function toOfferNumber(offerId: string): number {
  return /^\d{1,15}$/.test(offerId) ? Number(offerId) : refuse("offerId", "must be the number of an offer");
}
