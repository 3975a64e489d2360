import type { CloudName } from "./types.ts";

/** One request that reached a port. No query, header or body: those carry secrets. */
export interface RequestRecord {
  /** Epoch milliseconds of the emulator's clock. */
  readonly at: number;
  readonly cloud: CloudName;
  readonly method: string;
  readonly path: string;
  /** Undefined when no endpoint has this method and path. */
  readonly endpoint: string | undefined;
  /** Undefined when no answer was sent. */
  readonly status: number | undefined;
  /** The fault on the wire that hit it. */
  readonly fault: string | undefined;
  /** Whether the cloud did what was asked: before the answer, later, or never. */
  readonly work: "done" | "late" | "none";
}
