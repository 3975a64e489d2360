/** What the commands of one call share; every string holds bytes, one in each character. */
export interface Shell {
  readonly variables: Map<string, string>;
  /** The pod's own files, by absolute path. */
  readonly files: Map<string, string>;
  /** Files that are made up when they are read. */
  readonly systemFile: (path: string) => string | undefined;
  /** What can be run, by name. */
  readonly programs: Readonly<Record<string, Program>>;
  readonly temporaryName: () => string;
  /** Time that has passed inside the pod. */
  readonly clock: { elapsedMs: number };
  folder: string;
  status: number;
  pipeStatuses: readonly number[];
}

export interface Streams {
  /** Undefined is the terminal, from which nothing ever comes. */
  readonly input: string | undefined;
  readonly output: (bytes: string) => void;
  readonly errors: (bytes: string) => void;
}

/** Ends the shell it is thrown in. */
export class Exit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** Something waits for what never comes. */
export class Blocked extends Error {}

export interface Setting {
  readonly shell: Shell;
  readonly streams: Streams;
}

/** Does what the program of its name does, and returns its exit status. */
export type Program = (words: readonly string[], setting: Setting) => number;
