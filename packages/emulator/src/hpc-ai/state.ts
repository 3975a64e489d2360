import type { HpcAiChargeMode, HpcAiImage, HpcAiRegion, HpcAiType } from "./catalogue.ts";

export interface HpcAiInstance {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly type: HpcAiType;
  readonly region: HpcAiRegion;
  readonly image: HpcAiImage;
  readonly chargeMode: HpcAiChargeMode;
  readonly duration: number;
  /** 22 is among them. */
  readonly ports: readonly number[];
  readonly createdAt: number;
  /** Not listed earlier. */
  readonly visibleFrom: number;
  status: string;
  phase: string | undefined;
  diagnosis: { readonly reason: string; readonly message: string } | undefined;
  /** Public ports, in the order of `ports`; new at every start. */
  nodePorts: readonly number[] | undefined;
  releasedAt: number | undefined;
  /** Not listed later. */
  listedUntil: number | undefined;
  billingSince: number;
  /** What the list goes on showing, and until when. */
  stale: { readonly status: string; readonly until: number } | undefined;
}

interface HpcAiVolume {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly sizeGB: number;
  readonly regionId: string;
  readonly type: string;
}

export interface HpcAiStore {
  /** In order of creation. */
  readonly instances: HpcAiInstance[];
  readonly volumes: HpcAiVolume[];
  /** Stock that changed while the emulator ran, by type id. */
  readonly stock: Map<string, string>;
  readonly balances: Map<string, number>;
}

export const createHpcAiStore = (): HpcAiStore => ({
  instances: [],
  volumes: [],
  stock: new Map(),
  balances: new Map(),
});
