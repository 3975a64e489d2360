import { type ComputeError, type ComputeErrorCode, isComputeError } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same, settled } from "../claims.ts";
import * as faults from "../faults.ts";

const { that } = topic("errors", { tiers: ["offline"] });

const codes: Readonly<Record<ComputeErrorCode, true>> = {
  ...{ invalid_config: true, invalid_argument: true, unsupported: true, unauthenticated: true },
  ...{ permission_denied: true, not_found: true, conflict: true, offer_gone: true, no_capacity: true },
  ...{ quota_exceeded: true, insufficient_funds: true, rate_limited: true, unavailable: true },
  ...{ timeout: true, cancelled: true, bad_response: true, launch_ambiguous: true },
  ...{ termination_unconfirmed: true, instance_failed: true, unknown: true },
};

/** Everything that must be so of any error of an operation that reads. */
function wellFormed(error: ComputeError, provider: string, operation: string): void {
  claim(error.code in codes, `"${error.code}" is no code of a ComputeError`);
  claim(error.message.trim() !== "", "the error has no message");
  same(error.provider, provider, "the provider that an error names");
  same(error.operation, operation, "the operation that an error names");
  same(error.effect, "none", "the effect of a read that failed");
  claim(
    ["request", "offer", "region", "account", "provider"].includes(error.scope),
    `"${error.scope}" is no scope`,
  );
  claim(JSON.stringify(error) !== "{}", "an error shows nothing in JSON");
}

const denials = ["permission_denied", "unauthenticated", "quota_exceeded", "insufficient_funds"] as const;

/** What a status says of a request where the cloud says nothing else; a cloud's own words may say more. */
const statuses: readonly (readonly [number, readonly ComputeErrorCode[]])[] = [
  [400, []],
  [401, ["unauthenticated", "permission_denied"]],
  [402, ["insufficient_funds", "permission_denied", "unauthenticated"]],
  // In plain text it may come from the network in front of the cloud, and is then no verdict on the key.
  [403, [...denials, "unavailable"]],
  [409, []],
  [418, []],
  [422, []],
  [429, ["rate_limited"]],
  [451, []],
  [500, []],
  [502, ["unavailable"]],
  [503, ["unavailable"]],
  [504, ["unavailable", "timeout"]],
];

const byStatus = statuses.flatMap(([status, expected]) => [
  that(`a ${status} on a read is thrown with a code, the provider and the operation`, async (context) => {
    const { provider, inject } = context;
    const { id } = await context.rentRunning();
    await inject("read", faults.refusal(status));
    const error = await refused(`describe, answered ${status},`, () => provider.describe(id), ...expected);
    wellFormed(error, provider.name, "describe");
    claim(error.code !== "not_found", `a ${status} is taken for an absent machine`);
    if (error.status !== undefined) same(error.status, status, "the status of the error");
  }),
]);

const hopeful: readonly (readonly [faults.Fault, boolean])[] = [
  [faults.reset(), true],
  [faults.refusal(503), true],
  [faults.throttle(), true],
  [faults.refusal(401), false],
];

export const errors: readonly Case[] = [
  ...byStatus,
  ...hopeful.map(([fault, retryable]) =>
    that(
      `${fault.name} on a read is ${retryable ? "worth another try" : "not worth another try"}`,
      async (context) => {
        const { provider, inject } = context;
        const { id } = await context.rentRunning();
        await inject("read", fault);
        const error = await refused("describe", () => provider.describe(id));
        same(error.retryable, retryable, `retryable, after ${fault.name}`);
      },
    ),
  ),
  ...[faults.brokenJson(), faults.webPage(), faults.literally('"surprise"')].map((fault) =>
    that(`${fault.name} on a list is a bad response`, async ({ provider, inject }) => {
      await inject("list", fault);
      const error = await refused("list", () => collect(provider.list()), "bad_response", "unavailable");
      wellFormed(error, provider.name, "list");
    }),
  ),
  that("a 403 in the API's own language is a denial", async ({ provider, inject, rentRunning }) => {
    const { id } = await rentRunning();
    await inject("read", faults.refusalInJson(403));
    await refused("describe, answered 403 in JSON,", () => provider.describe(id), ...denials);
  }),
  that("a throttle's own wait is kept, and told", async ({ provider, inject, tap, isFor, rentRunning }) => {
    const { id } = await rentRunning();
    const isRead = await isFor("read");
    await inject("read", faults.throttle("7"), { times: 1 });
    const { result, exchanges } = await tap.during(() => settled(() => provider.describe(id)));
    const reads = exchanges.filter(isRead);
    const [throttled, next] = reads;
    if (next !== undefined) {
      const waited = next.sentAt - (throttled?.answer?.at ?? 0);
      claim(waited >= 7000, `the cloud asked for 7 s, and the next request came after ${waited} ms`);
    } else {
      claim(isComputeError(result.error), "a throttled read threw no ComputeError");
      same(result.error.retryAfterMs, 7000, "retryAfterMs of a throttled read");
    }
  }),
  that(
    "a throttle that outlives the deadline is thrown with its wait",
    async ({ provider, inject, rentRunning }) => {
      const { id } = await rentRunning();
      await inject("read", faults.throttle("3600"));
      const read = () => provider.describe(id, { timeoutMs: 5000 });
      const error = await refused("a throttled describe", read, "rate_limited");
      same(error.retryAfterMs, 3_600_000, "retryAfterMs of an hour");
      claim(error.retryable, "a throttled read is not called retryable");
    },
  ),
  that("a throttle may name a date", async ({ provider, inject, rentRunning, clock }) => {
    const { id } = await rentRunning();
    const until = new Date(Math.ceil((clock.now() + 3_600_000) / 1000) * 1000);
    await inject("read", faults.throttle(until.toUTCString()));
    const read = () => provider.describe(id, { timeoutMs: 5000 });
    const { retryAfterMs = 0 } = await refused("a throttled describe", read, "rate_limited");
    const off = Math.abs(retryAfterMs - 3_600_000);
    claim(off < 60_000, `a throttle until ${until.toISOString()} was read as ${retryAfterMs} ms`);
  }),
  that("a redirect is not followed with the credentials", async ({ provider, inject, tap }) => {
    const location = "https://elsewhere.invalid/steal";
    await inject("list", faults.answer("a redirect", { status: 307, headers: { location } }));
    await refused("a redirected list", () => collect(provider.list()));
    const strayed = tap.exchanges.filter(({ url }) => url.hostname === "elsewhere.invalid");
    same(strayed.length, 0, "requests that followed a redirect to another host");
  }),
  that("an error can be told from others without its class", async ({ provider, inject }) => {
    await inject("list", faults.refusal(503));
    const { error } = await settled(() => collect(provider.list()));
    claim(isComputeError(error), `list threw something that is no ComputeError: ${String(error)}`);
    claim(isComputeError(error, error.code), "isComputeError does not know the code of the error");
    claim(error instanceof Error, "a ComputeError is no Error");
  }),
];
