/** Who watches. */
export const watchers = {
  single: "each machine every 10 s",
  pages: "list pages every 10 s, by hand",
  ours: "gpuport waitFor, for each machine at once",
} as const;

export interface WatchResult {
  readonly calls: number;
  /** Calls in each ten seconds, until all are ready. */
  readonly callsPerTick: number;
  /** From the change at the cloud until the watcher knows, in seconds. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}
