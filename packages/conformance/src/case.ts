import type { CapabilityGroups, ComputeProvider } from "@gpuport/core";
import type { CaseContext } from "./context.ts";
import type { Tier } from "./report.ts";

/** One promise that every provider keeps, named by a sentence that could stand in the documentation. */
export interface Case {
  readonly name: string;
  readonly topic: string;
  /** Where it can be decided. What is broken on purpose is broken offline only. */
  readonly tiers: readonly Tier[];
  /** Why it does not apply to this provider, if so. */
  readonly lacks: (provider: ComputeProvider) => string | undefined;
  readonly run: (context: CaseContext) => Promise<void>;
}

type GroupName = keyof CapabilityGroups & string;
/** A group (`power`), or an operation that not every such group has (`power.restart`). */
export type Capability =
  | GroupName
  | { [Group in GroupName]: `${Group}.${keyof CapabilityGroups[Group] & string}` }[GroupName];

/** The group that a capability names, with its operation certainly there. */
export type Having<Name extends Capability> = Name extends GroupName
  ? CapabilityGroups[Name]
  : Name extends `${infer Group extends GroupName}.${infer Operation}`
    ? CapabilityGroups[Group] &
        Required<Pick<CapabilityGroups[Group], Operation & keyof CapabilityGroups[Group]>>
    : never;

export interface CaseOptions {
  /** Every tier when left out. */
  readonly tiers?: readonly Tier[] | undefined;
}

/** Makes the cases of one topic. */
export interface Topic {
  readonly that: (name: string, run: (context: CaseContext) => Promise<void>) => Case;
  /** A case about a capability: it gets the group, and applies where the provider has it. */
  readonly having: <Name extends Capability>(
    capability: Name,
    name: string,
    run: (group: Having<Name>, context: CaseContext) => Promise<void>,
  ) => Case;
}

const everywhere: readonly Tier[] = ["offline", "recorded", "live"];

export function topic(name: string, { tiers = everywhere }: CaseOptions = {}): Topic {
  return {
    that: (sentence, run) => ({ name: sentence, topic: name, tiers, lacks: () => undefined, run }),
    having: (capability, sentence, run) => ({
      ...{ name: sentence, topic: name, tiers },
      lacks: (provider) => lacking(provider, capability),
      async run(context) {
        const group = groupOf(context.provider, capability);
        if (group !== undefined) await run(group, context);
      },
    }),
  };
}

/** Why a case about a capability does not apply; a group that is not there at all is named alone. */
function lacking(provider: ComputeProvider, capability: Capability): string | undefined {
  if (groupOf(provider, capability) !== undefined) return undefined;
  const [group = capability] = capability.split(".");
  return `it has no \`${provider[group as GroupName] === undefined ? group : capability}\``; // begins with a group's name
}

/** A capability of a provider; `undefined` where the group or its operation is not there. */
export function groupOf<Name extends Capability>(
  provider: ComputeProvider,
  capability: Name,
): Having<Name> | undefined {
  const [groupName, operation] = capability.split(".");
  const group = provider[groupName as GroupName]; // a capability begins with the name of a group
  if (group === undefined || (operation !== undefined && !(operation in group))) return undefined;
  return group as Having<Name>; // it has the operation that the name asks for
}
