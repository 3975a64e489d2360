/**
 * Where a launch stands:
 * - `open`: a create was sent, or is about to be, and what it did is not known;
 * - `created`: the cloud has said so; the machine is ours until it is `ended`;
 * - `ending`: it was asked to end, and nothing proves yet that it did;
 * - `refused`: proven not to exist;
 * - `ended`: terminated, with evidence.
 */
export type LaunchState = "open" | "created" | "ending" | "refused" | "ended";

export const launchStates: readonly LaunchState[] = ["open", "created", "ending", "refused", "ended"];

/** What is remembered of one launch. Holds no secret: the request is kept as a hash. */
export interface LaunchRecord {
  readonly provider: string;
  readonly key: string;
  readonly requestHash: string;
  readonly state: LaunchState;
  /** What the machine carries in the cloud's identity field. */
  readonly identity: string;
  /** When the last create went out, or was about to, in milliseconds since the epoch. */
  readonly sentAt: number;
  readonly instanceId?: string | undefined;
  /**
   * Until when a create that got no answer may still be carried out, in milliseconds since the epoch; set once the
   * same create was sent again. Until then the end of the machine frees its name for the earlier one.
   */
  readonly unsettledUntil?: number | undefined;
  /** Earlier attempts with this key that had a machine, or of which only the passing of time proved that they had none. */
  readonly past?: readonly PastAttempt[] | undefined;
  /** What is to become of a machine that shows up after its launch was given up. */
  readonly late: "adopt" | "terminate";
  readonly lease?: Lease | undefined;
  /** What it costs, as far as it was known when it was sent. */
  readonly rate?: Rate | undefined;
}

/** What a machine of an earlier attempt would be recognised by, should it show up. */
export interface PastAttempt {
  readonly identity: string;
  readonly instanceId?: string | undefined;
}

/** How long a machine may live without a word from its holder. */
export interface Lease {
  readonly ttlMs: number;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly onExpiry: "terminate" | "stop";
}

/** Per hour for the whole machine, in integer micro-units of the currency. */
export interface Rate {
  readonly currency: string;
  readonly perHourMicros: number;
}

/** The most that all open and created launches of a journal may cost together, in one currency. */
export interface Budget {
  /** Only the launches of this provider; all of them when left out. */
  readonly provider?: string | undefined;
  readonly currency: string;
  readonly maxPerHourMicros: number;
}

/** One launch in the hands of one caller: nobody else writes it meanwhile. */
export interface Hold {
  /** The record as it was when the hold was taken; `undefined` for a key that was never used. */
  readonly record: LaunchRecord | undefined;
  /**
   * Resolves when the record is as safe as this journal makes it.
   *
   * @throws `conflict` when the hold has passed to somebody else, because its holder was silent for too long; nothing
   * is written. `quota_exceeded` when the record would bring the sum of the rates of all open and created launches over
   * a budget; nothing is written, also when several processes write at once. `unavailable` when the journal cannot be
   * written.
   */
  readonly write: (record: LaunchRecord, budgets?: readonly Budget[]) => Promise<void>;
  /** Lets the next one have it. Never rejects for a hold that was lost. */
  readonly release: () => Promise<void>;
}

export interface JournalQuery {
  readonly provider?: string | undefined;
  readonly states?: readonly LaunchState[] | undefined;
}

/** The memory of launches. An intent is written before its create is sent. */
export interface Journal {
  /**
   * Takes a launch for one caller among all who share this journal, and waits while another one has it.
   *
   * @throws The signal's reason; `unavailable` when the journal cannot be reached or written.
   */
  readonly hold: (provider: string, key: string, signal: AbortSignal) => Promise<Hold>;
  /** The launch that this machine came from. */
  readonly byInstance: (provider: string, instanceId: string) => Promise<LaunchRecord | undefined>;
  readonly list: (query?: JournalQuery) => AsyncIterable<LaunchRecord>;
  readonly close?: () => Promise<void>;
}
