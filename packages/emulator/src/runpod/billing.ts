import { ok, type RunpodHandler } from "./call.ts";
import type { RunpodCharge } from "./ledger.ts";
import { refuseMembers } from "./refusal.ts";
import { time } from "./view.ts";

const hourMs = 3_600_000;
const buckets: Readonly<Record<string, number>> = { HOUR: hourMs, DAY: 24 * hourMs };
/** Records appear so much later than what they tell. */
const lateMs = hourMs;

/** What pods have cost, in equal stretches of time. The names of the time range and of the sizes are guesses. */
export const billPods: RunpodHandler = ({ request: { query }, ledger, context }) => {
  const size = buckets[(query.get("bucketSize") ?? "HOUR").toUpperCase()];
  if (size === undefined)
    return refuseMembers([`bucketSize: must be one of ${Object.keys(buckets).join(", ")}`]);
  const end = Math.min(
    readTime(query.get("endTime")) ?? Number.POSITIVE_INFINITY,
    context.clock.now() - lateMs,
  );
  const lastN = query.get("lastN");
  const start = lastN === null ? (readTime(query.get("startTime")) ?? 0) : end - Number(lastN) * size;
  const podId = query.get("podId");
  const charges = ledger
    .charges()
    .filter(({ kind, id }) => kind === "pod" && (podId === null || id === podId));
  const records = [...new Set(charges.map(({ id }) => id))].flatMap((id) =>
    recordsOf(id, charges, { start, end, size }),
  );
  return ok({ records, metadata: { currency: "USD" } });
};

const toMoney = (dollars: number) => Number(dollars.toFixed(9));

interface Range {
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

function recordsOf(podId: string, charges: readonly RunpodCharge[], { start, end, size }: Range) {
  const own = charges.filter(({ id }) => id === podId);
  const first = Math.max(start, Math.min(...own.map(({ from }) => from)));
  const records = [];
  for (let from = Math.floor(first / size) * size; from < end; from += size) {
    const sums = { gpuAmount: 0, cpuAmount: 0, diskAmount: 0 };
    for (const charge of own) {
      const until = Math.min(charge.until ?? end, from + size, end);
      const hours = Math.max(0, until - Math.max(charge.from, from)) / hourMs;
      sums.gpuAmount += charge.rates.gpu * hours;
      sums.cpuAmount += charge.rates.cpu * hours;
      sums.diskAmount += charge.rates.disk * hours;
    }
    const totalAmount = sums.gpuAmount + sums.cpuAmount + sums.diskAmount;
    if (totalAmount === 0) continue;
    const amounts = Object.entries({ totalAmount, ...sums }).map(([name, sum]) => [name, toMoney(sum)]);
    records.push({
      startTime: time(from),
      endTime: time(from + size),
      podId,
      ...Object.fromEntries(amounts),
    });
  }
  return records;
}

function readTime(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? refuseMembers(["startTime, endTime: must be RFC 3339"]) : ms;
}
