import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Arguments {
  readonly help: boolean;
  /** A configuration of real clouds; without one the emulator is rented from. */
  readonly config?: string | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** The first of these that a provider has is rented there. */
  readonly gpus: readonly { readonly model: string; readonly count: number }[];
  readonly image: string;
  /** Names of providers; all when left out. */
  readonly only?: readonly string[] | undefined;
  readonly maxPerHourMicros?: number | undefined;
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}

export const usage = `Rents one machine at each provider at once, shows them, and terminates them all.

  pnpm quickstart [options]

Without --config everything happens on emulated clouds in this process: no account, no cost.

  --config FILE     rent from the clouds of this configuration (costs money)
  --dry-run         only show what would be rented; sends nothing that changes anything
  --yes             do not ask before renting
  --max-price N     rent nothing dearer than N per hour and machine, in each cloud's own currency;
                    without it, nothing dearer than the price that was shown
  --only A,B        only these providers of the configuration
  --gpu A,B         the first of these GPUs that a provider has, in any spelling   (RTX 4090,A10)
  --count N         GPUs per machine                             (1)
  --image NAME      an image, or an alias of the configuration   (pytorch)
  --help

Exit codes: 0 done, 1 something failed, 2 wrong usage or configuration, 130 interrupted and cleaned up.
`;

/** @throws {@link UsageError} */
export function readArguments(argv: readonly string[]): Arguments {
  const values = parsed(argv);
  // Lambda has never had the one card that all others have.
  const { config, image = "pytorch", gpu: models = "RTX 4090,A10" } = values;
  const count = toCount(values.count);
  return {
    help: values.help ?? false,
    config,
    dryRun: values["dry-run"] ?? false,
    yes: values.yes ?? false,
    gpus: models.split(",").map((model) => ({ model: model.trim(), count })),
    image,
    only: values.only?.split(",").map((name) => name.trim()),
    maxPerHourMicros: toMicros(values["max-price"]),
  };
}

function parsed(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      // pnpm hands on the "--" that some people put before a script's own options.
      args: argv[0] === "--" ? argv.slice(1) : [...argv],
      options: {
        ...{ config: text, gpu: text, count: text, image: text, only: text, "max-price": text },
        ...{ "dry-run": flag, yes: { ...flag, short: "y" }, help: { ...flag, short: "h" } },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function toCount(text = "1"): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--count takes a whole number, not ${text}`);
  return count;
}

function toMicros(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const price = Number(text);
  if (text.trim() === "" || !(price >= 0 && price < 1e6)) {
    throw new UsageError(`--max-price takes a price per hour such as 0.45, not ${text}`);
  }
  return Math.round(price * 1e6);
}
