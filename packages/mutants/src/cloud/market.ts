import { missing, Refusal } from "./refusal.ts";

/** A kind of machine that Tundra rents out. Prices are US cents per hour, and per GPU. */
export interface Offer {
  readonly id: string;
  readonly gpu: string;
  readonly gpus: number;
  /** GiB of one GPU, which Tundra calls GB. */
  readonly vramGb: number;
  readonly vcpus: number;
  /** MiB of the whole machine. */
  readonly ramMb: number;
  readonly maxDiskGb: number;
  readonly region: string;
  readonly cents: number;
  readonly spotCents: number;
  free: number;
}

/** Cents per hour for each GiB of disk. */
export const diskCents = 0.02;

export function createMarket() {
  const card = { gpu: "RTX_4090", vramGb: 24, ramMb: 64_000, maxDiskGb: 500 };
  const h100 = { gpu: "H100_SXM5", vramGb: 80, ramMb: 2_048_000, maxDiskGb: 4000 };
  const offers: readonly Offer[] = [
    {
      ...card,
      id: "of-204",
      gpus: 2,
      vcpus: 24,
      region: "no-north-1",
      cents: 41.5,
      spotCents: 14.2,
      free: 6,
    },
    { ...card, id: "of-201", gpus: 1, vcpus: 12, region: "no-north-1", cents: 39, spotCents: 13, free: 6 },
    { ...h100, id: "of-808", gpus: 8, vcpus: 192, region: "se-mid-2", cents: 249.9, spotCents: 101, free: 2 },
    { ...card, id: "of-202", gpus: 2, vcpus: 32, region: "se-mid-2", cents: 37.25, spotCents: 15, free: 6 },
    { ...card, id: "of-203", gpus: 2, vcpus: 32, region: "fi-west-1", cents: 36, spotCents: 11, free: 0 },
    { ...h100, id: "of-801", gpus: 1, vcpus: 24, region: "se-mid-2", cents: 251, spotCents: 103.5, free: 2 },
    { ...card, id: "of-205", gpus: 4, vcpus: 48, region: "se-mid-2", cents: 38.75, spotCents: 12.5, free: 3 },
  ];
  return {
    offers,
    find(id: string): Offer {
      const offer = offers.find((row) => row.id === id);
      if (offer === undefined) throw missing("offer", id);
      return offer;
    },
    take(offer: Offer): void {
      if (offer.free === 0) throw new Refusal(409, "sold_out", `${offer.id} is sold out`);
      offer.free -= 1;
    },
  };
}
export type Market = ReturnType<typeof createMarket>;

export function offerRow(offer: Offer): unknown {
  return {
    offer_id: offer.id,
    gpu_name: offer.gpu,
    gpu_count: offer.gpus,
    gpu_ram_gb: offer.vramGb,
    vcpus: offer.vcpus,
    ram_mb: offer.ramMb,
    max_disk_gb: offer.maxDiskGb,
    region: offer.region,
    gpu_cents: offer.cents,
    gpu_spot_cents: offer.spotCents,
    disk_cents_per_gb: diskCents,
    free: offer.free,
  };
}
