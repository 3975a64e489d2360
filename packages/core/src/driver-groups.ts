import type { DriverInstance, DriverOffer, Page, Paged, Unstamped } from "./driver-model.ts";
import type { DriverCall } from "./http/client.ts";
import type {
  Balance,
  ExecResult,
  GpuProcess,
  Identity,
  Image,
  ImageQuery,
  ImageSpec,
  InstanceStatus,
  LogQuery,
  Network,
  NetworkEndpoint,
  NetworkSpec,
  OfferQuery,
  Quota,
  Snapshot,
  SnapshotQuery,
  SnapshotSpec,
  SshKey,
  Volume,
  VolumeOffer,
  VolumeOfferQuery,
  VolumeSpec,
} from "./model/index.ts";

/** The operations that not every cloud has. What is written is what is supported. */
export interface DriverGroups {
  readonly offers?: {
    /** Whether pages come cheapest first; otherwise core sorts, for which it must read them all. */
    readonly cheapestFirst: boolean;
    readonly search: (query: OfferQuery & Paged, call: DriverCall) => Promise<Page<DriverOffer>>;
  };

  readonly power?: {
    readonly stop: (id: string, call: DriverCall) => Promise<void>;
    readonly start: (id: string, call: DriverCall) => Promise<void>;
    readonly restart?: (id: string, call: DriverCall) => Promise<void>;
    readonly recycle?: (id: string, call: DriverCall) => Promise<void>;
  };
  readonly images?: {
    readonly list: (query: ImageQuery & Paged, call: DriverCall) => Promise<Page<Unstamped<Image>>>;
    readonly create?: (spec: ImageSpec, call: DriverCall) => Promise<Unstamped<Image>>;
    readonly remove?: (id: string, call: DriverCall) => Promise<void>;
  };
  readonly exec?: {
    readonly run: (id: string, command: string, call: DriverCall) => Promise<ExecResult>;
  };
  readonly logs?: {
    readonly tail: (id: string, query: LogQuery, call: DriverCall) => Promise<string>;
  };
  readonly snapshots?: {
    readonly create: (
      id: string,
      spec: SnapshotSpec,
      call: DriverCall,
    ) => Promise<readonly Unstamped<Snapshot>[]>;
    /** Only those that were asked for, where the cloud can filter; core filters again. */
    readonly list?: (query: SnapshotQuery & Paged, call: DriverCall) => Promise<Page<Unstamped<Snapshot>>>;
    readonly remove?: (id: string, call: DriverCall) => Promise<void>;
  };
  readonly volumes?: {
    readonly list: (query: Paged, call: DriverCall) => Promise<Page<Unstamped<Volume>>>;
    readonly create: (spec: VolumeSpec, call: DriverCall) => Promise<Unstamped<Volume>>;
    readonly remove: (id: string, call: DriverCall) => Promise<void>;
    readonly search?: (
      query: VolumeOfferQuery & Paged,
      call: DriverCall,
    ) => Promise<Page<Unstamped<VolumeOffer>>>;
  };
  readonly networks?: {
    readonly create: (spec: NetworkSpec, call: DriverCall) => Promise<Unstamped<Network>>;
    readonly list: (query: Paged, call: DriverCall) => Promise<Page<Unstamped<Network>>>;
    readonly attach: (networkId: string, instanceIds: readonly string[], call: DriverCall) => Promise<void>;
    readonly endpoints: (networkId: string, query: Paged, call: DriverCall) => Promise<Page<NetworkEndpoint>>;
  };
  readonly sshKeys?: {
    readonly list: (query: Paged, call: DriverCall) => Promise<Page<Unstamped<SshKey>>>;
    readonly add: (publicKey: string, call: DriverCall) => Promise<Unstamped<SshKey>>;
    readonly remove: (id: string, call: DriverCall) => Promise<void>;
    readonly attach?: (instanceId: string, publicKey: string, call: DriverCall) => Promise<void>;
    readonly attached?: (
      instanceId: string,
      query: Paged,
      call: DriverCall,
    ) => Promise<Page<Unstamped<SshKey>>>;
    readonly detach?: (instanceId: string, keyId: string, call: DriverCall) => Promise<void>;
  };
  readonly bids?: {
    readonly change: (id: string, perHourMicros: number, call: DriverCall) => Promise<void>;
  };
  readonly account?: {
    readonly balance?: (call: DriverCall) => Promise<Balance>;
    readonly quota?: (call: DriverCall) => Promise<Quota>;
    readonly whoami?: (call: DriverCall) => Promise<Identity>;
    readonly users?: (call: DriverCall) => Promise<readonly Identity[]>;
    readonly changePassword?: (password: string, call: DriverCall) => Promise<void>;
  };
  readonly stats?: {
    readonly counts?: (call: DriverCall) => Promise<Readonly<Partial<Record<InstanceStatus, number>>>>;
    readonly gpuProcesses?: (call: DriverCall) => Promise<readonly GpuProcess[]>;
    readonly host?: (call: DriverCall) => Promise<Readonly<Record<string, string>>>;
  };
  readonly naming?: {
    readonly rename: (id: string, name: string, call: DriverCall) => Promise<void>;
  };
  readonly bulk?: {
    /** How many ids one call takes; core divides more among several. */
    readonly maxIds: number;
    readonly describe: (ids: readonly string[], call: DriverCall) => Promise<readonly DriverInstance[]>;
  };
}
