export type { Bench, BenchMaker, Environment, Means, Samples, Subject } from "./bench.ts";
export { type Capability, type Case, type CaseOptions, type Having, type Topic, topic } from "./case.ts";
export { cases } from "./cases/index.ts";
export { clockOf, type MovableTime } from "./clock.ts";
export type { CaseContext, Role } from "./context.ts";
export {
  type JournalBench,
  type SharedJournalBench,
  testJournal,
  testSharedJournal,
} from "./journal/index.ts";
export { type JournalProcess, serveJournal, startJournalProcess } from "./journal/process.ts";
export { toJUnit } from "./junit.ts";
export { notApplicable, unverified } from "./outcome.ts";
export { conformanceSection, withSection } from "./readme.ts";
export { createRecorder, type Recorder, type RecorderOptions, recordConformance } from "./recorder.ts";
export type { RecordedExchange, Recording } from "./recording.ts";
export { conformance, type It, type RegisterOptions } from "./register.ts";
export type { CaseFailure, CaseResult, ConformanceReport, Outcome, Tier } from "./report.ts";
export { type RunOptions, runConformance } from "./run.ts";
