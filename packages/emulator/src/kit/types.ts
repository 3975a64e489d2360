/**
 * What a cloud of the emulator is, and what it gets.
 *
 * A cloud is one function, `create(context, settings)`, that returns a {@link Cloud}: a table of endpoints, one synchronous
 * `handle`, and two views of its state (the bill, and every machine there ever was). The kit does the rest: sockets,
 * routing, faults on the wire, the request log and the control API.
 *
 * Rules for a cloud:
 * - time is read from `context.clock` only, and passes only there: no `Date.now()`, no `setTimeout`;
 * - chance comes from `context.random` only;
 * - whatever a test may want to go wrong *inside* the cloud is a flag, read with `request.flags.get(name)`;
 * - whatever happens to a machine without a call (outbid, host lost, credit gone) is an event.
 */

export type CloudName = "vast" | "glows" | "pody" | "hpc-ai" | "runpod" | "lambda";

/** The emulator's time. Timers fire in the order of their due time, each seeing `now()` equal to its own due time. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls `work` once `ms` have passed; at once (but not inside this call) for 0 or less. Returns a function that cancels it. */
  readonly after: (ms: number, work: () => void) => () => void;
}

/** Chance that is the same for the same seed. */
export interface Random {
  /** From 0 up to, not including, 1. */
  readonly next: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly integer: (low: number, high: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  /** True with probability `probability`. */
  readonly chance: (probability: number) => boolean;
  /** So many hexadecimal digits. */
  readonly hex: (digits: number) => string;
  /** Looks like a version 4 UUID. */
  readonly uuid: () => string;
}

export type FlagValue = string | number | boolean;

/**
 * The flags that hold for one request: those of every `flag` fault that matches its endpoint. A fault with `times: 1`
 * is used up by the request, whether the cloud reads the flag or not.
 *
 * Names all clouds share (a cloud may add its own, and lists them in its own folder):
 * - `noCapacity`: the create is refused for want of machines;
 * - `visibleAfterMs`: on a create: reads do not show the machine for so long;
 * - `lingerMs`: on a delete: reads go on showing the machine for so long;
 * - `lostDelete`: on a delete: answered as done, nothing done;
 * - `delayedDeleteMs`: on a delete: answered as done, done (and billed) that much later;
 * - `resurrectAfterMs`: on a delete: gone, and back in the list (billing) after so long;
 * - `stuck`: on a create: the machine never leaves its first states;
 * - `failStart`: on a create: the machine is accepted and then fails;
 * - `unknownStatus`: on a create or read: a status word nobody has seen before (the value, if it is a string);
 * - `tokenExpired`: on any call: the session is treated as run out.
 */
export interface Flags {
  readonly get: (name: string) => FlagValue | undefined;
  readonly has: (name: string) => boolean;
  /** The value if it is a number, otherwise `fallback`. */
  readonly number: (name: string, fallback: number) => number;
}

export interface CloudRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** Key of the matched endpoint; undefined when no endpoint has this method and path (then `params` is empty). */
  readonly endpoint: string | undefined;
  /** The `:name` segments of the pattern, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as text, empty when there was none. */
  readonly text: string;
  /** The body as JSON; undefined when it is empty or not JSON. */
  readonly json: unknown;
  readonly flags: Flags;
}

/** Give `json` or `text`, not both. Without either the body is empty. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly json?: unknown;
  readonly text?: string | undefined;
  /**
   * The work is done now, but the answer leaves so many milliseconds of the emulator's clock later. A manual clock moves
   * by them (up to an hour) so that the caller gets its answer, unless `slowCalls: "hold"` was asked for; anything longer
   * is an answer that never comes.
   */
  readonly afterMs?: number | undefined;
  /** The body is a stream that does not end by itself: it is sent, and the connection stays open until the caller leaves. */
  readonly staysOpen?: boolean | undefined;
}

export interface Endpoint {
  /** The suggested key of the provider page, such as "instance.create". Faults name it. */
  readonly key: string;
  readonly method: string;
  /** Whole path, such as "/api/v0/instances/:id/". A pattern that ends in "/" also matches without it; otherwise exact. */
  readonly pattern: string;
  /** Dotted path to the array of rows in the answer ("" when the answer is the array), for faults on page rows. */
  readonly rows?: string | undefined;
  /** Tells apart endpoints that share a method and path: this one is meant only if the JSON body is accepted. */
  readonly accepts?: ((body: unknown) => boolean) | undefined;
}

/** A machine that costs money now. */
export interface BillRow {
  readonly cloud: CloudName;
  readonly id: string;
  /** What its owner called it: label, name or meta key; null when nothing. */
  readonly name: string | null;
  readonly owner: string;
  /** Epoch milliseconds of the emulator's clock: since when it has billed without a break. */
  readonly since: number;
  /** What one hour costs in the present state, in `currency`. 0 where the cloud has no prices but holds quota. */
  readonly perHour: number;
  readonly currency: string;
  /** The cloud's own word for the state it is in. */
  readonly state: string;
}

/** A machine that was ever created. Two records with one identity are a machine rented twice. */
export interface MachineRecord {
  readonly cloud: CloudName;
  readonly id: string;
  /** What the caller can recognise it by: label, name or meta key. */
  readonly identity: string | null;
  readonly owner: string;
  readonly createdAt: number;
  /** Undefined while it exists. */
  readonly terminatedAt: number | undefined;
  readonly state: string;
}

export interface Cloud<
  Credentials extends Readonly<Record<string, string>> = Readonly<Record<string, string>>,
> {
  readonly name: CloudName;
  /** Appended to the host root to make the address users configure, such as "/api"; empty for the root. */
  readonly basePath: string;
  /** What a caller needs to be let in. */
  readonly credentials: Credentials;
  /** Tried in order; the first with this method and path wins. */
  readonly endpoints: readonly Endpoint[];
  /**
   * Does the work of one request and answers it. Synchronous, and called exactly once per request that is to have an
   * effect: before the answer normally, later for a late commit, never for a fault before the work. Gets every request to
   * the cloud's port but those under `/_emulator/`, so unknown paths and wrong methods are answered here too.
   */
  readonly handle: (request: CloudRequest) => Answer;
  readonly bill: () => readonly BillRow[];
  readonly machines: () => readonly MachineRecord[];
  /** Things that happen without a call, by name; the arguments are those of `emulator.event(cloud, name, arguments)`. */
  readonly events?: Readonly<Record<string, (argument: EventArgument) => void>> | undefined;
  /** Whatever is helpful in `GET /_emulator/state`; no secrets. */
  readonly state?: (() => unknown) | undefined;
}

/** Commonly `{ id }`. */
export type EventArgument = Readonly<Record<string, string | number | boolean>>;

export interface CloudContext {
  readonly clock: Clock;
  readonly random: Random;
  /** The host root this cloud is served at, such as "http://127.0.0.1:40001": for links in answers. */
  readonly origin: () => string;
}

/** What each cloud's folder exports, e.g. `createGlows: CreateCloud<GlowsSettings, GlowsCredentials>` in `glows/cloud.ts`. */
export type CreateCloud<
  Settings extends object = object,
  Credentials extends Readonly<Record<string, string>> = Readonly<Record<string, string>>,
> = (context: CloudContext, settings?: Partial<Settings>) => Cloud<Credentials>;
