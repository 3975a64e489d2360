import { diskCents, type Offer } from "./market.ts";

/** A machine, as the cloud itself knows it. */
export interface Machine {
  readonly id: string;
  label: string;
  readonly image: string;
  readonly offer: Offer;
  readonly diskGb: number;
  readonly env: Readonly<Record<string, unknown>>;
  readonly script: string;
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
  readonly keys: string[];
  readonly createdAt: number;
  /** When lists and reads begin to show it. */
  readonly visibleAt: number;
  /** Cents per GPU and hour, of a machine that was bid for. */
  bidCents: number | undefined;
  state: string;
  startedAt: number | undefined;
  endedAt: number | undefined;
  readonly log: string[];
}

/** What it costs an hour while it runs, in cents. */
export function hourlyCents({ bidCents, offer, diskGb }: Machine): number {
  return (bidCents ?? offer.cents) * offer.gpus + diskGb * diskCents;
}

const hostZoneMs = 8 * 3_600_000;

/** Tundra writes moments in the time of its head office, eight hours before UTC, and does not say so. */
export function officeTime(ms: number): string {
  return new Date(ms + hostZoneMs).toISOString().slice(0, 19).replace("T", " ");
}

export function machineRow(machine: Machine): unknown {
  const { offer, diskGb, bidCents, state } = machine;
  const up = state === "up";
  const number = Number(machine.id.slice(3));
  return {
    id: machine.id,
    label: machine.label,
    image: machine.image,
    state,
    note: state === "crashed" ? "the container has exited with 137" : null,
    offer_id: offer.id,
    gpu_name: offer.gpu,
    gpu_count: offer.gpus,
    gpu_ram_gb: offer.vramGb,
    vcpus: offer.vcpus,
    ram_mb: offer.ramMb,
    disk_gb: diskGb,
    region: offer.region,
    gpu_cents: bidCents ?? offer.cents,
    disk_cents_per_gb: diskCents,
    is_spot: bidCents !== undefined,
    created: state === "queued" ? null : officeTime(machine.createdAt),
    host: up ? "203.0.113.7" : null,
    ssh_port: up ? 20_000 + number : null,
    ssh_password: up ? `tundra-pass-${number}` : null,
    ports: up
      ? machine.ports.map(({ port, protocol }, index) => ({
          port,
          protocol,
          public: 30_000 + number * 10 + index,
        }))
      : [],
    console_url: `https://console.tundra.example/${machine.id}?access=console-token-${number}`,
  };
}
