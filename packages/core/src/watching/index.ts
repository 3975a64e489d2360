export { describeMany } from "./describe-many.ts";
export type { Description } from "./observer.ts";
export type { Readiness } from "./readiness.ts";
export { type InstanceEvent, type WatchFilter, watch } from "./watch.ts";
