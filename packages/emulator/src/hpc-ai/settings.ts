import {
  type HpcAiImage,
  type HpcAiRegion,
  type HpcAiType,
  hpcAiImages,
  hpcAiRegions,
  hpcAiTypes,
} from "./catalogue.ts";
import type { HpcAiOperation, HpcAiRoute } from "./routes.ts";

export interface HpcAiAccount {
  readonly username: string;
  readonly password: string;
  readonly apiKey: string;
  readonly balance: number;
}

/** The HTTP status that goes with each sort of refusal; the site documents none of them. */
export interface HpcAiStatuses {
  readonly missingField: number;
  readonly notFound: number;
  readonly refused: number;
  readonly notLoggedIn: number;
}

export interface HpcAiSettings {
  /** The first one is handed out as the emulator's credentials. */
  readonly accounts: readonly HpcAiAccount[];
  readonly tokenLifetimeSeconds: number;
  /** Whether a login ends the account's older tokens. */
  readonly singleSession: boolean;
  readonly statuses: HpcAiStatuses;
  readonly language: "en" | "zh";
  readonly currency: string;
  readonly routes: Readonly<Partial<Record<HpcAiOperation, Partial<HpcAiRoute>>>>;
  readonly types: readonly HpcAiType[];
  readonly regions: readonly HpcAiRegion[];
  readonly images: readonly HpcAiImage[];

  readonly initializingMs: number;
  readonly pullingMs: number;
  readonly startingMs: number;
  readonly stoppingMs: number;
  readonly restartingMs: number;
  /** How long a released instance stays listed. */
  readonly releasedMs: number;

  /** Which of the two members of a row holds the name. */
  readonly nameMember: "instanceName" | "name";
  /** Whether rows also carry the members whose names nobody has confirmed. */
  readonly unconfirmedMembers: boolean;
  /** Whether creating a volume answers with its id or with `{}`. */
  readonly volumeCreateAnswer: "id" | "empty";
  /** What a stopped machine goes on costing an hour. A made-up number: the site does not publish one. */
  readonly stoppedPerHour: number;
}

export const defaultHpcAiSettings: HpcAiSettings = {
  accounts: [
    {
      username: "emulator@hpc-ai.example",
      password: "hpc-ai-emulator-password",
      apiKey: "hpc-ai-emulator-key",
      balance: 1000,
    },
    {
      username: "somebody@hpc-ai.example",
      password: "somebody-elses-password",
      apiKey: "somebody-elses-key",
      balance: 0,
    },
  ],
  tokenLifetimeSeconds: 86_400,
  singleSession: false,
  statuses: { missingField: 400, notFound: 404, refused: 400, notLoggedIn: 401 },
  language: "en",
  currency: "USD",
  routes: {},
  types: hpcAiTypes,
  regions: hpcAiRegions,
  images: hpcAiImages,
  initializingMs: 1000,
  pullingMs: 4000,
  startingMs: 2000,
  stoppingMs: 2000,
  restartingMs: 3000,
  releasedMs: 3000,
  nameMember: "instanceName",
  unconfirmedMembers: false,
  volumeCreateAnswer: "id",
  stoppedPerHour: 0.02,
};
