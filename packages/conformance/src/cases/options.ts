import type { ComputeProvider } from "@gpuport/core";
import type { Means } from "../bench.ts";
import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { notApplicable, unverified } from "../outcome.ts";

const { that } = topic("options", { tiers: ["offline"] });

/** Opens a provider with options that must have reached it. */
function configured({ open }: CaseContext, more: Partial<Means>): ComputeProvider {
  const provider = open({ name: "probe", ...more });
  if (provider.name !== "probe") unverified("the bench does not hand the kit's options on to the adapter");
  return provider;
}

/** Options that are wrong, and the field that the refusal names. */
const wrong: readonly (readonly [string, string, object])[] = [
  ["an option that nobody knows", "colour", { colour: "red" }],
  ["an empty name", "name", { name: "" }],
  ["a negative lag", "facts", { facts: { visibilityLagMs: -1 } }],
  ["a fact that nobody knows", "facts", { facts: { luck: 1 } }],
  ["an endpoint that it has not", "endpoints", { endpoints: { "no.such": { path: "x" } } }],
  ["a status that nobody knows", "statuses", { statuses: { word: { status: "sleeping" } } }],
  ["an error code that nobody knows", "errors", { errors: { word: { code: "oops" } } }],
  ["a budget below nothing", "budgets", { budgets: [{ currency: "USD", maxPerHourMicros: -1 }] }],
  ["a limit of no bytes", "maxResponseBytes", { maxResponseBytes: 0 }],
  ["defaults that no request may have", "defaults", { defaults: { colour: "red" } }],
];

export const options: readonly Case[] = [
  ...wrong.map(([what, field, more]) =>
    that(`${what} is refused when the provider is opened, by name`, async (context) => {
      configured(context, {});
      const open = async () => configured(context, more);
      const error = await refused(`opening a provider with ${what}`, open, "invalid_config");
      claim(
        error.field?.startsWith(field) ?? false,
        `${what} names "${error.field}" as the field, not "${field}"`,
      );
      same(context.tap.exchanges.length, 0, "requests of a provider that was never opened");
    }),
  ),
  that("opening a provider sends nothing", async ({ open, tap }) => {
    open();
    same(tap.exchanges.length, 0, "requests of a provider that was only opened");
  }),
  that("a provider bears the name that it was configured under", async (context) => {
    const provider = configured(context, {});
    const { id } = await provider.launch(context.request);
    context.owns(id, provider);
    same((await provider.describe(id)).provider, "probe", "the provider that an instance names");
    for (const instance of await collect(provider.list()))
      same(instance.provider, "probe", "the provider in a list");
    const { unknownId } = context;
    const { provider: named } = await refused("describe", () => provider.describe(unknownId), "not_found");
    same(named, "probe", "the provider that an error names");
  }),
  that("the adapter's id is lower case and stays", async ({ provider, open }) => {
    claim(/^[a-z@][a-z0-9@/._-]*$/.test(provider.adapter), `"${provider.adapter}" is no id of an adapter`);
    same(
      open({ name: "probe" }).adapter,
      provider.adapter,
      "the adapter of a provider with a name of its own",
    );
  }),
  that("facts can be overridden", async (context) => {
    const { facts } = configured(context, { facts: { pollIntervalMs: 1234, bills: { stopped: "none" } } });
    same([facts.pollIntervalMs, facts.bills.stopped], [1234, "none"], "facts that were overridden");
    same(facts.bills.provisioning, context.provider.facts.bills.provisioning, "a fact that was not");
  }),
  that("defaults hold where a request leaves them out", async (context) => {
    const { image } = context.request;
    if (image === undefined) unverified("the bench's request names no image");
    const provider = configured(context, { defaults: { image } });
    const { image: _, ...rest } = context.request;
    const { id } = await provider.launch(rest);
    context.owns(id, provider);
  }),
  that("an image can have a name of its own", async (context) => {
    const { image } = context.request;
    if (image === undefined) unverified("the bench's request names no image");
    const provider = configured(context, { images: { "my-image": image } });
    const { id } = await provider.launch({ ...context.request, image: "my-image" });
    context.owns(id, provider);
    same(
      (await provider.describe(id)).status !== "failed",
      true,
      "whether a machine with an aliased image came up",
    );
  }),
  that("a launch without a lease is refused where one is required", async (context) => {
    const provider = configured(context, { requireLease: true });
    const before = await context.machines();
    const launch = () => provider.launch(context.request);
    const { field } = await refused("a launch without a lease", launch, "invalid_argument");
    same(field, "lease", "the field that is missing");
    same(await context.machines(), before, "machines after the refused launch");
  }),
  that("a launch beyond the budget is refused before anything is rented", async (context) => {
    const before = await context.machines();
    const { price } = await context.rentRunning();
    if (price === undefined) notApplicable("its machines have no price");
    const budgets = [{ currency: price.currency, maxPerHourMicros: 1 }];
    const provider = configured(context, { budgets });
    const { value, error } = await settled(() => provider.launch(context.request));
    if (value !== undefined) context.owns(value.id, provider);
    claim(error !== undefined, "a launch passed a budget of next to nothing");
    same(await context.machines(), before + 1, "machines after a launch beyond the budget");
  }),
  that("an answer larger than the limit is refused", async (context) => {
    await context.rentRunning();
    const provider = configured(context, { maxResponseBytes: 16 });
    await refused("a list of more than 16 bytes", () => collect(provider.list()), "bad_response");
  }),
  that("a machine whose lease nobody renews is ended", async (context) => {
    const { provider, request, machines, pass } = context;
    const before = await machines();
    const ttlMs = 120_000;
    const lease = { ttlMs, onExpiry: "terminate" } as const;
    const { value, error } = await settled(() => provider.launch({ ...request, lease }));
    if (value === undefined) notApplicable(`it has no leases: ${error.message}`);
    context.owns(value.id);
    same(await machines(), before + 1, "machines while the lease holds");
    await pass(ttlMs + 1000);
    // The end needs requests of its own.
    for (let looks = 0; looks < 200 && (await machines()) > before; looks += 1) await pass(1000);
    same(await machines(), before, "machines after the lease has run out");
  }),
];
