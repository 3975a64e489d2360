import {
  type Balance,
  ComputeError,
  fromUnixSeconds,
  gibToMiB,
  type SshKey,
  type Unstamped,
  type Volume,
  type VolumeOffer,
  withRaw,
} from "@gpuport/core";
import { rowOf, toPrice, toRegion } from "./map.ts";
import { diskPerHour } from "./offers.ts";
import { type SshKeyRow, type VolumeOfferRow, volumeSchema } from "./wire.ts";

/** @throws `bad_response` for a row without an id. */
export function toVolume(raw: unknown): Unstamped<Volume> {
  const row = rowOf(volumeSchema, raw);
  const gb = row.disk_space || row.size || undefined;
  const perHour = gb === undefined ? undefined : diskPerHour(row, gb);
  const instance: unknown = row.instances?.[0];
  const volume: Unstamped<Volume> = {
    id: row.id,
    name: row.name || row.label || undefined,
    sizeMiB: gibToMiB(gb),
    region: toRegion(row.geolocation),
    type: row.type || undefined,
    providerStatus: row.status || undefined,
    instanceId: typeof instance === "number" || typeof instance === "string" ? String(instance) : undefined,
    price: toPrice(perHour, undefined, "on_demand"),
    createdAt: fromUnixSeconds(row.start_date),
  };
  return withRaw("vast", volume, raw);
}

/** @param gb The size that was asked for, which the price is for. */
export function toVolumeOffer(row: VolumeOfferRow, gb: number, raw: unknown): Unstamped<VolumeOffer> {
  const place: Unstamped<VolumeOffer> = {
    id: row.ask_contract_id ?? row.id,
    maxSizeMiB: gibToMiB(row.disk_space),
    region: toRegion(row.geolocation),
    price: toPrice(diskPerHour(row, gb), undefined, "on_demand"),
  };
  return withRaw("vast", place, raw);
}

/** `undefined` for a key that has been deleted and is still shown. */
export function toSshKey(row: SshKeyRow): Unstamped<SshKey> | undefined {
  const publicKey = row.public_key || row.key;
  if (row.deleted_at || !publicKey) return undefined;
  return { id: row.id, publicKey, createdAt: fromUnixSeconds(row.created_at) };
}

/** Accounts that pay in advance hold their money as credit. What is owed is below zero. */
export function toBalance(dollars: { readonly balance: number; readonly credit: number }): Balance {
  const parts = (["balance", "credit"] as const).map((kind) => ({
    kind,
    micros: Math.round(dollars[kind] * 1e6),
  }));
  const availableMicros = parts.reduce((sum, { micros }) => sum + micros, 0);
  if (Number.isSafeInteger(availableMicros)) return { currency: "USD", availableMicros, parts };
  throw new ComputeError({ code: "bad_response", message: "the balance is no amount of money" });
}
