import { ComputeError, type ComputeProvider, type LeaseWish } from "@gpuport/core";
import { type Bench, type BenchMaker, benchMakerOf, type Subject } from "./bench.ts";
import type { Case } from "./case.ts";
import { cases as allCases } from "./cases/index.ts";
import { claim } from "./claims.ts";
import { openContext, type RunMeans } from "./context.ts";
import { type Landmarks, learnLandmarks } from "./landmarks.ts";
import { NotApplicable, Unverified } from "./outcome.ts";
import type { Recorder } from "./recorder.ts";
import { type RecordedExchange, type Recording, replay } from "./recording.ts";
import { type CaseResult, type ConformanceReport, countOutcomes, type Tier, toFailure } from "./report.ts";
import { createSpending } from "./spending.ts";
import { type Stage, setStage } from "./stage.ts";

export interface RunOptions {
  /** Only these cases, by name, or those whose name or topic matches. */
  readonly only?: readonly string[] | RegExp | undefined;
  /** `offline` when left out. */
  readonly tier?: Tier | undefined;
  /** For the tier `recorded`: what {@link recordConformance} has kept. */
  readonly recording?: Recording | undefined;
  /** For the tier `live`: the most that the whole run may cost, in micro-units of the cloud's currency. */
  readonly spendingLimitMicros?: number | undefined;
  /** For the tier `live`: how long each machine may live if this process does not end it. */
  readonly lease?: LeaseWish | undefined;
  /** How long one case may take, in real time; 10 s when left out, 30 minutes live. */
  readonly patienceMs?: number | undefined;
  /** Keeps what goes over the wire, case by case; see {@link recordConformance}. */
  readonly recorder?: Recorder | undefined;
  /** Held against these cases instead of the kit's own. */
  readonly cases?: readonly Case[] | undefined;
  /** Told of every result as soon as it is there. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

/** Everything that is decided before the first case runs. */
export interface Runner {
  readonly cases: readonly Case[];
  readonly run: (testCase: Case) => Promise<CaseResult>;
  /** The provider that the last case ran on. */
  readonly subject: () => Pick<ComputeProvider, "name" | "adapter"> | undefined;
  readonly tier: Tier;
}

/** @throws `invalid_argument` when a tier is given without what it needs. */
export function prepareRun(subject: Subject, options: RunOptions = {}): Runner {
  const { tier = "offline", patienceMs = tier === "live" ? 30 * 60_000 : 10_000 } = options;
  checkTier(options);
  const openBench = benchMakerOf(subject);
  let learnt: Promise<Landmarks> | undefined;
  let known: ComputeProvider | undefined;
  const spending =
    options.spendingLimitMicros !== undefined && options.lease !== undefined
      ? createSpending(options.spendingLimitMicros, options.lease)
      : undefined;
  const means: RunMeans = {
    ...{ spending },
    landmarks: () => {
      learnt ??= onBench(openBench, (bench) => learnLandmarks(setStage(bench)));
      return learnt;
    },
  };

  async function run(testCase: Case): Promise<CaseResult> {
    const startedAt = performance.now();
    const { name, topic } = testCase;
    const verdict = await judge(() => decide(testCase));
    const result = {
      name,
      topic,
      ...verdict,
      durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
    };
    options.onResult?.(result);
    return result;
  }

  async function decide(testCase: Case): Promise<void> {
    if (!testCase.tiers.includes(tier)) {
      throw new Unverified(`it needs what only the tier ${testCase.tiers.join(" or ")} has`);
    }
    // What a provider has does not change from bench to bench.
    const lacks = known && testCase.lacks(known);
    if (lacks !== undefined) throw new NotApplicable(lacks);
    await onBench(openBench, async (bench) => {
      const exchanges = options.recording?.cases[testCase.name] ?? [];
      const stage = stageFor(bench, exchanges);
      known = stage.provider;
      options.recorder?.begin(testCase.name);
      const missing = testCase.lacks(stage.provider);
      if (missing !== undefined) throw new NotApplicable(missing);
      if (tier === "recorded" && exchanges.length === 0) throw new Unverified("it was not recorded");
      await within(patienceMs, () => held(testCase, stage, means, tier));
    });
  }

  function stageFor(bench: Bench, exchanges: readonly RecordedExchange[]): Stage {
    if (tier === "recorded") return setStage({ ...bench, machines: undefined, fetch: replay(exchanges) });
    const { recorder } = options;
    return setStage(recorder === undefined ? bench : { ...bench, fetch: recorder.fetchFor(bench) }, spending);
  }

  return { cases: chosen(options), run, subject: () => known, tier };
}

/** Runs the cases one after the other, and tells what came out. */
export async function runConformance(subject: Subject, options: RunOptions = {}): Promise<ConformanceReport> {
  const runner = prepareRun(subject, options);
  const startedAt = new Date();
  const from = performance.now();
  const results: CaseResult[] = [];
  for (const testCase of runner.cases) results.push(await runner.run(testCase));
  return {
    provider: runner.subject()?.name ?? "",
    adapter: runner.subject()?.adapter ?? "",
    tier: runner.tier,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - from),
    counts: countOutcomes(results),
    results,
  };
}

