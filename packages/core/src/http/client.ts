import type * as z from "zod";
import type { Clock } from "../clock.ts";
import { type Deadline, deadlineAfter, ended } from "../deadline.ts";
import { ComputeError, isComputeError } from "../errors.ts";
import type { Endpoint, RateLimit } from "../facts.ts";
import { redact } from "../secret.ts";
import { type RequestTrace, requestChannel, traced } from "../tracing.ts";
import { failureOfStatus, type ReadFailure, toAnswer } from "./answer.ts";
import { exchange, type Fetch, type Incoming } from "./exchange.ts";
import { ExchangeError, toComputeError } from "./exchange-error.ts";
import type { Admission, Entrance, Gate, Urgency } from "./gate.ts";
import type { Outcome } from "./pacer.ts";
import { withRetries } from "./retry.ts";
import { createSession, type SessionOptions } from "./session.ts";
import { buildUrl, type Query } from "./url.ts";
import { type Consequences, checkedAnswer, consequencesOf, toRefusal } from "./verdict.ts";

/** What every driver method is given, and hands on with every request (`...call`). */
export interface DriverCall {
  readonly operation: string;
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** Values that must not show in an error, besides the credentials. */
  readonly secrets?: readonly string[] | undefined;
  /** Awaited right before a request that rents goes out, after every wait; the launch protocol notes the time. */
  readonly beforeRenting?: (() => Promise<void>) | undefined;
}

/** How to reach a cloud's API. */
export interface HttpOptions<Names extends string> {
  readonly baseUrl: string;
  readonly endpoints: Readonly<Record<Names, Endpoint>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For credentials that end; otherwise `headers` carry the credential. */
  readonly session?: SessionOptions<DriverCall> | undefined;
  readonly readFailure: ReadFailure;
}

export interface ApiRequest<Schema extends z.ZodType = z.ZodType> extends DriverCall {
  /** Fills `{name}` in the endpoint's path. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Query | undefined;
  readonly json?: unknown;
  /** What a good answer looks like; without it, any JSON or nothing. */
  readonly response?: Schema | undefined;
  /** This call only reads, whatever its method. A GET always does. */
  readonly reads?: boolean | undefined;
  /** Doing it twice is the same as once, so it may be repeated. */
  readonly idempotent?: boolean | undefined;
  /**
   * This call removes a stored thing, and may be repeated. Where an answer was lost and the repeat finds nothing, the
   * thing is gone, which is all that was asked: it succeeds with `undefined`. A first try that finds nothing is refused.
   */
  readonly removes?: boolean | undefined;
  /**
   * This call rents: it is sent once, and a failure that does not prove the contrary has the effect `maybe`. `once`:
   * not even a refusal before any work is followed by another try, because it commits money for long.
   */
  readonly rents?: true | "once" | undefined;
  /** This call is the login itself, and goes without the session's token. */
  readonly login?: boolean | undefined;
}

/** One cloud's API: an endpoint's name and what goes in; the checked answer comes out. */
export interface Api<Names extends string> {
  readonly call: <Schema extends z.ZodType = z.ZodUnknown>(
    endpoint: Names,
    request: ApiRequest<Schema>,
  ) => Promise<z.output<Schema>>;
}

/** Who is asking, and with what means. */
export interface HttpEnvironment {
  readonly provider: string;
  /** What the user gave; this package's own transport when left out. */
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Of the account; shared by all who are open on it. */
  readonly gate: Gate;
  readonly requestTimeoutMs: number;
  readonly maxResponseBytes: number;
  /** Of all endpoints together. */
  readonly rateLimit?: RateLimit | undefined;
  /** The credentials, to keep them out of what the cloud echoes. */
  readonly secrets: readonly string[];
}

const longestMessage = 800;
const longestCode = 200;

