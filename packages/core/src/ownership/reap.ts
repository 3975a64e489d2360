import { signed } from "../call.ts";
import type { CallOptions } from "../call-options.ts";
import { ComputeError } from "../errors.ts";
import type { Journal, LaunchRecord, Rate } from "../journal/journal.ts";
import { tokenOf } from "../protocol/token.ts";
import type { ComputeProvider } from "../provider.ts";
import { inBatches } from "./concurrency.ts";
import { internalsOf, type Surveyed } from "./internals.ts";
import { enforceLease } from "./lease.ts";
import { recoverLaunch } from "./recover.ts";

export interface ReapOptions extends CallOptions {
  /** Only says what would be done. */
  readonly dryRun?: boolean | undefined;
  /** How old a machine that no journal knows must be before it is ended; 15 minutes when left out. */
  readonly graceMs?: number | undefined;
  /** By how much the clocks of this process, of others and of the cloud may differ; 5 minutes when left out. */
  readonly clockSkewMs?: number | undefined;
  /** Ends orphans even when the journal holds nothing of their provider, which usually means that it is the wrong one. */
  readonly force?: boolean | undefined;
}

/** A machine that is ours and should not be as it is. */
export interface Finding {
  readonly provider: string;
  readonly instanceId: string;
  /**
   * - `orphan`: carries our mark, and no launch in the journal made it;
   * - `forgotten`: its launch was left open;
   * - `late`: showed up after its launch was given up;
   * - `returned`: was terminated with evidence, and is there again;
   * - `unfinished`: was asked to end, without evidence;
   * - `lease_expired`.
   */
  readonly kind: "orphan" | "forgotten" | "late" | "returned" | "unfinished" | "lease_expired";
  /** The launch that made it, where the journal knows one. */
  readonly key?: string | undefined;
  readonly name?: string | undefined;
  readonly since?: Date | undefined;
  readonly rate?: Rate | undefined;
  /** What was done about it, or would be. `none`: too young, or of unknown age; look again later. */
  readonly action: "terminate" | "stop" | "adopt" | "none";
  readonly done: boolean;
  readonly error?: ComputeError | undefined;
}

export interface ReapReport {
  readonly findings: readonly Finding[];
  /** Providers whose machines could not be listed completely; nothing of theirs was touched. */
  readonly failed: readonly { readonly provider: string; readonly error: ComputeError }[];
}

const concurrency = 4;

/**
 * Holds the machines that exist against the launches that a journal remembers, and ends what is ours and forgotten.
 *
 * It touches nothing on an incomplete list, nothing without our mark or a record, and nothing younger than the cloud's
 * lag and the grace. The cloud is listed first and the journal read after it, so that a launch of this very moment is
 * never taken for an orphan.
 */
export async function reap(
  providers: Iterable<ComputeProvider>,
  journal: Journal,
  options: ReapOptions = {},
): Promise<ReapReport> {
  const findings: Finding[] = [];
  const failed: { provider: string; error: ComputeError }[] = [];
  await Promise.all(
    Array.from(providers, async (provider) => {
      try {
        findings.push(...(await reapOne(provider, journal, options)));
      } catch (thrown) {
        const error = signed(thrown, {
          provider: provider.name,
          adapter: provider.adapter,
          operation: "reap",
        });
        failed.push({ provider: provider.name, error });
      }
    }),
  );
  return { findings, failed };
}

type Suspect = Omit<Finding, "done" | "error"> & { readonly record?: LaunchRecord | undefined };

async function reapOne(
  provider: ComputeProvider,
  journal: Journal,
  options: ReapOptions,
): Promise<Finding[]> {
  const { survey } = internalsOf(provider);
  const machines: Surveyed[] = [];
  for await (const machine of survey(options)) machines.push(machine);
  const byIdentity = new Map<string, LaunchRecord>();
  const byInstance = new Map<string, LaunchRecord>();
  for await (const record of journal.list({ provider: provider.name })) {
    for (const attempt of record.past ?? []) {
      const state = attempt.instanceId === undefined ? "refused" : "ended";
      const earlier: LaunchRecord = { ...record, ...attempt, state, late: "terminate", lease: undefined };
      byIdentity.set(attempt.identity, earlier);
      if (attempt.instanceId !== undefined) byInstance.set(attempt.instanceId, earlier);
    }
    byIdentity.set(record.identity, record);
    if (record.instanceId !== undefined) byInstance.set(record.instanceId, record);
  }

  const suspects = machines.flatMap((machine) => {
    if (machine.instance.status === "terminated") return [];
    const record = byInstance.get(machine.instance.id) ?? byIdentity.get(machine.identity ?? "");
    return suspectOf(provider, machine, record, options) ?? [];
  });
  const strangers = suspects.some(({ kind, action }) => kind === "orphan" && action !== "none");
  if (strangers && byIdentity.size === 0 && !options.dryRun && !options.force) {
    const message = `${provider.name}: the journal holds no launch of this provider, so it is probably the wrong one; nothing was touched`;
    throw new ComputeError({ code: "invalid_config", message });
  }
  return inBatches(suspects, concurrency, (suspect) => actOn(provider, suspect, options));
}

