import { ComputeError, type ComputeErrorCode, type ComputeProvider, isComputeError } from "@gpuport/core";
import { byHand, type Make, type Mutant, withMaps } from "../mutant.ts";

const topics = [
  "errors",
  "breakdowns",
  "ambiguity",
  "deadlines",
  "launch request",
  "evidence of termination",
  "secrets",
  "list",
];

/** The adapter whose errors are others when they come from the verbs that read or end machines. */
function thrown(change: (error: ComputeError) => unknown): Make {
  return byHand((sound) => {
    const told = (error: unknown): never => {
      throw isComputeError(error) ? change(error) : error;
    };
    return {
      launch: (...asked) => sound.launch(...asked).catch(told),
      describe: (...asked) => sound.describe(...asked).catch(told),
      terminate: (...asked) => sound.terminate(...asked).catch(told),
      waitFor: (...asked) => sound.waitFor(...asked).catch(told),
      async *list(...asked) {
        try {
          yield* sound.list(...asked);
        } catch (error) {
          told(error);
        }
      },
    } satisfies Partial<ComputeProvider>;
  });
}

const codeAs = (from: ComputeErrorCode, to: ComputeErrorCode): Make =>
  thrown((error) => (error.code === from ? error.with({ code: to }) : error));

export const errorMutants: readonly Mutant[] = [
  {
    name: "plain-errors",
    defect: "Failures are plain errors without a code.",
    topics,
    make: thrown(({ message }) => new Error(message)),
  },
  {
    name: "failures-are-texts",
    defect: "Failures are thrown as texts.",
    topics,
    make: thrown(({ message }) => message),
  },
  {
    name: "everything-unknown",
    defect: "Every failure has the same code.",
    topics,
    make: thrown((error) => error.with({ code: "unknown" })),
  },
  {
    name: "refused-key-is-unavailable",
    defect: "A refused key is told as an outage, and is tried again and again.",
    topics,
    make: codeAs("unauthenticated", "unavailable"),
  },
  {
    name: "refused-key-is-configuration",
    defect: "A refused key is told as a wrong path.",
    topics,
    make: codeAs("unauthenticated", "invalid_config"),
  },
  {
    name: "throttled-is-out-of-stock",
    defect: "A throttle is told as missing capacity.",
    topics,
    make: codeAs("rate_limited", "no_capacity"),
  },
  {
    name: "outage-is-our-fault",
    defect: "An outage of the cloud is told as an invalid argument.",
    topics,
    make: codeAs("unavailable", "invalid_argument"),
  },
  {
    name: "web-page-is-unknown",
    defect: "A web page in place of an answer comes out as a failure to parse.",
    topics,
    make: thrown((error) => (error.code === "bad_response" ? new SyntaxError("Unexpected token <") : error)),
  },
  {
    name: "errors-without-a-name",
    defect: "Errors do not tell which provider and which operation they come from.",
    topics,
    make: thrown((error) => error.with({ provider: undefined, operation: undefined })),
  },
  {
    name: "errors-without-the-machine",
    defect: "Errors about a machine do not tell which one.",
    topics,
    make: thrown((error) => error.with({ instanceId: undefined })),
  },
  {
    name: "everything-may-be-repeated",
    defect: "Every failure says that the same call may be made again.",
    topics,
    make: thrown((error) => error.with({ retryable: true })),
  },
  {
    name: "nothing-may-be-repeated",
    defect: "No failure says that the same call may be made again.",
    topics,
    make: thrown((error) => error.with({ retryable: false })),
  },
  {
    name: "everything-has-no-effect",
    defect: "Every failure says that nothing has happened at the cloud.",
    topics,
    make: thrown((error) => error.with({ effect: "none" })),
  },
  {
    name: "retry-after-ignored",
    defect: "A cloud that asks to wait half a minute is asked again at once.",
    topics,
    make: byHand((sound, { ask, toInstance }) => ({
      async describe(id, options) {
        for (let attempt = 0; attempt < 5; attempt += 1) {
          const answer = await ask("GET", `/machines/${encodeURIComponent(id)}`, { signal: options?.signal });
          if (answer.ok && answer.body !== undefined) return toInstance(answer.body);
          if (answer.status !== 429) break;
        }
        return sound.describe(id, options);
      },
    })),
  },
  {
    name: "retry-after-lost",
    defect: "How long the cloud asked to wait is not told.",
    topics,
    make: thrown((error) => error.with({ retryAfterMs: undefined })),
  },
  {
    name: "reads-never-repeated",
    defect: "A read that fails for a moment is not repeated.",
    topics,
    make: byHand((sound, { ask, toInstance }) => ({
      async describe(id, options) {
        const answer = await ask("GET", `/machines/${encodeURIComponent(id)}`, { signal: options?.signal });
        if (answer.status >= 500) {
          throw new ComputeError({ code: "unavailable", message: `describe: it answered ${answer.status}` });
        }
        return answer.ok && answer.body !== undefined ? toInstance(answer.body) : sound.describe(id, options);
      },
    })),
  },
  {
    name: "refusals-repeated",
    defect: "What was refused for good, a wrong key, is sent again and again.",
    topics,
    make: byHand((sound) => ({
      async describe(id, options) {
        for (let attempt = 0; attempt < 8; attempt += 1) {
          try {
            return await sound.describe(id, options);
          } catch (error) {
            if (!isComputeError(error, "unauthenticated")) throw error;
          }
        }
        return sound.describe(id, options);
      },
    })),
  },
  {
    name: "retried-for-ever",
    defect: "A cloud that is down is asked three thousand times.",
    topics,
    make: byHand((sound, { clock }) => ({
      async describe(id, options) {
        for (let attempt = 0; attempt < 3_000; attempt += 1) {
          try {
            return await sound.describe(id, options);
          } catch (error) {
            if (!isComputeError(error, "unavailable")) throw error;
            await clock.sleep(1_000);
          }
        }
        return sound.describe(id, options);
      },
    })),
  },
  {
    name: "success-by-status",
    defect: "Whatever comes with status 200 is an answer, a maintenance page too.",
    topics,
    make: byHand((sound, { ask, toInstance, clock }) => ({
      async describe(id, options) {
        const answer = await ask("GET", `/machines/${encodeURIComponent(id)}`, { signal: options?.signal });
        if (!answer.ok) return sound.describe(id, options);
        if (answer.body !== undefined) return toInstance({ id, state: "up", ...Object(answer.body) });
        return {
          ...{ id, provider: sound.name, status: "unknown", providerStatus: "", billing: "unknown" },
          ...{ hardware: {}, access: { ssh: [], ports: [] }, labels: {}, observedAt: new Date(clock.now()) },
        } as const;
      },
    })),
  },
  {
    name: "redirect-followed",
    defect: "A redirect is followed to wherever it leads, with the key.",
    topics,
    make: byHand((sound, wire, { fetch }) => ({
      async describe(id, options) {
        const answer = await wire.ask("GET", `/machines/${encodeURIComponent(id)}`, {
          signal: options?.signal,
        });
        const elsewhere = answer.headers.get("location");
        if (elsewhere === null) return sound.describe(id, options);
        const headers = { authorization: `Bearer ${wire.credential}` };
        const response = await fetch(new Request(new URL(elsewhere, "http://127.0.0.1"), { headers }));
        return wire.toInstance(await response.json());
      },
    })),
  },
  {
    name: "cloud-words-lost",
    defect: "What the cloud said of a refusal is not told.",
    topics,
    make: withMaps(({ readFailure }) => ({
      readFailure(answer, tables) {
        const failure = readFailure(answer, tables);
        return failure && { ...failure, message: undefined, providerCode: undefined };
      },
    })),
  },
];
