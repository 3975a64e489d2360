/** As much of a `pg` pool as the journal uses. Pools of other drivers that look like it do as well. */
export interface PostgresPool {
  readonly connect: () => Promise<PostgresClient>;
}

export interface PostgresClient {
  readonly query: (text: string, values?: unknown[]) => Promise<{ readonly rows: Row[] }>;
  readonly release: (destroy?: boolean) => void;
  readonly on: (event: "error", listener: (error: Error) => void) => unknown;
  readonly off: (event: "error", listener: (error: Error) => void) => unknown;
}

export type Row = Readonly<Record<string, unknown>>;