export function createApi<Names extends string>(
  options: HttpOptions<Names>,
  environment: HttpEnvironment,
): Api<Names> {
  const { clock } = environment;
  const session = options.session && createSession(options.session, clock);
  const entrances = new Map<string, Entrance>();
  // A credential also stands in its header's form: `Basic` is not the password.
  const headerValues = Object.values(options.headers ?? {}).map((value) => value.replace(/^\w+ /, ""));
  const secrets = [...environment.secrets, ...headerValues];
  /** Tokens of this and of the last session: answers to both may still come. */
  const tokens: string[] = [];

  function entranceOf(name: Names): Entrance {
    const known = entrances.get(name);
    if (known !== undefined) return known;
    const { limit } = options.endpoints[name];
    const { gate, rateLimit } = environment;
    const entrance = gate.entrance({ endpoint: name, limit, accountLimit: rateLimit });
    entrances.set(name, entrance);
    return entrance;
  }

  /** One request: its turn at the gate, the exchange, the checked answer. */
  async function attempt(name: Names, request: ApiRequest, attemptNumber: number): Promise<unknown> {
    const { method, path } = options.endpoints[name];
    const trace: RequestTrace = {
      ...{ provider: environment.provider, operation: request.operation, endpoint: name },
      ...{ method, path, attempt: attemptNumber },
    };
    const token = await tokenFor(request);
    try {
      return await traced(requestChannel, trace, () => send(name, request, trace, token));
    } catch (error) {
      // A refused token is refused before any work, so the same request may go again, once, with a new one.
      if (token === undefined || !isComputeError(error, "unauthenticated") || error.effect !== "none")
        throw error;
      session?.drop(token);
      const renewed = await tokenFor(request);
      return await traced(requestChannel, { ...trace }, () => send(name, request, trace, renewed));
    }
  }

  /** Whatever a login does, the request that needs it has not been sent. */
  async function tokenFor(request: ApiRequest): Promise<string | undefined> {
    if (request.login) return undefined;
    try {
      return await session?.token(loginCall(request));
    } catch (error) {
      throw isComputeError(error) ? error.with({ effect: "none" }) : error;
    }
  }

  async function send(
    name: Names,
    request: ApiRequest,
    trace: RequestTrace,
    token: string | undefined,
  ): Promise<unknown> {
    const endpoint = options.endpoints[name];
    const consequences = consequencesOf(endpoint, request);
    if (token !== undefined && !tokens.includes(token)) tokens.splice(0, tokens.length - 1, token);
    const what = `${environment.provider}: ${request.operation}: ${endpoint.method} ${endpoint.path}`;
    const url = buildUrl(options.baseUrl, endpoint.path, request.params, request.query);
    const admitted = await enter(name, request, what);
    trace.waiting = admitted.waiting;
    let outcome: Outcome = { throttled: false };
    try {
      const incoming = await answerTo(url, endpoint, request, token, consequences, what);
      trace.status = incoming.status;
      const answer = toAnswer(name, incoming);
      const failure = options.readFailure(answer) ?? failureOfStatus(answer.status);
      if (failure === undefined) return checkedAnswer(what, answer, request.response, consequences);
      const refusal = clean(toRefusal(what, answer, failure, consequences, clock.now()), request);
      const { retryAfterMs } = refusal;
      outcome = { throttled: refusal.code === "rate_limited", retryAfterMs, gapMs: failure.minIntervalMs };
      throw refusal;
    } finally {
      admitted.leave(outcome);
    }
  }

  /** The exchange itself; what goes wrong with it says whether the request has left. */
  async function answerTo(
    url: string,
    endpoint: Endpoint,
    request: ApiRequest,
    token: string | undefined,
    consequences: Consequences,
    what: string,
  ): Promise<Incoming> {
    if (request.rents) await request.beforeRenting?.();
    const left = ended(request.signal, what);
    if (left !== undefined) throw left;
    if (request.deadline.remainingMs() === 0) {
      throw new ComputeError({
        code: "timeout",
        message: `${what}: timed out before it was sent`,
        effect: "none",
      });
    }
    const { requestTimeoutMs, maxResponseBytes, fetch } = environment;
    try {
      return await exchange({
        url,
        method: endpoint.method,
        headers: { ...options.headers, ...(token === undefined ? {} : options.session?.headers(token)) },
        json: request.json,
        timeoutMs: Math.min(endpoint.timeoutMs ?? requestTimeoutMs, request.deadline.remainingMs()),
        maxResponseBytes,
        untilSilentMs: endpoint.untilSilentMs,
        // A create on its way is never cut off: its answer is the cheapest way to learn what it did.
        signal: request.rents ? new AbortController().signal : request.signal,
        fetch,
      });
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      const effect = error.sent ? consequences.lost : "none";
      throw clean(toComputeError(error, what, effect, effect === "none" || consequences.repeatable), request);
    }
  }

  /** Takes out of an error what a cloud, or the system, has echoed. Only then is a long text cut. */
  function clean(error: ComputeError, request: ApiRequest): ComputeError {
    const hidden = [...secrets, ...tokens, ...(request.secrets ?? [])];
    const { message, providerCode, field, cause } = error;
    return error.with({
      message: redact(message, hidden).slice(0, longestMessage),
      providerCode: providerCode && redact(providerCode, hidden).slice(0, longestCode),
      field: field && redact(field, hidden),
      cause: cause instanceof Error ? new Error(redact(cause.message, hidden)) : undefined,
    });
  }

  async function enter(name: Names, request: ApiRequest, what: string): Promise<Admission> {
    try {
      return await entranceOf(name).enter(urgencyOf(request.operation), request.signal);
    } catch (error) {
      throw ended(request.signal, `${what}: waiting for its turn`) ?? error;
    }
  }

  /** A login serves everybody who waits for it, so it does not end because one of them leaves. */
  function loginCall({ operation }: ApiRequest): DriverCall {
    const deadline = deadlineAfter(clock, environment.requestTimeoutMs);
    return { operation, signal: new AbortController().signal, deadline };
  }

  return {
    async call(name, request) {
      const { deadline, signal } = request;
      let unsure = false;
      let throttled: ComputeError | undefined;
      const send = async (number: number): Promise<unknown> => {
        try {
          return await attempt(name, request, number);
        } catch (thrown) {
          if (isComputeError(thrown, "rate_limited")) throttled = thrown;
          // It waited in line for as long as it could: the refusal that sent it there says more.
          const inLine = isComputeError(thrown, "timeout") && thrown.effect === "none";
          const error = inLine ? (throttled ?? thrown) : thrown;
          if (!request.removes || !isComputeError(error)) throw error;
          if (unsure && error.code === "not_found") return undefined;
          unsure ||= error.effect !== "none";
          // Whatever this try says of itself, one before it may have done the work.
          const isFinal = unsure && error.effect === "none" && (inLine || !error.retryable);
          throw isFinal ? error.with({ effect: "maybe" }) : error;
        }
      };
      const answer = await (request.rents === "once"
        ? send(1)
        : withRetries(send, { clock, deadline, signal }));
      return answer as never; // parsed with request.response
    },
  };
}

/** An end saves money, and so does a stop; what a launch needs is waited for. */
function urgencyOf(operation: string): Urgency {
  if (operation === "terminate" || operation === "power.stop") return "terminate";
  return operation === "launch" || operation === "recover" ? "launch" : "read";
}