/** What is wrong with a machine, if anything is, and what is to be done about it. */
function suspectOf(
  provider: ComputeProvider,
  { instance, identity }: Surveyed,
  record: LaunchRecord | undefined,
  { graceMs = 15 * 60_000, clockSkewMs = 5 * 60_000 }: ReapOptions,
): Suspect | undefined {
  const { clock, facts, owner, windowMs } = internalsOf(provider);
  const { id, name, createdAt, price } = instance;
  const now = clock.now();
  const rate = price && { currency: price.currency, perHourMicros: price.perHourMicros };
  const about = {
    provider: provider.name,
    instanceId: id,
    key: record?.key,
    name,
    since: createdAt,
    rate,
    record,
  };

  if (record === undefined) {
    if (tokenOf(identity, owner) === undefined) return undefined; // a stranger's, or somebody's by hand
    const youngest = Math.max(graceMs, facts.visibilityLagMs) + clockSkewMs;
    const old = createdAt !== undefined && now - createdAt.getTime() > youngest;
    return { ...about, kind: "orphan", action: old ? "terminate" : "none" };
  }
  switch (record.state) {
    case "open":
      return { ...about, kind: "forgotten", action: now - record.sentAt > windowMs ? record.late : "none" };
    case "created": {
      const { lease } = record;
      if (lease === undefined || now < lease.expiresAt + clockSkewMs) return undefined;
      const stops = lease.onExpiry === "stop" && provider.power !== undefined;
      if (stops && (instance.status === "stopped" || instance.status === "stopping")) return undefined;
      return { ...about, kind: "lease_expired", action: stops ? "stop" : "terminate" };
    }
    case "ending":
      return { ...about, kind: "unfinished", action: "terminate" };
    case "refused":
      return { ...about, kind: "late", action: record.late };
    case "ended":
      return { ...about, kind: "returned", action: "terminate" };
  }
}

async function actOn(provider: ComputeProvider, suspect: Suspect, options: ReapOptions): Promise<Finding> {
  const { record, ...finding } = suspect;
  if (options.dryRun || finding.action === "none") return { ...finding, done: false };
  const { signal, timeoutMs, clockSkewMs } = options;
  const call = { signal, timeoutMs };
  try {
    if (finding.kind === "lease_expired") {
      await enforceLease(provider, finding.instanceId, { ...call, toleranceMs: clockSkewMs ?? 5 * 60_000 });
    } else if (finding.kind === "forgotten" && record !== undefined) {
      const { error } = await recoverLaunch(provider, record, call);
      if (error !== undefined) throw error;
    } else if (finding.action === "adopt" && record !== undefined) {
      await adoptLate(provider, record, finding.instanceId, call);
    } else {
      await provider.terminate(finding.instanceId, call);
    }
    return { ...finding, done: true };
  } catch (thrown) {
    const trace = { provider: provider.name, adapter: provider.adapter, operation: "reap" };
    return { ...finding, done: false, error: signed(thrown, { ...trace, instanceId: finding.instanceId }) };
  }
}

/** Takes a machine whose launch was given up into the journal, so that its owner knows of it. */
async function adoptLate(
  provider: ComputeProvider,
  { key }: LaunchRecord,
  instanceId: string,
  { signal }: CallOptions,
): Promise<void> {
  const { journal } = internalsOf(provider);
  const hold = await journal.hold(provider.name, key, signal ?? new AbortController().signal);
  try {
    if (hold.record?.state === "refused") await hold.write({ ...hold.record, state: "created", instanceId });
  } finally {
    await hold.release();
  }
}
