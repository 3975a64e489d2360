import type { Rent } from "./rent.ts";

/** What a durable engine does for the examples. */
export interface Engine extends AsyncDisposable {
  /** Hands in a job, and gives its id. */
  readonly submit: (image: string) => Promise<string>;
}

export interface EngineOptions {
  readonly connectionString: string;
  readonly rent: Rent;
  /** Told when a job is done. */
  readonly onDone: (jobId: string, instanceId: string) => void;
}
