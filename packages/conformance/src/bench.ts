import type { Clock, CommonOptions, ComputeProvider, Fetch, LaunchRequest } from "@gpuport/core";

/**
 * What the kit opens a provider with, ready to be spread into an adapter's options. A provider that is not made with
 * `defineAdapter` takes `fetch` and `clock`; cases about the other options are then left unverified.
 */
export interface Means extends CommonOptions {
  /** Goes to the adapter's server, through the kit's tap: requests are kept here, and faults are injected here. */
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** What some operations need and no case can make up. Without it, their cases are left unverified. */
export interface Samples {
  /** A command that every running machine can execute. */
  readonly command?: string | undefined;
  /** What `images.create` may take. */
  readonly imageSource?: string | undefined;
  /** Options of the cloud's own for `snapshots.create`. */
  readonly snapshotOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  readonly volume?:
    | { readonly sizeMiB: number; readonly region?: string; readonly type?: string }
    | undefined;
  readonly networkRegion?: string | undefined;
}

/** A provider that is opened without credentials, and the variables that hold them: one complete way to log in. */
export interface Environment {
  readonly make: (means: Means) => ComputeProvider;
  readonly variables: Readonly<Record<string, string>>;
}

/** A cloud to hold a provider against: a stateful server, a scripted one, a recording, or the cloud itself. */
export interface Bench {
  /** Opens the provider under test, each time as if in a process of its own. Sends nothing. */
  readonly make: (means: Means) => ComputeProvider;
  /** The same cloud, opened with a credential that it refuses. */
  readonly stranger?: ((means: Means) => ComputeProvider) | undefined;
  /** A request that this cloud can fulfil; `{}` when left out. */
  readonly request?: LaunchRequest | undefined;
  /** A well-formed id that this cloud has never given to a machine. */
  readonly unknownId?: string | undefined;
  /** How many machines exist now, by the cloud's own account and not by the provider's. */
  readonly machines?: (() => number | Promise<number>) | undefined;
  /** The server's own time, if it can be moved. With the system's clock, cases about long waits are left unverified. */
  readonly clock?: Clock | undefined;
  /** Values that must never show. The kit learns those in request headers by itself. */
  readonly secrets?: readonly string[] | undefined;
  readonly samples?: Samples | undefined;
  /** How requests reach the server; the global `fetch` when left out. */
  readonly fetch?: Fetch | undefined;
  /** How the provider finds its credentials by itself. */
  readonly environment?: Environment | undefined;
  /** Set where the provider does not send through the kit's `fetch`: cases about requests are left unverified. */
  readonly blind?: boolean | undefined;
  readonly close?: (() => void | Promise<void>) | undefined;
}

/** Opens a bench. Called once for every case, so that no case sees what another has left. */
export type BenchMaker = () => Bench | Promise<Bench>;

/** What the kit takes: something that opens a bench, one bench for all cases, or a provider as it is. */
export type Subject = ComputeProvider | Bench | BenchMaker;

/** Every form of a subject as a bench. A bare provider has neither faults nor a count of machines. */
export function benchMakerOf(subject: Subject): BenchMaker {
  if (typeof subject === "function") return subject;
  if ("make" in subject) return () => ({ ...subject, close: undefined });
  return () => ({ make: () => subject, blind: true });
}
