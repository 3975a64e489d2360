import type { CallOptions } from "./call-options.ts";
import type {
  Balance,
  ExecResult,
  GpuProcess,
  Identity,
  Image,
  ImageQuery,
  ImageSpec,
  Instance,
  InstanceStatus,
  LogQuery,
  Network,
  NetworkEndpoint,
  NetworkSpec,
  Offer,
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

/** Stopping and starting machines that stay rented. */
export interface Power {
  /**
   * Stops the machine and keeps its disk, which most clouds go on billing (`facts.bills.stopped`). Returns when the
   * cloud has accepted; `waitFor(id, "stopped")` sees it done.
   */
  readonly stop: (id: string, options?: CallOptions) => Promise<void>;
  /**
   * Starts a stopped machine.
   *
   * @throws `no_capacity` when its GPU has been given to somebody else; it then stays stopped.
   */
  readonly start: (id: string, options?: CallOptions) => Promise<void>;
  /** Restarts a running machine. What is on its disk stays; addresses may change. */
  readonly restart?: (id: string, options?: CallOptions) => Promise<void>;
  /**
   * Makes a running machine anew from its image, which is fetched again, on the hardware that it holds. What was on its
   * disk is lost; volumes stay.
   */
  readonly recycle?: (id: string, options?: CallOptions) => Promise<void>;
}

/** What could be rented now. */
export interface Offers {
  /**
   * Offers that match, cheapest first within each page that the cloud gives. Rows are checked again here, because
   * clouds apply filters loosely.
   */
  readonly search: (query?: OfferQuery, options?: CallOptions) => AsyncIterable<Offer>;
}

/** What machines can be started from. */
export interface Images {
  readonly list: (query?: ImageQuery, options?: CallOptions) => AsyncIterable<Image>;
  /** Makes an image of the account's own from a registry reference. Returns before it is ready. */
  readonly create?: (spec: ImageSpec, options?: CallOptions) => Promise<Image>;
  /** Removes an image of the account's own. */
  readonly remove?: (id: string, options?: CallOptions) => Promise<void>;
}

/** Commands in a running machine, where the cloud itself can run them. For anything long, use ssh. */
export interface Exec {
  /**
   * Runs a command and waits for its end; `timeoutMs` ends the command, too.
   *
   * @throws `conflict` when the machine is not running, `timeout` when the command was ended for taking too long.
   */
  readonly run: (id: string, command: string, options?: CallOptions) => Promise<ExecResult>;
}

export interface Logs {
  /** The machine's log up to now, line by line. */
  readonly tail: (id: string, query?: LogQuery, options?: CallOptions) => AsyncIterable<string>;
}

/** Kept disks. They usually bill until they are removed. */
export interface Snapshots {
  /** Keeps the disk of a machine. Returns before it is done; some clouds interrupt the machine, and one makes several. */
  readonly create: (
    instanceId: string,
    spec?: SnapshotSpec,
    options?: CallOptions,
  ) => Promise<readonly Snapshot[]>;
  readonly list?: (query?: SnapshotQuery, options?: CallOptions) => AsyncIterable<Snapshot>;
  readonly remove?: (id: string, options?: CallOptions) => Promise<void>;
}

/** Disks that outlive machines, and bill until they are removed. */
export interface Volumes {
  readonly list: (options?: CallOptions) => AsyncIterable<Volume>;
  readonly create: (spec: VolumeSpec, options?: CallOptions) => Promise<Volume>;
  readonly remove: (id: string, options?: CallOptions) => Promise<void>;
  /** Where a volume could be rented, on clouds that sell them by offer. */
  readonly search?: (query: VolumeOfferQuery, options?: CallOptions) => AsyncIterable<VolumeOffer>;
}

export interface Networks {
  readonly create: (spec: NetworkSpec, options?: CallOptions) => Promise<Network>;
  readonly list: (options?: CallOptions) => AsyncIterable<Network>;
  /** Joins machines to a network; what is joined already stays. */
  readonly attach: (
    networkId: string,
    instanceIds: readonly string[],
    options?: CallOptions,
  ) => Promise<void>;
  readonly endpoints: (networkId: string, options?: CallOptions) => AsyncIterable<NetworkEndpoint>;
}

/** Keys that the account puts into its machines. */
export interface SshKeys {
  readonly list: (options?: CallOptions) => AsyncIterable<SshKey>;
  /** Adds a key for machines to come; a key that is there already is given back. */
  readonly add: (publicKey: string, options?: CallOptions) => Promise<SshKey>;
  readonly remove: (id: string, options?: CallOptions) => Promise<void>;
  /** Puts a key into a machine that exists. */
  readonly attach?: (instanceId: string, publicKey: string, options?: CallOptions) => Promise<void>;
  /** The keys of one machine. */
  readonly attached?: (instanceId: string, options?: CallOptions) => AsyncIterable<SshKey>;
  /** Takes a key out of a machine; the account keeps it. */
  readonly detach?: (instanceId: string, keyId: string, options?: CallOptions) => Promise<void>;
}

export interface Bids {
  /** Changes the bid of a spot machine; per hour for the whole machine. */
  readonly change: (id: string, perHourMicros: number, options?: CallOptions) => Promise<void>;
}

/** The account that the credential belongs to. */
export interface Account {
  readonly balance?: (options?: CallOptions) => Promise<Balance>;
  readonly quota?: (options?: CallOptions) => Promise<Quota>;
  readonly whoami?: (options?: CallOptions) => Promise<Identity>;
  /** Everybody on a server that several people share. */
  readonly users?: (options?: CallOptions) => Promise<readonly Identity[]>;
  /** Changes the password of the credential itself. This provider goes on with the old one: open it anew. */
  readonly changePassword?: (password: string, options?: CallOptions) => Promise<void>;
}

export interface Stats {
  /** How many machines the account has in each status. */
  readonly counts?: (options?: CallOptions) => Promise<Readonly<Partial<Record<InstanceStatus, number>>>>;
  readonly gpuProcesses?: (options?: CallOptions) => Promise<readonly GpuProcess[]>;
  /** Versions of what the host runs, as it names them. */
  readonly host?: (options?: CallOptions) => Promise<Readonly<Record<string, string>>>;
}

/** Names of machines that exist. */
export interface Naming {
  /** Gives a machine another name; what marks it as ours stays. */
  readonly rename: (id: string, name: string, options?: CallOptions) => Promise<void>;
}

/** Several machines at once, where the cloud can, for less than a request each. */
export interface Bulk {
  /** Reads machines by id; those that the cloud does not know are left out. */
  readonly describe: (ids: readonly string[], options?: CallOptions) => Promise<readonly Instance[]>;
}

/** The capability groups, by the name of their property. */
export interface CapabilityGroups {
  readonly power: Power;
  readonly offers: Offers;
  readonly images: Images;
  readonly exec: Exec;
  readonly logs: Logs;
  readonly snapshots: Snapshots;
  readonly volumes: Volumes;
  readonly networks: Networks;
  readonly sshKeys: SshKeys;
  readonly bids: Bids;
  readonly account: Account;
  readonly stats: Stats;
  readonly naming: Naming;
  readonly bulk: Bulk;
}
