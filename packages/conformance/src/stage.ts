import { type ComputeProvider, type Fetch, systemClock } from "@gpuport/core";
import type { Bench, Means } from "./bench.ts";
import { createTap, type Tap } from "./tap.ts";

/** A bench that is set up: its wire is tapped, and a provider is open. */
export interface Stage {
  readonly bench: Bench;
  readonly tap: Tap;
  readonly provider: ComputeProvider;
  /** Opens another provider on the same cloud, as another process would. */
  readonly open: (more?: Partial<Means>) => ComputeProvider;
  readonly means: Means;
}

export function setStage(bench: Bench, through: (forward: Fetch) => Fetch = (forward) => forward): Stage {
  const clock = bench.clock ?? systemClock;
  const forward = through(bench.fetch ?? ((request, init) => globalThis.fetch(request, init)));
  const tap = createTap({ clock, forward, machines: bench.machines });
  const means: Means = { fetch: tap.fetch, clock };
  const open = (more: Partial<Means> = {}): ComputeProvider => bench.make({ ...means, ...more });
  return { bench, tap, means, open, provider: open() };
}
