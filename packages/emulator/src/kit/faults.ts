import type { CloudName, Flags, FlagValue, Random } from "./types.ts";

/**
 * Whether the cloud does what was asked when the answer is spoiled: not at all, before the spoiled answer, or `lateMs`
 * of the emulator's clock after it.
 */
export type Work = "none" | "done" | "late";

export interface Spoiled {
  /** Default "none". */
  readonly work?: Work | undefined;
  /** For `work: "late"`. */
  readonly lateMs?: number | undefined;
}

/** What goes wrong. Times on the wire (`ms`, `forMs`) are real milliseconds; times inside a cloud are the emulator's. */
export type FaultKind =
  /** The port is closed at once, for every call, for `forMs` or until the faults are cleared; open connections are cut. */
  | { readonly fault: "refuse"; readonly forMs?: number | undefined }
  /** The connection is reset instead of an answer. */
  | ({ readonly fault: "reset" } & Spoiled)
  /** No answer ever comes. */
  | ({ readonly fault: "hang" } & Spoiled)
  /** The right answer comes `ms` later; the work is done before the wait (`when: "after_work"`, the default) or after it. */
  | { readonly fault: "delay"; readonly ms: number; readonly when?: "before_work" | "after_work" | undefined }
  /** The right answer, its body dripping over `ms`. */
  | { readonly fault: "slow_body"; readonly ms: number }
  /** The head and the start of the right answer, then blanks without end. */
  | { readonly fault: "endless_body" }
  /** Half of the right answer: less than `content-length`, a chunked body without its end, or cut by closing. */
  | { readonly fault: "truncate"; readonly framing?: "length" | "chunked" | "close" | undefined }
  /** A web page instead of JSON. Default status 200. */
  | ({ readonly fault: "html"; readonly status?: number | undefined } & Spoiled)
  /** Broken JSON with status 200. */
  | ({ readonly fault: "malformed" } & Spoiled)
  /** Any other answer. A body that is not a string is sent as JSON. */
  | ({
      readonly fault: "answer";
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    } & Spoiled)
  /** 429. `retryAfter`: seconds, or "date" for an HTTP date `dateInMs` (default 2000) ahead on the emulator's clock. */
  | {
      readonly fault: "rate_limit";
      readonly retryAfter?: number | "date" | undefined;
      readonly dateInMs?: number | undefined;
      /** Default: plain text. */
      readonly body?: unknown;
    }
  /** The right answer with so many rows of its page repeated at the end, or left out (seeded choice). */
  | { readonly fault: "rows"; readonly duplicate?: number | undefined; readonly missing?: number | undefined }
  /** The right answer with members replaced; `set` maps dotted paths ("instances.0.id") to values. */
  | { readonly fault: "patch"; readonly set: Readonly<Record<string, unknown>> }
  /** The right answer under another content type, and with a byte order mark if asked. */
  | { readonly fault: "content_type"; readonly type?: string | undefined; readonly bom?: boolean | undefined }
  /** The right answer, and the connection is closed behind it without a word, as a server does with an idle one. */
  | { readonly fault: "drop_connection" }
  /** Something the cloud itself does wrong or refuses; see the flags each cloud reads. Default value true. */
  | { readonly fault: "flag"; readonly flag: string; readonly value?: FlagValue | undefined };

export type Fault = FaultKind & {
  readonly cloud: CloudName | "*";
  /** An endpoint key, or "*" for every call. Default "*". */
  readonly endpoint?: string | undefined;
  /** How many matching calls are hit; every one when left out. */
  readonly times?: number | undefined;
  /** How many matching calls pass unharmed first. Default 0. */
  readonly skip?: number | undefined;
  /** Probability of hitting each matching call, drawn from the seed. Default 1. */
  readonly chance?: number | undefined;
};

/** The faults that hit one request: at most one on the wire, and any number of flags. */
export interface Hit {
  readonly wire: Exclude<FaultKind, { fault: "flag" } | { fault: "refuse" }> | undefined;
  readonly flags: Flags;
}

export interface FaultBook {
  readonly add: (fault: Fault) => void;
  readonly clear: () => void;
  readonly hit: (cloud: CloudName, endpoint: string | undefined) => Hit;
  /** What is still armed. */
  readonly list: () => readonly Fault[];
}

interface Armed {
  readonly fault: Fault;
  left: number;
  skip: number;
}

export function createFaultBook(random: Random): FaultBook {
  let book: Armed[] = [];

  function strikes(armed: Armed, cloud: CloudName, endpoint: string | undefined): boolean {
    const { fault } = armed;
    if (armed.left <= 0) return false;
    if (fault.cloud !== "*" && fault.cloud !== cloud) return false;
    const key = fault.endpoint ?? "*";
    if (key !== "*" && key !== endpoint) return false;
    if (armed.skip > 0) {
      armed.skip -= 1;
      return false;
    }
    if (fault.chance !== undefined && !random.chance(fault.chance)) return false;
    armed.left -= 1;
    return true;
  }

  return {
    add(fault) {
      book.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY, skip: fault.skip ?? 0 });
    },
    clear() {
      book = [];
    },
    hit(cloud, endpoint) {
      let wire: Hit["wire"];
      const flags = new Map<string, FlagValue>();
      for (const armed of book) {
        const { fault } = armed;
        if (fault.fault === "refuse") continue;
        // One spoiled answer per call: the next fault on the wire waits for the next call.
        if (fault.fault !== "flag" && wire !== undefined) continue;
        if (!strikes(armed, cloud, endpoint)) continue;
        if (fault.fault === "flag") flags.set(fault.flag, fault.value ?? true);
        else wire = fault;
      }
      book = book.filter((armed) => armed.left > 0);
      return { wire, flags: toFlags(flags) };
    },
    list: () => book.map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, times: left } : fault)),
  };
}

function toFlags(values: ReadonlyMap<string, FlagValue>): Flags {
  return {
    get: (name) => values.get(name),
    has: (name) => values.has(name) && values.get(name) !== false,
    number(name, fallback) {
      const value = values.get(name);
      return typeof value === "number" ? value : fallback;
    },
  };
}
