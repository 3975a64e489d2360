import type { Clock } from "../kit/types.ts";
import type { RunpodPod, RunpodVolume } from "./state.ts";

/** USD per hour. */
export interface RunpodRates {
  readonly gpu: number;
  readonly cpu: number;
  readonly disk: number;
}

/** A stretch of time at one price. */
export interface RunpodCharge {
  readonly id: string;
  readonly kind: "pod" | "volume";
  readonly from: number;
  until: number | undefined;
  readonly rates: RunpodRates;
}

export interface RunpodLedger {
  /** From now on it costs so much. */
  readonly set: (id: string, kind: RunpodCharge["kind"], rates: RunpodRates) => void;
  /** What costs money now, with the moment since when it has done so without a break. */
  readonly open: () => readonly (RunpodCharge & { readonly since: number })[];
  readonly charges: () => readonly RunpodCharge[];
  readonly perHour: () => number;
  readonly spent: () => number;
}

const hourMs = 3_600_000;
const hoursPerMonth = 730;

export const totalOf = ({ gpu, cpu, disk }: RunpodRates) => gpu + cpu + disk;

export function createLedger({ now }: Clock): RunpodLedger {
  const charges: RunpodCharge[] = [];
  const since = new Map<string, number>();

  const open = () =>
    charges.flatMap((charge) =>
      charge.until === undefined ? [{ ...charge, since: since.get(charge.id) ?? charge.from }] : [],
    );

  return {
    set(id, kind, rates) {
      const last = charges.findLast((charge) => charge.id === id && charge.until === undefined);
      if (last !== undefined) last.until = now();
      if (totalOf(rates) === 0) {
        since.delete(id);
        return;
      }
      charges.push({ id, kind, from: now(), until: undefined, rates });
      if (!since.has(id)) since.set(id, now());
    },
    open,
    charges: () => charges,
    perHour: () => open().reduce((sum, { rates }) => sum + totalOf(rates), 0),
    spent: () =>
      charges.reduce(
        (sum, { from, until, rates }) => sum + (totalOf(rates) * ((until ?? now()) - from)) / hourMs,
        0,
      ),
  };
}

/** What the GPUs or cores it holds cost an hour; a pod that stands still holds none. */
export function costOf(pod: RunpodPod): { readonly gpu: number; readonly cpu: number } {
  if (pod.status === "EXITED" || pod.status === "TERMINATED") return { gpu: 0, cpu: 0 };
  const tier = pod.cloud === "SECURE" ? "secure" : "community";
  return {
    gpu: (pod.gpu?.type.price[tier] ?? 0) * pod.held,
    cpu: (pod.cpu?.flavour.price.securePerVcpu ?? 0) * (pod.cpu?.vcpuCount ?? 0),
  };
}

/** Disks cost as well, which the pod's own `cost` leaves out: a persistent one twice as much while the pod stands still. */
export function ratesOf(pod: RunpodPod): RunpodRates {
  if (pod.status === "TERMINATED") return { gpu: 0, cpu: 0, disk: 0 };
  const persistent = pod.mounts.persistent?.size ?? 0;
  const perMonth = pod.status === "EXITED" ? persistent * 0.2 : (pod.disk + persistent) * 0.1;
  return { ...costOf(pod), disk: perMonth / hoursPerMonth };
}

/** A terabyte and more is cheaper by the gigabyte. */
export function volumeRates({ size }: RunpodVolume): RunpodRates {
  return { gpu: 0, cpu: 0, disk: (size * (size < 1000 ? 0.07 : 0.05)) / hoursPerMonth };
}
