import type { Price } from "@gpuport/core";

/** `0.4000 USD/h`. */
export function money(price: Pick<Price, "currency" | "perHourMicros"> | undefined): string {
  if (price === undefined) return "unknown price";
  return `${(price.perHourMicros / 1e6).toFixed(4)} ${price.currency}/h`;
}

/** One sum per currency: credits of a cloud and dollars do not add up. */
export function total(prices: readonly (Price | undefined)[]): string {
  const sums = new Map<string, number>();
  for (const price of prices) {
    if (price !== undefined) {
      sums.set(price.currency, (sums.get(price.currency) ?? 0) + price.perHourMicros);
    }
  }
  const unknown = prices.filter((price) => price === undefined).length;
  return [
    ...[...sums].map(([currency, perHourMicros]) => money({ currency, perHourMicros })),
    ...(unknown === 0 ? [] : [`${unknown} without a price`]),
  ].join(" + ");
}
