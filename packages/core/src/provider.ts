import type { CallOptions } from "./call-options.ts";
import type {
  Account,
  Bids,
  Bulk,
  CapabilityGroups,
  Exec,
  Images,
  Logs,
  Naming,
  Networks,
  Offers,
  Power,
  Snapshots,
  SshKeys,
  Stats,
  Volumes,
} from "./capabilities.ts";
import type { ProviderFacts } from "./facts.ts";
import type { Instance, InstanceStatus, LaunchRequest } from "./model/index.ts";
import type { Readiness } from "./watching/readiness.ts";

export interface LaunchOptions extends CallOptions {
  /** What is to become of a machine that shows up after this launch was given up; `adopt` when left out. */
  readonly late?: "adopt" | "terminate" | undefined;
}

export interface WaitOptions extends CallOptions {
  /**
   * Wait for more than the cloud's word, only with `running`: `endpoint` until an address is known, `tcp` until a port
   * there can be opened, `ssh` until an ssh server greets. Ports that change with a restart are taken up.
   */
  readonly ready?: Readiness | undefined;
  /** Told of every look that shows something new. */
  readonly onProgress?: ((instance: Instance) => void) | undefined;
}

export interface ListQuery {
  /** Only these. Left out: everything but `terminated`. */
  readonly statuses?: readonly InstanceStatus[] | undefined;
  /** Only machines of this name. */
  readonly name?: string | undefined;
}

/** Proof that a machine is gone. */
export interface Termination {
  readonly id: string;
  /** What proves it: the cloud knows no such machine, shows it as ended, or leaves it out of complete lists. */
  readonly evidence: "not_found" | "terminal_status" | "absent_from_list";
  readonly observedAt: Date;
}

/**
 * One cloud, or one account of it. The four verbs are there on every cloud; a capability group is there exactly when
 * it works, so `if (provider.power)` is all there is to ask.
 */
export interface ComputeProvider {
  /** The name it was configured under; the adapter's id when none was given. */
  readonly name: string;
  /** The adapter's id: `vast`, `glows`, `pody`, `hpc-ai`, `runpod`, `lambda` or a third party's. */
  readonly adapter: string;
  readonly facts: ProviderFacts;

  /**
   * Rents one machine and returns as soon as the cloud has accepted, with the id. Never rents twice: when an answer is
   * lost, the machine is looked for by the launch's token before anything else happens.
   *
   * @throws `invalid_argument` and `unsupported` naming the field, before anything is sent; `no_capacity`,
   * `offer_gone`, `insufficient_funds`, `quota_exceeded` when nothing was rented; `launch_ambiguous` when a machine may
   * exist and was not found in time: launch with the same `key` again to go on looking.
   */
  readonly launch: (request: LaunchRequest, options?: LaunchOptions) => Promise<Instance>;
  /**
   * Reads one machine.
   *
   * @throws `not_found` only when the cloud says so of this machine; an unreachable cloud or a refused key never do.
   */
  readonly describe: (id: string, options?: CallOptions) => Promise<Instance>;
  /**
   * All machines of the account that have not ended, page by page. It either finishes, and then it was complete, or
   * throws.
   */
  readonly list: (query?: ListQuery, options?: CallOptions) => AsyncIterable<Instance>;
  /**
   * Ends a machine and returns with the evidence. What is on its disk is lost. Terminating twice is the same as once.
   *
   * @throws `termination_unconfirmed` when the machine may still be there: call again.
   */
  readonly terminate: (id: string, options?: CallOptions) => Promise<Termination>;
  /**
   * Watches a machine until it has the status.
   *
   * All who wait on one account look together: a thousand waits cost as many requests as one list. Looks are a second
   * apart at first, then further and further, up to the cloud's own pace and, for what does not change, beyond.
   *
   * @throws `instance_failed` as soon as it cannot get there any more, `timeout` after `timeoutMs` (30 minutes when
   * left out), saying what was missing.
   */
  readonly waitFor: (id: string, status: InstanceStatus, options?: WaitOptions) => Promise<Instance>;

  readonly power?: Power;
  readonly offers?: Offers;
  readonly images?: Images;
  readonly exec?: Exec;
  readonly logs?: Logs;
  readonly snapshots?: Snapshots;
  readonly volumes?: Volumes;
  readonly networks?: Networks;
  readonly sshKeys?: SshKeys;
  readonly bids?: Bids;
  readonly account?: Account;
  readonly stats?: Stats;
  readonly naming?: Naming;
  readonly bulk?: Bulk;
}

/** The four verbs and what every provider has. */
export type ProviderVerbs = Omit<ComputeProvider, keyof CapabilityGroups>;

type Refined<Group, DriverGroup> = Pick<Required<Group>, keyof Group & keyof DriverGroup>;

/** The provider that core makes of a driver: the verbs, and exactly the groups and operations that the driver has. */
export type ProviderOf<Driver> = ProviderVerbs & {
  readonly [Group in keyof Pick<CapabilityGroups, keyof CapabilityGroups & keyof Driver>]: Refined<
    CapabilityGroups[Group],
    Driver[Group & keyof Driver]
  >;
};
