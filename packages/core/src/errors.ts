/**
 * What went wrong, in words a program can branch on.
 *
 * | code | what it means | what to do |
 * | --- | --- | --- |
 * | `invalid_config` | an option, the configuration or a path in it is wrong | mend the configuration |
 * | `invalid_argument` | the request was refused, by us or by the cloud | mend the request |
 * | `unsupported` | this cloud cannot do what a field asks for | drop the field, or take another cloud |
 * | `unauthenticated` | the credential was refused | check the credential |
 * | `permission_denied` | the credential is good, but not for this | ask for the permission |
 * | `not_found` | the cloud says that this resource does not exist | |
 * | `conflict` | the resource is in the wrong state, or the name is taken | read it, then decide |
 * | `offer_gone` | somebody else took the offer | take the next offer |
 * | `no_capacity` | nothing free of that kind | later, or elsewhere |
 * | `quota_exceeded` | a limit of the account | ask for more, or end something |
 * | `insufficient_funds` | no money on the account | pay |
 * | `rate_limited` | too many requests | after `retryAfterMs` |
 * | `unavailable` | the cloud did not answer, or not properly | later |
 * | `timeout` | no answer within the deadline | look what happened, then decide |
 * | `cancelled` | the caller's signal | |
 * | `bad_response` | an answer that is not what the cloud documents | report it |
 * | `launch_ambiguous` | a machine may exist; it is still being looked for | `recover()`, or look under `launchKey` |
 * | `termination_unconfirmed` | a machine may still bill | terminate again |
 * | `instance_failed` | the machine will not come up | terminate it, launch another |
 * | `unknown` | a refusal with a word nobody knows | read `providerCode` and the message |
 */
export type ComputeErrorCode =
  | "invalid_config"
  | "invalid_argument"
  | "unsupported"
  | "unauthenticated"
  | "permission_denied"
  | "not_found"
  | "conflict"
  | "offer_gone"
  | "no_capacity"
  | "quota_exceeded"
  | "insufficient_funds"
  | "rate_limited"
  | "unavailable"
  | "timeout"
  | "cancelled"
  | "bad_response"
  | "launch_ambiguous"
  | "termination_unconfirmed"
  | "instance_failed"
  | "unknown";

/** Did the call change anything at the cloud: certainly not, perhaps, certainly. */
export type Effect = "none" | "maybe" | "done";

/** What to avoid next: only this request, this offer, this region, this account, or this provider as a whole. */
export type ErrorScope = "request" | "offer" | "region" | "account" | "provider";

/** The fields of a {@link ComputeError}; those left out have their defaults from the code. */
export interface ComputeErrorInit {
  readonly code: ComputeErrorCode;
  readonly message: string;
  readonly effect?: Effect | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly scope?: ErrorScope | undefined;
  readonly provider?: string | undefined;
  readonly operation?: string | undefined;
  readonly status?: number | undefined;
  readonly providerCode?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly launchKey?: string | undefined;
  readonly field?: string | undefined;
  readonly cause?: unknown;
}

/** Codes after which the same call may succeed later without anybody mending anything. */
const hopeful: ReadonlySet<ComputeErrorCode> = new Set([
  "rate_limited",
  "unavailable",
  "timeout",
  "no_capacity",
  "termination_unconfirmed",
]);

export function isHopeful(code: ComputeErrorCode): boolean {
  return hopeful.has(code);
}

const scopes: Partial<Record<ComputeErrorCode, ErrorScope>> = {
  invalid_config: "provider",
  unauthenticated: "account",
  permission_denied: "account",
  offer_gone: "offer",
  no_capacity: "region",
  quota_exceeded: "account",
  insufficient_funds: "account",
  rate_limited: "account",
  unavailable: "provider",
  timeout: "provider",
  bad_response: "provider",
};

const brand = Symbol.for("gpuport.ComputeError");

/**
 * The one error class of gpuport. Programs branch on {@link ComputeError.code}; people read the message, which says
 * what was attempted and what came back, and never holds a header, a query string, a credential or a value of an
 * environment variable.
 */
export class ComputeError extends Error {
  readonly code: ComputeErrorCode;
  /** Whether the call changed anything at the cloud. */
  readonly effect: Effect;
  /** The same call may be made again: there is hope, and it cannot do its work twice. */
  readonly retryable: boolean;
  /** How long the cloud asked to wait. */
  readonly retryAfterMs: number | undefined;
  readonly scope: ErrorScope;
  /** The name that the provider was configured under. */
  readonly provider: string | undefined;
  /** The operation of `ComputeProvider` that failed, `launch` or `offers.search`. */
  readonly operation: string | undefined;
  /** HTTP status of the answer, when there was one. */
  readonly status: number | undefined;
  /** The cloud's own word for the failure. */
  readonly providerCode: string | undefined;
  /** The machine concerned, whenever one is known. */
  readonly instanceId: string | undefined;
  /** The key of the launch concerned; launching with it again resumes that launch. */
  readonly launchKey: string | undefined;
  /** The field of the request or configuration that was refused, as a path (`gpu.count`). */
  readonly field: string | undefined;

  constructor(init: ComputeErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = init.code;
    this.effect = init.effect ?? "none";
    this.scope = init.scope ?? scopes[init.code] ?? "request";
    this.retryable = init.retryable ?? (hopeful.has(init.code) && this.harmless);
    this.retryAfterMs = init.retryAfterMs;
    this.provider = init.provider;
    this.operation = init.operation;
    this.status = init.status;
    this.providerCode = init.providerCode;
    this.instanceId = init.instanceId;
    this.launchKey = init.launchKey;
    this.field = init.field;
  }

  /** The same error with more said about it. */
  with(more: Partial<ComputeErrorInit>): ComputeError {
    const judged = "code" in more || "effect" in more ? { retryable: undefined } : {};
    const error = new ComputeError({ ...this.init(), ...judged, ...more });
    if (this.stack !== undefined) error.stack = this.stack.replace(this.message, () => error.message);
    return error;
  }

  /** Every field that is set, without the stack and the cause: what belongs into a log. */
  toJSON(): Record<string, unknown> {
    const { cause: _, ...init } = this.init();
    return Object.fromEntries(
      Object.entries({ name: this.name, ...init }).filter(([, value]) => value !== undefined),
    );
  }

  private get harmless(): boolean {
    return this.effect === "none" || this.code === "termination_unconfirmed";
  }

  private init(): ComputeErrorInit {
    const { code, message, effect, retryable, retryAfterMs, scope, provider, operation } = this;
    const { status, providerCode, instanceId, launchKey, field, cause } = this;
    return {
      ...{ code, message, effect, retryable, retryAfterMs, scope, provider, operation },
      ...{ status, providerCode, instanceId, launchKey, field, cause },
    };
  }
}

Object.defineProperty(ComputeError.prototype, "name", { value: "ComputeError", configurable: true });

/**
 * Whether something thrown is a {@link ComputeError}, of one of these codes if any are given. Works across two copies
 * of this package.
 */
export function isComputeError(error: unknown, ...codes: readonly ComputeErrorCode[]): error is ComputeError {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return (
    codes.length === 0 || (codes as readonly unknown[]).includes("code" in error ? error.code : undefined)
  );
}
