import { type ProviderFacts, type RequestTrace, requestChannel } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, same } from "../claims.ts";
import type { Exchange } from "../exchange.ts";
import { notApplicable, unverified } from "../outcome.ts";

const { that, having } = topic("facts");
const offline = topic("facts", { tiers: ["offline"] });
const day = 86_400_000;

const numbers: readonly (readonly [keyof ProviderFacts, number, number])[] = [
  ["visibilityLagMs", 0, day],
  ["appearsWithinMs", 0, day],
  ["lateCommitMs", 0, day],
  ["confirmTerminateMs", 1000, day],
  ["pollIntervalMs", 100, day],
  ["pageSize", 1, 100_000],
  ["requestTimeoutMs", 1000, day],
];
/** From the least that a machine can cost to the most. */
const costs = ["none", "storage", "compute"];
const bills = [...costs, "unknown"];

export const facts: readonly Case[] = [
  ...numbers.map(([name, least, most]) =>
    that(`facts.${name} is declared, and plausible`, async ({ provider }) => {
      const value = provider.facts[name];
      const plausible =
        typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
      claim(plausible, `facts.${name} is ${String(value)}, not a whole number from ${least} to ${most}`);
    }),
  ),
  that(
    "facts tell what stands for a launch, and what machines cost while they come up or stand",
    async (context) => {
      const { launchIdentity, bills: declared } = context.provider.facts;
      const identities = ["idempotency_key", "unique_name", "label"];
      claim(identities.includes(launchIdentity), `facts.launchIdentity is "${launchIdentity}"`);
      for (const state of ["provisioning", "stopped"] as const) {
        claim(bills.includes(declared[state]), `facts.bills.${state} is "${declared[state]}"`);
      }
    },
  ),
  that("facts tell how sure each endpoint is", async ({ provider }) => {
    const { evidence, rateLimits } = provider.facts;
    const grades = ["live", "recorded", "documented", "inferred"];
    claim(Object.keys(evidence).length > 0, "facts.evidence names no endpoint");
    for (const [name, grade] of Object.entries(evidence))
      claim(grades.includes(grade), `${name} has evidence "${grade}"`);
    for (const [name, { calls, perMs }] of Object.entries(rateLimits)) {
      claim(name in evidence, `the limited endpoint ${name} is none of those with evidence`);
      claim(calls >= 1 && perMs >= 0, `the limit of ${name} is ${calls} in ${perMs} ms`);
    }
  }),
  that("a launched machine is listed within the time that facts name", async ({ provider, rent, pass }) => {
    const { id } = await rent();
    await pass(provider.facts.appearsWithinMs + provider.facts.visibilityLagMs);
    const listed = await collect(provider.list());
    claim(
      listed.some((instance) => instance.id === id),
      "a machine is not listed although facts.appearsWithinMs has passed",
    );
  }),
  that("a machine that comes up bills as declared", async ({ provider, rent }) => {
    const { billing, status } = await rent();
    if (status === "running") notApplicable("its machines run at once");
    const declared = provider.facts.bills.provisioning;
    claim(
      billing === declared || billing === "unknown",
      `a new machine bills ${billing}, facts say ${declared}`,
    );
  }),
  having(
    "power",
    "a stopped machine bills no more than declared",
    async (power, { provider, rentRunning }) => {
      const { id } = await rentRunning();
      await power.stop(id);
      const { billing } = await provider.waitFor(id, "stopped");
      const declared = provider.facts.bills.stopped;
      if (billing === "unknown" || declared === "unknown") return;
      const isLess = costs.indexOf(billing) <= costs.indexOf(declared);
      claim(isLess, `a stopped machine bills ${billing}, facts.bills.stopped says ${declared}`);
    },
  ),
  offline.that("declared rate limits are kept, however many calls are made at once", async (context) => {
    const { provider, rentRunning, tap } = context;
    const { rateLimits } = provider.facts;
    if (Object.keys(rateLimits).length === 0) notApplicable("it declares no rate limits");
    const { id } = await rentRunning();
    const traces = new Map<string, RequestTrace>();
    const listener = { start: (trace: RequestTrace) => void traces.set(trace.endpoint, trace) };
    const listeners = { ...listener, end: ignore, asyncStart: ignore, asyncEnd: ignore, error: ignore };
    requestChannel.subscribe(listeners);
    try {
      await Promise.all([1, 2, 3, 4].map(() => provider.describe(id)));
      await Promise.all([1, 2, 3].map(() => collect(provider.list())));
      await provider.terminate(id);
    } finally {
      requestChannel.unsubscribe(listeners);
    }
    const limited = [...traces.values()].filter(({ endpoint }) => endpoint in rateLimits);
    if (limited.length === 0) unverified("it does not say which request belongs to which limit");
    for (const trace of limited) {
      const limit = rateLimits[trace.endpoint];
      if (limit !== undefined)
        keepsTo(
          limit,
          trace,
          tap.exchanges.filter((exchange) => belongs(exchange, trace)),
        );
    }
  }),
];

function ignore(): void {
  // Only starts are counted.
}

/** Whether a request went to the endpoint of a trace, whose path has `{name}` for an id. */
function belongs({ method, url }: Exchange, trace: RequestTrace): boolean {
  const escaped = trace.path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "[^/]+");
  return method === trace.method && new RegExp(`/${escaped}$`).test(url.pathname);
}

function keepsTo(
  { calls, perMs }: { readonly calls: number; readonly perMs: number },
  { endpoint }: RequestTrace,
  exchanges: readonly Exchange[],
): void {
  for (const [index, exchange] of exchanges.entries()) {
    const earlier = exchanges[index - calls];
    if (earlier?.answer === undefined) continue;
    const waited = exchange.sentAt - earlier.answer.at;
    claim(
      waited >= perMs,
      `${endpoint} was asked ${calls + 1} times within ${waited} ms; its limit is ${calls} in ${perMs} ms`,
    );
  }
  same(
    exchanges.every(({ forwarded }) => forwarded),
    true,
    "whether the requests reached the server",
  );
}
