import type { CallOptions } from "../call-options.ts";
import type { Clock } from "../clock.ts";
import type { DriverInstance } from "../driver.ts";
import { ComputeError } from "../errors.ts";
import type { ProviderFacts } from "../facts.ts";
import type { Hold, Journal, LaunchRecord } from "../journal/journal.ts";
import type { WeighedOffer } from "../market/offers.ts";
import type { Instance, LaunchRequest } from "../model/index.ts";
import type { ComputeProvider } from "../provider.ts";
import type { Description, Observer } from "../watching/observer.ts";

/** A machine of the account, with what it carries in the cloud's identity field. */
export interface Surveyed {
  readonly instance: Instance;
  readonly identity?: string | undefined;
}

/** What the functions of this folder need of a provider, and its users do not. */
export interface ProviderInternals {
  readonly clock: Clock;
  readonly facts: ProviderFacts;
  readonly journal: Journal;
  readonly owner: string;
  /** The longest that a create may be under way or unseen after it was sent. */
  readonly windowMs: number;
  /** Looks at machines together with everybody else on the account. */
  readonly follow: Observer["follow"];
  readonly read: Observer["read"];
  readonly finished: (observed: DriverInstance) => Instance;
  readonly describeMany: (ids: readonly string[], options?: CallOptions) => Promise<readonly Description[]>;
  /** Every machine of the account; complete, or it throws. */
  readonly survey: (options?: CallOptions) => AsyncIterable<Surveyed>;
  /** What a launch makes of a request; throws what a launch throws before anything is sent. */
  readonly prepare: (request: LaunchRequest) => LaunchRequest;
  /** The offers that a launch with this prepared request would weigh. */
  readonly weigh: (request: LaunchRequest, options?: CallOptions) => AsyncIterable<WeighedOffer>;
  /** Finds out what became of an open launch, and ends it if `late` says so. */
  readonly resume: (hold: Hold, record: LaunchRecord, options?: CallOptions) => Promise<Instance>;
}

const internals = new WeakMap<object, ProviderInternals>();

export function keepInternals(provider: object, kept: ProviderInternals): void {
  internals.set(provider, kept);
}

/** @throws `invalid_argument` for what is not a provider that this copy of the package has made. */
export function internalsOf(provider: ComputeProvider): ProviderInternals {
  const kept = internals.get(provider);
  if (kept !== undefined) return kept;
  const message = `${provider.name}: not a provider of this copy of @gpuport/core`;
  throw new ComputeError({ code: "invalid_argument", field: "providers", message });
}
