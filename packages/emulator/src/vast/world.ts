import type { Answer, CloudContext, CloudRequest, Endpoint } from "../kit/types.ts";
import type { Listing, Machine, Market } from "./market.ts";
import type { VastSettings } from "./settings.ts";

type ActualStatus =
  | "created"
  | "loading"
  | "running"
  | "stopped"
  | "exited"
  | "frozen"
  | "rebooting"
  | "recycling"
  // A word from the `unknownStatus` flag.
  | (string & {});

type Holding = "running" | "stopped" | "unloaded" | "frozen";

/** A contract: what the API calls an instance. */
export interface Contract {
  readonly id: number;
  readonly machine: Machine;
  readonly gpus: number;
  readonly createdAt: number;
  readonly diskGb: number;
  readonly isBid: boolean;
  /** What the renter bids; undefined on demand. */
  bid: number | undefined;
  label: string | null;
  image: string;
  readonly runtype: string;
  env: readonly (readonly [string, string])[];
  onstart: string | null;
  args: readonly string[];
  readonly templateId: number | null;
  readonly templateHash: string | null;
  readonly jupyterToken: string;
  readonly proxy: { readonly host: string; readonly index: number; readonly port: number };
  volumeId: number | undefined;
  sshKeys: readonly number[];

  actual: ActualStatus | null;
  intended: Holding;
  current: Holding;
  next: Holding;
  message: string | null;
  ports: Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]> | undefined;
  /** Whether the GPU part is billed. */
  gpuBilled: boolean;
  /** Waits for its machine to be free. */
  queued: boolean;
  /** The bid that drove it out. */
  outbidAt: number | undefined;
  /** Never leaves `loading`. */
  stuck: boolean;
  /** How the first start ends, if not well. */
  failure: string | undefined;
  log: string[];

  /** Reads show it from then on. */
  visibleAt: number;
  destroyedAt: number | undefined;
  /** The list shows the destroyed row until then. */
  listedUntil: number;
  /** The single read shows the destroyed row until then. */
  readableUntil: number;
  /** Calls off the step of the life-cycle that is due next. */
  cancelStep: () => void;
}

export interface Volume {
  readonly id: number;
  readonly machine: Machine;
  readonly sizeGb: number;
  readonly name: string;
  readonly createdAt: number;
  usedBy: number | undefined;
  removedAt: number | undefined;
}

export interface SshKey {
  readonly id: number;
  publicKey: string;
  readonly createdAt: number;
}

export interface World {
  readonly context: CloudContext;
  readonly settings: VastSettings;
  readonly market: Market;
  readonly contracts: Map<number, Contract>;
  readonly volumes: Map<number, Volume>;
  readonly sshKeys: Map<number, SshKey>;
  readonly account: { credit: number; balance: number };
  /** Results of logs and commands by their path. */
  readonly results: Map<string, { readonly text: string; readonly readyAt: number }>;
  /** The next id of any kind. */
  readonly nextId: () => number;
}

export interface VastRoute extends Endpoint {
  /** "required" refuses a call without a key; "optional" lets it pass, but not a wrong key; "none" does not look. */
  readonly auth: "required" | "optional" | "none";
  /** Least seconds between two calls. */
  readonly threshold?: number | undefined;
  /** Most calls in a minute, where that is how the endpoint counts. */
  readonly perMinute?: number | undefined;
  /** Seconds to stay away after a refusal, where it is longer than the threshold. */
  readonly penalty?: number | undefined;
  readonly handle: (request: CloudRequest) => Answer;
}

export type { Listing };
