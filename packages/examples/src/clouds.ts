import { openProviders, type Providers } from "@gpuport/config";
import { bill, configuration, startEmbedded } from "./embedded.ts";

/**
 * The surroundings of the small examples: six emulated clouds, opened from `gpuport.yaml`. An application writes
 * `const providers = await openProviders("gpuport.yaml")` instead.
 */
export async function withClouds(work: (providers: Providers) => Promise<void>): Promise<void> {
  const { emulator, env } = await startEmbedded();
  try {
    await work(await openProviders(configuration, { env }));
    const rows = bill(emulator);
    if (rows.length > 0) throw new Error(`something still bills: ${rows.join(", ")}`);
  } finally {
    await emulator.close();
  }
}
