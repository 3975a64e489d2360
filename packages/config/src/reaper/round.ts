import {
  type BillingMachine,
  ComputeError,
  type ComputeProvider,
  type Finding,
  isComputeError,
  type Journal,
  type LaunchRecord,
  type Rate,
  type Recovery,
  reap,
  recover,
  whatBills,
} from "@gpuport/core";

/** A machine that bills, a launch that was followed up, or why a provider could not be looked at. */
export interface Row {
  readonly provider: string;
  readonly id?: string | undefined;
  /** The key of the launch, where one is known. */
  readonly key?: string | undefined;
  readonly name?: string | undefined;
  readonly since?: Date | undefined;
  readonly rate?: Rate | undefined;
  /** What it costs now; `undefined` for what costs nothing any more, or is not known to exist. */
  readonly billing?: BillingMachine["billing"] | undefined;
  /**
   * Those of a finding, and
   * - `ours`: launched through this journal, and as it should be;
   * - `foreign`: somebody else's, and not touched;
   * - `open_launch`: the journal does not know what became of it;
   * - `failed`: the provider or the journal could not be read.
   */
  readonly kind: Finding["kind"] | "ours" | "foreign" | "open_launch" | "failed";
  /** `recover`: find out what became of the launch; `close`: note that it never made a machine. */
  readonly action: Finding["action"] | "recover" | "close";
  readonly done: boolean;
  readonly error?: ComputeError | undefined;
}

export interface RoundOptions {
  /** Acts, instead of only saying what it would do. */
  readonly yes: boolean;
  readonly graceMs?: number | undefined;
}

/**
 * One look at everything: follows up open launches, ends what is forgotten, and lists what bills then. It cannot be
 * aborted: a machine of an open launch must not be taken for one that nobody waits for.
 */
export async function runRound(
  providers: Iterable<ComputeProvider>,
  journal: Journal,
  options: RoundOptions,
): Promise<readonly Row[]> {
  const all = await Promise.all(Array.from(providers, (provider) => roundOf(provider, journal, options)));
  return all.flat();
}

/** Whether something is left that should not be. */
export function isLeft({ action, done, error }: Row): boolean {
  return error !== undefined || (action !== "none" && !done);
}

async function roundOf(provider: ComputeProvider, journal: Journal, options: RoundOptions): Promise<Row[]> {
  const failures = new Map<string, Row>();
  /** What fails does not keep the rest from being done; every reason is told once. */
  async function unlessFailed<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (thrown) {
      const error = toComputeError(thrown);
      failures.set(`${error.code} ${error.message}`, failureOf(provider.name, error));
      return undefined;
    }
  }

  const before = (await unlessFailed(() => pendingLaunches(provider, journal))) ?? [];
  const recoveries = options.yes ? await unlessFailed(() => recover([provider])) : undefined;
  const report = await unlessFailed(() =>
    reap([provider], journal, { dryRun: !options.yes, graceMs: options.graceMs }),
  );
  for (const { error } of report?.failed ?? []) await unlessFailed(() => Promise.reject(error));
  // What reap has followed up a second time is not open any more.
  const after = (await unlessFailed(() => pendingLaunches(provider, journal))) ?? before;
  const bills = (await unlessFailed(() => whatBills([provider]))) ?? [];

  const launches = recoveries === undefined ? before.map(toRow) : recoveredRows(recoveries, before, after);
  return [...merged(launches, report?.findings ?? [], bills), ...failures.values()];
}

async function pendingLaunches(provider: ComputeProvider, journal: Journal): Promise<LaunchRecord[]> {
  const records: LaunchRecord[] = [];
  for await (const record of journal.list({ provider: provider.name, states: ["open", "ending"] })) {
    records.push(record);
  }
  return records;
}

/** A launch that nothing was done about. */
function toRow({ provider, key, instanceId: id, state, rate }: LaunchRecord): Row {
  const about = { provider, id, key, rate, done: false } as const;
  if (state === "ending") return { ...about, kind: "unfinished", action: "terminate" };
  return { ...about, kind: "open_launch", action: "recover" };
}

const actions = { adopted: "adopt", terminated: "terminate", never_created: "close" } as const;

function recoveredRows(
  recoveries: readonly Recovery[],
  before: readonly LaunchRecord[],
  after: readonly LaunchRecord[],
): Row[] {
  const wereEnding = new Set(before.filter(({ state }) => state === "ending").map(({ key }) => key));
  const arePending = new Set(after.map(({ key }) => key));
  return recoveries.flatMap(({ provider, key, outcome, instanceId: id, error }): Row[] => {
    const kind = wereEnding.has(key) ? "unfinished" : "open_launch";
    const about = { provider, id, key, kind } as const;
    if (outcome !== "open") return [{ ...about, action: actions[outcome], done: true }];
    if (!arePending.has(key)) return [];
    return [{ ...about, action: kind === "unfinished" ? "terminate" : "recover", done: false, error }];
  });
}

/** One row for each machine: what was found last wins, and what bills says how much. */
function merged(
  launches: readonly Row[],
  findings: readonly Finding[],
  bills: readonly BillingMachine[],
): Row[] {
  const machines = new Map<string, Row>();
  const withoutMachine: Row[] = [];
  for (const row of launches) {
    if (row.id === undefined) withoutMachine.push(row);
    else machines.set(row.id, row);
  }
  for (const { instanceId: id, ...finding } of findings) {
    machines.set(id, { ...finding, id, key: machines.get(id)?.key });
  }
  for (const { provider, id, key, name, since, rate, billing } of bills) {
    const kind = key === undefined ? "foreign" : "ours";
    const known: Row = machines.get(id) ?? { provider, kind, action: "none", done: false };
    machines.set(id, { ...known, id, key: known.key ?? key, name, since, rate, billing });
  }
  return [...machines.values(), ...withoutMachine];
}

function failureOf(provider: string, error: ComputeError): Row {
  return { provider, kind: "failed", action: "none", done: false, error };
}

function toComputeError(thrown: unknown): ComputeError {
  if (isComputeError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ComputeError({ code: "unknown", message, cause: thrown });
}
