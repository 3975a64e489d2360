import ky from "ky";
import pRetry from "p-retry";
import { installPeers } from "../lib/peers.ts";

const versions = { bottleneck: "^2.19.5", "@smithy/util-retry": "^4.0.0" };

/** One request; an answer that is not good is thrown. */
type Send = () => Promise<unknown>;
type Strategy = (send: Send) => Promise<unknown>;

interface Bottleneck {
  readonly default: new (options: object) => { readonly schedule: (send: Send) => Promise<unknown> };
}
interface Token {
  readonly getRetryDelay: () => number;
}
interface Smithy {
  readonly AdaptiveRetryStrategy: new (
    maxAttempts: () => Promise<number>,
  ) => {
    readonly acquireInitialRetryToken: (scope: string) => Promise<Token>;
    readonly refreshRetryTokenForRetry: (token: Token, error: object) => Promise<Token>;
    readonly recordSuccess: (token: Token) => void;
  };
}

export const limiters = {
  ky: "ky, its defaults",
  retry: "p-retry, its defaults",
  patient: "p-retry, randomised, without end",
  bottleneck: "bottleneck, a call in 2 s, tried again",
  adaptive: "AWS SDK, adaptive, 50 attempts",
} as const;

/** How others hold a limit; they have no connection with the library. */
export async function limiter(
  name: string,
  fetch: (request: Request) => Promise<Response>,
): Promise<Strategy> {
  switch (name) {
    case limiters.ky:
      return () => ky.get("http://127.0.0.1/machine", { fetch: fetch as typeof globalThis.fetch });
    case limiters.retry:
      return (send) => pRetry(send);
    case limiters.patient:
      return (send) =>
        pRetry(send, { retries: Number.POSITIVE_INFINITY, randomize: true, maxTimeout: 30_000 });
    case limiters.bottleneck: {
      const { default: Bottleneck } = await (await peers()).load<Bottleneck>("bottleneck");
      const line = new Bottleneck({ minTime: 2_000 });
      return (send) => pRetry(() => line.schedule(send), { minTimeout: 0, retries: 50 });
    }
    default: {
      const { AdaptiveRetryStrategy } = await (await peers()).load<Smithy>("@smithy/util-retry");
      const strategy = new AdaptiveRetryStrategy(async () => 50);
      return async (send) => {
        let token = await strategy.acquireInitialRetryToken("one");
        for (;;) {
          try {
            const answer = await send();
            strategy.recordSuccess(token);
            return answer;
          } catch (error) {
            token = await strategy.refreshRetryTokenForRetry(token, { errorType: "THROTTLING", error });
            await new Promise((resolve) => setTimeout(resolve, token.getRetryDelay()));
          }
        }
      };
    }
  }
}

async function peers() {
  const installed = await installPeers(versions);
  if ("missing" in installed) throw new Error(installed.missing);
  return installed;
}

/** Why some of them cannot be measured here, if so. */
export async function missingLimiters(): Promise<readonly string[]> {
  const installed = await installPeers(versions);
  return "missing" in installed ? [installed.missing] : [];
}
