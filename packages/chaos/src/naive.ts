import { memoryJournal } from "@gpuport/core";
import type { Emulator } from "@gpuport/emulator";
import ky, { HTTPError } from "ky";
import pRetry from "p-retry";
import { type Cell, tell, windowOf } from "./cell.ts";
import { requestTimeoutMs } from "./clouds.ts";
import {
  alive,
  findDoubles,
  findDoublesAmongReturned,
  findSecondCreates,
  isAlive,
  noFindings,
  type Verdict,
  verdictOf,
} from "./judge.ts";
import { type SentCreate, startProcess, type Victim } from "./process.ts";
import { type Call, raw } from "./raw.ts";
import { everythingLateMs } from "./run.ts";
import { arm } from "./script.ts";

// The protocol switched off. What most programs do: the create wrapped in p-retry, the id written down when it comes
// back, the first 2xx or 404 of a delete taken for its end, a job that failed or died delivered again.

/** How often a call is repeated, after pauses of 1, 2 and 4 s of the emulator's time. */
const retries = 3;
const jobName = "job1";
/** Nothing goes wrong while the machine comes up that is to be terminated. */
const setUpTimeoutMs = 10_000;

/** One cell without the protocol, judged by the same bill. */
export async function runWithout(emulator: Emulator, cell: Cell): Promise<Verdict> {
  const story = tell(cell);
  const { cloud } = cell;
  const findings = noFindings();
  const sent: SentCreate[] = [];
  /** What the program's database holds. */
  const known = new Set<string>();
  const gone: string[] = [];
  const { headers, create, remove } = raw[cloud];
  const started: Victim[] = [];
  const start = (fate = {}): Victim => {
    const victim = startProcess(emulator, cloud, memoryJournal(), sent, fate);
    started.push(victim);
    return victim;
  };

  async function send({ fetch }: Victim, { method, path, json }: Call, signal: AbortSignal): Promise<string> {
    const answer = await ky(emulator.urls[cloud] + path, {
      ...{ method, headers: headers(emulator), retry: 0, timeout: false, signal },
      ...(json === undefined ? {} : { json }),
      fetch: fetch as typeof globalThis.fetch, // ky always calls it with a Request
    });
    return answer.text();
  }

  function askVia(victim: Victim, leaving?: AbortSignal, timeoutMs = requestTimeoutMs) {
    return async (call: Call): Promise<unknown> => {
      const signals = [AbortSignal.timeout(timeoutMs), ...(leaving === undefined ? [] : [leaving])];
      return JSON.parse(await send(victim, call, AbortSignal.any(signals))) as unknown;
    };
  }

  function retried<Result>(
    { clock }: Victim,
    work: () => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return pRetry(work, {
      ...{ retries, minTimeout: 0 },
      ...(signal === undefined ? {} : { signal }),
      onFailedAttempt: ({ attemptNumber }) => clock.sleep(1000 * 2 ** (attemptNumber - 1)),
    });
  }

  /** Whether it came to anything; what went wrong is the caller's to log. */
  async function survives(victim: Victim, work: Promise<unknown>): Promise<boolean> {
    const told = work.then(
      () => true,
      () => false,
    );
    const outcome = await Promise.race([told, victim.died]);
    if (outcome === "died") await victim.end();
    return outcome === true;
  }

  async function launch(victim: Victim, signal?: AbortSignal): Promise<void> {
    if (known.size > 0) return;
    known.add(await retried(victim, () => create(askVia(victim, signal), jobName), signal));
  }

  async function terminate(victim: Victim, id: string): Promise<void> {
    await retried(victim, async () => {
      try {
        await send(victim, remove(id), AbortSignal.timeout(requestTimeoutMs));
      } catch (error) {
        if (!(error instanceof HTTPError) || error.response.status !== 404) throw error;
      }
    });
    known.delete(id);
    gone.push(id);
  }

  const leaving = new AbortController();
  const begin = () => arm(emulator, cell, story, () => leaving.abort());
  let script: ReturnType<typeof begin>;
  let target: string | undefined;
  let done: boolean;
  if (cell.operation === "terminate") {
    const patient = askVia(start(), undefined, setUpTimeoutMs);
    known.add(await create(patient, jobName));
    [target] = known;
    emulator.clock.advance(story.ageMs);
    script = begin();
    const victim = start(script.fate);
    done = await survives(victim, terminate(victim, target ?? ""));
  } else {
    script = begin();
    const first = start(script.fate);
    const second = story.apart ? start() : first;
    const launches = [survives(first, launch(first, leaving.signal))];
    if (cell.operation === "twin") launches.push(survives(second, launch(second)));
    done = (await Promise.all(launches)).includes(true);
  }

  findings.struck = script.hasStruck();
  await emulator.faults.clear();
  emulator.clock.advance(story.pauseMs);
  if (story.asksAgain && !done) {
    const next = start();
    await survives(next, target === undefined ? launch(next) : terminate(next, target));
  }
  emulator.clock.advance(everythingLateMs);
  for (const victim of started) await victim.end();

  for (const id of gone) {
    // Judged when everything has had time to happen: nobody who trusts an answer looks at that very moment.
    if (!story.row.comesBack && isAlive(emulator, cloud, id)) findings.lists.falseProofs.push(`${id} exists`);
  }
  for (const { id } of alive(emulator, cloud)) {
    if (!known.has(id) && (story.row.comesBack || !gone.includes(id)))
      findings.lists.orphans.push(`${id} exists`);
  }
  if (story.row.comesBack) findDoublesAmongReturned(emulator, cloud, sent, findings);
  else findDoubles(emulator, cloud, findings);
  findSecondCreates(emulator, cloud, sent, windowOf(cell, story), findings);
  return verdictOf(findings);
}
