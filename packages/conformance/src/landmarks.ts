import type { Bench } from "./bench.ts";
import type { Exchange } from "./exchange.ts";
import { unverified } from "./outcome.ts";
import type { Stage } from "./stage.ts";

/** What each request of a provider is for, learnt by watching one machine's life. */
export interface Landmarks {
  /** The request across which the machine appeared in the cloud's own account. */
  readonly create: string | undefined;
  /** The request that asks for a machine's end, and what the server said to it. */
  readonly terminate: string | undefined;
  readonly terminateAnswer: { readonly status: number; readonly text: string } | undefined;
  readonly list: ReadonlySet<string>;
  readonly describe: ReadonlySet<string>;
  /** Log-ins and the like: sent once, before anything else. */
  readonly prelude: ReadonlySet<string>;
}

/**
 * Launches, reads and ends one machine, and sees which request does what. So nobody has to tell the kit a cloud's paths,
 * and nobody can tell it wrong ones.
 */
export async function learnLandmarks({ bench, provider, tap }: Stage): Promise<Landmarks> {
  const listing = async (): Promise<void> => {
    for await (const _ of provider.list());
  };
  if (bench.blind) unverified("the kit does not see this provider's requests");
  const first = await tap.during(listing);
  if (first.exchanges.length === 0)
    unverified("the provider does not send through the `fetch` that it is given");
  const second = await tap.during(listing);
  const list = shapes(second.exchanges);
  const prelude = new Set([...shapes(first.exchanges)].filter((shape) => !list.has(shape)));

  tap.watchMachines();
  const launched = await tap.during(() => provider.launch(bench.request ?? {}));
  const { id } = launched.result;
  tap.ids.add(id);
  const described = await tap.during(() => provider.describe(id));
  const describe = shapes(described.exchanges);
  const reads = new Set([...list, ...describe, ...prelude]);
  const create = rising(launched.exchanges, bench, reads);
  const ended = await tap.during(() => provider.terminate(id));
  const asked = ended.exchanges.find(({ shape }) => !reads.has(shape));
  return {
    ...{ create, list, describe, prelude },
    terminate: asked?.shape === create ? undefined : asked?.shape,
    terminateAnswer: asked?.answer,
  };
}

/** Without an account of machines, the create is the last request of a launch that does not only read. */
function rising(
  exchanges: readonly Exchange[],
  { machines }: Bench,
  reads: ReadonlySet<string>,
): string | undefined {
  const by =
    machines === undefined
      ? exchanges.findLast(({ shape }) => !reads.has(shape))
      : exchanges.find((exchange) => (exchange.machines ?? 0) > 0);
  return by?.shape;
}

function shapes(exchanges: readonly Exchange[]): ReadonlySet<string> {
  return new Set(exchanges.map(({ shape }) => shape));
}
