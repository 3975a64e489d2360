/**
 * Where a launch stands:
 * - `open`: a create was sent, or is about to be, and what it did is not known;
 * - `created`: the cloud has said so; the machine is ours until it is `ended`;
 * - `refused`: proven not to exist;
 * - `ended`: terminated, with evidence.
 */
export type LaunchState = "open" | "created" | "refused" | "ended";

/** What is remembered of one launch. Holds no secret: the request is kept as a hash. */
export interface LaunchRecord {
  readonly provider: string;
  readonly key: string;
  readonly requestHash: string;
  readonly state: LaunchState;
  /** What the machine carries in the cloud's identity field. */
  readonly identity: string;
  /** When the last create went out, or was about to, by the clock. */
  readonly sentAt: number;
  readonly instanceId?: string | undefined;
}

/** One launch in the hands of one caller: nobody else writes it meanwhile. */
export interface Hold {
  /** The record as it was when the hold was taken; `undefined` for a key that was never used. */
  readonly record: LaunchRecord | undefined;
  /** Resolves when the record is as safe as this journal makes it; rejects when the hold has passed to somebody else. */
  readonly write: (record: LaunchRecord) => Promise<void>;
  readonly release: () => Promise<void>;
}

/** The memory of launches. An intent is written before its create is sent. */
export interface Journal {
  /**
   * Takes a launch for one caller among all who share this journal, and waits while another one has it.
   *
   * @throws The signal's reason.
   */
  readonly hold: (provider: string, key: string, signal: AbortSignal) => Promise<Hold>;
  /** The launch that this machine came from. */
  readonly byInstance: (provider: string, instanceId: string) => Promise<LaunchRecord | undefined>;
}

/** A journal that lives as long as the process. */
export function memoryJournal(): Journal {
  const records = new Map<string, LaunchRecord>();
  const instances = new Map<string, string>();
  const lines = new Map<string, Promise<void>>();
  const place = (provider: string, name: string): string => JSON.stringify([provider, name]);

  return {
    async hold(provider, key, signal) {
      const at = place(provider, key);
      const before = lines.get(at);
      const turn = Promise.withResolvers<void>();
      // Whoever leaves the line lets the next one through, but not before the one in front is done.
      const line = Promise.all([before, turn.promise]).then(() => {
        if (lines.get(at) === line) lines.delete(at);
      });
      lines.set(at, line);
      const leave = (): void => turn.resolve();
      try {
        await Promise.race([before, rejectedBy(signal)]);
      } catch (error) {
        leave();
        throw error;
      }
      return {
        record: records.get(at),
        write: async (record) => {
          records.set(at, record);
          if (record.instanceId !== undefined) instances.set(place(provider, record.instanceId), at);
        },
        release: async () => leave(),
      };
    },
    byInstance: async (provider, instanceId) => records.get(instances.get(place(provider, instanceId)) ?? ""),
  };
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
