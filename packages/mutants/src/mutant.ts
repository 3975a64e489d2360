import type { Means } from "@gpuport/conformance";
import type { ComputeDriver, ComputeProvider } from "@gpuport/core";
import type { Driver, DriverMeans } from "./adapter/driver.ts";
import type { Maps } from "./adapter/map.ts";
import type { LaunchOptions } from "./adapter/options.ts";
import { type Pieces, soundPieces, tundraOf } from "./adapter/tundra.ts";
import { type Wire, wireTo } from "./wire.ts";

/** Where the cloud is, and what opens it. */
export interface Ground {
  readonly url: string;
  readonly credential: string;
}

/** Opens a provider on the cloud. */
export type Make = (ground: Ground, means: Means) => ComputeProvider;

/** An adapter that is broken in one way. */
export interface Mutant {
  readonly name: string;
  /** What it does wrong, in one sentence. */
  readonly defect: string;
  /** The topics of cases that name such a defect; another case that fails by the way does not count. */
  readonly topics: readonly string[];
  readonly make: Make;
}

/** The adapter with some pieces replaced. */
export function withPieces(change: Partial<Pieces>): Make {
  const adapter = tundraOf({ ...soundPieces, ...change });
  return ({ url, credential }, means) => adapter({ apiKey: credential, baseUrl: url, ...means });
}

/** The adapter with some of its maps replaced. */
export function withMaps(change: (sound: Maps) => Partial<Maps>): Make {
  const { maps } = soundPieces;
  return withPieces({ maps: { ...maps, ...change(maps) } });
}

/** The adapter with some of its driver's operations replaced. */
export function withDriver(
  change: (sound: Driver, means: DriverMeans) => Partial<ComputeDriver<LaunchOptions>>,
): Make {
  return withPieces({ driver: (sound, means) => ({ ...sound, ...change(sound, means) }) });
}

/** A provider with operations written by hand, as by a third party that does without core's protection. */
export function byHand(
  change: (sound: ComputeProvider, wire: Wire, means: Means) => Partial<ComputeProvider>,
): Make {
  return (ground, means) => {
    const sound: ComputeProvider = soundMake(ground, means);
    return { ...sound, ...change(sound, wireTo(ground, means), means) };
  };
}

/** The sound adapter. */
export const soundMake: Make = withPieces({});
