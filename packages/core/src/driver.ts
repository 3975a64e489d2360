import type * as z from "zod";
import type { Clock } from "./clock.ts";
import type { DriverGroups } from "./driver-groups.ts";
import type { DriverInstance, Page } from "./driver-model.ts";
import type { ComputeError } from "./errors.ts";
import type { Endpoint, ProviderFacts } from "./facts.ts";
import type { ErrorRow } from "./http/answer.ts";
import type { Api, DriverCall, HttpOptions } from "./http/client.ts";
import type {
  Billing,
  Hardware,
  InstanceStatus,
  LaunchField,
  LaunchRequest,
  Offer,
  PriceKind,
  StatusReason,
} from "./model/index.ts";
import type { Table } from "./table.ts";

export type { DriverGroups } from "./driver-groups.ts";
export type { DriverInstance, DriverOffer, Page, Paged, Unstamped } from "./driver-model.ts";
export type { DriverCall } from "./http/client.ts";

/** What a create answer tells. Only the id is sure; core fills the rest from the request and the offer. */
export type Launched = Pick<DriverInstance, "id"> & Partial<DriverInstance>;

/** A checked launch request with aliases and defaults filled in, and the identity that it carries at the cloud. */
export interface DriverLaunchRequest extends Omit<LaunchRequest, "key" | "providerOptions"> {
  /** Goes into the cloud's identity field, letter by letter. */
  readonly identity: string;
  /** The offer that core chose; absent when the caller named one and nothing needed its price. */
  readonly offer?: Offer | undefined;
}

export interface ListPageCall extends DriverCall {
  readonly cursor?: string | undefined;
  /** Only these, where the cloud can filter; core filters again. */
  readonly statuses?: readonly InstanceStatus[] | undefined;
}

/**
 * What an adapter writes: a plain object, one request and one map per operation. Validation, deadlines, retries,
 * paging, the launch and termination protocols, redaction and tracing are core's, around every driver.
 */
export interface ComputeDriver<Options = never> extends DriverGroups {
  /**
   * Sends the one create request (`rents: true`). After the cloud has said yes it cannot fail: it returns the id at
   * once and reads nothing more.
   */
  readonly launch: (request: DriverLaunchRequest, options: Options, call: DriverCall) => Promise<Launched>;
  /**
   * Reads one machine.
   *
   * @throws `not_found` only where the cloud says so of this very machine. A cloud without a single read leaves this
   * out: core walks the list.
   */
  readonly describe?: (id: string, call: DriverCall) => Promise<DriverInstance>;
  /** Set where "no such machine" has other meanings too: core believes it only with a complete list to match. */
  readonly confirmsAbsence?: "by_list" | undefined;
  /** Whether two ids are one machine, on a cloud that writes them in several forms. */
  readonly sameId?: ((one: string, other: string) => boolean) | undefined;
  readonly list: (call: ListPageCall) => Promise<Page<DriverInstance>>;
  /**
   * Asks the cloud to end a machine. Returning proves nothing; core looks.
   *
   * @throws `not_found` where the cloud says that there is no such machine.
   */
  readonly terminate: (id: string, call: DriverCall) => Promise<void>;
  /** Every machine that carries this identity. Without it core walks the list and compares identities. */
  readonly find?: (identity: string, call: DriverCall) => Promise<readonly DriverInstance[]>;

  /**
   * Words of `providerStatus` in which a machine stays until its owner does something, although its status says that it
   * is still coming. `waitFor` gives up once so many of its looks have seen the word; the instance's message says why.
   */
  readonly stuckAfterLooks?: Table<number> | undefined;

  /** The machine, on a cloud that has only this one and where the configuration says what it is. */
  readonly hardware?: Hardware | undefined;
}

/** What of a {@link LaunchRequest} a cloud can honour. Core refuses the rest by name, before anything is sent. */
export interface LaunchSupport<Options extends z.ZodType = z.ZodType> {
  readonly fields: readonly LaunchField[];
  /** One of each group must be given, `[["image", "snapshot"]]`. */
  readonly requires?: readonly (readonly (LaunchField | "gpu")[])[] | undefined;
  readonly pricing: readonly PriceKind[];
  readonly portProtocols?: readonly ("tcp" | "udp" | "http")[] | undefined;
  /** What goes under the adapter's id in `providerOptions`: a strict object in which everything is optional. */
  readonly providerOptions: Options;
  /** The cloud's own limits. Throws with {@link refuse}. */
  readonly check?: ((request: LaunchRequest, options: z.output<Options>) => void) | undefined;
  /**
   * What an offer is and costs with these options: they may add resources, or choose another rate. An error says why
   * the offer cannot be had with them; the launch goes on to the next one.
   */
  readonly quote?:
    | ((offer: Offer, options: z.output<Options>, request: LaunchRequest) => Offer | ComputeError)
    | undefined;
  /** What the identity field will hold. The token must be in it, unless the cloud keeps the caller's name unique. */
  readonly identity: (token: string, request: LaunchRequest, options: z.output<Options>) => string;
}

/** What a status word means. */
export interface StatusRow {
  readonly status: InstanceStatus;
  readonly reason?: StatusReason | undefined;
  readonly billing?: Billing | undefined;
}

/** A cloud's words and places as data; configuration can override any row. */
export interface AdapterTables<Names extends string = string> {
  readonly endpoints: Readonly<Record<Names, Endpoint>>;
  readonly statuses: Table<StatusRow>;
  readonly errors: Table<ErrorRow>;
}

/** What core hands to an adapter's `connect`. */
export interface DriverContext<Names extends string = string> {
  readonly facts: ProviderFacts;
  /** With the user's overrides in. */
  readonly tables: AdapterTables<Names>;
  readonly clock: Clock;
  /** Opens the cloud's API; `endpoints` are the tables' own. */
  readonly http: (options: Omit<HttpOptions<Names>, "endpoints">) => Api<Names>;
}