function chosen({ only, cases = allCases }: RunOptions): readonly Case[] {
  if (only === undefined) return cases;
  if (only instanceof RegExp) return cases.filter(({ name, topic }) => only.test(name) || only.test(topic));
  const unknown = only.find((name) => cases.every((testCase) => testCase.name !== name));
  if (unknown !== undefined) refuse("only", `there is no case "${unknown}"`);
  return cases.filter(({ name }) => only.includes(name));
}

function checkTier({ tier, recording, spendingLimitMicros, lease }: RunOptions): void {
  if (tier === "recorded" && recording === undefined) refuse("recording", "the tier recorded replays one");
  if (tier !== "live") return;
  if (spendingLimitMicros === undefined || !(spendingLimitMicros > 0)) {
    refuse("spendingLimitMicros", "the tier live rents machines: say how much they may cost");
  }
  if (lease === undefined)
    refuse("lease", "the tier live rents machines: say how long one may outlive this process");
}

function refuse(field: string, message: string): never {
  throw new ComputeError({ code: "invalid_argument", field, message: `${field}: ${message}` });
}

async function onBench<Result>(open: BenchMaker, work: (bench: Bench) => Promise<Result>): Promise<Result> {
  const bench = await open();
  try {
    return await work(bench);
  } finally {
    await bench.close?.();
  }
}

/** Runs a case, gives back what it rented, and holds the cloud's account against what it was before. */
async function held(testCase: Case, stage: Stage, means: RunMeans, tier: Tier): Promise<void> {
  const { machines } = stage.bench;
  const before = (await machines?.()) ?? 0;
  const { context, giveBack, rented } = openContext(stage, means);
  const outcome = await settledWhole(() => testCase.run(context));
  // A server that is closed with its case takes its machines along; there, only those that nobody knows of count.
  const isOver = tier === "recorded" || (tier === "offline" && stage.bench.close !== undefined);
  const returned = isOver ? undefined : await settledWhole(giveBack);
  if (outcome !== undefined) throw outcome.thrown;
  if (returned !== undefined) throw returned.thrown;
  const left = ((await machines?.()) ?? 0) - before - (isOver ? rented() : 0);
  claim(left <= 0, `${left} machines are left over, and nobody knows of them: they would bill for ever`);
}

async function settledWhole(work: () => Promise<void>): Promise<{ readonly thrown: unknown } | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

async function judge(work: () => Promise<void>): Promise<Pick<CaseResult, "outcome" | "reason" | "error">> {
  try {
    await work();
    return { outcome: "pass" };
  } catch (error) {
    if (error instanceof NotApplicable) return { outcome: "not_applicable", reason: error.message };
    if (error instanceof Unverified) return { outcome: "unverified", reason: error.message };
    return { outcome: "fail", error: toFailure(error) };
  }
}

async function within(ms: number, work: () => Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new Error(`it did not come to an end within ${ms / 1000} s: a call hangs, or looks for ever`),
      ),
    ms,
  );
  try {
    await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
