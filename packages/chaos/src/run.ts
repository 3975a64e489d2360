import { type ComputeProvider, memoryJournal, reap, recover } from "@gpuport/core";
import type { Emulator, Fault } from "@gpuport/emulator";
import { type Cell, tell, windowOf } from "./cell.ts";
import { clouds } from "./clouds.ts";
import {
  findDoubles,
  findDoublesAmongReturned,
  findOrphans,
  findSecondCreates,
  noFindings,
  type Verdict,
  verdictOf,
} from "./judge.ts";
import { type Fate, type SentCreate, startProcess, type Victim } from "./process.ts";
import { arm } from "./script.ts";
import { createWitness } from "./witness.ts";

/** After this much time, nothing that was put off is still to come. */
export const everythingLateMs = 600_000;
const key = "the-launch";

/** A process, and the provider that it has opened. */
interface Running {
  readonly victim: Victim;
  readonly provider: ComputeProvider;
}

/** One cell with the protocol. The emulator has nothing left of the one before. */
export async function runWithProtocol(emulator: Emulator, cell: Cell): Promise<Verdict> {
  const story = tell(cell);
  const { cloud } = cell;
  const { facts } = story.plan;
  const under = clouds[cloud];
  const journal = memoryJournal();
  const sent: SentCreate[] = [];
  const findings = noFindings();
  const witness = createWitness(emulator, cloud, findings);
  const victims: Victim[] = [];

  function open(fate: Fate = {}): Running {
    const victim = startProcess(emulator, cloud, journal, sent, fate);
    victims.push(victim);
    return { victim, provider: under.open({ emulator, ...victim, facts }) };
  }

  /** What a call came to; nothing if it failed, or if its process was killed. */
  async function claimed<Result>({ victim }: Running, work: Promise<Result>): Promise<Result | undefined> {
    const told = work.catch((error: unknown) => {
      witness.failed(error);
      return undefined;
    });
    const outcome = await Promise.race([told, victim.died]);
    if (outcome !== "died") return outcome;
    await victim.end();
    return undefined;
  }

  async function launch(running: Running, signal?: AbortSignal, timeoutMs?: number): Promise<boolean> {
    const options = { signal, timeoutMs, late: story.late };
    const work = running.provider.launch({ ...under.request, key }, options);
    const launched = await claimed(running, work);
    if (launched !== undefined) witness.launched(launched.id);
    return launched !== undefined;
  }

  /** The machine that is to be terminated. Where its launch comes to nothing, there is another one. */
  async function existing(owner: Running): Promise<string> {
    const hidden = story.plan.faults.filter(
      ({ fault, ...more }) => "flag" in more && more.flag === "visibleAfterMs",
    );
    for (const fault of [...hidden, ...(story.atLaunch === undefined ? [] : [story.atLaunch])]) {
      emulator.faults.add({ ...fault, cloud } as Fault); // a CloudFault and its cloud
    }
    const request = { ...under.request, key };
    const launched = await claimed(owner, owner.provider.launch(request));
    await emulator.faults.clear();
    return (launched ?? (await owner.provider.launch(request))).id;
  }

  async function terminate(running: Running, id: string, timeoutMs?: number): Promise<boolean> {
    const termination = await claimed(running, running.provider.terminate(id, { timeoutMs }));
    if (termination !== undefined) witness.gone(id);
    return termination !== undefined;
  }

  async function recoverWith(running: Running): Promise<void> {
    const recoveries = await claimed(running, recover([running.provider]));
    for (const { outcome, instanceId, error } of recoveries ?? []) {
      if (outcome === "terminated" && instanceId !== undefined) witness.gone(instanceId);
      if (outcome === "adopted" && instanceId !== undefined) witness.launched(instanceId);
      if (outcome === "never_created") witness.none("recover");
      if (error?.code === "unknown") witness.failed(error);
    }
  }

  async function reapWith(running: Running): Promise<void> {
    const work = reap([running.provider], journal, { graceMs: 0, clockSkewMs: 0 });
    const report = await claimed(running, work);
    const errors = [...(report?.failed ?? []), ...(report?.findings ?? [])].map(({ error }) => error);
    for (const error of errors) if (error !== undefined) findings.lists.broken.push(`reap: ${error.message}`);
  }

  // 1. What the caller wants, under the faults.
  const leaving = new AbortController();
  const begin = () => arm(emulator, cell, story, () => leaving.abort());
  let script: ReturnType<typeof begin>;
  let target: string | undefined;
  let done: boolean;
  if (cell.operation === "terminate") {
    const owner = open();
    target = await existing(owner);
    emulator.clock.advance(story.ageMs);
    script = begin();
    const byOwner = !story.byStranger && story.crashAt === undefined && story.plan.closedAt === undefined;
    done = await terminate(byOwner ? owner : open(script.fate), target, story.patienceMs);
  } else {
    script = begin();
    const first = open(script.fate);
    const launches = [launch(first, leaving.signal, story.patienceMs)];
    if (cell.operation === "twin") launches.push(launch(story.apart ? open() : first));
    done = (await Promise.all(launches)).includes(true);
  }

  // 2. Another process takes over, perhaps while the faults are still there, and perhaps to be killed as well.
  if (story.recoversEarly) await recoverWith(open({ crashAt: story.secondCrashAt }));
  findings.struck = script.hasStruck();
  await emulator.faults.clear();
  emulator.clock.advance(story.pauseMs);
  const next = open();
  await recoverWith(next);
  if (story.asksAgain && !done) {
    if (target !== undefined) await terminate(next, target);
    else await launch(next);
  }

  // 3. Everything that was put off has happened, and a last process looks after what is open.
  emulator.clock.advance(everythingLateMs);
  await recoverWith(open());
  const early = await findOrphans(emulator, cloud, journal);
  await reapWith(open());
  const late = await findOrphans(emulator, cloud, journal);
  for (const victim of victims) await victim.end();

  findings.reaped = early.orphans.length - late.orphans.length;
  findings.lists.orphans.push(...(story.row.comesBack ? late : early).orphans);
  findings.lists.leftOpen.push(...early.leftOpen);
  if (story.row.comesBack) findDoublesAmongReturned(emulator, cloud, sent, findings);
  else findDoubles(emulator, cloud, findings);
  findSecondCreates(emulator, cloud, sent, windowOf(cell, story), findings);
  return verdictOf(findings);
}
