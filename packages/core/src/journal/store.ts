import type { Budget, JournalQuery, LaunchRecord } from "./journal.ts";

/** Which launch. */
export interface Place {
  readonly provider: string;
  readonly key: string;
}

/** A launch in somebody's hands. Only who knows the fence has it: every taking makes a new one. */
export interface Claim extends Place {
  readonly fence: string;
}

/** What {@link holdingJournal} needs of a database: each of these is one transaction. */
export interface JournalStore {
  /** Takes the launch and reads its record, unless somebody else has it: then `undefined`. */
  readonly take: (claim: Claim) => Promise<{ readonly record: LaunchRecord | undefined } | undefined>;
  /** Puts the ends of these holds off, as far as they have not passed to somebody else. */
  readonly renew: (claims: readonly Claim[]) => Promise<void>;
  readonly drop: (claims: readonly Claim[]) => Promise<void>;
  /** Writes durably; false, and nothing written, when the launch has passed to somebody else. */
  readonly write: (claim: Claim, record: LaunchRecord, budgets: readonly Budget[]) => Promise<boolean>;
  readonly byInstance: (provider: string, instanceId: string) => Promise<LaunchRecord | undefined>;
  /** Some of the records after this place, in the order of places; an empty page ends the list. */
  readonly page: (query: JournalQuery, after: Place | undefined) => Promise<readonly LaunchRecord[]>;
  readonly close: () => Promise<void>;
}
