import { openProviders } from "@gpuport/config";
import { isComputeError } from "@gpuport/core";
import { type Arguments, readArguments, UsageError, usage } from "./arguments.ts";
import { bill, configuration, startEmbedded } from "./embedded.ts";
import { explain } from "./explain.ts";
import { rentAndReturn } from "./flow.ts";
import { openScreen } from "./screen.ts";

const screen = openScreen();

async function main(argv: readonly string[]): Promise<number> {
  const wanted = readArguments(argv);
  if (wanted.help) {
    screen.say(usage.trimEnd());
    return 0;
  }
  return wanted.config === undefined ? onEmulatedClouds(wanted) : onRealClouds(wanted.config, wanted);
}

async function onEmulatedClouds(wanted: Arguments): Promise<number> {
  const startedAt = performance.now();
  const { emulator, env } = await startEmbedded();
  try {
    const code = await rent(configuration, wanted, env);
    const rows = bill(emulator);
    if (rows.length > 0) {
      screen.complain(`bill: ${rows.join(", ")}`);
      return 1;
    }
    screen.say(`bill: empty (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    return code;
  } finally {
    await emulator.close();
  }
}

async function onRealClouds(file: string, wanted: Arguments): Promise<number> {
  if (!wanted.yes && !wanted.dryRun && !process.stdin.isTTY) {
    throw new UsageError("there is no terminal to ask in: pass --yes, or --dry-run to rent nothing");
  }
  return rent(file, wanted);
}

async function rent(
  file: string,
  wanted: Arguments,
  env?: Readonly<Record<string, string>>,
): Promise<number> {
  const providers = await openProviders(file, { env });
  const { names } = providers;
  const stranger = wanted.only?.find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new UsageError(`--only: there is no ${stranger}, only ${names.join(", ")}`);
  const chosen = names.filter((name) => wanted.only?.includes(name) ?? true);
  return rentAndReturn(
    chosen.map((name) => providers.get(name)),
    wanted,
    screen,
  );
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) screen.complain(`${error.message}\nSee --help.`);
  else if (isComputeError(error)) screen.complain(explain("quickstart", error));
  else throw error;
  process.exitCode = error instanceof UsageError || error.code === "invalid_config" ? 2 : 1;
}
