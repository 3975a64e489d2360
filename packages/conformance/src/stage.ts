import { type ComputeProvider, systemClock } from "@gpuport/core";
import type { Bench, Means } from "./bench.ts";
import { forwardWith } from "./forward.ts";
import { limited, type Spending } from "./spending.ts";
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

export function setStage(bench: Bench, spending?: Spending): Stage {
  const clock = bench.clock ?? systemClock;
  const tap = createTap({ clock, forward: forwardWith(bench.fetch), machines: bench.machines });
  const means: Means = { fetch: tap.fetch, clock };
  function open(more: Partial<Means> = {}): ComputeProvider {
    const provider = bench.make({ ...means, ...more });
    return spending === undefined ? provider : limited(provider, spending);
  }
  return { bench, tap, means, open, provider: open() };
}
