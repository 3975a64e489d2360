import { randomBytes } from "node:crypto";
import type { ComputeProvider, LaunchRequest } from "@gpuport/core";
import type { Arguments } from "./arguments.ts";
import { confirm } from "./confirm.ts";
import { explain } from "./explain.ts";
import { type Interrupts, watchInterrupts } from "./interrupt.ts";
import { total } from "./money.ts";
import { plan } from "./plan.ts";
import { type Rental, stillOpen } from "./rental.ts";
import { launchAll, terminateAll } from "./run.ts";
import type { Progress, Screen } from "./screen.ts";
import { table } from "./table.ts";

/**
 * Plans, asks where it costs money, launches everywhere at once, shows the machines and terminates them. Returns the
 * exit code.
 */
export async function rentAndReturn(
  providers: readonly ComputeProvider[],
  wanted: Arguments,
  screen: Screen,
): Promise<number> {
  let rentals: readonly Rental[] = [];
  const interrupts = watchInterrupts(screen.complain, () => stillOpen(rentals));
  const { signal } = interrupts;

  async function phase(
    title: string,
    of: readonly ComputeProvider[],
    work: (progress: Progress) => Promise<void>,
  ) {
    screen.say(title);
    const progress = screen.follow(of.map(({ name }) => name));
    try {
      await work(progress);
    } finally {
      progress.end();
    }
  }

  try {
    await phase("Offers:", providers, async (progress) => {
      rentals = await plan(providers, wanted.gpus, requestOf(wanted), progress, signal);
    });
    const possible = rentals.filter(({ failure }) => failure === undefined);
    if (possible.length > 0 && (await mayRent(possible, wanted, screen, interrupts))) {
      try {
        const renting = possible.map(({ provider }) => provider);
        await phase("Launching:", renting, (progress) => launchAll(possible, progress, signal));
        screen.say(table(rentals, process.stdout.columns));
      } finally {
        const owing = possible.filter(({ stage }) => stage !== "nothing").map(({ provider }) => provider);
        if (owing.length > 0) {
          await phase("Terminating:", owing, (progress) => terminateAll(possible, progress));
        }
      }
    }
    return conclude(rentals, interrupts, screen);
  } finally {
    interrupts.stop();
  }
}

/** One request that fits every cloud, but for the GPU. The name is this run's own, so that its machines can be told from all others. */
function requestOf({ image, maxPerHourMicros }: Arguments): LaunchRequest {
  const name = `quickstart_${randomBytes(3).toString("hex")}`;
  return { key: name, name, image, maxPerHourMicros };
}

async function mayRent(
  rentals: readonly Rental[],
  { config, yes, dryRun }: Arguments,
  screen: Screen,
  interrupts: Interrupts,
): Promise<boolean> {
  if (interrupts.signal.aborted) return false;
  if (dryRun) {
    screen.say("Dry run: nothing was rented.");
    return false;
  }
  if (config === undefined || yes) return true;
  const machines = rentals.length === 1 ? "this machine" : `these ${rentals.length} machines`;
  const price = total(rentals.map(({ offer }) => offer?.price));
  const agreed = await confirm(`Rent ${machines}, for ${price} until terminated?`, interrupts);
  if (!agreed) screen.say("Nothing was rented.");
  return agreed;
}

function conclude(rentals: readonly Rental[], { signal, crashed }: Interrupts, screen: Screen): number {
  for (const { provider, failure } of rentals) {
    const wished = failure?.code === "cancelled" && signal.aborted;
    if (failure !== undefined && !wished) screen.complain(explain(provider.name, failure));
  }
  const open = stillOpen(rentals);
  if (open.length > 0) {
    screen.complain(`NOT PROVEN GONE, AND MAY BILL:\n  ${open.join("\n  ")}`);
    return 1;
  }
  if (signal.aborted) return crashed() ? 1 : 130;
  return rentals.some(({ failure }) => failure !== undefined) ? 1 : 0;
}
