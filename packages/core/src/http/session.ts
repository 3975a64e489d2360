import type { Clock } from "../clock.ts";

/** A credential that ends, and how to get the next one. */
export interface SessionOptions<Call> {
  /** Logs in. Never more than one at a time. */
  readonly login: (call: Call) => Promise<SessionToken>;
  /** The headers that carry the token. */
  readonly headers: (token: string) => Readonly<Record<string, string>>;
}

export interface SessionToken {
  readonly value: string;
  /** When it ends, by the clock; `undefined` when unknown. */
  readonly expiresAt?: number | undefined;
}

export interface Session<Call> {
  /** The token in force; logs in when there is none, or when it is about to end. */
  readonly token: (call: Call) => Promise<string>;
  /** Drops a token that was refused, unless it has been replaced already. */
  readonly drop: (token: string) => void;
}

/** Renews when less than a tenth of the token's life, or half an hour, is left. */
const renewBeforeMs = 30 * 60_000;

export function createSession<Call>(options: SessionOptions<Call>, clock: Clock): Session<Call> {
  let current: { readonly value: string; readonly renewAt: number } | undefined;
  let pending: Promise<string> | undefined;

  async function login(call: Call): Promise<string> {
    const loggedInAt = clock.now();
    const { value, expiresAt } = await options.login(call);
    const life = expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - loggedInAt;
    current = { value, renewAt: loggedInAt + life - Math.min(renewBeforeMs, life / 10) };
    return value;
  }

  return {
    token(call) {
      if (current !== undefined && clock.now() < current.renewAt) return Promise.resolve(current.value);
      pending ??= login(call).finally(() => {
        pending = undefined;
      });
      return pending;
    },
    drop(token) {
      if (current?.value === token) current = undefined;
    },
  };
}
