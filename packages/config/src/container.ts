import "reflect-metadata"; // before tsyringe, which refuses to load without it
import {
  type Clock,
  type ComputeProvider,
  type Fetch,
  type Journal,
  memoryJournal,
  systemClock,
} from "@gpuport/core";
import { container, type DependencyContainer, type InjectionToken, instanceCachingFactory } from "tsyringe";
import type { Plan } from "./plan.ts";
import type { AnyAdapter, OpenOverrides } from "./types.ts";

/** What a provider's container holds, for `configure`: registering again replaces. */
export interface Tokens {
  /** The key of the provider in the configuration. */
  readonly name: InjectionToken<string>;
  readonly adapter: InjectionToken<AnyAdapter>;
  /** What the adapter is called with, besides the four below. */
  readonly options: InjectionToken<Readonly<Record<string, unknown>>>;
  readonly fetch: InjectionToken<Fetch>;
  readonly clock: InjectionToken<Clock>;
  readonly journal: InjectionToken<Journal>;
  /** Made of all the others, once. */
  readonly provider: InjectionToken<ComputeProvider>;
}

export const tokens: Tokens = {
  name: Symbol("gpuport.name"),
  adapter: Symbol("gpuport.adapter"),
  options: Symbol("gpuport.options"),
  fetch: Symbol("gpuport.fetch"),
  clock: Symbol("gpuport.clock"),
  journal: Symbol("gpuport.journal"),
  provider: Symbol("gpuport.provider"),
};

/** The container of one `openProviders`: what its providers share. The global container stays as it is. */
export function composeShared({ fetch, clock, journal }: OpenOverrides): DependencyContainer {
  const shared = container.createChildContainer();
  // Looked up at each request, so that whoever replaces the global fetch later is heard.
  shared.register(tokens.fetch, { useValue: fetch ?? ((request, init) => globalThis.fetch(request, init)) });
  shared.register(tokens.clock, { useValue: clock ?? systemClock });
  shared.register(tokens.journal, { useFactory: instanceCachingFactory(() => journal ?? memoryJournal()) });
  return shared;
}

/** The container of one provider. */
export function composeProvider(
  shared: DependencyContainer,
  { name, adapter, options }: Plan,
  configure: OpenOverrides["configure"],
): DependencyContainer {
  const own = shared.createChildContainer();
  own.register(tokens.name, { useValue: name });
  own.register(tokens.adapter, { useValue: adapter });
  own.register(tokens.options, { useValue: options });
  own.register(tokens.provider, { useFactory: instanceCachingFactory(makeProvider) });
  configure?.(own, name);
  return own;
}

function makeProvider(own: DependencyContainer): ComputeProvider {
  const open = own.resolve(tokens.adapter);
  const options = {
    ...own.resolve(tokens.options),
    name: own.resolve(tokens.name),
    fetch: own.resolve(tokens.fetch),
    clock: own.resolve(tokens.clock),
    journal: own.resolve(tokens.journal),
  };
  return open(options as never); // checked against the adapter's own schema, which the compiler does not know
}
