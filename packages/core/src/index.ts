export { type Adapter, type AdapterDefinition, adoptAdapter, defineAdapter } from "./adapter.ts";
export { baseUrlSchema } from "./base-url.ts";
export type { CallOptions } from "./call-options.ts";
export type * from "./capabilities.ts";
export { type Clock, systemClock } from "./clock.ts";
export { type CloudInit, cloudConfig } from "./cloud-init.ts";
export { type Deadline, deadlineAfter } from "./deadline.ts";
export type {
  AdapterTables,
  ComputeDriver,
  DriverCall,
  DriverContext,
  DriverGroups,
  DriverInstance,
  DriverLaunchRequest,
  DriverOffer,
  Launched,
  LaunchSupport,
  ListPageCall,
  Page,
  Paged,
  StatusRow,
  Unstamped,
} from "./driver.ts";
export { type EnvironmentNames, withEnvironment } from "./environment.ts";
export {
  ComputeError,
  type ComputeErrorCode,
  type ComputeErrorInit,
  type Effect,
  type ErrorScope,
  isComputeError,
} from "./errors.ts";
export type {
  Endpoint,
  Endpoints,
  Evidence,
  ProviderFacts,
  RateLimit,
  Timing,
  TimingOverrides,
} from "./facts.ts";
export * from "./gpu/index.ts";
export { toGpu } from "./hardware.ts";
export type { Answer, ErrorRow, Failure, ReadFailure } from "./http/answer.ts";
export type { Api, ApiRequest, HttpOptions } from "./http/client.ts";
export type { Fetch } from "./http/exchange.ts";
export {
  type Admission,
  createGate,
  type Entrance,
  type Gate,
  type Limited,
  type Urgency,
} from "./http/gate.ts";
export type { Outcome } from "./http/pacer.ts";
export type { SessionOptions, SessionToken } from "./http/session.ts";
export type { Query, QueryValue } from "./http/url.ts";
export { type ClosableJournal, type HoldingOptions, holdingJournal } from "./journal/holding.ts";
export {
  type Budget,
  type Hold,
  type Journal,
  type JournalQuery,
  type LaunchRecord,
  type LaunchState,
  type Lease,
  launchStates,
  type PastAttempt,
  type Rate,
} from "./journal/journal.ts";
export { checkBudget, memoryJournal, overBudget } from "./journal/memory.ts";
export { fromRecordRow, recordColumns, toRecordRow } from "./journal/row.ts";
export type { Claim, JournalStore, Place } from "./journal/store.ts";
export { type Kept, kept } from "./kept.ts";
export * from "./market/index.ts";
export * from "./model/index.ts";
export { type CommonOptions, sharedOptionsSchema } from "./options.ts";
export * from "./ownership/index.ts";
export { lookupPattern, matchingRow } from "./patterns.ts";
export { type LaunchDefaults, parseOrRefuse, refuse } from "./prepare.ts";
export { preparing } from "./preparing.ts";
export { formOfToken, labelOf, nameFromLabel, newToken, renamedLabel, tokenOf } from "./protocol/token.ts";
export { everyItem } from "./protocol/walk.ts";
export type {
  ComputeProvider,
  LaunchOptions,
  ListQuery,
  ProviderOf,
  ProviderVerbs,
  Termination,
  WaitOptions,
} from "./provider.ts";
export { rawFrom, withRaw } from "./raw.ts";
export { redact, Secret, secretSchema, secretTextSchema } from "./secret.ts";
export { authorizeKeys, exportVariables, shellQuote } from "./shell.ts";
export { sshKeyBody, sshKeyFingerprint } from "./ssh-keys.ts";
export { lookup, lookupPhrase, type Table } from "./table.ts";
export {
  type Alarm,
  type OperationTrace,
  operationChannel,
  type RequestTrace,
  requestChannel,
} from "./tracing.ts";
export { fromUnixSeconds, gibToMiB, micros, positive } from "./units.ts";
export * from "./watching/index.ts";
