import {
  type LambdaImage,
  type LambdaRegion,
  type LambdaType,
  lambdaImages,
  lambdaRegions,
  lambdaTypes,
} from "./catalogue.ts";

export interface LambdaAccount {
  readonly name: string;
  readonly apiKey: string;
  /** How many instances it may have at once. */
  readonly quota: number;
}

/** What can be set about the emulated Lambda. Times are milliseconds of the emulator's clock. */
export interface LambdaSettings {
  /** The first one is handed out as the emulator's credentials. */
  readonly accounts: readonly LambdaAccount[];
  readonly regions: readonly LambdaRegion[];
  readonly types: readonly LambdaType[];
  readonly images: readonly LambdaImage[];

  /** One request a second and one launch in twelve seconds for each account. */
  readonly enforceRateLimits: boolean;
  /** How a refusal by rate looks: JSON, plain text, or the 403 of the network in front. */
  readonly rateLimitForm: "json" | "text" | "cdn";

  /** From the launch until reads show the row. */
  readonly visibleAfterMs: number;
  /** From the launch until the row has an address. */
  readonly addressMs: number;
  /** From the address until the health checks pass. */
  readonly healthMs: number;
  readonly restartMs: number;
  /** From the terminate until `terminated`. */
  readonly terminatingMs: number;
  /** How long a single read goes on answering `terminated` before it is 404. */
  readonly terminatedMs: number;
  /** How long a preempted row stays before it is gone. */
  readonly preemptedMs: number;
  /** How long a filesystem counts as mounted after its instance is gone. */
  readonly unmountMs: number;

  /** Whether a machine costs money while it is `terminating`; the site says that billing ends at the terminate. */
  readonly billsTerminating: boolean;
  /** Whether a preempted machine costs money until it is gone; the site does not say. */
  readonly billsPreempted: boolean;
  /** What the terminate of an instance that is already ending gets; the sources disagree. */
  readonly terminateTwice: "accepted" | "unknown_error";
  /** What a launch with a filesystem of another region gets: as seen live, or as documented. */
  readonly wrongRegionAs: "object-does-not-exist" | "file-system-in-wrong-region";
  /** Where filesystems are listed; documents of different dates disagree. */
  readonly fileSystemsAt: "both" | "/file-systems" | "/filesystems";
  /** Optional members of a row without a value. */
  readonly optionalMembers: "absent" | "null";
  /** Whether booting rows carry their name and tags; reports say that the name was missing in some. */
  readonly bootingNames: boolean;
  /** Whether rows say `first_healthy`, which older answers did not. */
  readonly firstHealthy: boolean;
}

export const defaultLambdaSettings: LambdaSettings = {
  accounts: [
    { name: "emulator", apiKey: "secret_emulator_0f1e2d3c4b5a.lambda-emulator-key", quota: 20 },
    { name: "somebody", apiKey: "secret_somebody_0a1b2c3d4e5f.somebody-elses-key", quota: 1 },
  ],
  regions: lambdaRegions,
  types: lambdaTypes,
  images: lambdaImages,
  enforceRateLimits: false,
  rateLimitForm: "json",
  visibleAfterMs: 0,
  addressMs: 2000,
  healthMs: 8000,
  restartMs: 5000,
  terminatingMs: 4000,
  terminatedMs: 10_000,
  preemptedMs: 10_000,
  unmountMs: 5000,
  billsTerminating: true,
  billsPreempted: true,
  terminateTwice: "accepted",
  wrongRegionAs: "object-does-not-exist",
  fileSystemsAt: "both",
  optionalMembers: "absent",
  bootingNames: true,
  firstHealthy: true,
};
