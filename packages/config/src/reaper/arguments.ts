import { parseArgs } from "node:util";

export const usage = `gpuport-reap: says what bills, and ends what is ours and forgotten

  --config <file>    the configuration (default gpuport.yaml, gpuport.yml or gpuport.json here);
                     it must name the journal that the launching programs write
  --dry-run          only say what would be done (the default)
  --yes              do it: follow up open launches, end orphans and machines whose lease ran out
  --grace <minutes>  how old a machine that no journal knows must be to be ended (default 15)
  --loop <seconds>   again and again, so far apart, until SIGINT or SIGTERM
  --json             one line of JSON for each machine
  --help

Exit codes: 0 nothing is left to do; 1 something is, or could not be ended or listed; 2 wrong usage or configuration.
`;

export interface ReaperArguments {
  readonly config?: string | undefined;
  /** Acts, instead of only saying what it would do. */
  readonly yes: boolean;
  readonly graceMs?: number | undefined;
  /** From the beginning of one round to that of the next; a single round when left out. */
  readonly loopMs?: number | undefined;
  readonly json: boolean;
}

/** @throws An error whose message says what is wrong with the command line. */
export function readArguments(args: readonly string[]): ReaperArguments | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string" },
      "dry-run": { type: "boolean" },
      yes: { type: "boolean" },
      grace: { type: "string" },
      loop: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return "help";
  if (values.yes && values["dry-run"]) throw new Error("--dry-run and --yes exclude each other");
  if (values.config === "") throw new Error("--config takes a file");
  const loopMs = toMilliseconds("--loop", values.loop, 1000);
  if (loopMs === 0) throw new Error("--loop takes a number of seconds above 0");
  return {
    config: values.config,
    yes: values.yes === true,
    graceMs: toMilliseconds("--grace", values.grace, 60_000),
    loopMs,
    json: values.json === true,
  };
}

function toMilliseconds(option: string, text: string | undefined, unitMs: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number) || number < 0) {
    throw new Error(`${option} takes a number, not ${text}`);
  }
  return number * unitMs;
}
