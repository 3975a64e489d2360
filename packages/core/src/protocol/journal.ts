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
  /** When the last create was sent, or was about to be, by the clock. */
  readonly sentAt: number;
  readonly instanceId?: string | undefined;
}

/** The memory of launches. An intent is written before its create is sent. */
export interface Journal {
  readonly read: (provider: string, key: string) => Promise<LaunchRecord | undefined>;
  /** Resolves when the record is as safe as this journal makes it. */
  readonly write: (record: LaunchRecord) => Promise<void>;
  /** The launch that this machine came from. */
  readonly byInstance: (provider: string, instanceId: string) => Promise<LaunchRecord | undefined>;
}

/** A journal that lives as long as the process. */
export function memoryJournal(): Journal {
  const records = new Map<string, LaunchRecord>();
  const instances = new Map<string, string>();
  const place = (provider: string, name: string): string => JSON.stringify([provider, name]);
  return {
    read: async (provider, key) => records.get(place(provider, key)),
    write: async (record) => {
      const at = place(record.provider, record.key);
      records.set(at, record);
      if (record.instanceId !== undefined) instances.set(place(record.provider, record.instanceId), at);
    },
    byInstance: async (provider, instanceId) => records.get(instances.get(place(provider, instanceId)) ?? ""),
  };
}
