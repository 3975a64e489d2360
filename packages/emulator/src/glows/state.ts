import type { Clock, Random } from "../kit/types.ts";

export interface GlowsRegion {
  readonly name: string;
  readonly domain: number;
  /** Whether accounts may use it. */
  readonly allowed: boolean;
}

export interface GlowsPublicImage {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

export interface GlowsSpec {
  readonly region: string;
  /** 0 GPU machines, 1 CPU machines. */
  readonly machineCategory: number;
  /** 0 container, 1 vm. */
  readonly instanceCategories: readonly number[];
  readonly cpus: number;
  readonly gpus: number;
  readonly diskGb: number;
  /** Empty on CPU machines. */
  readonly gpuName: string;
  /** Of one card. */
  readonly gpuRamMb: number;
  readonly cpuName: string;
  readonly ramMb: number;
  /** 1/100 000 credit per hour and unit. */
  readonly millicents: number;
  readonly extras: readonly { readonly cpus: number; readonly millicents: number }[];
  readonly maxUnits: number;
  readonly soldOut: boolean;
}

export interface GlowsPort {
  readonly port: number;
  readonly protocol: "ssh" | "http";
}

export interface GlowsInstance {
  readonly id: string;
  readonly order: number;
  readonly owner: string;
  readonly metaKey: string;
  readonly category: "container" | "vm";
  readonly source: "SourceSDK" | "SourceWeb";
  readonly region: GlowsRegion;
  readonly image: { readonly id: string; readonly name: string } | undefined;
  readonly snapshot: { readonly id: string; readonly name: string } | undefined;
  readonly spec: GlowsSpec;
  readonly units: number;
  readonly extra: { readonly cpus: number; readonly millicents: number } | undefined;
  readonly ports: readonly GlowsPort[];
  readonly cmd: string;
  readonly envs: string;
  readonly remark: string;
  readonly password: string;
  readonly networkId: string | undefined;
  readonly createdAt: number;
  /** Reads do not show it earlier. */
  readonly visibleFrom: number;
  status: string;
  /** Set once a machine was assigned to it: hardware and price are known from then on. */
  assigned: boolean;
  /** Where it is reached while it runs; new every time it comes up. */
  access: { readonly host: string; readonly publicPorts: readonly number[] } | undefined;
  billingSince: number | undefined;
  endedAt: number | undefined;
  /** What reads go on showing, and until when. */
  stale: { readonly status: string; readonly until: number } | undefined;
}

export interface GlowsImage {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly link: string;
  readonly createdAt: number;
  readonly readyAt: number;
}

export interface GlowsSnapshot {
  readonly id: string;
  readonly order: number;
  readonly owner: string;
  readonly instanceId: string;
  readonly name: string;
  readonly domain: number;
  readonly createdAt: number;
  modifiedAt: number;
  status: number;
}

export interface GlowsNetwork {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly region: GlowsRegion;
  readonly type: number;
  readonly createdAt: number;
}

export interface GlowsEndpoint {
  readonly id: string;
  readonly networkId: string;
  readonly instanceId: string;
  readonly cidr: string;
  readonly mac: string;
  readonly createdAt: number;
}

export interface GlowsStore {
  /** In order of creation. */
  readonly instances: GlowsInstance[];
  readonly images: GlowsImage[];
  readonly snapshots: GlowsSnapshot[];
  readonly networks: GlowsNetwork[];
  readonly endpoints: GlowsEndpoint[];
  /** Specs that went out of stock (true) or came back (false) while the emulator ran, by resource id. */
  readonly soldOut: Map<string, boolean>;
  readonly now: () => number;
  readonly nextOrder: () => number;
  readonly newId: (prefix: "ins" | "img" | "snap" | "net" | "ept") => string;
  readonly newMac: () => string;
}

const letters = "23456789abcdefghijkmnpqrstuvwxyz";

export function createGlowsStore(clock: Clock, random: Random): GlowsStore {
  let order = 0;
  return {
    instances: [],
    images: [],
    snapshots: [],
    networks: [],
    endpoints: [],
    soldOut: new Map(),
    now: clock.now,
    nextOrder: () => order++,
    newId: (prefix) => `${prefix}-${Array.from({ length: 8 }, () => random.pick([...letters])).join("")}`,
    newMac: () => `02:00:${[0, 1, 2, 3].map(() => random.hex(2)).join(":")}`,
  };
}

/** Ids are accepted with and without their prefix. */
export function sameId(known: string, asked: string): boolean {
  return (
    known === asked || known === asked.replace(/^[a-z]+-/, "") || known.replace(/^[a-z]+-/, "") === asked
  );
}
