import type { CloudName } from "@gpuport/emulator";
import { clouds, requestTimeoutMs } from "./clouds.ts";
import { createDice } from "./dice.ts";
import { type CloudFault, type FaultRow, faults, type Operation, type Plan } from "./matrix.ts";

/** One cell of the matrix, by name: the same names are the same run. */
export interface Cell {
  readonly cloud: CloudName;
  readonly fault: string;
  readonly operation: Operation;
  readonly seed: number;
}

/** What happens in one cell, the same with the protocol and without it. */
export interface Story {
  readonly row: FaultRow;
  readonly plan: Plan;
  /** The process is killed at so many steps; see `Fate`. */
  readonly crashAt: number | undefined;
  /** The one that takes over is killed as well. */
  readonly secondCrashAt: number | undefined;
  /** The caller of the launch leaves: when the create has left, or at the n-th wait. */
  readonly leaves: "sent" | number | undefined;
  /** How long the caller waits, in the emulator's time. */
  readonly patienceMs: number | undefined;
  /** The twin lives in a process of its own. */
  readonly apart: boolean;
  /** What is to become of a machine that shows up after its launch was given up. */
  readonly late: "adopt" | "terminate";
  /** What has gone wrong when the machine was launched that is terminated. */
  readonly atLaunch: CloudFault | undefined;
  /** How old the machine is that is terminated. */
  readonly ageMs: number;
  /** It is terminated by a process that has not launched it. */
  readonly byStranger: boolean;
  /** A process takes over while the faults are still there. */
  readonly recoversEarly: boolean;
  /** How long after the faults the next process starts. */
  readonly pauseMs: number;
  /** The caller asks again for what it has not got. */
  readonly asksAgain: boolean;
}

export function rowOf(id: string): FaultRow {
  const row = faults.find((known) => known.id === id);
  if (row === undefined) throw new RangeError(`no such fault: ${id}`);
  return row;
}

export function tell({ cloud, fault, operation, seed }: Cell): Story {
  const dice = createDice(cloud, fault, operation, seed);
  const row = rowOf(fault);
  const under = clouds[cloud];
  const plan = row.plan(operation, under, dice);
  const crashes = dice.chance(0.35);
  const leaves = plan.callerLeaves || dice.chance(0.1);
  return {
    row,
    plan,
    crashAt: crashes ? dice.integer(0, 16) : undefined,
    secondCrashAt: dice.chance(0.15) ? dice.integer(0, 10) : undefined,
    leaves: leaves ? (dice.chance(0.6) ? "sent" : dice.integer(0, 4)) : undefined,
    patienceMs: dice.chance(0.2) ? dice.integer(500, 20_000) : undefined,
    apart: dice.chance(0.5),
    late: dice.pick(["adopt", "adopt", "terminate"]),
    ageMs: dice.pick([0, 0, 3_000, 60_000]),
    byStranger: dice.chance(0.3),
    recoversEarly: dice.chance(0.5),
    pauseMs: dice.pick([0, 1_000, 60_000, 300_000]),
    asksAgain: dice.chance(0.5),
    atLaunch:
      row.onCreate !== undefined && operation === "terminate" && dice.chance(0.3)
        ? { ...row.onCreate(dice, under), endpoint: under.endpoints.create, times: 1 }
        : undefined,
  };
}

/** How long after it was sent a create may still rent, by what the cell declares about its cloud. */
export function windowOf({ cloud }: Cell, { plan }: Story): number {
  const { facts } = clouds[cloud];
  return requestTimeoutMs + (plan.facts.visibilityLagMs ?? facts.visibilityLagMs) + facts.lateCommitMs;
}
