/** The library's own ways to meet a limit. */
export const gated = {
  known: "gpuport, limit declared",
  hidden: "gpuport, limit not declared",
} as const;

export interface GateResult {
  /** Of all jobs. */
  readonly done: number;
  readonly refusedPerDone: number;
  /** Of the calls that the limit would have let through in the time. */
  readonly share: number;
  /** The same from the hundredth job on. */
  readonly warm: { readonly refusedPerDone: number; readonly share: number };
}
