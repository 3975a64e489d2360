import type { ComputeProvider, Instance, LaunchRequest } from "@gpuport/core";

/** A provider to hold against the cases, and what it is connected to. */
export interface Bench {
  readonly provider: ComputeProvider;
  /** The same cloud, opened with a credential that it refuses. */
  readonly stranger: ComputeProvider;
  /** A request that this cloud can fulfil. */
  readonly request: LaunchRequest;
  /** A well-formed id that this cloud has never given to a machine. */
  readonly unknownId: string;
  /** How many machines exist now, by the cloud's own account and not by the provider's. */
  readonly machines: () => number;
  readonly close: () => Promise<void>;
}

/** What a case works with. */
export interface CaseContext extends Bench {
  /** Launches a machine that is given back when the case ends, however it ends. */
  readonly rent: (more?: LaunchRequest) => Promise<Instance>;
}

/** One promise that every provider keeps, named by a sentence that could stand in the documentation. */
export interface Case {
  readonly name: string;
  /** Whether it is about something that this provider has. */
  readonly applies: (provider: ComputeProvider) => boolean;
  readonly run: (context: CaseContext) => Promise<void>;
}

export function defineCase(name: string, run: (context: CaseContext) => Promise<void>): Case {
  return { name, applies: () => true, run };
}

/** A case about a capability: it decides by itself whether it applies. */
export function defineOptionalCase<Group>(
  name: string,
  capability: (provider: ComputeProvider) => Group | undefined,
  run: (group: Group, context: CaseContext) => Promise<void>,
): Case {
  return {
    name,
    applies: (provider) => capability(provider) !== undefined,
    async run(context) {
      const group = capability(context.provider);
      if (group !== undefined) await run(group, context);
    },
  };
}

/** The `it` of any test runner; vitest's and node:test's fit. */
export type It = (name: string, run: () => Promise<void>) => unknown;
