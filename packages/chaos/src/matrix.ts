import type { TimingOverrides } from "@gpuport/core";
import type { Fault, FaultKind } from "@gpuport/emulator";
import type { CloudUnderTest } from "./clouds.ts";
import type { Dice } from "./dice.ts";

export const operations = ["launch", "terminate", "twin"] as const;
/** `twin`: two launches with one key at the same time. */
export type Operation = (typeof operations)[number];

/** A fault of the cloud that the cell is about. */
export type CloudFault = FaultKind & Omit<Fault, keyof FaultKind | "cloud">;

/** What goes wrong in one cell, and when. */
export interface Plan {
  readonly faults: readonly CloudFault[];
  /** The port closes before the n-th request, and opens again after so many waits. */
  readonly closedAt?: { readonly request: number; readonly waits: number } | undefined;
  /** What the cell declares about its cloud, so that it covers what is injected. */
  readonly facts: TimingOverrides;
  /** The caller of the launch leaves, so that something has to be deleted. */
  readonly callerLeaves?: boolean | undefined;
}

export interface FaultRow {
  readonly id: string;
  readonly title: string;
  /** The cloud is worse than what is declared about it; reported, and not counted in the zeros. */
  readonly beyond?: true | undefined;
  /** What was deleted comes back, which is found by `reap` and by nothing else. */
  readonly comesBack?: true | undefined;
  /** The same on the create of a machine that is to be terminated. */
  readonly onCreate?: ((dice: Dice, cloud: CloudUnderTest) => FaultKind) | undefined;
  readonly plan: (operation: Operation, cloud: CloudUnderTest, dice: Dice) => Plan;
}

const statuses = [500, 502, 503, 504] as const;
const before = { work: "none" } as const;
const after = { work: "done" } as const;

/** A fault for one call, after so many others of its endpoint were left alone. */
function hits(kind: FaultKind, endpoint: string, calls: readonly number[]): CloudFault[] {
  // A call that is hit is not counted by the faults behind it in the book.
  return calls.map((call, index) => ({ ...kind, endpoint, times: 1, skip: call - index }) as CloudFault);
}

/** Each of the first `calls` calls with the same chance. */
function scattered(chance: number, calls: number, dice: Dice): number[] {
  return Array.from({ length: calls }, (_, call) => call).filter(() => dice.chance(chance));
}

/** Where and how often a fault on the wire hits: what the operation is about, also what is read, or anything at all. */
function onTheWire(
  kind: () => FaultKind,
  operation: Operation,
  { endpoints }: CloudUnderTest,
  dice: Dice,
): CloudFault[] {
  const first = operation === "terminate" ? endpoints.remove : endpoints.create;
  const place = dice.integer(0, 9);
  if (place < 4) return hits(kind(), first, [0]);
  if (place < 6) return hits(kind(), first, scattered(0.6, 5, dice));
  const reads = dice.pick(endpoints.reads as readonly [string, ...string[]]); // every cloud has some
  if (place < 8) return [...hits(kind(), first, [0]), ...hits(kind(), reads, scattered(0.5, 8, dice))];
  return hits(kind(), "*", scattered(0.35, 14, dice));
}

/** An ordinary fault on the wire. */
function wire(id: string, title: string, kind: (dice: Dice, cloud: CloudUnderTest) => FaultKind): FaultRow {
  const plan: FaultRow["plan"] = (operation, cloud, dice) => ({
    faults: onTheWire(() => kind(dice, cloud), operation, cloud, dice),
    facts: {},
  });
  return { id, title, plan, onCreate: kind };
}

/** Something that the cloud does wrong with a delete. A launch whose caller leaves has one to make. */
function onDelete(
  id: string,
  title: string,
  flag: (dice: Dice) => { readonly flag: string; readonly value?: number },
  more: Pick<FaultRow, "beyond" | "comesBack"> = {},
): FaultRow {
  const plan: FaultRow["plan"] = (_, { endpoints }, dice) => {
    const times = dice.pick([1, 1, 2, 4]);
    const faults = [{ fault: "flag" as const, ...flag(dice), endpoint: endpoints.remove, times }];
    return { faults, facts: {}, callerLeaves: true };
  };
  return { id, title, ...more, plan };
}

/** A cloud whose reads are late: a new machine is not shown yet, a deleted one still is. */
function lag(lagMs: number, declared: boolean): FaultRow {
  const plan: FaultRow["plan"] = (operation, { endpoints, facts }, dice) => {
    const late: CloudFault[] = [
      { fault: "flag", flag: "visibleAfterMs", value: lagMs, endpoint: endpoints.create },
      { fault: "flag", flag: "lingerMs", value: lagMs, endpoint: endpoints.remove },
    ];
    const lost = dice.pick<FaultKind>([
      { fault: "reset", ...after },
      { fault: "hang", ...after },
      { fault: "answer", status: 502, body: "bad gateway", ...after },
    ]);
    const first = operation === "terminate" ? endpoints.remove : endpoints.create;
    return {
      faults: [...late, ...(dice.chance(0.8) ? hits(lost, first, [0]) : [])],
      facts: declared ? { visibilityLagMs: Math.max(lagMs, facts.visibilityLagMs) } : {},
    };
  };
  const seconds = lagMs / 1000;
  return declared
    ? { id: `lag-${seconds}`, title: `list lag ${seconds} s`, plan }
    : { id: `undeclared-lag-${seconds}`, title: `list lag ${seconds} s, not declared`, beyond: true, plan };
}

