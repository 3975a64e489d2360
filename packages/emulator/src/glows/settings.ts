import { glowsImages, glowsRegions, glowsSpecs } from "./catalogue.ts";
import type { GlowsOperation, GlowsRoute } from "./routes.ts";
import type { GlowsPublicImage, GlowsRegion, GlowsSpec } from "./state.ts";

export interface GlowsAccount {
  /** Shows up in the names of images. */
  readonly user: string;
  readonly token: string;
}

export interface GlowsSettings {
  /** The first one is handed out as the emulator's credentials. */
  readonly accounts: readonly GlowsAccount[];
  /** How a missing or wrong token is answered: code 176 with HTTP 200, as seen live, or HTTP 401. */
  readonly rejectedTokenStatus: 200 | 401;
  /** Rows that replace the default method, path or place of the parameters. */
  readonly routes: Readonly<Partial<Record<GlowsOperation, Partial<GlowsRoute>>>>;
  readonly regions: readonly GlowsRegion[];
  readonly specs: readonly GlowsSpec[];
  readonly images: readonly GlowsPublicImage[];

  readonly queuedMs: number;
  readonly pendingMs: number;
  readonly cancelingMs: number;
  readonly pausingMs: number;
  readonly pausedMs: number;
  readonly resumingMs: number;
  readonly imageImportMs: number;

  readonly maxInstances: number;
  readonly maxSnapshots: number;
  readonly maxNetworks: number;
  readonly maxEndpointsPerNetwork: number;
  readonly maxPendingImages: number;

  /** Answer to a cancel of an instance that is already ending or ended. */
  readonly secondCancelCode: 20 | 6;
  /** Whether ended instances stay readable and listed. */
  readonly releasedReadable: boolean;
  /** Whether the account has room for snapshots; without it they are refused with code 17. */
  readonly storagePlan: boolean;
}

export const defaultGlowsSettings: GlowsSettings = {
  accounts: [
    { user: "10001", token: "glows-emulator-token" },
    { user: "10002", token: "glows-emulator-token-of-somebody-else" },
  ],
  rejectedTokenStatus: 200,
  routes: {},
  regions: glowsRegions,
  specs: glowsSpecs,
  images: glowsImages,
  queuedMs: 2000,
  pendingMs: 4000,
  cancelingMs: 2000,
  pausingMs: 3000,
  pausedMs: 2000,
  resumingMs: 2000,
  imageImportMs: 30_000,
  maxInstances: 500,
  maxSnapshots: 50,
  maxNetworks: 5,
  maxEndpointsPerNetwork: 20,
  maxPendingImages: 3,
  secondCancelCode: 20,
  releasedReadable: true,
  storagePlan: true,
};
