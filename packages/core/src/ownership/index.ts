export { type BillingMachine, whatBills } from "./bills.ts";
export { renewLease } from "./lease.ts";
export { type Finding, type ReapOptions, type ReapReport, reap } from "./reap.ts";
export { type Recovery, recover } from "./recover.ts";
export { type TerminateAllOptions, type TerminationResult, terminateAll } from "./terminate-all.ts";
