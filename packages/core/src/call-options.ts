/** What every call takes. */
export interface CallOptions {
  /** Ends the call. A launch that is already on its way is brought to a known end first. */
  readonly signal?: AbortSignal | undefined;
  /** How long the whole call may take, waits and retries included. */
  readonly timeoutMs?: number | undefined;
}
