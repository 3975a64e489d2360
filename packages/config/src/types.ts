import type {
  Adapter,
  Budget,
  Clock,
  CommonOptions,
  ComputeProvider,
  Fetch,
  Journal,
  LaunchDefaults,
} from "@gpuport/core";
import type { DependencyContainer } from "tsyringe";
import type { JournalConfiguration } from "./journal.ts";
import type { Environment } from "./references.ts";

/** An adapter whose options are not known to the compiler; every `defineAdapter` makes one. */
export interface AnyAdapter
  extends Pick<Adapter, "id" | "specVersion" | "options" | "env" | "facts" | "tables"> {
  (options?: never): ComputeProvider;
}

/** One provider of a configuration: the adapter, its own options and what every adapter takes. */
export interface ProviderConfiguration
  extends Omit<CommonOptions, "name" | "defaults" | "fetch" | "clock" | "journal"> {
  /**
   * `vast`, `glows`, `pody`, `hpc-ai`; the name of a package that exports an adapter, `@acme/gpuport-cloud` or, where it
   * exports several, `@acme/gpuport-cloud#acme`; a file, `./cloud.ts`; or, in code, the adapter itself.
   */
  readonly adapter: string | AnyAdapter;
  /** Fields of a launch request that hold wherever a request leaves them out. */
  readonly defaults?: LaunchDefaults | undefined;
  /** The adapter's own options. */
  readonly [option: string]: unknown;
}

/** What a configuration file holds. */
export interface Configuration {
  /** For editors; means nothing here. */
  readonly $schema?: string | undefined;
  /** By the names that `get` takes. */
  readonly providers: Readonly<Record<string, ProviderConfiguration>>;
  /** Fields of a launch request for all providers; a provider's own `defaults` stand above them. */
  readonly defaults?: LaunchDefaults | undefined;
  /** Where launches are remembered, for all providers; in memory when left out. */
  readonly journal?: JournalConfiguration | undefined;
  /** Tells your machines from those of others on the same accounts, where a provider has no `owner` of its own. */
  readonly owner?: string | undefined;
  /** Limits on what the launches of the journal may cost together, besides those of each provider. */
  readonly budgets?: readonly Budget[] | undefined;
  /** Refuses launches without a lease, where a provider does not say otherwise. */
  readonly requireLease?: boolean | undefined;
}

/** What a program puts in place of what a configuration or the system says. */
export interface OpenOverrides {
  /** Stands in for the global `fetch`, for every provider. */
  readonly fetch?: Fetch | undefined;
  /** Stands in for the system's time. */
  readonly clock?: Clock | undefined;
  /** Where launches are remembered, instead of what the configuration says. Stays open when the providers are disposed of. */
  readonly journal?: Journal | undefined;
  /** Stands in for `process.env`, which is then not read at all. */
  readonly env?: Environment | undefined;
  /** Where a file is looked for, and third-party packages for a configuration without file. The working directory. */
  readonly directory?: string | undefined;
  /** Adapters by the name that the configuration writes, instead of loading a package. */
  readonly adapters?: Readonly<Record<string, AnyAdapter>> | undefined;
  /**
   * Options by provider name, above what the configuration says. Taken literally: `${NAME}` means nothing here, and
   * a variable behind an option that is replaced need not be set.
   */
  readonly providers?: Readonly<Record<string, Partial<ProviderConfiguration>>> | undefined;
  /** Called with each provider's container before the provider is made; registers over any of the `tokens`. */
  readonly configure?: ((container: DependencyContainer, name: string) => void) | undefined;
}

/** The opened providers, in the order of the configuration. */
export interface Providers extends Iterable<ComputeProvider> {
  /** In the order of the configuration. */
  readonly names: readonly string[];
  /**
   * The provider of this name.
   *
   * @throws `invalid_config` when the configuration has none of this name, or after disposal.
   */
  readonly get: (name: string) => ComputeProvider;
  /**
   * Where they remember their launches, so that `reap(providers, providers.journal)` holds these providers against what
   * they have launched.
   */
  readonly journal: Journal;
  /** Lets go of what opening made, and closes the journal that the configuration names. Machines go on running, and billing. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}
