import { vast } from "@gpuport/vast";
import { vastMachine } from "../lib/rows.ts";
import { seeded } from "../lib/stats.ts";
import { inVirtualTime } from "../lib/virtual-time.ts";
import { limiter } from "../peers/limiters.ts";
import { type GateResult, gated } from "./gated.ts";

// Run in a process of its own: 32 callers do 400 reads of an endpoint that takes one in two seconds.

const intervalMs = 2_000;
const jobs = 400;
const callers = 32;
/** By then, whoever learns has learnt. */
const warmUpJobs = 100;
/** Who has not ended by then has given up. */
const horizonMs = 6 * 3_600_000;

const [strategy = "", rearms, seed] = process.argv.slice(2);

/** The endpoint: an answer takes 80 ms, now and then longer. A refused call may count as one. */
function endpoint(random: () => number) {
  let lastAt = Number.NEGATIVE_INFINITY;
  const counts = { accepted: 0, refused: 0 };
  const row = JSON.stringify({ instances: vastMachine(1) });
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const way = (): number => 30 + random() * 20 + (random() < 0.05 ? random() * 150 : 0);
  async function fetch(): Promise<Response> {
    await sleep(way());
    const accepted = Date.now() - lastAt >= intervalMs;
    if (accepted || rearms === "rearms") lastAt = Date.now();
    counts[accepted ? "accepted" : "refused"] += 1;
    await sleep(way());
    return new Response(accepted ? row : "too many requests", { status: accepted ? 200 : 429 });
  }
  return { counts, fetch };
}

async function jobOf(fetch: () => Promise<Response>): Promise<() => Promise<unknown>> {
  const options = { apiKey: "key", fetch };
  const patient = { timeoutMs: horizonMs };
  if (strategy === gated.known) {
    const provider = vast(options);
    return () => provider.describe("1", patient);
  }
  if (strategy === gated.hidden) {
    const provider = vast({ ...options, endpoints: { "instance.get": { limit: null } } });
    return () => provider.describe("1", patient);
  }
  const hold = await limiter(strategy, fetch);
  return () =>
    hold(async () => {
      const response = await fetch();
      if (!response.ok) throw new Error(String(response.status));
    });
}

async function main(): Promise<GateResult> {
  const random = seeded(Number(seed));
  Math.random = random;
  const { counts, fetch } = endpoint(random);
  const job = await jobOf(fetch);
  const startedAt = Date.now();
  let next = 0;
  let done = 0;
  let lastDoneAt = startedAt;
  let warm = { at: startedAt, refused: 0 };
  const caller = async (): Promise<void> => {
    while (next < jobs && Date.now() - startedAt < horizonMs) {
      next += 1;
      const isDone = await job().then(
        () => true,
        () => false, // given up: counted by what is not done
      );
      if (!isDone) continue;
      done += 1;
      lastDoneAt = Date.now();
      if (done === warmUpJobs) warm = { at: lastDoneAt, refused: counts.refused };
    }
  };
  const horizon = new Promise<void>((resolve) => setTimeout(resolve, horizonMs));
  await Promise.race([Promise.all(Array.from({ length: callers }, caller)), horizon]);
  return {
    done: done / jobs,
    refusedPerDone: counts.refused / Math.max(1, done),
    share: (done * intervalMs) / Math.max(intervalMs, lastDoneAt - startedAt),
    warm: {
      refusedPerDone: (counts.refused - warm.refused) / Math.max(1, done - warmUpJobs),
      share: ((done - warmUpJobs) * intervalMs) / Math.max(intervalMs, lastDoneAt - warm.at),
    },
  };
}

process.stdout.write(JSON.stringify(await inVirtualTime(main)), () => process.exit());
