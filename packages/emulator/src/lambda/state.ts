import type { LambdaRegion, LambdaType } from "./catalogue.ts";

export interface LambdaTag {
  readonly key: string;
  readonly value: string;
}

export interface LambdaMount {
  readonly fileSystemId: string;
  readonly mountPoint: string;
}

export interface LambdaInstance {
  readonly id: string;
  readonly owner: string;
  name: string | undefined;
  readonly type: LambdaType;
  readonly region: LambdaRegion;
  readonly sshKeyNames: readonly string[];
  readonly mounts: readonly LambdaMount[];
  readonly tags: readonly LambdaTag[];
  readonly rulesets: readonly string[];
  readonly hostname: string | undefined;
  readonly createdAt: number;
  /** Not read earlier. */
  readonly visibleFrom: number;
  readonly token: string;
  status: string;
  ip: string | undefined;
  readonly privateIp: string;
  firstHealthyAt: number | undefined;
  /** Since when it costs money; undefined while it does not. */
  billingSince: number | undefined;
  /** When it was terminated: it has given its place back and is not listed any more. */
  endedAt: number | undefined;
  /** From here on a single read is 404. */
  goneAt: number | undefined;
  /** What the reads go on showing, and until when. */
  stale: { readonly status: string; readonly until: number } | undefined;
  /** May not be terminated before this. */
  readonly terminableFrom: number;
}

interface LambdaSshKey {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly publicKey: string;
}

export interface LambdaFileSystem {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly region: LambdaRegion;
  readonly createdAt: number;
}

export interface LambdaRule {
  readonly protocol: string;
  readonly port_range?: readonly [number, number];
  readonly source_network: string;
  readonly description: string;
}

export interface LambdaRuleset {
  readonly id: string;
  readonly owner: string;
  name: string;
  readonly region: LambdaRegion;
  readonly createdAt: number;
  rules: readonly LambdaRule[];
}

export interface LambdaStore {
  /** In order of creation. */
  readonly instances: LambdaInstance[];
  readonly sshKeys: LambdaSshKey[];
  readonly fileSystems: LambdaFileSystem[];
  readonly rulesets: LambdaRuleset[];
  /** By owner; the account's own rules that hold for every instance. */
  readonly globalRules: Map<string, readonly LambdaRule[]>;
  /** How many are free now, by `<type>|<region>`. */
  readonly capacity: Map<string, number>;
  readonly quotas: Map<string, number>;
}

export const placeOf = ({ type, region }: Pick<LambdaInstance, "type" | "region">): string =>
  `${type.name}|${region.name}`;

export function createLambdaStore(types: readonly LambdaType[]): LambdaStore {
  const capacity = types.flatMap((type) =>
    Object.entries(type.capacity).map(([region, free]) => [`${type.name}|${region}`, free] as const),
  );
  return {
    instances: [],
    sshKeys: [],
    fileSystems: [],
    rulesets: [],
    globalRules: new Map(),
    capacity: new Map(capacity),
    quotas: new Map(),
  };
}
