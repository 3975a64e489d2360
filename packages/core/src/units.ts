/**
 * Micro-units of a currency from a decimal amount: 0.36 is 360 000. `undefined` when the cloud did not say; what is
 * negative, or beyond what can be counted exactly, is no price.
 */
export function micros(amount: number | null | undefined): number | undefined {
  if (amount === null || amount === undefined) return undefined;
  const whole = Math.round(amount * 1e6);
  return Number.isSafeInteger(whole) && whole >= 0 ? whole : undefined;
}

/** MiB from GiB, or from a cloud's "GB" where it means GiB. */
export function gibToMiB(gib: number | null | undefined): number | undefined {
  return positive(gib === null || gib === undefined ? undefined : gib * 1024);
}

/** A size or count as a whole number; 0, negative, absent and uncountable are all "the cloud did not say". */
export function positive(value: number | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  const whole = Math.round(value);
  return Number.isSafeInteger(whole) && whole > 0 ? whole : undefined;
}

/** A moment from Unix seconds; 0 and absent are "the cloud did not say". */
export function fromUnixSeconds(seconds: number | string | null | undefined): Date | undefined {
  const value = Number(seconds ?? 0);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const date = new Date(value * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
