export {
  type Emulator,
  type EmulatorCredentials,
  type EmulatorOptions,
  startEmulator,
} from "./emulator.ts";
export type { GlowsAccount, GlowsOperation, GlowsRoute, GlowsSettings } from "./glows/cloud.ts";
export type {
  HpcAiAccount,
  HpcAiOperation,
  HpcAiRoute,
  HpcAiSettings,
  HpcAiStatuses,
} from "./hpc-ai/cloud.ts";
export type { Fault, FaultKind, Spoiled, Work } from "./kit/faults.ts";
export type { RequestRecord } from "./kit/log.ts";
export type { BillRow, CloudName, EventArgument, FlagValue, MachineRecord } from "./kit/types.ts";
export type { LambdaAccount, LambdaSettings } from "./lambda/cloud.ts";
export type {
  ExecResult,
  PodyImageSetting,
  PodyMachine,
  PodyQuota,
  PodySettings,
  PodyUser,
} from "./pody/cloud.ts";
export type { RunpodSettings } from "./runpod/settings.ts";
export type { VastSettings } from "./vast/settings.ts";
