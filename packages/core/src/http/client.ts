import * as z from "zod";
import type { Clock } from "../clock.ts";
import { type Deadline, deadlineAfter, ended } from "../deadline.ts";
import { ComputeError, type Effect, isComputeError } from "../errors.ts";
import type { Endpoint } from "../facts.ts";
import { redact } from "../secret.ts";
import { type RequestTrace, requestChannel, traced } from "../tracing.ts";
import { type Answer, type Failure, failureOfStatus, type ReadFailure, retryAfterMs } from "./answer.ts";
import { ExchangeError, exchange, type Fetch, type Incoming, toComputeError } from "./exchange.ts";
import { createGate, type Gate } from "./gate.ts";
import { withRetries } from "./retry.ts";
import { createSession, type SessionOptions } from "./session.ts";
import { buildUrl, type Query } from "./url.ts";

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
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
  readonly maxResponseBytes: number;
  /** The credentials, to keep them out of what the cloud echoes. */
  readonly secrets: readonly string[];
}

export function createApi<Names extends string>(
  options: HttpOptions<Names>,
  environment: HttpEnvironment,
): Api<Names> {
  const { clock } = environment;
  const session = options.session && createSession(options.session, clock);
  const gates = new Map<string, Gate>();
  // A credential also stands in its header's form: `Basic` is not the password.
  const headerValues = Object.values(options.headers ?? {}).map((value) => value.replace(/^\w+ /, ""));
  const secrets = [...environment.secrets, ...headerValues];
  /** Tokens of this and of the last session: answers to both may still come. */
  const tokens: string[] = [];
  for (const [name, { limit }] of Object.entries<Endpoint>(options.endpoints)) {
    if (limit !== undefined && limit.perMs > 0) gates.set(name, createGate(limit, clock));
  }

  /** One request: its turn at the gate, the exchange, the checked answer. */
  async function attempt(name: Names, request: ApiRequest, attemptNumber: number): Promise<unknown> {
    const { method, path } = options.endpoints[name];
    const trace: RequestTrace = {
      ...{ provider: environment.provider, operation: request.operation, endpoint: name },
      ...{ method, path, attempt: attemptNumber },
    };
    const token = request.login ? undefined : await session?.token(loginCall(request));
    try {
      return await traced(requestChannel, trace, () => send(name, request, trace, token));
    } catch (error) {
      // A refused token is refused before any work, so the same request may go again, once, with a new one.
      if (token === undefined || !isComputeError(error, "unauthenticated") || error.effect !== "none")
        throw error;
      session?.drop(token);
      const renewed = await session?.token(loginCall(request));
      return await traced(requestChannel, { ...trace }, () => send(name, request, trace, renewed));
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
    const answered = await enter(name, request, what);
    let incoming: Incoming;
    try {
      if (request.rents) await request.beforeRenting?.();
      incoming = await exchange({
        url,
        method: endpoint.method,
        headers: { ...options.headers, ...(token === undefined ? {} : options.session?.headers(token)) },
        json: request.json,
        timeoutMs: Math.min(
          endpoint.timeoutMs ?? environment.requestTimeoutMs,
          request.deadline.remainingMs(),
        ),
        maxResponseBytes: environment.maxResponseBytes,
        // A create on its way is never cut off: its answer is the cheapest way to learn what it did.
        signal: request.rents ? new AbortController().signal : request.signal,
        fetch: environment.fetch,
      });
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      const effect = error.sent ? consequences.lost : "none";
      throw toComputeError(error, what, effect, effect === "none" || consequences.repeatable);
    } finally {
      answered?.();
    }
    trace.status = incoming.status;
    const answer = toAnswer(name, incoming);
    const failure = options.readFailure(answer) ?? failureOfStatus(answer.status);
    if (failure !== undefined) throw refusal(what, answer, failure, request, consequences);
    return checked(what, answer, request, consequences);
  }

  async function enter(name: Names, request: ApiRequest, what: string): Promise<(() => void) | undefined> {
    try {
      return await gates.get(name)?.enter(request.signal);
    } catch (error) {
      throw ended(request.signal, `${what}: waiting for its turn`) ?? error;
    }
  }

  function refusal(
    what: string,
    answer: Answer,
    failure: Failure,
    request: ApiRequest,
    { refused, lost, repeatable }: Consequences,
  ): ComputeError {
    const said = failure.message?.trim().slice(0, 500) ?? "";
    const text = `${what} answered ${answer.status}${said === "" ? "" : `: ${said}`}`;
    // Nobody counts a throttled request as work. A breakdown, or a word that nobody knows, may come after the work.
    const broke = answer.status >= 500 || answer.status === 408 || failure.code === "unknown";
    const unsaid = failure.code === "rate_limited" ? "none" : broke ? lost : refused;
    const effect = failure.effect ?? unsaid;
    const error = new ComputeError({
      ...failure,
      message: redact(text, [...secrets, ...tokens, ...(request.secrets ?? [])]),
      effect,
      retryAfterMs: failure.retryAfterMs ?? retryAfterMs(answer.headers, clock.now()),
      status: answer.status,
    });
    const harmless = effect === "none" || repeatable;
    const hopeful = failure.retryable ?? new ComputeError({ code: failure.code, message: "" }).retryable;
    return error.retryable === (hopeful && harmless) ? error : error.with({ retryable: hopeful && harmless });
  }

  function checked(
    what: string,
    answer: Answer,
    request: ApiRequest,
    { lost, repeatable }: Consequences,
  ): unknown {
    const isJson = answer.body !== undefined;
    if (request.response === undefined && (isJson || answer.text.trim() === "")) return undefined;
    const parsed = (request.response ?? z.never()).safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new ComputeError({
      code: "bad_response",
      message: isJson
        ? `${what} answered ${answer.status} in another shape than documented: ${places(parsed.error)}`
        : `${what} answered ${answer.status} with something that is not JSON`,
      effect: lost,
      // Half an answer or a proxy's page may pass; another shape will be there next time too.
      retryable: !isJson && repeatable,
      status: answer.status,
    });
  }

  /** A login serves everybody who waits for it, so it does not end because one of them leaves. */
  function loginCall({ operation }: ApiRequest): DriverCall {
    const deadline = deadlineAfter(clock, environment.requestTimeoutMs);
    return { operation, signal: new AbortController().signal, deadline };
  }

  return {
    async call(name, request) {
      const { deadline, signal } = request;
      const answer = await withRetries((number) => attempt(name, request, number), {
        clock,
        deadline,
        signal,
      });
      return answer as never; // parsed with request.response
    },
  };
}

/** What a failure of one call means at the cloud. */
interface Consequences {
  /** The effect when the answer is lost or unreadable. */
  readonly lost: Effect;
  /** The effect of a clean refusal. */
  readonly refused: Effect;
  readonly repeatable: boolean;
}

function consequencesOf(endpoint: Endpoint, request: ApiRequest): Consequences {
  if (request.rents) return { lost: "maybe", refused: "maybe", repeatable: false };
  const reads = request.reads ?? endpoint.method === "GET";
  return {
    lost: reads ? "none" : "maybe",
    refused: "none",
    repeatable: reads || request.idempotent === true,
  };
}

function toAnswer(endpoint: string, { status, headers, text }: Incoming): Answer {
  return { endpoint, status, headers, text, body: parsedJson(text) };
}

/** `undefined` stands for "not JSON"; whoever needs JSON says so. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where an answer differs from the documentation. zod's issues name places and types, never values. */
function places(error: z.ZodError): string {
  const first = error.issues.slice(0, 3);
  return first.map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`).join("; ");
}
