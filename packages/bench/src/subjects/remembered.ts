/** The subjects' names. */
export const remembered = {
  ours: "gpuport describe",
  shared: "gpuport describe, one signal for all calls",
  naive: "ky + zod + map + p-retry",
} as const;
