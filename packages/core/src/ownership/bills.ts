import type { CallOptions } from "../call-options.ts";
import type { Lease, Rate } from "../journal/journal.ts";
import type { Billing, Instance } from "../model/index.ts";
import type { ComputeProvider } from "../provider.ts";
import { internalsOf } from "./internals.ts";

/** A machine that costs money now, or may. */
export interface BillingMachine {
  readonly provider: string;
  readonly id: string;
  readonly name?: string | undefined;
  readonly status: Instance["status"];
  readonly billing: Exclude<Billing, "none">;
  readonly rate?: Rate | undefined;
  /** When it was created, as far as the cloud says. */
  readonly since?: Date | undefined;
  /** The key of the launch that made it; `undefined` for a machine that this journal does not know. */
  readonly key?: string | undefined;
  readonly lease?: Lease | undefined;
}

/**
 * Every machine that bills now on the accounts of these providers, ours or not, from complete lists: what is missing
 * here costs nothing.
 *
 * @throws What listing throws: a part is never passed off as the whole.
 */
export async function whatBills(
  providers: Iterable<ComputeProvider>,
  options?: CallOptions,
): Promise<readonly BillingMachine[]> {
  const all = await Promise.all(Array.from(providers, (provider) => billsOf(provider, options)));
  return all.flat();
}

async function billsOf(
  provider: ComputeProvider,
  options: CallOptions | undefined,
): Promise<BillingMachine[]> {
  const { survey, journal } = internalsOf(provider);
  const machines: BillingMachine[] = [];
  for await (const { instance } of survey(options)) {
    const { id, name, status, billing, createdAt, price } = instance;
    if (billing === "none" || status === "terminated") continue;
    const record = await journal.byInstance(provider.name, id);
    const stopped = billing === "storage" ? price?.stoppedPerHourMicros : undefined;
    const rate = price && { currency: price.currency, perHourMicros: stopped ?? price.perHourMicros };
    const ours = { key: record?.key, lease: record?.lease };
    machines.push({ provider: provider.name, id, name, status, billing, rate, since: createdAt, ...ours });
  }
  return machines;
}
