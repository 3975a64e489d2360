// What Vast.ai takes and gives at once, and how it writes things.

/** How long to leave a result that is not there yet; core looks four times. The official client waits nine seconds. */
export const resultPauseMs = 3_000;

/** After a create that was throttled, the next one must wait so long. @see endpoints */
export const throttledCreateMs = 12_000;

/** What a create may hold. @see https://docs.vast.ai/api-reference/instances/create-instance (read 2026-08-07) */
export const limits = {
  /** GB; the cloud's own default too. */
  minDiskGb: 8,
  /** Sources say 4048, 4096 and 16 KB; the least of them, with a margin. */
  onstartBytes: 4000,
  envValueLength: 256,
  envTotalLength: 32_768,
  minBid: 0.001,
  maxBid: 128,
  /** So that a label in ASCII finds its machine again. */
  name: /^[A-Za-z0-9._ -]+$/,
  volumeName: /^[A-Za-z0-9_]{1,64}$/,
  /** Commands that Vast.ai runs in a machine, and how long they may be. */
  command: /^\s*(ls|rm|du)(\s|$)/,
  commandLength: 512,
} as const;

/** Offers come in pages of at most so many, whatever limit is asked for. */
export const offersPerPage = 64;

/** What every search asks for unless the user lifts it, as the official client does. */
export const standardFilters = { verified: { eq: true }, external: { eq: false } } as const;

/** The month in which storage is priced. */
export const hoursPerMonth = 720;

/** The most instances that one page of the list holds. */
export const instancesPerPage = 25;

/**
 * How Vast.ai writes GPUs, for its filter by name; what it writes otherwise is found by memory and count.
 *
 * @see https://github.com/vast-ai/vast-cli/blob/master/vastai/data/query.py (read 2026-08-06)
 */
export const gpuNames: readonly string[] = [
  ...["A10", "A10g", "A16", "A30", "A40", "A100 PCIE", "A100 SXM4", "A100 SXM", "A800 PCIE", "B200"],
  ...["GH200 SXM", "H100 PCIE", "H100 SXM", "H100 NVL", "H200", "H200 NVL", "L4", "L40", "L40S"],
  ...["Tesla K80", "Tesla M40", "Tesla P4", "Tesla P40", "Tesla P100", "Tesla T4", "Tesla V100"],
  ...["GTX 1070", "GTX 1080", "GTX 1080 Ti", "GTX 1660 S", "RTX 2060", "RTX 2070", "RTX 2070S"],
  ...["RTX 2080", "RTX 2080S", "RTX 2080 Ti", "RTX 3050", "RTX 3060", "RTX 3060 laptop", "RTX 3060 Ti"],
  ...["RTX 3070", "RTX 3070 laptop", "RTX 3070 Ti", "RTX 3080", "RTX 3080 Ti", "RTX 3090", "RTX 3090 Ti"],
  ...["RTX 4060", "RTX 4060 laptop", "RTX 4060 Ti", "RTX 4070", "RTX 4070 laptop", "RTX 4070S"],
  ...["RTX 4070S Ti", "RTX 4070 Ti", "RTX 4080", "RTX 4080 laptop", "RTX 4080S", "RTX 4090", "RTX 4090D"],
  ...["RTX 5060", "RTX 5060 Ti", "RTX 5070", "RTX 5070 Ti", "RTX 5080", "RTX 5090"],
  ...["Titan RTX", "Titan V", "Titan Xp", "Quadro P4000", "Quadro GV100"],
  ...["Q RTX 4000", "Q RTX 5000", "Q RTX 6000", "Q RTX 8000"],
  ...["RTX A2000", "RTX A4000", "RTX A4500", "RTX A5000", "RTX A6000"],
  ...["RTX 2000Ada", "RTX 4000Ada", "RTX 4500Ada", "RTX 5000Ada", "RTX 5880Ada", "RTX 6000Ada"],
  ...["RTX PRO 4000", "RTX PRO 4500", "RTX PRO 5000", "RTX PRO 6000", "RTX PRO 6000 S", "RTX PRO 6000 WS"],
  ...["RTX PRO 6000 Max-Q", "InstinctMI50", "InstinctMI100", "InstinctMI210", "InstinctMI250X"],
  ...["PRO W7900", "Pro V620", "RX 7900 XTX"],
];
