import type { Budget, LaunchRequest } from "@gpuport/core";
import type { CloudName, EmulatorAddress } from "./clouds.ts";

/** Where a journal is, for every process that shares it. */
export type JournalPlace = { readonly holdMs: number } & (
  | { readonly sqlite: string }
  | { readonly postgres: string; readonly schema: string }
);

/** What a process is to do, and where it is to be killed. Plain data. */
export interface Order {
  readonly do: "launch" | "terminate" | "recover";
  readonly cloud: CloudName;
  readonly emulator: EmulatorAddress;
  /** What the provider is called. */
  readonly name: string;
  readonly journal: JournalPlace;
  /** The emulator's time when the process starts. */
  readonly now: number;
  readonly request?: LaunchRequest | undefined;
  readonly instanceId?: string | undefined;
  readonly budgets?: readonly Budget[] | undefined;
  readonly quick?: boolean | undefined;
  /** The number of the step, from 0, that it does not survive. */
  readonly killAt?: number | undefined;
  /** Waits are told apart only by the time that they end at; true when left out. */
  readonly waitsAreSteps?: boolean | undefined;
  /** A regular expression: it is killed with such a request on the wire, which the cloud has got. */
  readonly killSending?: string | undefined;
}

/** What a process that was not killed has to say. */
export type Outcome =
  | { readonly id?: string | undefined; readonly code?: undefined }
  | { readonly code: string; readonly message: string; readonly effect?: string | undefined };

/** What a process prints, as it goes: what an order has come to, or what became of it. */
export type Line =
  | { readonly order: number; readonly step: string; readonly outcome?: undefined }
  | { readonly order: number; readonly step?: undefined; readonly outcome: Outcome };
