import { type Spread, seeded, shuffled, spreadOf } from "./stats.ts";

// Two programs measured one after the other differ by what else the machine did meanwhile. So every round runs every
// subject once, in an order of its own, and only ratios inside a round are compared.

/** Something that is measured against others. */
export interface Subject {
  readonly name: string;
  /** The work of one round, and what it took. */
  readonly run: () => Promise<Sample>;
}

export interface Sample {
  /** Of the subject's process, user and system. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** The most memory that the process has held so far. */
  readonly peakMiB: number;
}

export type Figure = keyof Sample;

/** One round: what each subject took, by its name. */
export type Round = Readonly<Record<string, Sample>>;

export interface Plan {
  readonly rounds: number;
  readonly warmUps: number;
}

export async function measurePaired(subjects: readonly Subject[], plan: Plan): Promise<readonly Round[]> {
  const random = seeded(1);
  for (let warmUp = 0; warmUp < plan.warmUps; warmUp += 1) {
    for (const { run } of shuffled(subjects, random)) await run();
  }
  const rounds: Round[] = [];
  while (rounds.length < plan.rounds) {
    const round: Record<string, Sample> = {};
    for (const { name, run } of shuffled(subjects, random)) round[name] = await run();
    rounds.push(round);
  }
  return rounds;
}

/** What some work of this process takes. */
export async function measured(work: () => Promise<unknown>): Promise<Sample> {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  await work();
  const wallMs = performance.now() - wallBefore;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuMs: (user + system) / 1000, wallMs, peakMiB: process.resourceUsage().maxRSS / 1024 };
}

/** How a subject compares with another, round by round. */
export function ratioOf(rounds: readonly Round[], subject: string, base: string, figure: Figure): Spread {
  return spreadOf(rounds.map((round) => sampleOf(round, subject)[figure] / sampleOf(round, base)[figure]));
}

/** What one subject took, round by round. */
export function absoluteOf(rounds: readonly Round[], subject: string, figure: Figure): Spread {
  return spreadOf(rounds.map((round) => sampleOf(round, subject)[figure]));
}

function sampleOf(round: Round, name: string): Sample {
  const sample = round[name];
  if (sample === undefined) throw new Error(`${name} has not been measured`);
  return sample;
}

/** Makes so many calls, so many at once. */
export async function repeat(
  calls: number,
  atOnce: number,
  call: (number: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < calls) {
      next += 1;
      await call(next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
