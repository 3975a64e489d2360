import type { Price } from "./price.ts";

// What clouds store besides machines. As everywhere: `undefined` means the cloud did not say.

/** Something a machine can be started from. */
export interface Image {
  /** What `launch({ image })` takes. */
  readonly id: string;
  readonly provider: string;
  readonly name?: string | undefined;
  /** The cloud's own word for how far it is. */
  readonly providerStatus?: string | undefined;
  /** Whether it belongs to the account; a public image does not. */
  readonly owned?: boolean | undefined;
  readonly sizeBytes?: number | undefined;
  readonly createdAt?: Date | undefined;
}

export interface ImageQuery {
  /** Only the account's own. */
  readonly owned?: boolean | undefined;
  /** Only those whose name holds this. */
  readonly search?: string | undefined;
}

export interface ImageSpec {
  /** Where the image is: a registry reference. */
  readonly source: string;
}

/** The disk of a machine, kept. */
export interface Snapshot {
  /** What `launch({ snapshot })` takes. */
  readonly id: string;
  readonly provider: string;
  readonly instanceId?: string | undefined;
  readonly name?: string | undefined;
  readonly status: "creating" | "ready" | "failed" | "unknown";
  readonly providerStatus?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly createdAt?: Date | undefined;
}

export interface SnapshotQuery {
  /** Only these; all of them when left out. */
  readonly statuses?: readonly Snapshot["status"][] | undefined;
}

export interface SnapshotSpec {
  readonly name?: string | undefined;
  /** What only one cloud has, under its adapter's id. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

/** A disk that outlives machines. It bills until it is removed. */
export interface Volume {
  readonly id: string;
  readonly provider: string;
  readonly name?: string | undefined;
  readonly sizeMiB?: number | undefined;
  readonly region?: string | undefined;
  readonly type?: string | undefined;
  readonly providerStatus?: string | undefined;
  /** The machine it is mounted in. */
  readonly instanceId?: string | undefined;
  readonly price?: Price | undefined;
  readonly createdAt?: Date | undefined;
}

export interface VolumeSpec {
  readonly name?: string | undefined;
  /** Needed, except on clouds whose volumes grow by themselves: those refuse it. */
  readonly sizeMiB?: number | undefined;
  readonly region?: string | undefined;
  readonly type?: string | undefined;
  /** The place to rent it from, on clouds that sell volumes by offer. */
  readonly offerId?: string | undefined;
}

/** A place where a volume could be rented. */
export interface VolumeOffer {
  readonly id: string;
  readonly provider: string;
  readonly maxSizeMiB?: number | undefined;
  readonly region?: string | undefined;
  /** For the size that was asked for. */
  readonly price?: Price | undefined;
}

export interface VolumeOfferQuery {
  readonly sizeMiB: number;
  readonly region?: string | undefined;
}

/** A private network, or a public address that the account owns. */
export interface Network {
  readonly id: string;
  readonly provider: string;
  readonly name?: string | undefined;
  readonly kind: "private" | "public_ip" | "unknown";
  readonly createdAt?: Date | undefined;
}

export interface NetworkSpec {
  readonly name: string;
  readonly region: string;
}

/** A machine's place in a network. */
export interface NetworkEndpoint {
  readonly id: string;
  readonly networkId: string;
  readonly instanceId?: string | undefined;
  readonly cidr?: string | undefined;
  readonly mac?: string | undefined;
  readonly providerStatus?: string | undefined;
  readonly createdAt?: Date | undefined;
}

export interface SshKey {
  readonly id: string;
  readonly provider: string;
  /** One line, as OpenSSH writes it. */
  readonly publicKey: string;
  readonly createdAt?: Date | undefined;
}

/** What a command in a machine did. */
export interface ExecResult {
  /** `undefined` where the cloud does not tell how the command ended. */
  readonly exitCode?: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Whether more came out than the cloud can hand over; what is here is the beginning. */
  readonly truncated: boolean;
}

export interface LogQuery {
  /** So many of the last lines. */
  readonly lines?: number | undefined;
  /** Only lines that hold this. */
  readonly filter?: string | undefined;
  /** The host's own log of the machine instead of the container's. */
  readonly daemon?: boolean | undefined;
}

/** Money on the account, in integer micro-units of its currency. */
export interface Balance {
  readonly currency: string;
  /** What can be spent now. */
  readonly availableMicros: number;
  readonly parts?: readonly { readonly kind: string; readonly micros: number }[] | undefined;
}

/** Who the credential belongs to. */
export interface Identity {
  readonly id?: string | undefined;
  readonly name: string;
  readonly isAdmin?: boolean | undefined;
}

/** What the account may use; `undefined` is unlimited or not said. */
export interface Quota {
  readonly maxInstances?: number | undefined;
  readonly maxGpus?: number | undefined;
  readonly memoryMiB?: number | undefined;
  readonly diskMiB?: number | undefined;
  readonly maxSnapshots?: number | undefined;
}

/** A process that uses a GPU of the machine. */
export interface GpuProcess {
  readonly gpu: number;
  readonly pid: number;
  /** The machine it runs in, if it runs in one. */
  readonly instanceId?: string | undefined;
  readonly command: string;
  readonly gpuMemoryBytes?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly uptimeMs?: number | undefined;
}
