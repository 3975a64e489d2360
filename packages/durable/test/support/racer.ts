// Does one thing under several keys at once, when it is told to, and says what came of each.
import { once } from "node:events";
import { isComputeError, recover, systemClock } from "@gpuport/core";
import { openCloud, requests } from "./clouds.ts";
import { openJournal } from "./journals.ts";
import type { Outcome } from "./order.ts";
import type { Race } from "./race.ts";

async function outcomeOf(work: () => Promise<{ readonly id?: string | undefined }>): Promise<Outcome> {
  try {
    return { id: (await work()).id };
  } catch (error) {
    if (!isComputeError(error)) throw error;
    return { code: error.code, message: error.message, effect: error.effect };
  }
}

async function run({ cloud, emulator, journal: place, budgets, ...race }: Race): Promise<void> {
  const journal = await openJournal(place, systemClock);
  const provider = await openCloud(cloud, emulator, { journal, budgets });
  process.send?.("ready");
  await once(process, "message");
  const outcomes =
    race.do === "recover"
      ? (await recover([provider])).map(({ instanceId: id, error }) =>
          error === undefined ? { id } : { code: error.code, message: error.message },
        )
      : await Promise.all(
          race.keys.map((key) => outcomeOf(() => provider.launch({ ...requests[cloud], key }))),
        );
  await journal.close();
  process.send?.(outcomes, () => process.disconnect());
}

const [race]: unknown[] = await once(process, "message");
await run(race as Race); // from the tests, which say so
