import type { Journal } from "@gpuport/core";
import type { CloudName, Emulator, MachineRecord } from "@gpuport/emulator";
import { clouds } from "./clouds.ts";
import type { SentCreate } from "./process.ts";

/** What one cell did wrong. Every list holds a sentence per wrong. */
export interface Verdict {
  /** Two machines of one launch at the same time. */
  readonly doubles: readonly string[];
  /** A create that went out while what an earlier one did was not known. */
  readonly secondCreates: readonly string[];
  /** Machines that exist after recovery, and that nobody knows to be theirs. */
  readonly orphans: readonly string[];
  /** "It has ended", of a machine that exists. */
  readonly falseProofs: readonly string[];
  /** "There is none", of a launch that has a machine; or an id that no machine ever had. */
  readonly falseAnswers: readonly string[];
  /** Launches and terminations that recovery has not brought to an end although nothing was wrong any more. */
  readonly leftOpen: readonly string[];
  /** Errors that are not the library's own words for what happened. */
  readonly broken: readonly string[];
  /** Machines that `recover` did not know of and `reap` ended or adopted. */
  readonly reaped: number;
  /** Whether the fault met a call at all. */
  readonly struck: boolean;
}

export type Wrong = Exclude<keyof Verdict, "reaped" | "struck">;

export const wrongs: readonly Wrong[] = [
  ...(["doubles", "secondCreates", "orphans", "falseProofs", "falseAnswers", "leftOpen", "broken"] as const),
];

/** A verdict in the making. */
export interface Findings {
  readonly lists: Readonly<Record<Wrong, string[]>>;
  reaped: number;
  struck: boolean;
}

export function noFindings(): Findings {
  const lists: Record<Wrong, string[]> = {
    ...{
      doubles: [],
      secondCreates: [],
      orphans: [],
      falseProofs: [],
      falseAnswers: [],
      leftOpen: [],
      broken: [],
    },
  };
  return { lists, reaped: 0, struck: false };
}

export function verdictOf({ lists, reaped, struck }: Findings): Verdict {
  return { ...lists, reaped, struck };
}

/** The machines of a cloud that exist now, by the emulator's account. */
export function alive(emulator: Emulator, cloud: CloudName): readonly MachineRecord[] {
  return machinesOf(emulator, cloud).filter(({ terminatedAt }) => terminatedAt === undefined);
}

export function machinesOf(emulator: Emulator, cloud: CloudName): readonly MachineRecord[] {
  return emulator.machines().filter((machine) => machine.cloud === cloud);
}

export function isAlive(emulator: Emulator, cloud: CloudName, id: string): boolean {
  return (
    alive(emulator, cloud).some((machine) => machine.id === id) ||
    emulator.bill().some((row) => row.cloud === cloud && row.id === id)
  );
}

/** Machines of one launch that existed at the same time. Each cell has one launch. */
export function findDoubles(emulator: Emulator, cloud: CloudName, findings: Findings): void {
  const machines = machinesOf(emulator, cloud);
  machines.forEach((one, index) => {
    for (const other of machines.slice(index + 1)) {
      const ends = Math.min(
        one.terminatedAt ?? Number.POSITIVE_INFINITY,
        other.terminatedAt ?? Number.POSITIVE_INFINITY,
      );
      if (Math.max(one.createdAt, other.createdAt) < ends) {
        findings.lists.doubles.push(`${one.id} and ${other.id} at once`);
      }
    }
  });
}

/** The same where machines come back from the dead: a create that made a machine beside one that existed. */
export function findDoublesAmongReturned(
  emulator: Emulator,
  cloud: CloudName,
  sent: readonly SentCreate[],
  findings: Findings,
): void {
  const created = machinesOf(emulator, cloud).map(({ identity }) => identity);
  for (const { token, besides } of sent) {
    if (
      besides.length > 0 &&
      token !== undefined &&
      created.filter((identity) => isOf(identity, token)).length > 1
    ) {
      findings.lists.doubles.push(`a create beside ${besides.join(", ")}`);
    }
  }
}

const isOf = (identity: string | null, token: string): boolean => identity?.endsWith(token) ?? false;

/** Answers of the wire after which nobody can know what a create did. */
const unclear: readonly (string | undefined)[] = ["reset", "hang", "html", "malformed", "truncate", "answer"];

/** Creates that went out before the quiet window of an unclear one was over, and could rent a second machine. */
export function findSecondCreates(
  emulator: Emulator,
  cloud: CloudName,
  sent: readonly SentCreate[],
  windowMs: number,
  findings: Findings,
): void {
  const machines = machinesOf(emulator, cloud);
  sent.forEach((first, index) => {
    if (!unclear.includes(first.arrived?.fault)) return;
    for (const later of sent.slice(index + 1)) {
      const { token } = first;
      if (later.arrived === undefined) continue;
      // A machine of this very create is the answer; without a token, nobody can say whose it is.
      const known = machines.some(
        ({ identity, createdAt }) => token !== undefined && isOf(identity, token) && createdAt <= later.at,
      );
      const harmless =
        token !== undefined && clouds[cloud].facts.launchIdentity !== "label" && later.token === token;
      if (known || harmless || later.at >= first.at + windowMs) continue;
      findings.lists.secondCreates.push(`a create ${later.at - first.at} ms after one that may have rented`);
    }
  });
}

/** Machines that exist and that the journal does not hold as ours. */
export async function findOrphans(
  emulator: Emulator,
  cloud: CloudName,
  journal: Journal,
): Promise<{ readonly orphans: readonly string[]; readonly leftOpen: readonly string[] }> {
  const orphans: string[] = [];
  const leftOpen: string[] = [];
  for (const { id, identity } of alive(emulator, cloud)) {
    const record = await journal.byInstance(cloud, id);
    if (record?.instanceId === id && record.state === "created") continue;
    const state = record?.instanceId === id ? record.state : "unknown";
    (state === "ending" ? leftOpen : orphans).push(
      `${id} (${identity}) exists, and the journal holds it as ${state}`,
    );
  }
  for await (const { key, state } of journal.list({ provider: cloud, states: ["open", "ending"] })) {
    leftOpen.push(`${key} is still ${state}`);
  }
  return { orphans, leftOpen };
}