function spoiledRows(
  id: string,
  title: string,
  rows: { readonly duplicate?: number; readonly missing?: number },
): FaultRow {
  const plan: FaultRow["plan"] = (operation, { endpoints }, dice) => {
    const lost: FaultKind = { fault: "reset", ...(dice.chance(0.7) ? after : before) };
    const first = operation === "terminate" ? endpoints.remove : endpoints.create;
    const lists = endpoints.reads.filter((name) => name.endsWith(".list"));
    const spoiled = lists.flatMap((list) => hits({ fault: "rows", ...rows }, list, scattered(0.6, 6, dice)));
    return { faults: [...hits(lost, first, [0]), ...spoiled], facts: {} };
  };
  return { id, title, plan };
}

const words = (dice: Dice): unknown =>
  dice.pick<unknown>([
    "",
    "bad gateway",
    { success: false, error: "internal" },
    { code: 1, msg: "internal" },
  ]);

/** Every fault that comes alone. */
const single: readonly [FaultRow, ...FaultRow[]] = [
  {
    id: "refused",
    title: "connection refused",
    plan: (_, __, dice) => ({
      faults: [],
      closedAt: { request: dice.integer(0, 5), waits: dice.pick([1, 2, 5, 1000]) },
      facts: {},
    }),
  },
  wire("reset-before", "reset before the work", () => ({ fault: "reset", ...before })),
  wire("reset-after", "reset after the work", () => ({ fault: "reset", ...after })),
  // Within `lateCommitMs`, which is 60 s on all four.
  wire("reset-late", "reset, the work up to 55 s later", (dice) => ({
    ...{ fault: "reset", work: "late" },
    lateMs: dice.integer(100, 55_000),
  })),
  ...statuses.flatMap((status) => [
    wire(`${status}-before`, `${status} before the work`, (dice) => ({
      ...{ fault: "answer", status, body: words(dice), ...before },
    })),
    wire(`${status}-after`, `${status} after the work`, (dice) => ({
      ...{ fault: "answer", status, body: words(dice), ...after },
    })),
  ]),
  wire("timeout-before", "time-out, no work", () => ({ fault: "hang", ...before })),
  wire("timeout-after", "time-out after the work", () => ({ fault: "hang", ...after })),
  wire("truncated", "truncated body with 200", (dice) => ({
    ...{ fault: "truncate", framing: dice.pick(["length", "chunked", "close"]) },
  })),
  wire("html-before", "HTML with 200, no work", () => ({ fault: "html", ...before })),
  wire("html-after", "HTML with 200 after the work", () => ({ fault: "html", ...after })),
  wire("malformed-before", "malformed JSON with 200, no work", () => ({ fault: "malformed", ...before })),
  wire("malformed-after", "malformed JSON with 200 after the work", () => ({ fault: "malformed", ...after })),
  wire("429", "429", (dice) => ({
    fault: "rate_limit",
    ...dice.pick<{ retryAfter?: number | "date" }>([
      {},
      { retryAfter: dice.integer(1, 30) },
      { retryAfter: "date" },
    ]),
  })),
  wire("id-in-error", "an error that made a machine", (dice, cloud) => cloud.idInError(dice)),
  lag(0, true),
  lag(5_000, true),
  lag(60_000, true),
  spoiledRows("duplicated-rows", "duplicated rows", { duplicate: 2 }),
  spoiledRows("missing-rows", "missing rows", { missing: 1 }),
  wire("token-expiry", "token expiry", (dice, cloud) => cloud.refusedKey(dice)),
  onDelete(
    "resurrection",
    "resurrection",
    (dice) => ({ flag: "resurrectAfterMs", value: dice.integer(200, 90_000) }),
    { comesBack: true },
  ),
  onDelete("lost-delete", "lost delete", () => ({ flag: "lostDelete" })),
  onDelete("delayed-delete", "delayed delete", (dice) => ({
    ...{ flag: "delayedDeleteMs", value: dice.integer(200, 90_000) },
  })),
];

const simple = single.filter(({ comesBack }) => !comesBack) as [FaultRow, ...FaultRow[]]; // most of them

/** Three faults in one cell, each with its own time and place. */
const mixed: FaultRow = {
  id: "mixed",
  title: "three of the above at once",
  plan(operation, cloud, dice) {
    const plans = [1, 2, 3].map(() => dice.pick(simple).plan(operation, cloud, dice));
    const lags = plans.map(({ facts }) => facts.visibilityLagMs ?? cloud.facts.visibilityLagMs);
    return {
      faults: plans.flatMap((plan) => plan.faults),
      closedAt: plans.find((plan) => plan.closedAt !== undefined)?.closedAt,
      facts: { visibilityLagMs: Math.max(...lags) },
      callerLeaves: plans.some((plan) => plan.callerLeaves),
    };
  },
};

/** The cloud is worse than what is declared about it. */
const undeclared: readonly FaultRow[] = [
  lag(180_000, false),
  {
    ...wire("undeclared-late", "reset, the work 2 to 5 min later", (dice) => ({
      ...{ fault: "reset", work: "late" },
      lateMs: dice.integer(120_000, 300_000),
    })),
    beyond: true,
  },
];

/** Every fault of the matrix. */
export const faults: readonly FaultRow[] = [...single, mixed, ...undeclared];
