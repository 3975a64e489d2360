import { createGlows, type GlowsCredentials, type GlowsSettings } from "./glows/cloud.ts";
import { createHpcAi, type HpcAiCredentials, type HpcAiSettings } from "./hpc-ai/cloud.ts";
import { type Kit, type KitOptions, startClouds } from "./kit/start.ts";
import { createLambda, type LambdaCredentials, type LambdaSettings } from "./lambda/cloud.ts";
import { createPody, type PodyCredentials, type PodySettings } from "./pody/cloud.ts";
import { createRunpod, type RunpodCredentials } from "./runpod/cloud.ts";
import type { RunpodSettings } from "./runpod/settings.ts";
import { createVast, type VastCredentials } from "./vast/cloud.ts";
import type { VastSettings } from "./vast/settings.ts";

export interface EmulatorOptions extends KitOptions {
  readonly vast?: Partial<VastSettings> | undefined;
  readonly glows?: Partial<GlowsSettings> | undefined;
  readonly pody?: Partial<PodySettings> | undefined;
  readonly "hpc-ai"?: Partial<HpcAiSettings> | undefined;
  readonly lambda?: Partial<LambdaSettings> | undefined;
  readonly runpod?: Partial<RunpodSettings> | undefined;
}

export type EmulatorCredentials = {
  readonly vast: VastCredentials;
  readonly glows: GlowsCredentials;
  readonly pody: PodyCredentials;
  readonly "hpc-ai": HpcAiCredentials;
  readonly lambda: LambdaCredentials;
  readonly runpod: RunpodCredentials;
};

export type Emulator = Kit<EmulatorCredentials>;

/**
 * Starts the clouds on loopback ports.
 *
 * @example
 * await using emulator = await startEmulator({ clock: "manual" });
 * await fetch(`${emulator.urls.vast}/api/v0/bundles/`, { method: "POST", body: "{}" });
 * emulator.clock.advance(60_000);
 * console.log(emulator.bill());
 */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startClouds<EmulatorCredentials>(
    {
      vast: (context) => createVast(context, options.vast),
      glows: (context) => createGlows(context, options.glows),
      pody: (context) => createPody(context, options.pody),
      "hpc-ai": (context) => createHpcAi(context, options["hpc-ai"]),
      lambda: (context) => createLambda(context, options.lambda),
      runpod: (context) => createRunpod(context, options.runpod),
    },
    options,
  );
}
